// Sessions that are connected to some of the replicas, as MaxScale's are.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "routers/pool.h"
#include "routers/split_router.h"

namespace switchyard {

inline constexpr ParameterInfo kMaxReplicas = {
    .name = "max_replicas",
    .type = ParameterInfo::Type::kInteger,
    .default_value = "-1",
    .help =
        "how many replicas a session connects to at its start, those with the fewest "
        "connections, the first in order among equals (MaxScale max_slave_connections); it "
        "reads from no others, and connects to another only when one is lost. 0: none; -1: all",
    .unit = "replicas",
    .min = -1,
    .max = UINT32_MAX};

// A picker that leaves out the replicas that a read's session is not connected to. Primaries are
// not counted. Source: MaxScale 24.02, rwsplit_select_backends.cc (its rule).
template <class Picker>
class WithSessionReplicas : public Picker {
 public:
  WithSessionReplicas(Picker picker, std::span<const NodeInfo> nodes, std::size_t max_replicas)
      : Picker(std::move(picker)), max_replicas_(max_replicas), connections_(nodes.size()) {
    for (const NodeInfo& node : nodes) roles_.push_back(node.role);
    left_.reserve(nodes.size());
  }

  Signals wants() const {
    Signals signals = Picker::wants();
    signals.sessions = true;
    return signals;
  }

  NodeId pick(const Read& read) {
    const std::span<const NodeId> nodes = read.eligible.nodes;
    // What a guard leaves out is not lost.
    if (!read.eligible.is_narrowed()) connect(read.query.session, nodes);
    const std::span<const NodeId> own = slots(read.query.session);
    left_.clear();
    for (const NodeId node : nodes) {
      if (!is_replica(node) || has(own, node)) left_.push_back(node);
    }
    if (left_.empty()) return kNoNode;
    return Picker::pick({{left_, kOfSessions + ++times_}, read.query, read.view, read.now_ns});
  }

  void on_session_start(const Eligible& readers, SessionId session) {
    const std::size_t all = (index(session) + 1) * max_replicas_;
    if (all > slots_.size()) slots_.resize(all, kNoNode);
    connect(session, readers.nodes);
  }
  void on_session_end(SessionId session, Nanoseconds /*now*/) { connect(session, {}); }
  void on_topology(std::span<const NodeState> states) {
    for (std::size_t i = 0; i < states.size(); ++i) roles_[i] = states[i].role;
  }

 private:
  // No generation of a pool is that high.
  static constexpr std::uint64_t kOfSessions = Eligible::kNarrowed + Eligible::kNarrowed / 2;

  bool is_replica(NodeId node) const { return roles_[index(node)] == Role::kReplica; }
  static bool has(std::span<const NodeId> list, NodeId node) {
    return std::ranges::find(list, node) != list.end();
  }
  std::span<NodeId> slots(SessionId session) {
    return std::span(slots_).subspan(index(session) * max_replicas_, max_replicas_);
  }
  // Gives up the connections to all but `nodes`, and makes as many to those as there may be.
  void connect(SessionId session, std::span<const NodeId> nodes) {
    const std::span<NodeId> own = slots(session);
    for (NodeId& slot : own) {
      if (slot != kNoNode && !(is_replica(slot) && has(nodes, slot))) {
        --connections_[index(slot)];
        slot = kNoNode;
      }
    }
    for (NodeId& slot : own) {
      if (slot == kNoNode) slot = fewest_connected(nodes, own);
    }
  }
  // Counts it, too; kNoNode without one that is not in `own` yet.
  NodeId fewest_connected(std::span<const NodeId> nodes, std::span<const NodeId> own) {
    NodeId best = kNoNode;
    for (const NodeId node : nodes) {
      if (!is_replica(node) || has(own, node)) continue;
      if (best == kNoNode || connections_[index(node)] < connections_[index(best)]) best = node;
    }
    if (best != kNoNode) ++connections_[index(best)];
    return best;
  }

  std::size_t max_replicas_;
  std::vector<std::uint32_t> connections_;  // per node
  std::vector<NodeId> slots_;               // max_replicas_ per session
  std::vector<Role> roles_;                 // per node, as noticed
  std::vector<NodeId> left_;
  std::uint64_t times_ = 0;
};

}  // namespace switchyard
