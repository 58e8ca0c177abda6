#include "scenario/build_chain.h"

#include "routers/catalogue.h"

namespace switchyard {

RouterChain build_chain(const Candidate& candidate, const ClusterSpec& cluster,
                        std::uint64_t seed) {
  std::vector<NodeInfo> nodes;
  for (const NodeSpec& node : cluster.nodes) nodes.push_back({node.name, node.role, node.weight});
  const NodeId default_node = cluster.find("default");
  const auto python_random = std::make_shared<PythonRandom>(seed);
  std::vector<std::unique_ptr<Router>> routers;
  for (std::size_t i = 0; i < candidate.routers.size(); ++i) {
    const RouterUse& use = candidate.routers[i];
    const StrategyInfo& info = find_strategy(use.name);
    const Parameters parameters(info.name, info.parameters, use.parameters);
    routers.push_back(info.make(
        {nodes, default_node, RandomStream(seed, RandomPurpose::kRouter, i), python_random},
        parameters));
  }
  return {std::move(routers), default_node};
}

}  // namespace switchyard
