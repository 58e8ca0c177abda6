// The systems that the benchmarks run: like nodes with 8 workers, 70 % utilisation, 90 % reads,
// writes applied on every other node.
#pragma once

#include <memory>
#include <string>

#include "replay/engine.h"
#include "scenario/build_chain.h"
#include "workload/synthetic.h"

namespace switchyard::bench {

inline constexpr double kServiceNs = 10e6;
inline constexpr double kApplyNs = 1e6;
inline constexpr double kReadShare = 0.9;
inline constexpr std::uint32_t kWorkers = 8;

inline ClusterSpec cluster_of(std::size_t nodes) {
  ClusterSpec cluster;
  for (std::size_t i = 0; i < nodes; ++i) {
    NodeSpec node;
    node.name = i == 0 ? "default" : "replica-" + std::to_string(i);
    node.role = i == 0 ? Role::kPrimary : Role::kReplica;
    node.workers = kWorkers;
    cluster.nodes.push_back(std::move(node));
  }
  cluster.replication.delay = Law::constant(5 * kMillisecond);
  cluster.replication.apply_service = Law::constant(kApplyNs);
  // Enough for the applies of any number of nodes used here.
  cluster.replication.apply_workers = 4;
  return cluster;
}

struct WorkloadShape {
  std::size_t nodes = 4;
  std::uint64_t requests = 2'000'000;
  std::uint32_t sessions = 1000;
  LoopMode loop = LoopMode::kOpen;
  std::uint32_t keys = 1'000'000;

  bool operator==(const WorkloadShape&) const = default;
};

inline ReplayWorkload workload_of(const WorkloadShape& shape) {
  const auto nodes = static_cast<double>(shape.nodes);
  const double applies = (1 - kReadShare) * (nodes - 1) * kApplyNs;
  const double rate = 0.7 * nodes * kWorkers / (kServiceNs + applies) * 1e9;
  SyntheticWorkload workload;
  workload.requests = shape.requests;
  workload.sessions = shape.sessions;
  workload.read_share = kReadShare;
  workload.read_service = Law::exponential(kServiceNs);
  workload.write_service = workload.read_service;
  workload.keys = KeyLaw{shape.keys, 0.99};
  workload.arrivals.rate = rate;
  // The think time at which this many clients make the same load.
  if (shape.loop == LoopMode::kClosed) {
    workload.think = Law::exponential(
        std::max(1e6, static_cast<double>(shape.sessions) / rate * 1e9 - kServiceNs));
  }
  return prepare(generate(workload, 1), std::nullopt, 1);
}

inline RouterChain chain_of(const std::string& router, const ClusterSpec& cluster,
                            const std::string& guard = {}) {
  Candidate candidate;
  candidate.name = router;
  ParameterTexts parameters;
  if (router == "random_replica" || router == "least_outstanding" || router == "d_choices" ||
      router == "round_robin") {
    parameters.emplace_back("include_primary", "true");
  }
  candidate.routers.push_back({router, parameters});
  if (!guard.empty()) candidate.guards.push_back({guard, {}});
  return build_chain(candidate, cluster, 1);
}

}  // namespace switchyard::bench
