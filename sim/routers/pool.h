// Which nodes a strategy picks from: shared by all that send reads to replicas and writes to the
// primary.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "routers/parameters.h"
#include "routers/router.h"

namespace switchyard {

inline constexpr ParameterInfo kIncludePrimary = {
    .name = "include_primary",
    .type = ParameterInfo::Type::kBoolean,
    .default_value = "false",
    .help = "whether primaries take reads beside the replicas; without any replica they always do"};

class NodePool {
 public:
  NodePool(std::span<const NodeInfo> nodes, NodeId default_node, bool include_primary);

  // Nodes that reads may go to, in the cluster's order; never empty.
  std::span<const NodeId> readers() const { return readers_; }
  std::uint32_t reader_count() const { return static_cast<std::uint32_t>(readers_.size()); }
  // `default` if it is a primary, else the first primary.
  NodeId writer() const { return writer_; }
  Decision write() const { return Decision::to(writer_, Reason::kPrimary); }
  Decision read(NodeId node) const { return Decision::to(node, read_reason_); }

 private:
  std::vector<NodeId> readers_;
  NodeId writer_ = kNoNode;
  Reason read_reason_ = Reason::kPicked;
};

}  // namespace switchyard
