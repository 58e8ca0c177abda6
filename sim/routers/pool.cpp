#include "routers/pool.h"

namespace switchyard {

NodePool::NodePool(std::span<const NodeInfo> nodes, NodeId default_node, bool include_primary) {
  std::vector<NodeId> primaries;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const bool primary = nodes[i].role == Role::kPrimary;
    if (primary) primaries.push_back(node_id(i));
    if (!primary || include_primary) readers_.push_back(node_id(i));
  }
  if (readers_.empty()) {
    readers_ = primaries;
    read_reason_ = Reason::kNoReplica;
  }
  writer_ = nodes[index(default_node)].role == Role::kPrimary ? default_node : primaries.front();
}

}  // namespace switchyard
