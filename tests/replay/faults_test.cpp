// What faults do to requests, worked out by hand. One unit of time is a millisecond.
#include "catch.h"
#include "replay/harness.h"

namespace switchyard::testing {
namespace {

constexpr Nanoseconds kMs = kMillisecond;

// Sends a request to the node whose number its session's name, or else its key, begins with.
class ByKey : public Router {
 public:
  explicit ByKey(const Trace& trace) : trace_(trace) {}
  Decision choose(const Query& query, const ClusterView& /*view*/, Nanoseconds /*now*/) override {
    std::string_view name = trace_.names().sessions[index(query.session)];
    const bool by_key = name.front() > '9';
    if (by_key) name = trace_.names().keys[static_cast<std::size_t>(query.key)];
    return Decision::to(node_id(static_cast<std::size_t>(name.front() - '0')));
  }

 private:
  const Trace& trace_;
};

FaultSpec fault_of(FaultKind kind, std::size_t node, Nanoseconds at, Nanoseconds lasts) {
  FaultSpec fault;
  fault.kind = kind;
  fault.nodes = {node_id(node)};
  fault.at_ns = at;
  fault.lasts_ns = lasts;
  return fault;
}

// Virtual time begins with the first request, so there is one at 0 that is neither read nor write.
RunTally run_by_key(std::vector<Row> rows, const ClusterSpec& cluster,
                    const ReplayOptions& options = options_of(LoopMode::kOpen)) {
  validate(cluster);
  rows.insert(rows.begin(), {0, "start", 'x', 0});
  const ReplayWorkload workload = by_hand(rows);
  std::vector<std::unique_ptr<Router>> routers;
  routers.push_back(std::make_unique<ByKey>(workload.trace));
  return replay(workload, cluster, RouterChain(std::move(routers), NodeId{0}), options);
}

std::uint64_t served(const RunTally& tally) {
  return tally.read_ns.count() + tally.write_ns.count();
}

RunTally run_strategy(const std::vector<Row>& rows, const ClusterSpec& cluster,
                      const std::string& name, const ParameterTexts& parameters = {},
                      const ReplayOptions& options = options_of(LoopMode::kOpen)) {
  return run(by_hand(rows), cluster, candidate_of(name, parameters), options);
}

// A read on the node every millisecond, each 0.1 ms long.
std::vector<Row> steady(const std::string& key, Nanoseconds until, char op = 'r') {
  std::vector<Row> rows;
  for (Nanoseconds t = 0; t < until; t += kMs) {
    rows.push_back({t, "s" + std::to_string(t), op, kMs / 10, key});
  }
  return rows;
}

}  // namespace

TEST_CASE("a node that stops loses what it serves and what waits, and refuses what comes") {
  ClusterSpec cluster = cluster_of(2, 1);
  cluster.nodes[1].round_trip_ns = 2 * kMs;
  cluster.faults = {fault_of(FaultKind::kDown, 1, 10 * kMs, 5 * kMs)};
  // Arriving a millisecond later: one served in time, one in service, one waiting, one refused, one
  // after the end.
  const RunTally tally = run_by_key({{1 * kMs, "a", 'r', 2 * kMs, "1"},
                                     {7 * kMs, "b", 'r', 4 * kMs, "1"},
                                     {8 * kMs, "c", 'r', 4 * kMs, "1"},
                                     {11 * kMs, "d", 'r', 1 * kMs, "1"},
                                     {14 * kMs, "e", 'r', 3 * kMs, "1"}},
                                    cluster);
  CHECK(served(tally) == 2);
  CHECK(tally.failed == 3);
  CHECK(tally.nodes[1].errors == 3);
  CHECK(tally.read_ns.max() >= 5 * kMs);
  CHECK(tally.read_ns.max() < 5 * kMs + kMs / 10);
  // Busy: 2 ms, the 2 ms until it stopped, 3 ms.
  CHECK(tally.nodes[1].busy_ns == 7 * kMs);
  // The first failures are heard of at 11 ms, the next answer comes at 15 + 3 + 1 ms.
  CHECK(tally.read_outages.not_served == 3);
  CHECK(tally.read_outages.outages == 1);
  CHECK(tally.read_outages.total_ns == 8 * kMs);
  CHECK(tally.write_outages.outages == 0);
}

TEST_CASE("a node that stops in silence is noticed only by those who give up") {
  ClusterSpec cluster = cluster_of(2, 1);
  cluster.faults = {fault_of(FaultKind::kDown, 1, 10 * kMs, 5 * kMs)};
  cluster.faults[0].silent = true;
  ReplayOptions options = options_of(LoopMode::kOpen);
  options.timeout_ns = 20 * kMs;
  const RunTally tally = run_by_key(
      {{8 * kMs, "a", 'r', 4 * kMs, "1"}, {12 * kMs, "b", 'r', 1 * kMs, "1"}}, cluster, options);
  CHECK(tally.timed_out == 2);
  CHECK(tally.measured_to_ns == 32 * kMs);
}

TEST_CASE("a slow node takes so much longer for what is left and for what comes, then recovers") {
  for (const Discipline discipline : {Discipline::kFifo, Discipline::kProcessorSharing}) {
    ClusterSpec cluster = cluster_of(1, 1);
    cluster.nodes[0].discipline = discipline;
    cluster.faults = {fault_of(FaultKind::kSlow, 0, 2 * kMs, 6 * kMs)};
    cluster.faults[0].factor = 3;
    // 2 ms at full speed, 2 ms of work in the 6 ms that are slow, 1 ms more.
    const RunTally tally = run_by_key({{0, "a", 'r', 5 * kMs, "0"}}, cluster);
    CHECK(tally.measured_to_ns == 9 * kMs);
    CHECK(served(tally) == 1);
  }
  ClusterSpec cluster = cluster_of(1, 1);
  cluster.faults = {fault_of(FaultKind::kSlow, 0, 2 * kMs, 6 * kMs)};
  cluster.faults[0].factor = 3;
  // The first ends at 1 + 1 + 3 = 5 ms; the second, which waits, has 1 ms of work done until 8 ms.
  const RunTally tally =
      run_by_key({{1 * kMs, "a", 'r', 2 * kMs, "0"}, {3 * kMs, "b", 'r', 2 * kMs, "0"}}, cluster);
  CHECK(tally.measured_to_ns == 9 * kMs);
  CHECK(tally.nodes[0].busy_ns == 8 * kMs);
}

TEST_CASE("a node that answers errors draws the reads of whoever counts outstanding requests") {
  ClusterSpec cluster = cluster_of(4, 1);
  cluster.faults = {fault_of(FaultKind::kErrors, 1, 0, kNever)};
  std::vector<Row> rows;
  // More than the two other replicas can do.
  for (int i = 0; i < 3000; ++i) rows.push_back({i * kMs, std::to_string(i), 'r', 8 * kMs});
  const RunTally black_hole =
      run_strategy(rows, cluster, "least_outstanding", {{"tie", "uniform"}});
  const RunTally in_turn = run_strategy(rows, cluster, "round_robin");
  CHECK(in_turn.failed == 1000);
  CHECK(black_hole.failed > 2000);
}

TEST_CASE("a stalled node receives what it applies when the stall ends") {
  ClusterSpec cluster = cluster_of(2, 1);
  cluster.replication.delay = Law::constant(1 * kMs);
  cluster.faults = {fault_of(FaultKind::kStallReplication, 1, 0, 20 * kMs)};
  const RunTally tally = run_by_key({{2 * kMs, "a", 'w', 1 * kMs, "0"},
                                     {5 * kMs, "a", 'w', 1 * kMs, "0"},
                                     {30 * kMs, "a", 'r', 0, "0"}},
                                    cluster);
  CHECK(tally.nodes[1].applies == 2);
  CHECK(tally.nodes[1].max_apply_lag_ns == 17 * kMs);
  CHECK(tally.nodes[1].apply_lag_ns == (17 + 14) * kMs);
}

TEST_CASE("a detour delays the commits that set out meanwhile, and those behind them") {
  ClusterSpec cluster = cluster_of(2, 1);
  cluster.replication.delay = Law::constant(1 * kMs);
  cluster.faults = {fault_of(FaultKind::kDelayReplication, 1, 0, 4 * kMs)};
  cluster.faults[0].delay_ns = 10 * kMs;
  // Commits at 3 and 6 ms: received at 14 ms, and not before that.
  const RunTally tally = run_by_key({{2 * kMs, "a", 'w', 1 * kMs, "0"},
                                     {5 * kMs, "a", 'w', 1 * kMs, "0"},
                                     {30 * kMs, "a", 'r', 0, "0"}},
                                    cluster);
  CHECK(tally.nodes[1].apply_lag_ns == (11 + 8) * kMs);
}

TEST_CASE("what a partition holds back sets out again when it ends") {
  ClusterSpec cluster = cluster_of(3, 1);
  cluster.replication.delay = Law::constant(2 * kMs);
  cluster.faults = {fault_of(FaultKind::kPartition, 2, 4 * kMs, 10 * kMs)};
  cluster.faults[0].cuts_clients = false;
  // Commits at 3 (under way when the route is cut) and at 7 ms.
  const RunTally tally = run_by_key({{2 * kMs, "a", 'w', 1 * kMs, "0"},
                                     {6 * kMs, "a", 'w', 1 * kMs, "0"},
                                     {30 * kMs, "a", 'r', 0, "0"}},
                                    cluster);
  CHECK(tally.nodes[1].apply_lag_ns == (2 + 2) * kMs);
  CHECK(tally.nodes[2].apply_lag_ns == (13 + 9) * kMs);
}

TEST_CASE("a partition that cuts off clients leaves them without an answer") {
  ClusterSpec cluster = cluster_of(2, 1);
  cluster.faults = {fault_of(FaultKind::kPartition, 1, 4 * kMs, 10 * kMs)};
  ReplayOptions options = options_of(LoopMode::kOpen);
  options.timeout_ns = 5 * kMs;
  // Served but unheard; never received; after the end.
  const RunTally tally = run_by_key({{3 * kMs, "a", 'r', 2 * kMs, "1"},
                                     {6 * kMs, "b", 'r', 1 * kMs, "1"},
                                     {14 * kMs, "c", 'r', 1 * kMs, "1"}},
                                    cluster, options);
  CHECK(tally.timed_out == 2);
  CHECK(served(tally) == 1);
  CHECK(tally.nodes[1].busy_ns == 3 * kMs);
}

TEST_CASE("routers leave out a lost node once it is noticed, and take it back later") {
  ClusterSpec cluster = cluster_of(3, 8);
  cluster.faults = {fault_of(FaultKind::kDown, 1, 100 * kMs, 200 * kMs)};
  cluster.failover.detect_after_ns = 50 * kMs;
  const std::vector<Row> rows = steady("", 600 * kMs);
  // In turn: every other read of the 50 ms before it is noticed fails.
  const RunTally noticing = run_strategy(rows, cluster, "round_robin");
  CHECK(noticing.failed == 25);
  // Half of the reads before 150 and from 350 ms on.
  CHECK(noticing.nodes[1].reads + noticing.failed == 75 + 125);
  const RunTally blind = run_strategy(rows, cluster, "round_robin", {{"health_checks", "false"}});
  CHECK(blind.failed == 100);
  // One that is back before anybody noticed was never missed.
  cluster.faults[0].lasts_ns = 40 * kMs;
  CHECK(run_strategy(rows, cluster, "round_robin").failed == 20);
}

TEST_CASE("the most advanced replica takes over, and what it lacks is lost") {
  ClusterSpec cluster = cluster_of(3, 8);
  cluster.replication.delay = Law::constant(5 * kMs);
  // The first replica lags 20 ms more.
  cluster.faults = {fault_of(FaultKind::kDown, 0, 100 * kMs + 1, 200 * kMs),
                    fault_of(FaultKind::kDelayReplication, 1, 0, kNever)};
  cluster.faults[1].delay_ns = 20 * kMs;
  cluster.failover.detect_after_ns = 10 * kMs;
  cluster.failover.promote_after_ns = 30 * kMs;
  std::vector<Row> rows = steady("k", 600 * kMs, 'w');
  const RunTally tally = run_strategy(rows, cluster, "random_replica");
  // Until the router hears just after 150 ms of the replica that was promoted just after 140 ms.
  // The write at 100 ms is in service when the primary stops.
  CHECK(tally.failed == 51);
  CHECK(tally.nodes[0].writes == 100);
  CHECK(tally.nodes[2].writes == 449);
  CHECK(tally.nodes[1].writes == 0);
  // Those of 95 to 99 ms commit 0.1 ms later and were not received by 100 ms; that of 94 was.
  CHECK(tally.consistency.lost_acknowledged_writes == 5);
  CHECK(tally.write_outages.outages == 1);
  CHECK(tally.write_outages.longest_ns == 51 * kMs + kMs / 10 - 1);
  // The old primary is back at 300 ms as a replica and catches up with all of the new one's.
  CHECK(tally.nodes[0].applies == 449);
  CHECK(tally.nodes[1].applies == 449 + 95);
}

TEST_CASE("a router that knows only one primary fails for ever once another has taken over") {
  ClusterSpec cluster = cluster_of(2, 8);
  cluster.faults = {fault_of(FaultKind::kDown, 0, 100 * kMs + 1, 50 * kMs)};
  cluster.failover.promote_after_ns = 10 * kMs;
  const RunTally tally = run_strategy(steady("k", 300 * kMs, 'w'), cluster, "MasterSlave");
  CHECK(served(tally) == 100);
  CHECK(tally.failed == 200);
}

TEST_CASE("a primary that is back in time stays primary and loses nothing") {
  ClusterSpec cluster = cluster_of(2, 8);
  cluster.replication.delay = Law::constant(5 * kMs);
  cluster.faults = {fault_of(FaultKind::kDown, 0, 100 * kMs + 1, 50 * kMs)};
  cluster.failover.promote_after_ns = 60 * kMs;
  const RunTally tally = run_strategy(steady("k", 300 * kMs, 'w'), cluster, "MasterSlave");
  CHECK(served(tally) == 249);
  CHECK(tally.consistency.lost_acknowledged_writes == 0);
  CHECK(tally.nodes[1].applies == 249);
}

TEST_CASE("two primaries on the two sides of a partition accept writes, and one side's are lost") {
  ClusterSpec cluster = cluster_of(3, 8);
  cluster.faults = {fault_of(FaultKind::kPartition, 0, 100 * kMs, 100 * kMs)};
  cluster.faults[0].cuts_clients = false;
  cluster.failover.promote_after_ns = 20 * kMs;
  std::vector<Row> rows;
  for (int i = 0; i < 300; ++i) {
    rows.push_back({i * kMs, "0-" + std::to_string(i), 'w', kMs / 10, "k"});
    // From 150 ms on others write the same key on the new primary.
    if (i >= 150) rows.push_back({i * kMs + kMs / 2, "1-" + std::to_string(i), 'w', 0, "k"});
  }
  const RunTally tally = run_by_key(rows, cluster);
  // All of the old primary's own from 100 to 199 ms: the last of them ends before 200 ms.
  CHECK(tally.consistency.lost_acknowledged_writes == 100);
  // From then on it is a replica, and refuses.
  CHECK(tally.failed == 100);
  // Each of the 50 that each side makes from 150 to 200 ms conflicts with all of the other's
  // before.
  CHECK(tally.consistency.conflicting_pairs >= 50 * 50);
}

TEST_CASE("an acknowledgement does not cross a cut, and sets out again when it ends") {
  ClusterSpec cluster = cluster_of(2, 8);
  cluster.replication.delay = Law::constant(kMs);
  cluster.replication.ack_delay = Law::constant(4 * kMs);
  cluster.replication.acks = 1;
  const auto answered_at = [&](ReplicationMode mode, Nanoseconds cut, Nanoseconds mended) {
    cluster.replication.mode = mode;
    cluster.faults = {fault_of(FaultKind::kPartition, 1, cut, mended - cut)};
    cluster.faults[0].cuts_clients = false;
    const RunTally tally = run_by_key({{10 * kMs, "0", 'w', kMs, "k"}}, cluster);
    CHECK(served(tally) == 1);
    return 10 * kMs + tally.write_ns.max();
  };
  // Committed at 11 ms, received at 12, acknowledged at 16.
  const ReplicationMode semi = ReplicationMode::kSemiSync;
  CHECK(answered_at(semi, 17 * kMs, 30 * kMs) == 16 * kMs);
  CHECK(answered_at(semi, 13 * kMs, 30 * kMs) == 34 * kMs);
  CHECK(answered_at(semi, 13 * kMs, 14 * kMs) == 18 * kMs);
  CHECK(answered_at(semi, 11 * kMs + 1, 30 * kMs) == 35 * kMs);
  // Applied at 17 ms, even while nobody can be told.
  cluster.replication.apply_service = Law::constant(5 * kMs);
  cluster.replication.apply_competes = false;
  const ReplicationMode sync = ReplicationMode::kSync;
  CHECK(answered_at(sync, 22 * kMs, 30 * kMs) == 21 * kMs);
  CHECK(answered_at(sync, 13 * kMs, 16 * kMs) == 21 * kMs);
  CHECK(answered_at(sync, 13 * kMs, 30 * kMs) == 34 * kMs);
}

TEST_CASE("what a discarded write had overwritten is no lost update") {
  ClusterSpec cluster = cluster_of(3, 8);
  for (const std::size_t node : {0U, 1U}) cluster.nodes[node].role = Role::kPrimary;
  cluster.replication.delay = Law::constant(5 * kMs);
  const std::vector<Row> rows = {{100 * kMs, "1", 'w', kMs, "k"}, {102 * kMs, "0", 'w', kMs, "k"}};
  const RunTally merged = run_by_key(rows, cluster);
  CHECK(merged.consistency.conflicting_pairs == 1);
  CHECK(merged.consistency.lost_updates == 1);
  // Node 0 is cut off with the later write, which nobody else will have.
  cluster.faults = {fault_of(FaultKind::kPartition, 0, 101 * kMs + 1, 400 * kMs)};
  cluster.faults[0].cuts_clients = false;
  cluster.nodes[1].role = Role::kReplica;
  cluster.failover.promote_after_ns = 0;
  std::vector<Row> split = {{150 * kMs, "1", 'w', kMs, "k"},
                            {160 * kMs, "0", 'w', kMs, "k"},
                            {190 * kMs, "2-later", 'r', kMs, "k"}};
  split.push_back({600 * kMs, "2-last", 'r', kMs, "k"});
  const RunTally lost = run_by_key(split, cluster);
  CHECK(lost.consistency.conflicting_pairs == 1);
  CHECK(lost.consistency.lost_acknowledged_writes == 1);
  CHECK(lost.consistency.lost_updates == 0);
}

TEST_CASE("a failed read is tried again, a write only if it was certainly not executed") {
  ClusterSpec cluster = cluster_of(2, 1);
  cluster.faults = {fault_of(FaultKind::kDown, 0, 10 * kMs, 5 * kMs)};
  ReplayOptions options = options_of(LoopMode::kOpen);
  options.retries = 1;
  options.retry_after_ns = 6 * kMs;
  const auto outcome = [&](Nanoseconds at, char op) {
    return run_by_key({{at, "a", op, 2 * kMs, "0"}}, cluster, options);
  };
  // In service when the node stops: lost at 10 ms, again at 16 ms.
  const RunTally read = outcome(9 * kMs, 'r');
  CHECK(served(read) == 1);
  CHECK(read.retries == 1);
  CHECK(read.measured_to_ns == 18 * kMs);
  const RunTally write = outcome(9 * kMs, 'w');
  CHECK(write.failed == 1);
  CHECK(write.retries == 0);
  // Refused at the door at 11 ms.
  CHECK(served(outcome(11 * kMs, 'w')) == 1);
  // One retry and no more: down for longer.
  cluster.faults[0].lasts_ns = 50 * kMs;
  const RunTally twice = outcome(11 * kMs, 'r');
  CHECK(twice.failed == 1);
  CHECK(twice.retries == 1);
  CHECK(twice.nodes[0].errors == 2);
}

TEST_CASE("a timeout counts from each attempt") {
  ClusterSpec cluster = cluster_of(1, 1);
  cluster.faults = {fault_of(FaultKind::kSlow, 0, 0, 15 * kMs)};
  cluster.faults[0].factor = 100;
  ReplayOptions options = options_of(LoopMode::kOpen);
  options.timeout_ns = 10 * kMs;
  options.retries = 3;
  options.retry_after_ns = 10 * kMs;
  // Given up at 10 ms; asked again at 20 ms behind what the node still works on: 0.85 ms are left
  // of the first attempt's 1 ms at 15 ms, when it recovers.
  const RunTally tally = run_by_key({{0, "a", 'r', 1 * kMs, "0"}}, cluster, options);
  CHECK(served(tally) == 1);
  CHECK(tally.retries == 1);
  CHECK(tally.measured_to_ns == 21 * kMs);
}

TEST_CASE("a transaction fails with any of its statements, and with the node it has written on") {
  ClusterSpec cluster = cluster_of(2, 1);
  cluster.faults = {fault_of(FaultKind::kDown, 0, 10 * kMs, 5 * kMs)};
  cluster.replication.delay = Law::constant(kMs);
  // Its write at 5 ms is held until the commit at 20 ms, which comes to nothing.
  const RunTally lost = run_by_key({{5 * kMs, "a", 'w', 1 * kMs, "0", 1},
                                    {20 * kMs, "a", 'c', 1 * kMs, "0", 1},
                                    {30 * kMs, "b", 'w', 1 * kMs, "0"},
                                    {60 * kMs, "b", 'r', 0, "0"}},
                                   cluster);
  CHECK(lost.nodes[1].applies == 1);
  cluster.faults.clear();
  // The second write is refused by a replica, so the first does not happen either.
  const RunTally refused = run_by_key({{5 * kMs, "a", 'w', 1 * kMs, "0", 1},
                                       {7 * kMs, "a", 'w', 1 * kMs, "1", 1},
                                       {20 * kMs, "a", 'c', 1 * kMs, "0", 1},
                                       {60 * kMs, "b", 'r', 0, "0"}},
                                      cluster);
  CHECK(refused.nodes[1].applies == 0);
  CHECK(refused.failed == 1);
}

TEST_CASE("a fault that comes again does so at equal distances") {
  ClusterSpec cluster = cluster_of(2, 8);
  cluster.faults = {fault_of(FaultKind::kDown, 1, 10 * kMs, 5 * kMs)};
  cluster.faults[0].times = 3;
  cluster.faults[0].every_ns = 20 * kMs;
  // Reads at each full millisecond; those at the instant of the end are served.
  const RunTally tally = run_by_key(steady("1", 100 * kMs), cluster);
  CHECK(tally.failed == 15);
}

TEST_CASE("the oracle never asks a node that would not answer") {
  ClusterSpec cluster = cluster_of(3, 8);
  cluster.faults = {fault_of(FaultKind::kDown, 0, 10 * kMs, 20 * kMs),
                    fault_of(FaultKind::kErrors, 1, 15 * kMs, 30 * kMs)};
  cluster.failover.detect_after_ns = kSecond;
  const RunTally tally = run_strategy(steady("k", 100 * kMs), cluster, "oracle");
  // What is in service when the first stops.
  CHECK(tally.failed <= 1);
}

TEST_CASE("a primary that is elected again after its successor's loss replicates again") {
  ClusterSpec cluster = cluster_of(3, 8);
  cluster.replication.delay = Law::constant(kMs);
  cluster.failover.promote_after_ns = kMs;
  cluster.faults = {fault_of(FaultKind::kDown, 0, 10 * kMs, 10 * kMs),
                    fault_of(FaultKind::kDown, 1, 30 * kMs, 10 * kMs)};
  const RunTally tally = run_by_key({{2 * kMs, "a", 'w', 0, "0"},
                                     {15 * kMs, "a", 'w', 0, "1"},
                                     {35 * kMs, "a", 'w', 0, "0"},
                                     {50 * kMs, "a", 'w', 0, "0"},
                                     {90 * kMs, "b", 'r', 0, "0"}},
                                    cluster);
  CHECK(served(tally) == 5);
  CHECK(tally.nodes[2].applies == 4);
  CHECK(tally.nodes[1].applies == 3);
  CHECK(tally.nodes[0].applies == 1);
}

TEST_CASE("an heir that still applies is not promoted once a primary is back") {
  ClusterSpec cluster = cluster_of(4, 8);
  for (const std::size_t i : {1U, 2U}) cluster.nodes[i].role = Role::kPrimary;
  cluster.replication.apply_service = Law::constant(50e6);
  cluster.failover.promote_after_ns = 10 * kMs;
  cluster.faults = {fault_of(FaultKind::kDown, 2, 5 * kMs, 18 * kMs),
                    fault_of(FaultKind::kDown, 0, 10 * kMs, kNever),
                    fault_of(FaultKind::kDown, 1, 15 * kMs, kNever)};
  const RunTally tally = run_by_key(
      {{8 * kMs, "a", 'w', 0, "0"}, {100 * kMs, "b", 'w', 0, "3"}, {200 * kMs, "b", 'w', 0, "2"}},
      cluster);
  // Node 3 stays a replica and refuses; node 2 is the primary that came back.
  CHECK(tally.nodes[3].errors == 1);
  CHECK(tally.nodes[2].writes == 1);
}

TEST_CASE(
    "a sharing node that is slowed or sped up works as long as it does, and nobody waits alone") {
  for (const double factor : {0.5, 4.0}) {
    ClusterSpec cluster = cluster_of(1, 1);
    cluster.nodes[0].discipline = Discipline::kProcessorSharing;
    cluster.faults = {fault_of(FaultKind::kSlow, 0, 0, kNever)};
    cluster.faults[0].factor = factor;
    std::vector<Row> rows;
    for (int i = 0; i < 50; ++i) rows.push_back({(i + 1) * 10 * kMs, "s", 'r', kMs, "0"});
    const RunTally tally = run_by_key(rows, cluster);
    CHECK(tally.nodes[0].busy_ns == static_cast<std::int64_t>(50 * factor * kMs));
    CHECK(tally.wait_ns.max() == 0);
  }
}

TEST_CASE("a demoted primary goes on applying what it had begun") {
  ClusterSpec cluster = cluster_of(3, 8);
  cluster.nodes[1].role = Role::kPrimary;
  cluster.replication.apply_service = Law::constant(4e6);
  cluster.failover.promote_after_ns = 5 * kMs;
  cluster.faults = {fault_of(FaultKind::kDown, 0, 13 * kMs, kNever),
                    fault_of(FaultKind::kDown, 1, 13 * kMs, 100 * kMs)};
  std::vector<Row> rows;
  for (int i = 0; i < 6; ++i) rows.push_back({10 * kMs + i, "a", 'w', 0, "0"});
  rows.push_back({400 * kMs, "b", 'r', 0, "1"});
  CHECK(run_by_key(rows, cluster).nodes[1].applies == 6);
}

TEST_CASE("a commit whose writes ran elsewhere fails with them when a failover loses them") {
  ClusterSpec cluster = cluster_of(3, 8);
  cluster.nodes[0].role = Role::kReplica;
  cluster.nodes[1].role = Role::kPrimary;
  cluster.replication.mode = ReplicationMode::kSemiSync;
  cluster.replication.delay = Law::constant(10e6);
  cluster.failover.promote_after_ns = kMs;
  cluster.faults = {fault_of(FaultKind::kDown, 1, 5 * kMs, kNever)};
  const RunTally tally = run_by_key(
      {{kMs, "a", 'w', 0, "1", 1}, {2 * kMs, "a", 'c', 0, "", 1}, {50 * kMs, "a", 'r', 0, "0"}},
      cluster, options_of(LoopMode::kSession));
  CHECK(tally.arrived() == 4);
  CHECK(tally.failed == 1);
}

TEST_CASE("no answer comes later than its client's timeout") {
  ClusterSpec cluster = cluster_of(2, 8);
  cluster.nodes[1].round_trip_ns = 100 * kMs;
  ReplayOptions options = options_of(LoopMode::kOpen);
  options.timeout_ns = 60 * kMs;
  // Refused by a replica, but the refusal is under way for too long.
  const RunTally refused = run_by_key({{kMs, "a", 'w', 0, "1"}}, cluster, options);
  CHECK(refused.timed_out == 1);
  CHECK(refused.measured_to_ns == 61 * kMs);
  cluster.nodes[0].round_trip_ns = 40 * kMs;
  cluster.replication.mode = ReplicationMode::kSemiSync;
  cluster.replication.delay = Law::constant(50e6);
  options.timeout_ns = 80 * kMs;
  const RunTally late = run_by_key({{kMs, "a", 'w', 0, "0"}}, cluster, options);
  CHECK(late.timed_out == 1);
  CHECK(late.measured_to_ns == 81 * kMs);
}

TEST_CASE("a slow node applies slowly, also where applies take none of its workers") {
  ClusterSpec cluster = cluster_of(2, 8);
  cluster.replication.apply_service = Law::constant(1e6);
  cluster.replication.apply_competes = false;
  cluster.faults = {fault_of(FaultKind::kSlow, 1, 0, kNever)};
  cluster.faults[0].factor = 10;
  CHECK(run_by_key({{kMs, "a", 'w', 0, "0"}}, cluster).nodes[1].apply_lag_ns == 10 * kMs);
}

}  // namespace switchyard::testing
