#include "scenario/build_chain.h"

#include "routers/catalogue.h"

namespace switchyard {

RouterChain build_chain(const Candidate& candidate, const ClusterSpec& cluster, std::uint64_t seed,
                        StringTableView tables, std::unique_ptr<Router> witness,
                        const std::atomic<bool>* stop) {
  std::vector<NodeInfo> nodes;
  for (const NodeSpec& node : cluster.nodes)
    nodes.push_back({node.name, node.role, node.weight, node.round_trip_ns});
  const NodeId default_node = cluster.find("default");
  const auto python_random = std::make_shared<PythonRandom>(seed);
  std::vector<std::unique_ptr<Router>> routers;
  Pinning pinning = Pinning::kNone;
  for (std::size_t i = 0; i < candidate.routers.size(); ++i) {
    const RouterUse& use = candidate.routers[i];
    const StrategyInfo& info = find_strategy(use.name);
    const Parameters parameters = parameters_of(use.name, info, use.parameters);
    // The first router answers most queries, so its way with transactions is the chain's.
    if (i == 0 && parameters.has("pin")) {
      pinning = parameters.choice<Pinning>("pin");
    }
    routers.push_back(info.make({nodes, default_node, RandomStream(seed, RandomPurpose::kRouter, i),
                                 python_random, nullptr, candidate.instances, tables, seed, stop},
                                parameters));
    for (std::size_t g = candidate.guards.size(); g-- > 0;) {
      const RouterUse& guard = candidate.guards[g];
      const StrategyInfo& guard_info = find_guard(guard.name);
      routers.back() = guard_info.make(
          {nodes, default_node, RandomStream(seed, RandomPurpose::kRouter, i), nullptr,
           std::move(routers.back()), candidate.instances, tables, seed, stop},
          parameters_of(guard.name, guard_info, guard.parameters));
    }
  }
  return {std::move(routers), default_node, pinning,
          candidate.guards.empty() ? 0 : cluster.nodes.size(), std::move(witness)};
}

std::uint64_t instance_seed(std::uint64_t seed, std::uint32_t instance) {
  // The first has the streams of a lone one.
  return instance == 0 ? seed : RandomStream(seed, RandomPurpose::kInstances, instance).next_u64();
}

std::vector<RouterChain> build_instances(const Candidate& candidate, const ClusterSpec& cluster,
                                         std::uint64_t seed, StringTableView tables,
                                         const std::atomic<bool>* stop) {
  std::vector<RouterChain> instances;
  for (std::uint32_t i = 0; i < candidate.instances; ++i) {
    instances.push_back(
        build_chain(candidate, cluster, instance_seed(seed, i), tables, nullptr, stop));
  }
  return instances;
}

}  // namespace switchyard
