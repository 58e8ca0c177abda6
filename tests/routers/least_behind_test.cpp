// The picker least_behind, and the bug that one product ships with it.
#include "replay/harness.h"
#include "routers/guarded.h"

namespace switchyard::testing {
namespace {

std::size_t pick(const std::string& name, const Told& told, const ParameterTexts& given = {}) {
  const Decision decision = router_of(name, given)->choose(read_of(0), view_of(told), 0);
  CHECK(decision.reason == Reason::kPicked);
  return index(decision.node);
}

}  // namespace

TEST_CASE("least_behind: the least lag, the first of equals") {
  Told told;
  told.lag = {0, 5 * kSecond, 3 * kSecond};
  CHECK(pick("least_behind", told) == 2);
  told.lag[1] = 3 * kSecond;
  CHECK(pick("least_behind", told) == 1);
  told.lag[2] -= 1;
  CHECK(pick("least_behind", told) == 2);
  CHECK(pick("least_behind", told, {{"unit", "whole_seconds"}}) == 2);
  told.lag = {0, 3 * kSecond + 999 * kMs, 3 * kSecond};
  CHECK(pick("least_behind", told, {{"unit", "whole_seconds"}}) == 1);
  // No primary is ever behind.
  CHECK(pick("least_behind", told, {{"include_primary", "true"}}) == 0);
}

TEST_CASE("least_behind: MaxScale prefers a replica whose lag is unknown, which no other should") {
  Told told;
  // The primary has none; of the replicas one has none either, and the other's can't be told.
  told.lag = {0, 0, 5 * kSecond};
  told.known = {true, true, false};
  CHECK(pick("maxscale.least_behind_master", told) == 2);
  CHECK(pick("least_behind", told) == 1);
  // Even before one that is late.
  told.lag[1] = 5 * kSecond;
  CHECK(pick("maxscale.least_behind_master", told) == 2);
  CHECK(pick("least_behind", told) == 1);
  // What can't be told can't be compared.
  told.known = {true, false, false};
  CHECK(pick("maxscale.least_behind_master", told) == 1);
  CHECK(pick("least_behind", told) == 1);
  // With a limit on the lag the bug does not show.
  told.known = {true, true, false};
  told.lag[1] = 0;
  CHECK(six_reads(*guarded("maxscale.max_replication_lag", {}, "maxscale.least_behind_master"),
                  view_of(told)) == Nodes(6, 1));
}

TEST_CASE("finding 3: of lags 0, unknown and 5 MaxScale picks the unknown one, the right rule 0") {
  Told told;
  told.lag = {0, 0, 0, 5 * kSecond};
  told.known = {true, true, false, true};
  std::vector<NodeInfo> nodes = primary_and_two_replicas();
  nodes.push_back({"replica-3", Role::kReplica, 1});
  const auto pick_of = [&](const char* name) {
    const StrategyInfo& info = find_strategy(name);
    const auto router = info.make({nodes, NodeId{0}, RandomStream(1, RandomPurpose::kRouter),
                                   std::make_shared<PythonRandom>(1)},
                                  parameters_of(name, info, {}));
    return index(router->choose(read_of(0), view_of(told), 0).node);
  };
  CHECK(pick_of("maxscale.least_behind_master") == 2);
  CHECK(pick_of("least_behind") == 1);
}

TEST_CASE("least_behind: in a run, MaxScale's draws all reads to a replica that is cut off") {
  ClusterSpec cluster = cluster_of(3, 8);
  FaultSpec cut;
  cut.kind = FaultKind::kPartition;
  cut.nodes = {NodeId{2}};
  cut.cuts_clients = false;
  cluster.faults = {cut};
  std::vector<Row> rows;
  for (int i = 0; i < 100; ++i) {
    rows.push_back({i * kSecond, "writer", 'w', 0, "k"});
    rows.push_back({i * kSecond + 500 * kMs, "reader", 'r', 0, "k"});
  }
  const auto tally_of = [&](const char* router) {
    return run(by_hand(rows), cluster, candidate_of(router), options_of(LoopMode::kSession));
  };
  const RunTally shipped = tally_of("maxscale.least_behind_master");
  CHECK(shipped.nodes[2].reads == 100);
  CHECK(shipped.consistency.stale_reads == 100);
  const RunTally corrected = tally_of("least_behind");
  CHECK(corrected.nodes[1].reads == 100);
  CHECK(corrected.consistency.stale_reads == 0);
}

TEST_CASE("least_behind: in a run, what can't be told is known as of the last look") {
  ClusterSpec cluster = cluster_of(3, 8);
  FaultSpec cut;
  cut.kind = FaultKind::kPartition;
  cut.nodes = {NodeId{1}};
  cut.at_ns = 2200 * kMs;
  cut.lasts_ns = 3 * kSecond;
  cut.cuts_clients = false;
  cluster.faults = {cut};
  std::vector<Row> rows = {{0, "s", 's'}};
  for (int i = 0; i < 10; ++i) rows.push_back({i * kSecond + 500 * kMs, "s", 'r', 0, "k"});
  const auto elsewhere = [&](Nanoseconds observe_every_ns) {
    cluster.replication.observe_every_ns = observe_every_ns;
    return run(by_hand(rows), cluster, candidate_of("least_behind"), options_of(LoopMode::kSession))
        .nodes[2]
        .reads;
  };
  // At 2.5, 3.5 and 4.5 s; or from the look at 4 s to that at 6 s.
  CHECK(elsewhere(0) == 3);
  CHECK(elsewhere(2 * kSecond) == 2);
}

}  // namespace switchyard::testing
