// What must hold in every run, over random scenarios.
#include <numeric>

#include "catch.h"
#include "measure/report.h"
#include "replay/harness.h"

namespace switchyard::testing {
namespace {

struct RandomScenario {
  ReplayWorkload workload;
  ClusterSpec cluster;
  Candidate candidate;
  ReplayOptions options;
};

template <class T>
const T& one_of(RandomStream& random, const std::vector<T>& list) {
  return list[random.next_below(static_cast<std::uint32_t>(list.size()))];
}

RandomScenario random_scenario(std::uint64_t seed, bool fifo_only) {
  RandomStream random(seed, RandomPurpose::kArrivals, 99);
  RandomScenario s;
  s.options.seed = seed;
  s.options.loop =
      one_of(random, std::vector{LoopMode::kOpen, LoopMode::kSession, LoopMode::kClosed});
  s.options.timeout_ns = random.next_below(3) == 0 ? 20 * kMillisecond : 0;
  s.options.speed = one_of(random, std::vector{0.5, 1.0, 3.0});
  s.options.measured.from_ns = random.next_below(2) == 0 ? 0 : kSecond / 2;

  const std::size_t count = 1 + random.next_below(6);
  s.cluster = cluster_of(count, 1);
  double capacity = 0;
  for (NodeSpec& node : s.cluster.nodes) {
    node.workers = 1 + random.next_below(9);
    node.speed = one_of(random, std::vector{0.5, 1.0, 1.7});
    node.queue_limit = random.next_below(3) == 0 ? 1 + random.next_below(10) : 0;
    node.round_trip_ns = random.next_below(2) == 0 ? 0 : random.next_below(3'000'000);
    if (!fifo_only && random.next_below(3) == 0) node.discipline = Discipline::kProcessorSharing;
    capacity += node.workers * node.speed;
  }
  if (count > 2 && random.next_below(2) == 0) {
    s.cluster.nodes[1].role = Role::kPrimary;
    s.cluster.nodes[1].name = "master-1";
  }
  s.cluster.replication.delay = Law::constant(random.next_below(10'000'000));
  s.cluster.replication.apply_workers = 1 + random.next_below(3);
  s.cluster.replication.apply_competes = random.next_below(3) > 0;
  if (random.next_below(3) > 0) s.cluster.replication.apply_service = Law::exponential(5e5);
  if (random.next_below(3) == 0) s.cluster.replication.apply_share = 0.5;
  if (random.next_below(3) == 0) s.cluster.replication.delay = Law::exponential(4e6);
  if (random.next_below(2) == 0) s.cluster.replication.order = ReplicationOrder::kAny;
  if (count > 1 && random.next_below(3) == 0) {
    s.cluster.replication.mode =
        random.next_below(2) == 0 ? ReplicationMode::kSemiSync : ReplicationMode::kSync;
    s.cluster.replication.acks = 1 + random.next_below(static_cast<std::uint32_t>(count) - 1);
  }

  SyntheticWorkload workload;
  workload.requests = 5'000;
  workload.sessions = 1 + random.next_below(60);
  workload.read_share = 0.5 + 0.5 * random.next_unit();
  workload.read_service = Law::exponential(2e6);
  workload.write_service = Law::lognormal(3e6, 1.5);
  // From idle to overloaded.
  workload.arrivals.rate = capacity / 2e-3 * (0.1 + 1.1 * random.next_unit());
  workload.keys = KeyLaw{200, 0.9};
  if (s.options.loop == LoopMode::kClosed) workload.think = Law::exponential(4e6);
  s.workload = synthetic(workload, seed);
  const bool masters = s.cluster.find("master-1") != kNoNode;
  std::vector<std::string> names = {"MasterSlave",       "MasterSlaveAsShipped",
                                    "round_robin",       "least_outstanding",
                                    "d_choices",         "oracle",
                                    "causal universal",  "causal fast universal",
                                    "haproxy.leastconn", ""};
  if (masters) names.emplace_back("MultipleMasterSlave");
  s.candidate = candidate_of(one_of(random, names));
  if (s.candidate.name.starts_with("causal")) {
    const bool fast = s.candidate.name != "causal universal";
    s.candidate.routers = {{"least_outstanding", {}}};
    s.candidate.guards = {
        {fast ? "maxscale.causal_reads_fast_universal" : "maxscale.causal_reads_universal",
         {{"timeout", "5ms"}, {"on_timeout", "error"}}}};
    s.cluster.probe_service_ns = random.next_below(2) == 0 ? 0 : random.next_below(500'000);
  }
  return s;
}

constexpr std::uint64_t kScenarios = 150;

std::uint64_t answered_by_nodes(const RunTally& tally) {
  return std::accumulate(tally.nodes.begin(), tally.nodes.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const NodeTally& node) {
                           return sum + node.reads + node.writes + node.control;
                         });
}

std::string fingerprint_of(RunTally tally, const ClusterSpec& cluster) {
  std::vector<RunTally> tallies;
  tallies.push_back(std::move(tally));
  return summarize("", {}, std::move(tallies), cluster).fingerprint;
}

}  // namespace

TEST_CASE("every request ends exactly once: completed, failed, timed out or rejected") {
  for (std::uint64_t seed = 1; seed <= kScenarios; ++seed) {
    RandomScenario s = random_scenario(seed, false);
    s.options.measured.from_ns = 0;
    const auto tally = run(s.workload, s.cluster, s.candidate, s.options);
    INFO("seed " << seed << ", router " << s.candidate.name);
    REQUIRE(tally.arrived() == s.workload.trace.size());
    REQUIRE(answered_by_nodes(tally) == tally.completed);
    REQUIRE(all_latencies(tally).count() == tally.completed);
    const auto buckets = tally.series.used();
    const auto arrivals = std::accumulate(
        buckets.begin(), buckets.end(), std::uint64_t{0},
        [](std::uint64_t sum, const TimeSeries::Bucket& bucket) { return sum + bucket.arrivals; });
    REQUIRE(arrivals == tally.arrived());
  }
}

TEST_CASE("planning ahead and simulating every completion give the same run to the nanosecond",
          "[long]") {
  for (std::uint64_t seed = 1; seed <= kScenarios; ++seed) {
    RandomScenario s = random_scenario(seed, true);
    INFO("seed " << seed << ", router " << s.candidate.name);
    const auto planned = run(s.workload, s.cluster, s.candidate, s.options);
    s.options.all_nodes_by_events = true;
    const auto by_events = run(s.workload, s.cluster, s.candidate, s.options);
    REQUIRE(planned.event_checksum == by_events.event_checksum);
    REQUIRE(fingerprint_of(planned, s.cluster) == fingerprint_of(by_events, s.cluster));
  }
}

TEST_CASE("no node works more than its workers can, and every write is applied everywhere else") {
  for (std::uint64_t seed = 1; seed <= kScenarios; ++seed) {
    RandomScenario s = random_scenario(seed, false);
    s.options.measured.from_ns = 0;
    s.options.timeout_ns = 0;
    INFO("seed " << seed << ", router " << s.candidate.name);
    const auto tally = run(s.workload, s.cluster, s.candidate, s.options);
    std::uint64_t writes = 0;
    for (const NodeTally& node : tally.nodes) writes += node.writes;
    for (std::size_t i = 0; i < tally.nodes.size(); ++i) {
      const auto limit = static_cast<double>(tally.measured_to_ns) * s.cluster.nodes[i].workers;
      REQUIRE(static_cast<double>(tally.nodes[i].busy_ns) <= limit);
      REQUIRE(tally.nodes[i].applies == writes - tally.nodes[i].writes);
      const Law& delay = s.cluster.replication.delay;
      const double least = delay.kind() == Law::Kind::kConstant ? delay.mean() : 0;
      REQUIRE(static_cast<double>(tally.nodes[i].apply_lag_ns) >=
              static_cast<double>(tally.nodes[i].applies) * least);
    }
  }
}

TEST_CASE("busy time is the service given, and time in the system adds up (Little's law)") {
  for (std::uint64_t seed = 1; seed <= kScenarios; ++seed) {
    RandomScenario s = random_scenario(seed, true);
    s.options.measured.from_ns = 0;
    s.options.timeout_ns = 0;
    // Applies off the workers, and no work on probes: then requests alone make nodes busy and
    // queue.
    s.cluster.replication.apply_competes = false;
    s.cluster.probe_service_ns = 0;
    INFO("seed " << seed << ", router " << s.candidate.name);
    const auto tally = run(s.workload, s.cluster, s.candidate, s.options);
    std::int64_t busy = 0;
    std::int64_t waiting = 0;
    for (const NodeTally& node : tally.nodes) {
      busy += node.busy_ns;
      waiting += node.waiting_ns;
    }
    REQUIRE(busy == tally.service_ns);
    // The integral of the number waiting equals the sum of waits; the parts equal the whole.
    REQUIRE(static_cast<double>(waiting) ==
            Approx(tally.wait_ns.mean() * static_cast<double>(tally.completed)).epsilon(1e-9));
    const double parts = static_cast<double>(tally.held_ns + tally.router_ns + waiting +
                                             tally.service_ns + tally.acks_ns + tally.wire_ns);
    REQUIRE(
        parts ==
        Approx(all_latencies(tally).mean() * static_cast<double>(tally.completed)).epsilon(1e-9));
  }
}

TEST_CASE("the same scenario and seed give the same fingerprint, another seed another") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const RandomScenario s = random_scenario(seed, false);
    const auto once = fingerprint_of(run(s.workload, s.cluster, s.candidate, s.options), s.cluster);
    const auto again =
        fingerprint_of(run(s.workload, s.cluster, s.candidate, s.options), s.cluster);
    REQUIRE(once == again);
    const RandomScenario other = random_scenario(seed + 1000, false);
    REQUIRE(once !=
            fingerprint_of(run(other.workload, other.cluster, other.candidate, other.options),
                           other.cluster));
  }
}

}  // namespace switchyard::testing
