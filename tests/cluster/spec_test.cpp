#include "cluster/spec.h"

#include "catch.h"

namespace switchyard {
namespace {

ClusterSpec cluster_of(const std::vector<std::string>& names) {
  ClusterSpec cluster;
  for (const std::string& name : names) {
    cluster.nodes.push_back({.name = name, .role = Role::kReplica});
  }
  cluster.nodes.front().role = Role::kPrimary;
  return cluster;
}

FaultSpec fault_of(FaultKind kind, std::vector<NodeId> nodes) {
  FaultSpec fault;
  fault.kind = kind;
  fault.nodes = std::move(nodes);
  return fault;
}

}  // namespace

TEST_CASE("faults stay with their nodes when another is taken away, and go with their last one") {
  ClusterSpec cluster = cluster_of({"default", "a", "b", "c"});
  cluster.faults = {fault_of(FaultKind::kDown, {node_id(1)}),
                    fault_of(FaultKind::kSlow, {node_id(3)}),
                    fault_of(FaultKind::kErrors, {node_id(0), node_id(1), node_id(2)})};
  remove_node(cluster, node_id(1));
  REQUIRE(cluster.nodes.size() == 3);
  REQUIRE(cluster.faults.size() == 2);
  CHECK(cluster.faults[0].kind == FaultKind::kSlow);
  CHECK(cluster.faults[0].nodes == std::vector<NodeId>{cluster.find("c")});
  CHECK(cluster.faults[1].nodes == std::vector<NodeId>{cluster.find("default"), cluster.find("b")});
}

}  // namespace switchyard
