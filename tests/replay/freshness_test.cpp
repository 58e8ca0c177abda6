// What guards promise, on random workloads and lags; and that what promises nothing breaks it.
#include "catch.h"
#include "measure/report.h"
#include "replay/harness.h"

namespace switchyard::testing {
namespace {

Candidate guarded(const std::string& guard, const ParameterTexts& parameters) {
  Candidate candidate = candidate_of("random_replica");
  if (!guard.empty()) candidate.guards.push_back({guard, parameters});
  return candidate;
}

ReplayWorkload workload_with(std::uint64_t seed) {
  SyntheticWorkload spec;
  spec.requests = 20'000;
  spec.sessions = 50;
  spec.read_share = 0.8;
  spec.arrivals.rate = 2000;
  spec.read_service = spec.write_service = Law::exponential(1e6);
  spec.keys = KeyLaw{100, 0.9};
  return synthetic(spec, seed);
}

ClusterSpec lagging(const Law& delay) {
  ClusterSpec cluster = cluster_of(4, 4);
  cluster.replication.delay = delay;
  cluster.replication.apply_share = 0.5;
  return cluster;
}

const std::vector<Law> kDelays = {Law::constant(20e6), Law::exponential(20e6),
                                  Law::lognormal(10e6, 3)};

}  // namespace

TEST_CASE("causal reads never miss their session's own writes, whatever the lag") {
  for (const Law& delay : kDelays) {
    const ReplayWorkload workload = workload_with(1);
    const auto violations = [&](const Candidate& candidate) {
      return run(workload, lagging(delay), candidate, options_of(LoopMode::kSession))
          .consistency.read_your_writes_violations;
    };
    CHECK(violations(guarded("", {})) > 100);
    CHECK(violations(guarded("causal", {})) == 0);
    CHECK(violations(guarded("causal", {{"mode", "select"}})) == 0);
    // Positions that are seen late are lower than the true ones: the reads still miss nothing.
    ClusterSpec cluster = lagging(delay);
    cluster.replication.observe_every_ns = 50'000'000;
    const RunTally late = run(workload, cluster, guarded("causal", {{"mode", "select"}}),
                              options_of(LoopMode::kSession));
    CHECK(late.consistency.read_your_writes_violations == 0);
    const RunTally exact = run(workload, lagging(delay), guarded("causal", {{"mode", "select"}}),
                               options_of(LoopMode::kSession));
    CHECK(late.nodes[0].reads > exact.nodes[0].reads);
  }
}

TEST_CASE("causal reads with scope all miss nothing that anybody was told") {
  const ReplayWorkload workload = workload_with(2);
  for (const Law& delay : kDelays) {
    const auto stale = [&](const Candidate& candidate) {
      return run(workload, lagging(delay), candidate, options_of(LoopMode::kSession))
          .consistency.stale_reads;
    };
    CHECK(stale(guarded("", {})) > 1000);
    CHECK(stale(guarded("causal", {{"scope", "all"}})) == 0);
  }
}

TEST_CASE("causal reads with scope cluster miss nothing, through however many routers") {
  const ReplayWorkload workload = workload_with(7);
  const auto stale = [&](const ClusterSpec& cluster, const char* scope, const char* mode) {
    Candidate candidate = guarded("", {});
    if (*scope != 0) candidate.guards.push_back({"causal", {{"scope", scope}, {"mode", mode}}});
    candidate.instances = 5;
    const auto chains = build_instances(candidate, cluster, 1);
    ReplayOptions options = options_of(LoopMode::kSession);
    options.timeout_ns = kSecond;
    options.retries = 1;
    const RunTally tally = replay(workload, cluster, std::span(chains), options);
    CHECK(tally.arrived() == workload.trace.size());
    return tally.consistency.stale_reads;
  };
  FaultSpec down;
  down.nodes = {NodeId{0}};
  down.at_ns = 3 * kSecond;
  down.lasts_ns = kSecond;
  FaultSpec silent = down;
  silent.at_ns = 6 * kSecond;
  silent.silent = true;
  FaultSpec replica_down = down;
  replica_down.nodes = {NodeId{2}};
  replica_down.at_ns = 5 * kSecond;
  for (const Law& delay : kDelays) {
    ClusterSpec cluster = lagging(delay);
    cluster.nodes[0].round_trip_ns = kMillisecond;
    cluster.probe_service_ns = 100'000;
    // Whose primary comes back: nobody else ever takes writes.
    for (const bool faulty : {false, true}) {
      if (faulty) cluster.faults = {down, silent, replica_down};
      CHECK(stale(cluster, "", "") > 1000);
      // What other routers were told they don't know.
      CHECK(stale(cluster, "all", "wait") > 1000);
      CHECK(stale(cluster, "cluster", "wait") == 0);
      CHECK(stale(cluster, "cluster", "select") == 0);
    }
  }
}

TEST_CASE("a sticky primary for longer than any lag leaves no session without its own writes") {
  const ReplayWorkload workload = workload_with(3);
  const ClusterSpec cluster = lagging(Law::constant(20e6));
  const auto run_with = [&](const char* duration) {
    return run(workload, cluster, guarded("sticky_primary", {{"duration", duration}}),
               options_of(LoopMode::kSession));
  };
  const RunTally plain = run(workload, cluster, guarded("", {}), options_of(LoopMode::kSession));
  Nanoseconds longest = 0;
  for (const NodeTally& node : plain.nodes) longest = std::max(longest, node.max_apply_lag_ns);
  REQUIRE(longest < 1'000'000'000);
  CHECK(run_with("1s").consistency.read_your_writes_violations == 0);
  CHECK(run_with("10ms").consistency.read_your_writes_violations > 0);
  // For no time at all it changes nothing, event for event: no session reads while a write of its
  // own is unanswered.
  const auto checksum = [&](const Candidate& candidate) {
    return run(workload, cluster, candidate, options_of(LoopMode::kSession)).event_checksum;
  };
  CHECK(checksum(guarded("sticky_primary", {{"duration", "0s"}})) == checksum(guarded("", {})));
}

TEST_CASE(
    "a bound on the lag that nobody reaches changes nothing, one that all exceed everything") {
  const ReplayWorkload workload = workload_with(4);
  ClusterSpec cluster = lagging(Law::constant(20e6));
  const auto checksum = [&](const Candidate& candidate) {
    return run(workload, cluster, candidate, options_of(LoopMode::kSession)).event_checksum;
  };
  CHECK(checksum(guarded("lag_bounded", {{"limit", "1h"}})) == checksum(guarded("", {})));
  FaultSpec stall;
  stall.kind = FaultKind::kStallReplication;
  stall.nodes = {NodeId{1}, NodeId{2}, NodeId{3}};
  cluster.faults = {stall};
  const RunTally stalled = run(workload, cluster, guarded("lag_bounded", {{"limit", "1ns"}}),
                               options_of(LoopMode::kSession));
  // Only before the first write commits is there anything that is not late.
  CHECK(stalled.nodes[0].reads > stalled.read_ns.count() - 50);
  CHECK(stalled.consistency.stale_reads == 0);
}

TEST_CASE("without any lag nothing waits, is stale or goes back under any guard") {
  const ReplayWorkload workload = workload_with(5);
  const ClusterSpec cluster = cluster_of(4, 4);
  for (const char* guard : {"", "causal", "sticky_primary", "lag_bounded"}) {
    const RunTally tally =
        run(workload, cluster, guarded(guard, {}), options_of(LoopMode::kSession));
    INFO(guard);
    CHECK(tally.consistency.stale_reads == 0);
    CHECK(tally.consistency.monotonic_read_violations == 0);
    CHECK(tally.router_ns == 0);
  }
}

TEST_CASE("a causal read waits as long as its replica needs, or the timeout and then moves") {
  ClusterSpec cluster = cluster_of(2, 1);
  const auto run_with_delay = [&](const Law& delay) {
    cluster.replication.delay = delay;
    return run(by_hand({{0, "s", 'w', 0, "k"}, {kSecond, "s", 'r', 0, "k"}}), cluster,
               guarded("causal", {{"timeout", "10s"}}), options_of(LoopMode::kSession));
  };
  const RunTally caught_up = run_with_delay(Law::constant(4e9));
  CHECK(caught_up.nodes[1].reads == 1);
  CHECK(caught_up.router_ns == 3 * kSecond);
  const RunTally too_late = run_with_delay(Law::constant(13e9));
  CHECK(too_late.nodes[0].reads == 1);
  CHECK(too_late.router_ns == 10 * kSecond);
}

TEST_CASE("a causal read gives up with its client while it waits") {
  ClusterSpec cluster = cluster_of(2, 1);
  cluster.replication.delay = Law::constant(4e9);
  ReplayOptions options = options_of(LoopMode::kSession);
  options.timeout_ns = 2 * kSecond;
  const RunTally tally = run(by_hand({{0, "s", 'w', 0, "k"}, {kSecond, "s", 'r', 0, "k"}}), cluster,
                             guarded("causal", {{"timeout", "10s"}}), options);
  CHECK(tally.timed_out == 1);
}

TEST_CASE("the client of a write waits for the way to other nodes, the apply, and the way back") {
  ClusterSpec cluster = cluster_of(3, 1);
  cluster.replication.delay = Law::constant(5e6);
  cluster.replication.ack_delay = Law::constant(3e6);
  cluster.replication.apply_service = Law::constant(2e6);
  for (const bool faulty : {false, true}) {
    FaultSpec harmless;
    harmless.kind = FaultKind::kErrors;
    harmless.nodes = {NodeId{1}};
    harmless.at_ns = kSecond;
    if (faulty) cluster.faults = {harmless};
    const auto latency = [&](ReplicationMode mode) {
      cluster.replication.mode = mode;
      const RunTally tally = run(by_hand({{0, "s", 'w', 1'000'000, "k"}}), cluster, guarded("", {}),
                                 options_of(LoopMode::kSession));
      return tally.acks_ns;
    };
    CHECK(latency(ReplicationMode::kAsync) == 0);
    CHECK(latency(ReplicationMode::kSemiSync) == 8 * kMillisecond);
    CHECK(latency(ReplicationMode::kSync) == 10 * kMillisecond);
  }
}

TEST_CASE("positions are seen as of the last look") {
  ClusterSpec cluster = cluster_of(2, 1);
  cluster.replication.delay = Law::constant(100e6);
  cluster.replication.observe_every_ns = kSecond;
  // The write is applied at 0.1 s; that is seen at 1 s.
  const RunTally tally =
      run(by_hand({{0, "s", 'w', 0, "k"},
                   {500 * kMillisecond, "s", 'r', 0, "k"},
                   {1500 * kMillisecond, "s", 'r', 0, "k"}}),
          cluster, guarded("causal", {{"mode", "select"}}), options_of(LoopMode::kSession));
  CHECK(tally.nodes[0].reads == 1);
  CHECK(tally.nodes[1].reads == 1);
}

TEST_CASE("guards stay deterministic while nodes fail") {
  const ReplayWorkload workload = workload_with(6);
  ClusterSpec cluster = lagging(Law::exponential(20e6));
  FaultSpec down;
  down.nodes = {NodeId{0}};
  down.at_ns = 2 * kSecond;
  down.lasts_ns = 3 * kSecond;
  cluster.faults = {down};
  cluster.failover.promote_after_ns = 100'000'000;
  for (const char* guard :
       {"causal", "sticky_primary", "lag_bounded", "maxscale.causal_reads_universal",
        "maxscale.causal_reads_fast_universal"}) {
    const auto checksum = [&] {
      const RunTally tally =
          run(workload, cluster, guarded(guard, {}), options_of(LoopMode::kSession));
      CHECK(tally.arrived() == workload.trace.size());
      return tally.event_checksum;
    };
    CHECK(checksum() == checksum());
  }
}

}  // namespace switchyard::testing
