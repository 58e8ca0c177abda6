// How results must change, or not, when the question changes.
#include "catch.h"
#include "replay/harness.h"

namespace switchyard::testing {
namespace {

const ParameterTexts kAllNodes = {{"include_primary", "true"}};

SyntheticWorkload base_workload() {
  SyntheticWorkload workload;
  workload.requests = 200'000;
  workload.sessions = 300;
  workload.arrivals.rate = 2500;
  workload.read_share = 0.9;
  workload.read_service = Law::exponential(1e6);
  workload.write_service = Law::exponential(1e6);
  return workload;
}

// The same requests with every time multiplied.
ReplayWorkload scaled(const ReplayWorkload& workload, std::int64_t factor) {
  const TraceColumns& c = workload.trace.columns();
  TraceBuilder builder;
  for (std::size_t i = 0; i < workload.trace.size(); ++i) {
    builder.add_numbered(c.t_ns[i] * factor, c.session[i], c.op[i], kNone, c.dur_ns[i] * factor);
  }
  return prepare(builder.finish({}), std::nullopt, 1);
}

std::vector<std::uint64_t> counts_of(const RunTally& tally) {
  std::vector<std::uint64_t> counts;
  for (const NodeTally& node : tally.nodes) {
    for (const auto count : {node.reads, node.writes, node.applies}) counts.push_back(count);
  }
  return counts;
}

double mean_ms(const RunTally& tally) {
  return all_latencies(tally).mean() / 1e6;
}

}  // namespace

TEST_CASE("all times multiplied by 8: the same choices, every latency multiplied by 8", "[long]") {
  const ReplayWorkload workload = synthetic(base_workload());
  ClusterSpec cluster = cluster_of(4, 2);
  cluster.nodes[1].round_trip_ns = 1000;
  cluster.replication.delay = Law::constant(3 * kMillisecond);
  cluster.replication.apply_share = 0.5;
  ClusterSpec larger = cluster;
  larger.nodes[1].round_trip_ns *= 8;
  larger.replication.delay = Law::constant(24 * kMillisecond);
  for (const LoopMode loop : {LoopMode::kOpen, LoopMode::kSession, LoopMode::kClosed}) {
    for (const char* router : {"MasterSlave", "least_outstanding", "oracle"}) {
      const auto small = run(scaled(workload, 2), cluster, candidate_of(router), options_of(loop));
      const auto large = run(scaled(workload, 16), larger, candidate_of(router), options_of(loop));
      INFO(router);
      CHECK(counts_of(small) == counts_of(large));
      CHECK(large.read_ns.max() == 8 * small.read_ns.max());
      CHECK(large.read_ns.mean() == Approx(8 * small.read_ns.mean()).epsilon(1e-12));
      CHECK(large.measured_to_ns == 8 * small.measured_to_ns);
      CHECK(large.nodes[1].busy_ns == 8 * small.nodes[1].busy_ns);
    }
  }
}

TEST_CASE("with one node every strategy gives the identical run", "[long]") {
  const ReplayWorkload workload = synthetic(base_workload());
  const ClusterSpec cluster = cluster_of(1, 4);
  for (const LoopMode loop : {LoopMode::kOpen, LoopMode::kSession, LoopMode::kClosed}) {
    const auto reference =
        run(workload, cluster, candidate_of("primary_only"), options_of(loop)).event_checksum;
    for (const char* router : {"MasterSlave", "MasterSlaveAsShipped", "round_robin",
                               "random_replica", "least_outstanding", "d_choices", "oracle", ""}) {
      INFO(router);
      CHECK(run(workload, cluster, candidate_of(router), options_of(loop)).event_checksum ==
            reference);
    }
  }
}

TEST_CASE("one choice is random in law, as many distinct choices as nodes is least outstanding") {
  const ReplayWorkload workload = synthetic(base_workload());
  const ClusterSpec cluster = cluster_of(4, 1);
  const auto mean_of = [&](const char* router, ParameterTexts parameters) {
    parameters.insert(parameters.end(), kAllNodes.begin(), kAllNodes.end());
    return mean_ms(
        run(workload, cluster, candidate_of(router, parameters), options_of(LoopMode::kOpen)));
  };
  const double random = mean_of("random_replica", {});
  const double least = mean_of("least_outstanding", {});
  CHECK(mean_of("d_choices", {{"d", "1"}}) == Approx(random).epsilon(0.04));
  CHECK(mean_of("d_choices", {{"d", "4"}}) == Approx(least).epsilon(0.02));
  // The two ends differ by far more than the margins.
  CHECK(random > 1.3 * least);
}

TEST_CASE("FIFO and processor sharing on one worker do the same work in the same busy time") {
  const ReplayWorkload workload = synthetic(base_workload());
  ClusterSpec fifo = cluster_of(1, 1);
  fifo.nodes[0].speed = 4;
  ClusterSpec sharing = fifo;
  sharing.nodes[0].discipline = Discipline::kProcessorSharing;
  const auto a = run(workload, fifo, candidate_of("primary_only"), options_of(LoopMode::kOpen));
  const auto b = run(workload, sharing, candidate_of("primary_only"), options_of(LoopMode::kOpen));
  CHECK(a.nodes[0].busy_ns == b.nodes[0].busy_ns);
  // The last busy period ends together, to the rounding of shared service.
  CHECK(std::abs(a.measured_to_ns - b.measured_to_ns) < 1000);
}

TEST_CASE("a faster node, more workers or fewer requests never make the mean latency worse") {
  const ReplayWorkload workload = synthetic(base_workload());
  const auto mean_of = [&](std::uint32_t workers, double speed, double replay_speed) {
    ClusterSpec cluster = cluster_of(3, workers);
    for (NodeSpec& node : cluster.nodes) node.speed = speed;
    ReplayOptions options = options_of(LoopMode::kOpen);
    options.speed = replay_speed;
    return mean_ms(run(workload, cluster, candidate_of("MasterSlave"), options));
  };
  const double base = mean_of(2, 1, 1);
  CHECK(mean_of(2, 2, 1) < base);
  CHECK(mean_of(4, 1, 1) < base);
  CHECK(mean_of(2, 1, 0.5) < base);
}

TEST_CASE("other candidates' strategies do not change which service times and applies are drawn") {
  const ReplayWorkload workload = synthetic(base_workload());
  ClusterSpec cluster = cluster_of(3, 8);
  cluster.replication.apply_service = Law::exponential(5e5);
  const auto busy = [&](const char* router) {
    const auto tally = run(workload, cluster, candidate_of(router), options_of(LoopMode::kOpen));
    std::int64_t sum = 0;
    for (const NodeTally& node : tally.nodes) sum += node.busy_ns;
    return sum;
  };
  // All send writes to the same primary, so each node applies the same writes for the same times.
  const std::int64_t reference = busy("round_robin");
  CHECK(busy("least_outstanding") == reference);
  CHECK(busy("MasterSlave") == reference);
}

}  // namespace switchyard::testing
