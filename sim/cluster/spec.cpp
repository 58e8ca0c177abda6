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

void remove_node(ClusterSpec& cluster, NodeId node) {
  cluster.nodes.erase(cluster.nodes.begin() + static_cast<std::ptrdiff_t>(index(node)));
  for (FaultSpec& fault : cluster.faults) {
    std::erase(fault.nodes, node);
    for (NodeId& other : fault.nodes) {
      if (other > node) other = node_id(index(other) - 1);
    }
  }
  std::erase_if(cluster.faults, [](const FaultSpec& fault) { return fault.nodes.empty(); });
}

void validate(const FaultSpec& fault, const ClusterSpec& cluster) {
  if (fault.nodes.empty()) throw InputError("nodes is empty: which databases have the fault?");
  for (const NodeId node : fault.nodes) {
    if (index(node) >= cluster.nodes.size()) {
      throw InputError("a fault names a database that does not exist");
    }
  }
  const bool all = fault.nodes.size() >= cluster.nodes.size();
  if (fault.kind == FaultKind::kPartition && all) {
    throw InputError("a partition leaves no database on the other side; name fewer");
  }
  if (fault.times > 1 && (fault.lasts_ns == kNever || fault.lasts_ns >= fault.every_ns)) {
    throw InputError(
        "a fault with times above 1 needs lasts and every, and has to end before it comes again: "
        "lasts must be below every");
  }
  if (fault.times == 1 && fault.every_ns > 0) {
    throw InputError("every says nothing without times: how often does the fault come?");
  }
  if (fault.kind == FaultKind::kSlow && !(fault.factor > 0 && fault.factor <= 0x1p30)) {
    throw InputError(
        "a fault of kind slow needs a factor above 0 and of at most 1e9; to stop a "
        "database use kind = \"down\"");
  }
  constexpr Nanoseconds kYear = Nanoseconds{365} * 24 * 3600 * kSecond;
  const double last = static_cast<double>(fault.every_ns) * fault.times;
  const bool endless = fault.lasts_ns == kNever;
  if (fault.at_ns > 100 * kYear || last > 100.0 * kYear ||
      (!endless && fault.lasts_ns > 50 * kYear)) {
    throw InputError("a fault is centuries away; give nearer times");
  }
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
  for (const FaultSpec& fault : cluster.faults) validate(fault, cluster);
}

}  // namespace switchyard
