#include "scenario/default_scenario.h"

#include <utility>

namespace switchyard {

std::vector<NodeSpec> nodes_named(std::vector<std::string> names) {
  std::vector<NodeSpec> nodes;
  for (std::string& name : names) {
    NodeSpec& node = nodes.emplace_back();
    node.role = implied_role(name);
    node.name = std::move(name);
  }
  return nodes;
}

Scenario scenario_for(std::string trace, std::vector<std::string> databases,
                      std::uint32_t workers) {
  Scenario scenario;
  scenario.workload.trace = trace;
  scenario.workload.trace_name = std::move(trace);
  if (databases.empty()) databases = {"default", "replica-1", "replica-2"};
  scenario.cluster.nodes = nodes_named(std::move(databases));
  for (NodeSpec& node : scenario.cluster.nodes) node.workers = workers;
  for (const char* name : {"MasterSlave", "round_robin", "random_replica", "least_outstanding",
                           "d_choices", "primary_only", "oracle"}) {
    scenario.candidates.push_back(candidate_for(name));
  }
  return scenario;
}

Candidate candidate_for(std::string router) {
  Candidate candidate;
  candidate.name = router;
  candidate.routers.push_back({std::move(router), {}});
  return candidate;
}

}  // namespace switchyard
