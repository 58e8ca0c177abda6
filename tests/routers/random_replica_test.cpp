// Reads from any replica at random.
#include "replay/harness.h"
#include "routers/rig.h"

namespace switchyard::testing {

TEST_CASE("random_replica spreads over the replicas alone") {
  const auto router = make("random_replica", primary_and(3));
  const auto shares = read_shares(*router, 4);
  CHECK(shares[0] == 0);
  for (std::size_t i = 1; i < 4; ++i) {
    CHECK(shares[i] == Approx(1.0 / 3).margin(tolerance(1.0 / 3)));
  }
}

TEST_CASE("random_replica passes PgCat's own test of random balancing") {
  check_random_balancing("random_replica");
}

TEST_CASE("PgCat's own test, in a run: n + 1 reads fail while all n replicas are down, then none") {
  constexpr std::size_t kReplicas = 3;
  ClusterSpec cluster = cluster_of(kReplicas + 1, 8);
  FaultSpec down;
  down.nodes = {NodeId{1}, NodeId{2}, NodeId{3}};
  down.at_ns = kSecond;
  down.lasts_ns = kSecond;
  cluster.faults = {down};
  // Those that come back are read from at once, though the ban of 60 s is not over.
  std::vector<Row> rows = {{0, "s", 's'}};
  for (std::size_t i = 0; i < 2 * kReplicas + 1; ++i) {
    const Nanoseconds from = i <= kReplicas ? kSecond : 2 * kSecond;
    rows.push_back({from + static_cast<Nanoseconds>(i + 1) * kMs, "s", 'r', 0});
  }
  const RunTally tally =
      run(by_hand(rows), cluster, candidate_of("pgcat.random", {{"fallback", "reject"}}),
          options_of(LoopMode::kOpen));
  std::uint64_t served = 0;
  for (const NodeTally& node : tally.nodes) served += node.reads;
  CHECK(served == kReplicas);
  CHECK(tally.failed == kReplicas + 1);
  CHECK(tally.rejected == 0);
  CHECK(tally.nodes[0].reads == 0);
}

TEST_CASE("bans: who failed is left out for 60 s, whoever else draws (PgCat)") {
  for (const char* name : {"pgcat.random", "pgcat.loc"}) {
    INFO(name);
    Outstanding idle(4);
    const ClusterView view = {.outstanding = &idle};
    const auto seen = [&](Router& router, Nanoseconds now) {
      const std::string nodes = reads(router, 200, view, now);
      return std::set<char>(nodes.begin(), nodes.end());
    };
    for (const Status status : {Status::kDown, Status::kLost, Status::kTimedOut}) {
      const auto router = make(name, weighted({1, 1, 1}));
      respond(*router, 1, kSecond, 0, status);
      CHECK(seen(*router, kSecond) == std::set<char>{'a', 'c'});
      CHECK(seen(*router, 61 * kSecond) == std::set<char>{'a', 'c'});
      CHECK(seen(*router, 61 * kSecond + 1) == std::set<char>{'a', 'b', 'c'});
    }
    // An error is an answer.
    const auto router = make(name, weighted({1, 1, 1}));
    respond(*router, 1, 0, 0, Status::kError);
    CHECK(seen(*router, 0).size() == 3);
    // The last one free takes all; when that is banned too, the next read frees them all.
    for (const std::size_t node : {0U, 1U}) respond(*router, node, 0, 0, Status::kDown);
    CHECK(seen(*router, 0) == std::set<char>{'c'});
    respond(*router, 2, 0, 0, Status::kDown);
    CHECK(seen(*router, 0).size() == 3);
    // Then only who fails anew is left out.
    respond(*router, 0, 0, 0, Status::kDown);
    CHECK(seen(*router, 0) == std::set<char>{'b', 'c'});
  }
}

TEST_CASE("bans: the primary is never banned, nor does it keep banned replicas from their return") {
  const ParameterTexts with_primary = {{"ban", "60s"}, {"include_primary", "true"}};
  const auto router = make("random_replica", weighted({1, 1}), with_primary);
  for (int i = 0; i < 5; ++i) respond(*router, 2, 0, 0, Status::kDown);
  CHECK(contains(reads(*router, 100), "c"));
  respond(*router, 0, 0, 0, Status::kDown);
  CHECK_FALSE(contains(reads(*router, 100), "a"));
  // Each read draws among all three then, and the first that draws a replica frees both.
  respond(*router, 1, 0, 0, Status::kDown);
  const std::string nodes = reads(*router, 100);
  CHECK(contains(nodes, "a"));
  CHECK(contains(nodes, "b"));
  CHECK(contains(nodes, "c"));
  // A replica that becomes the primary is banned no longer.
  respond(*router, 0, 0, 0, Status::kDown);
  auto states_now = states(2, {});
  std::swap(states_now[0].role, states_now[2].role);
  router->on_topology(states_now, 0);
  CHECK(contains(reads(*router, 100), "a"));
}

TEST_CASE("bans: of those that a guard leaves, the banned ones come last") {
  const auto router = make("random_replica", weighted({1, 1, 1}), {{"ban", "60s"}});
  respond(*router, 0, 0, 0, Status::kDown);
  const std::vector<std::uint8_t> first_two = {1, 1, 0, 0};
  CHECK(reads(*router, 50, {.eligible = first_two.data()}) == std::string(50, 'b'));
  // It is read from where there is no other, but stays banned.
  const std::vector<std::uint8_t> first = {1, 0, 0, 0};
  CHECK(reads(*router, 5, {.eligible = first.data()}) == "aaaaa");
  CHECK_FALSE(contains(reads(*router, 50), "a"));
}

}  // namespace switchyard::testing
