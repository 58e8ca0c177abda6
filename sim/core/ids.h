// Dense ids. Each is an enum of its own so that a session can't be passed where a node is meant.
#pragma once

#include <cstddef>
#include <cstdint>

namespace switchyard {

enum class NodeId : std::uint16_t {};     // position in the cluster's order
enum class SessionId : std::uint32_t {};  // order of first appearance in the recording
enum class KeyId : std::uint32_t {};
enum class TableId : std::uint32_t {};
using RequestIndex = std::uint32_t;  // row of the trace

inline constexpr std::uint32_t kNone = 0xFFFFFFFF;
inline constexpr NodeId kNoNode{0xFFFF};
inline constexpr KeyId kNoKey{kNone};
inline constexpr TableId kNoTable{kNone};
// Node ids are 16 bits wide in events; the limit leaves room for kNoNode.
inline constexpr std::size_t kMaxNodes = 4096;

constexpr std::size_t index(NodeId id) {
  return static_cast<std::size_t>(id);
}
constexpr std::size_t index(SessionId id) {
  return static_cast<std::size_t>(id);
}
constexpr NodeId node_id(std::size_t i) {
  return static_cast<NodeId>(i);
}

}  // namespace switchyard
