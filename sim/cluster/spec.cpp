#include "cluster/spec.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"

namespace switchyard {

NodeId ClusterSpec::find(std::string_view name) const {
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].name == name) return node_id(i);
  }
  return kNoNode;
}

std::size_t ClusterSpec::count(Role role) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(nodes, [&](const NodeSpec& node) { return node.role == role; }));
}

void validate(const ClusterSpec& cluster) {
  if (cluster.find("default") == kNoNode) {
    throw InputError(
        "there is no database named 'default'; Django's rules need one: add [databases.default]");
  }
  if (cluster.nodes.size() > kMaxNodes) {
    throw InputError(fmt::format("the cluster has {} databases; at most {} are supported",
                                 cluster.nodes.size(), kMaxNodes));
  }
  if (cluster.count(Role::kPrimary) == 0) {
    throw InputError(
        "no database is a primary, so nothing can take writes; set role = \"primary\" on one");
  }
  for (std::size_t i = 0; i < cluster.nodes.size(); ++i) {
    const NodeSpec& node = cluster.nodes[i];
    if (cluster.find(node.name) != node_id(i)) {
      throw InputError(fmt::format("database '{}' is listed twice", node.name));
    }
    if (node.workers == 0) {
      throw InputError(fmt::format(
          "database '{}' has workers = 0 and could never answer; give it at least 1", node.name));
    }
    if (!(node.speed > 0)) {
      throw InputError(
          fmt::format("database '{}' has speed = {}; it must be above 0", node.name, node.speed));
    }
  }
  const ReplicationSpec& replication = cluster.replication;
  const std::size_t others = cluster.nodes.size() - 1;
  if (replication.mode != ReplicationMode::kAsync && replication.acks > others) {
    throw InputError(fmt::format(
        "replication.acks = {} can never be reached: a write has {} other database(s) to reach",
        replication.acks, others));
  }
  if (replication.apply_workers == 0) {
    throw InputError("replication.apply_workers = 0 would never apply a write; give it at least 1");
  }
}

}  // namespace switchyard
