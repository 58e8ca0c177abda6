// d_choices against the systems' own tests and rules. Its boards: least_outstanding_test.cpp.
#include "core/error.h"
#include "routers/rig.h"

namespace switchyard::testing {
namespace {

// Of nodes with so many requests each; no other takes reads.
std::vector<double> shares_of(const std::string& name, const std::vector<int>& counts,
                              ParameterTexts given = {}) {
  Outstanding outstanding = outstanding_of(counts);
  given.emplace_back("include_primary", "true");
  return read_shares(*make(name, primary_and(counts.size() - 1), given), counts.size(),
                     {.outstanding = &outstanding});
}
void check_shares(const std::vector<double>& shares, const std::vector<double>& expected) {
  REQUIRE(shares.size() == expected.size());
  for (std::size_t i = 0; i < shares.size(); ++i) {
    CHECK(shares[i] == Approx(expected[i]).margin(tolerance(expected[i])));
  }
}

// By weight; the primary is left out.
std::vector<double> weighted_shares(const std::string& name, const std::vector<double>& weights,
                                    const std::vector<int>& counts,
                                    const ParameterTexts& given = {}) {
  Outstanding outstanding = outstanding_of(counts);
  return read_shares(*make(name, weighted(weights), given), weights.size(),
                     {.outstanding = &outstanding});
}

}  // namespace

TEST_CASE("two distinct choices: MongoDB's vectors, whoever wins ties") {
  for (const char* tie : {"first", "last", "random"}) {
    const auto check = [&](const std::vector<int>& counts, const std::vector<double>& expected) {
      check_shares(shares_of("d_choices", counts, {{"tie", tie}}), expected);
    };
    check({3, 6, 20}, {2 / 3., 1 / 3., 0});
    check({16, 10, 16}, {1 / 6., 2 / 3., 1 / 6.});
    check({10, 10, 16}, {0.5, 0.5, 0});
    check({5, 5, 5}, {1 / 3., 1 / 3., 1 / 3.});
    check({0, 5}, {1, 0});
    check({0, 5, 5, 10, 10, 20, 20, 50, 60},
          {8 / 36., 6.5 / 36., 6.5 / 36., 4.5 / 36., 4.5 / 36., 2.5 / 36., 2.5 / 36., 1 / 36., 0});
  }
}

TEST_CASE("choices with replacement: Envoy's vectors") {
  check_shares(shares_of("envoy.least_request", {0, 5}), {0.75, 0.25});
  check_shares(shares_of("envoy.least_request", {3, 6, 20}), {5 / 9., 3 / 9., 1 / 9.});
  check_shares(shares_of("envoy.least_request", {4, 3, 2, 1}),
               {1 / 16., 3 / 16., 5 / 16., 7 / 16.});
}

TEST_CASE("finding 5: of two nodes the worse gets a quarter with replacement, nothing without") {
  CHECK(shares_of("envoy.least_request", {0, 5})[1] == Approx(0.25).margin(tolerance(0.25)));
  CHECK(shares_of("finagle.p2c", {0, 5})[1] == 0);
}

TEST_CASE("choices with replacement: Envoy's own draws") {
  // The first generator that draws these numbers below 4, of which there is one in 1024.
  const auto drawing = [](const std::vector<std::uint32_t>& numbers) {
    for (std::uint64_t entity = 0;; ++entity) {
      const RandomStream stream(kSeed, RandomPurpose::kRouter, entity);
      RandomStream copy = stream;
      if (std::ranges::all_of(numbers, [&](std::uint32_t n) { return copy.next_below(4) == n; })) {
        return stream;
      }
    }
  };
  Outstanding outstanding = outstanding_of({4, 3, 2, 1});
  const auto pick = [&](const std::vector<std::uint32_t>& numbers) {
    const auto router = make("envoy.least_request", primary_and(3),
                             {{"include_primary", "true"}, {"d", "5"}}, drawing(numbers));
    const Decision decision = read(*router, {.outstanding = &outstanding});
    CHECK(decision.reason == Reason::kPicked);
    return decision.node;
  };
  CHECK(pick({3, 0, 3, 2, 1}) == NodeId{3});
  CHECK(pick({0, 0, 0, 0, 0}) == NodeId{0});
}

TEST_CASE("two distinct choices: Finagle's own test, 100 nodes that never answer") {
  constexpr std::size_t kNodes = 100;
  const auto nodes = weighted(std::vector<double>(kNodes, 1));
  const auto router = make("finagle.p2c", nodes);
  Outstanding outstanding(kNodes + 1);
  const auto send = [&] {
    for (int i = 0; i < kDraws; ++i) {
      outstanding.add(node_id(choose(*router, RequestClass::kRead, {.outstanding = &outstanding})));
    }
  };
  const auto spread_from = [&](std::size_t first) {
    std::uint32_t least = UINT32_MAX;
    std::uint32_t most = 0;
    for (std::size_t i = first; i < kNodes; ++i) {
      least = std::min(least, outstanding[node_id(i)]);
      most = std::max(most, outstanding[node_id(i)]);
    }
    return most - least;
  };
  send();
  CHECK(spread_from(0) <= 10);
  const std::uint32_t before = outstanding[NodeId{0}];
  router->on_topology(states_of(nodes, {0}), 0);
  send();
  CHECK(outstanding[NodeId{0}] == before);
  CHECK(spread_from(1) <= 10);
  // Back again, it takes all reads for which it is drawn.
  router->on_topology(states_of(nodes, {}), 0);
  send();
  CHECK(outstanding[NodeId{0}] - before == Approx(2000).margin(60));
}

TEST_CASE("health before load: Finagle's choice among nodes of which some are down") {
  // Of nodes with so many requests each, these down.
  const auto shares = [](const std::vector<int>& counts, const std::set<std::size_t>& down,
                         const ParameterTexts& given = {}) {
    const auto nodes = weighted(std::vector<double>(counts.size(), 1));
    const auto router = make("finagle.p2c", nodes, given);
    router->on_topology(states_of(nodes, down), 0);
    Outstanding outstanding = outstanding_of(counts);
    return read_shares(*router, counts.size(), {.outstanding = &outstanding});
  };
  CHECK(shares({9, 0}, {1})[0] == Approx(1));
  // Each of three pairs is as likely; load decides only between the two that are up. If who is down
  // is not drawn at all, load decides everything.
  check_shares(shares({9, 1, 0}, {2}), {1 / 3., 2 / 3., 0});
  check_shares(shares({9, 1, 0}, {2}, {{"health", "filter"}}), {0, 1, 0});
  // One of four is up: in half of the draws, of which there are five at most.
  check_shares(shares({9, 1, 1, 1}, {1, 2, 3}), {31 / 32., 1 / 96., 1 / 96., 1 / 96.});
  check_shares(shares({9, 1, 1, 1}, {1, 2, 3}, {{"max_effort", "0"}}),
               {1 / 2., 1 / 6., 1 / 6., 1 / 6.});
  // Among those that are down the load counts, and there is no other place to go.
  check_shares(shares({2, 1, 0}, {0, 1, 2}), {0, 1 / 3., 2 / 3.});
}

TEST_CASE("health first: writes follow the primary, and who is back is like any other") {
  const auto nodes = nodes_named(
      {{"default", Role::kPrimary}, {"replica", Role::kReplica}, {"other", Role::kReplica}});
  const auto router = make("finagle.p2c", nodes);
  Outstanding outstanding = outstanding_of({0, 5, 0});
  const ClusterView view{.outstanding = &outstanding};
  router->on_topology(states_of(nodes, {2}), 0);
  CHECK(reads(*router, 20, view) == std::string(20, 'b'));
  router->on_topology(states_of(nodes, {}), 0);
  CHECK(reads(*router, 20, view) == std::string(20, 'c'));
  const std::vector<NodeState> promoted = {
      {false, Role::kPrimary}, {true, Role::kPrimary}, {true, Role::kReplica}};
  router->on_topology(promoted, 0);
  CHECK(write(*router).node == NodeId{1});
  CHECK(reads(*router, 20, view) == std::string(20, 'c'));
  CHECK(error_of("finagle.p2c", nodes, {{"health_checks", "false"}}) ==
        "router 'finagle.p2c': health = first needs health_checks = true");
}

TEST_CASE("ties go to the first or the last node drawn, or to any") {
  // The same draws for all.
  const auto picks = [](const char* tie) {
    Outstanding equal = outstanding_of({2, 2});
    return reads(*make("d_choices", weighted({1, 1}), {{"tie", tie}}), 1000,
                 {.outstanding = &equal});
  };
  const std::string first = picks("first");
  const std::string last = picks("last");
  const std::string random = picks("random");
  int as_first = 0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    REQUIRE(first[i] != last[i]);
    as_first += random[i] == first[i] ? 1 : 0;
  }
  CHECK(as_first == Approx(500).margin(4 * std::sqrt(250.)));
  // Of three tied, each as likely.
  Outstanding equal = outstanding_of({2, 2, 2});
  const auto router = make("d_choices", weighted({1, 1, 1}), {{"tie", "random"}, {"d", "3"}});
  check_shares(read_shares(*router, 3, {.outstanding = &equal}), {1 / 3., 1 / 3., 1 / 3.});
}

TEST_CASE("draws by weight: nginx takes two that differ, HAProxy perhaps one twice") {
  // One draw: the weights themselves.
  check_shares(
      weighted_shares("d_choices", {1, 3, 0}, {0, 0, 0}, {{"d", "1"}, {"weights", "draws"}}),
      {0.25, 0.75, 0});
  // Loads 0, 1 and 5/2. First and second are drawn with probability 1/6, the others 5/12 each.
  check_shares(weighted_shares("nginx.random_two", {1, 1, 2}, {0, 1, 5}), {7 / 12., 5 / 12., 0});
  // The worse of two takes those reads for which it is drawn twice.
  check_shares(weighted_shares("haproxy.random", {1, 3}, {0, 5}), {7 / 16., 9 / 16.});
  // More choices than nodes: all of them.
  check_shares(weighted_shares("nginx.random_two", {1, 5}, {9, 0}, {{"d", "9"}}), {0, 1});
}

TEST_CASE("nginx's random two gives ties to the second node drawn") {
  // Equal loads: the second is a, unless a was the first: weights 1 and 3.
  check_shares(weighted_shares("nginx.random_two", {1, 3}, {0, 0}), {0.75, 0.25});
  check_shares(weighted_shares("nginx.random_two", {1, 3}, {0, 0}, {{"tie", "first"}}),
               {0.25, 0.75});
}

TEST_CASE("loads are compared by weight if asked") {
  check_shares(weighted_shares("d_choices", {1, 3}, {2, 4}), {1, 0});
  check_shares(weighted_shares("d_choices", {1, 3}, {2, 4}, {{"weights", "ratio"}}), {0, 1});
  // 1/1 and 3/3 are equal.
  check_shares(weighted_shares("d_choices", {1, 3}, {1, 3}, {{"weights", "ratio"}}), {0.5, 0.5});
}

TEST_CASE("choices by weight: weight 0 takes no read, and no other weight none at all") {
  for (const char* use : {"draws", "ratio", "both"}) {
    for (const char* replacement : {"false", "true"}) {
      const ParameterTexts given = {
          {"weights", use}, {"replacement", replacement}, {"fallback", "reject"}};
      CHECK(weighted_shares("d_choices", {0, 1, 1}, {0, 9, 9}, given)[0] == 0);
      const auto nodes = weighted({0, 1});
      const auto router = make("d_choices", nodes, given);
      router->on_topology(states_of(nodes, {1}), 0);
      Outstanding idle = outstanding_of({0, 0});
      const Decision decision = read(*router, {.outstanding = &idle});
      CHECK(decision.kind == Decision::Kind::kReject);
      CHECK(decision.reason == Reason::kNoReplica);
      router->on_topology(states_of(nodes, {}), 0);
      CHECK(reads(*router, 3, {.outstanding = &idle}) == "bbb");
    }
  }
  CHECK_THROWS_AS(make("nginx.random_two", weighted({1.5, 1})), InputError);
}

TEST_CASE("choices keep to the nodes that guards allow, by weight too") {
  Outstanding idle = outstanding_of({0, 0, 0});
  const std::vector<std::uint8_t> eligible = {0, 1, 1, 0};
  const ClusterView view{.outstanding = &idle, .eligible = eligible.data()};
  for (const char* name : {"d_choices", "nginx.random_two", "haproxy.random", "nginx.least_conn"}) {
    const auto router = make(name, weighted({8, 1, 1}));
    const std::string chosen = reads(*router, 200, view);
    CHECK(std::ranges::count(chosen, 'a') == 0);
    CHECK(std::ranges::count(chosen, 'b') > 50);
    CHECK(std::ranges::count(chosen, 'c') > 50);
  }
}

}  // namespace switchyard::testing
