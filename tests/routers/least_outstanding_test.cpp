// least_outstanding against the systems' own tests and rules; and boards of counts, which d_choices
// shares.
#include "core/error.h"
#include "replay/harness.h"
#include "routers/rig.h"

namespace switchyard::testing {
namespace {

const ParameterTexts kWithPrimary = {{"include_primary", "true"}};

// A second router's node: the primary is last and gets nothing.
std::string picks(const std::string& name, const std::vector<double>& weights,
                  const std::vector<int>& counts, int count, const ParameterTexts& given = {}) {
  Outstanding outstanding = outstanding_of(counts);
  return reads(*make(name, weighted(weights), given), count, {.outstanding = &outstanding});
}

}  // namespace

TEST_CASE("least outstanding: Envoy's full-scan vectors") {
  const auto nodes = primary_and(4);
  const auto router = make("envoy.full_scan", nodes, kWithPrimary);
  Outstanding fourth_least = outstanding_of({4, 3, 2, 1, 5});
  const Decision decision = read(*router, {.outstanding = &fourth_least});
  CHECK(decision.node == NodeId{3});
  CHECK(decision.reason == Reason::kPicked);
  CHECK(write(*router).reason == Reason::kPrimary);
  Outstanding three_tied = outstanding_of({3, 3, 1, 1, 1});
  const auto shares = read_shares(*router, 5, {.outstanding = &three_tied}, 1'000'000);
  CHECK(shares[0] + shares[1] == 0);
  for (std::size_t i = 2; i < 5; ++i) CHECK(shares[i] == Approx(1.0 / 3).margin(0.005));
}

TEST_CASE("least outstanding: PgDog's and PgCat's own tests, a node that is busy is avoided") {
  for (const char* name :
       {"pgdog.least_active_connections", "pgcat.loc", "aws.least_connections"}) {
    CHECK(picks(name, {1, 1}, {1, 0}, 5) == "bbbbb");
    CHECK(picks(name, {1, 1}, {0, 1}, 5) == "aaaaa");
  }
}

TEST_CASE("least outstanding: ties go to the first or to the least recently used if asked") {
  CHECK(picks("least_outstanding", {1, 1, 1}, {1, 1, 1}, 5, {{"tie", "first"}}) == "aaaaa");
  CHECK(picks("maxscale.least_current_operations", {1, 1, 1}, {1, 1, 1}, 6) == "abcabc");
}

TEST_CASE("least outstanding: MaxScale's rule, the least busy and of those the longest unused") {
  const char* name = "maxscale.least_current_operations";
  CHECK(picks(name, {1, 1, 1}, {3, 1, 2}, 1) == "b");
  const auto router = make(name, weighted({1, 1, 1}));
  const auto pick_at = [&](Nanoseconds now, const std::vector<int>& counts) {
    Outstanding outstanding = outstanding_of(counts);
    return reads(*router, 1, {.outstanding = &outstanding}, now);
  };
  CHECK(pick_at(3 * kSecond, {1, 0, 2}) == "b");
  CHECK(pick_at(5 * kSecond, {0, 1, 2}) == "a");
  CHECK(pick_at(6 * kSecond, {1, 1, 2}) == "b");
}

TEST_CASE(
    "least outstanding: MaxScale's primary serves reads if it may, or if no replica is left") {
  const char* name = "maxscale.least_current_operations";
  const auto nodes = primary_and(2);
  Outstanding outstanding = outstanding_of({0, 7, 9});
  const ClusterView view{.outstanding = &outstanding};
  const auto router = make(name, nodes);
  CHECK(letter(read(*router, view)) == 'b');
  CHECK(letter(read(*make("maxscale.master_accept_reads", nodes), view)) == 'a');
  router->on_topology(states_of(nodes, {1, 2}), 0);
  CHECK(letter(read(*router, view)) == 'a');
  CHECK(read(*router, view).reason == Reason::kNoReplica);
}

TEST_CASE("without replicas to connect to, ten sessions are ten on the primary (MaxScale)") {
  // max_slave_connections = 0, as far as requests go.
  const auto router = make("primary_only", primary_and(3));
  CHECK(reads(*router, 10) == std::string(10, 'a'));
}

TEST_CASE("least outstanding by weight: nginx compares quotients, HAProxy its keys") {
  // 2/1 against 4/3.
  CHECK(picks("nginx.least_conn", {1, 3}, {2, 4}, 3) == "bbb");
  CHECK(picks("least_outstanding", {1, 3}, {2, 4}, 3) == "aaa");
  // Equal quotients are ties: 1/1, 3/3 and 2/2.
  CHECK(picks("least_outstanding", {1, 3, 2}, {1, 3, 2}, 3,
              {{"weights", "ratio"}, {"tie", "first"}}) == "aaa");
  // HAProxy: 3 * 256 / 1 = 768 against 5 * 256 / 3 = 426; 2 * 256 / 3 = 170 against 128.
  CHECK(picks("haproxy.leastconn", {1, 3}, {2, 4}, 3) == "bbb");
  CHECK(picks("haproxy.leastconn", {3, 4}, {1, 1}, 3) == "bbb");
  // Idle ones tie whatever their weights, and a busy one of the largest weight is behind them.
  const std::string idle = picks("haproxy.leastconn", {1, 256, 256}, {0, 0, 1}, 2000);
  CHECK(std::ranges::count(idle, 'a') == Approx(1000).margin(4 * std::sqrt(500.)));
  CHECK(std::ranges::count(idle, 'c') == 0);
  // Rounded down: 2 * 256 / 201 and 2 * 256 / 250 are both 2, where the quotients differ.
  const std::string rounded = picks("haproxy.leastconn", {201, 250}, {1, 1}, 200);
  CHECK(std::set<char>(rounded.begin(), rounded.end()).size() == 2);
}

TEST_CASE("least outstanding: nginx's ties take smooth turns among those tied") {
  // All idle: as smooth_wrr does.
  CHECK(picks("nginx.least_conn", {5, 1, 1}, {0, 0, 0}, 7) == "aabacaa");
  CHECK(picks("least_outstanding", {5, 1, 1}, {2, 2, 2}, 7, {{"tie", "swrr"}}) == "aabacaa");
  // The first is busy: the other two alternate, and its turn is as it was when it is back.
  const auto router = make("nginx.least_conn", weighted({1, 1, 1}));
  Outstanding idle = outstanding_of({0, 0, 0});
  Outstanding busy = outstanding_of({1, 0, 0});
  CHECK(reads(*router, 1, {.outstanding = &idle}) == "a");
  CHECK(reads(*router, 4, {.outstanding = &busy}) == "bcbc");
  CHECK(reads(*router, 3, {.outstanding = &idle}) == "bca");
  // Alone, a node has no turn.
  Outstanding one_idle = outstanding_of({0, 1, 1});
  CHECK(reads(*router, 2, {.outstanding = &one_idle}) == "aa");
  CHECK(reads(*router, 3, {.outstanding = &idle}) == "bca");
}

TEST_CASE("least outstanding by weight: weight 0 takes no read, and no other weight none at all") {
  for (const char* name : {"nginx.least_conn", "haproxy.leastconn"}) {
    CHECK(picks(name, {0, 1}, {0, 9}, 3) == "bbb");
    const auto nodes = weighted({0, 1});
    const auto router = make(name, nodes, {{"fallback", "reject"}});
    router->on_topology(states_of(nodes, {1}), 0);
    Outstanding idle = outstanding_of({0, 0});
    const Decision decision = read(*router, {.outstanding = &idle});
    CHECK(decision.kind == Decision::Kind::kReject);
    CHECK(decision.reason == Reason::kNoReplica);
    CHECK_THROWS_AS(make(name, weighted({1.5, 1})), InputError);
  }
  // Without weights it is a node like any other.
  CHECK(picks("least_outstanding", {0, 1}, {0, 9}, 3) == "aaa");
}

TEST_CASE("a board shows the counts of its last refresh, for both strategies that look at one") {
  for (const char* name : {"least_outstanding", "d_choices"}) {
    INFO(name);
    ParameterTexts parameters = {{"refresh_every", "10ms"}};
    if (name[0] == 'l') parameters.emplace_back("tie", "first");
    const auto router = make(name, weighted({1, 1}), parameters);
    CHECK(router->wants().timers);
    CHECK(router->wants().outstanding);
    CHECK(router->next_timer() == 10 * kMs);
    Outstanding first = outstanding_of({3, 1});
    Outstanding later = outstanding_of({3, 9});
    router->on_timer({.outstanding = &first}, 10 * kMs);
    CHECK(router->next_timer() == 20 * kMs);
    CHECK(reads(*router, 20, {.outstanding = &later}) == std::string(20, 'b'));
    router->on_timer({.outstanding = &later}, 20 * kMs);
    CHECK(reads(*router, 20, {.outstanding = &first}) == std::string(20, 'a'));

    CHECK(make(name, weighted({1, 1}))->next_timer() == kNever);
    CHECK_FALSE(make(name, weighted({1, 1}))->wants().timers);
    CHECK_THROWS_AS(make(name, weighted({1, 1}), {{"refresh_every", "99us"}}), InputError);
  }
}

TEST_CASE("a board goes with ties and weights of every kind") {
  Outstanding counts = outstanding_of({2, 4});
  Outstanding none = outstanding_of({0, 0});
  for (const char* name : {"nginx.least_conn", "haproxy.leastconn", "nginx.random_two"}) {
    const auto router = make(name, weighted({1, 3}), {{"refresh_every", "1s"}});
    router->on_timer({.outstanding = &counts}, kSecond);
    CHECK(reads(*router, 20, {.outstanding = &none}) == std::string(20, 'b'));
  }
}

TEST_CASE("in a run a board shows what was under way at its time, behind guards too") {
  // Posted at 10 ms: the first read, which ends at 12 ms, on the first node. So the second read
  // goes to the other node though both are idle. At 20 ms only that one is under way.
  const ReplayWorkload workload =
      by_hand({{0, "s", 'r', 12 * kMs}, {15 * kMs, "t", 'r', 12 * kMs}, {25 * kMs, "u", 'r', kMs}});
  for (const bool guarded : {false, true}) {
    Candidate candidate =
        candidate_of("least_outstanding",
                     {{"include_primary", "true"}, {"tie", "first"}, {"refresh_every", "10ms"}});
    if (guarded) candidate.guards.push_back({"sticky_primary", {}});
    const RunTally tally = run(workload, cluster_of(2, 1), candidate, options_of(LoopMode::kOpen));
    CHECK(tally.nodes[0].reads == 2);
    CHECK(tally.nodes[1].reads == 1);
  }
}

}  // namespace switchyard::testing
