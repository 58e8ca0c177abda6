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
  // Those that come back are read from at once, where PgCat's ban of 60 s would not be over.
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
  CHECK(tally.failed + tally.rejected == kReplicas + 1);
  CHECK(tally.nodes[0].reads == 0);
}

}  // namespace switchyard::testing
