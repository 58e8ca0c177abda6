#include "routers/pool.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.h"

namespace switchyard {

NodePool::NodePool(std::span<const NodeInfo> nodes, NodeId default_node, bool include_primary,
                   bool checks_health, Fallback fallback)
    : include_primary_(include_primary),
      checks_health_(checks_health),
      fallback_(fallback),
      default_node_(default_node) {
  std::vector<NodeState> states;
  for (const NodeInfo& node : nodes) states.push_back({true, node.role});
  readers_.reserve(nodes.size());
  scratch_.reserve(nodes.size());
  fill(states);
}

void NodePool::update(std::span<const NodeState> states) {
  if (checks_health_) fill(states);
}

void NodePool::fill(std::span<const NodeState> states) {
  const NodeId last_writer = writer_;
  writer_ = kNoNode;
  readers_.clear();
  for (std::size_t i = 0; i < states.size(); ++i) {
    const bool primary = states[i].role == Role::kPrimary;
    if (states[i].up && primary && (writer_ == kNoNode || node_id(i) == default_node_)) {
      writer_ = node_id(i);
    }
    if (!states[i].up && !keeps_down_readers_) continue;
    if (!primary || include_primary_) readers_.push_back(node_id(i));
  }
  // While no primary is known to be up, writes go where the last one was, and fail there.
  if (writer_ == kNoNode) writer_ = last_writer;
  ++generation_;
  read_reason_ = readers_.empty() ? Reason::kNoReplica : Reason::kPicked;
  if (fallback_ != Fallback::kPrimary) return;
  for (std::size_t i = 0; read_reason_ == Reason::kNoReplica && i < states.size(); ++i) {
    if (states[i].up && states[i].role == Role::kPrimary) readers_.push_back(node_id(i));
  }
  if (readers_.empty()) readers_.push_back(writer_);
}

Decision NodePool::without_node(const Query& query, Nanoseconds now) const {
  constexpr Nanoseconds kAskEvery = 10 * kMillisecond;
  constexpr Nanoseconds kWaitAtMost = 10 * kSecond;
  if (fallback_ == Fallback::kPrimary) return Decision::to(writer_, Reason::kNoReplica);
  if (fallback_ == Fallback::kReject || now - query.asked_ns >= kWaitAtMost) {
    return Decision::reject(Reason::kNoReplica);
  }
  return Decision::wait_until(std::min(now + kAskEvery, query.asked_ns + kWaitAtMost),
                              Reason::kNoReplica);
}

Eligible NodePool::narrowed(const std::uint8_t* eligible) {
  scratch_.clear();
  for (const NodeId node : readers_) {
    if (eligible[index(node)] != 0) scratch_.push_back(node);
  }
  if (scratch_.empty() && fallback_ == Fallback::kPrimary) scratch_.push_back(writer_);
  return {scratch_, Eligible::kNarrowed + ++narrowings_};
}

std::vector<std::int64_t> whole_weights(std::string_view strategy,
                                        std::span<const NodeInfo> nodes) {
  std::vector<std::int64_t> weights;
  for (const NodeInfo& node : nodes) {
    if (node.weight != std::floor(node.weight) || node.weight > 1e9) {
      throw InputError(fmt::format(
          "router '{}' needs whole weights up to 1e9, and database '{}' has weight = {}", strategy,
          node.name, node.weight));
    }
    weights.push_back(static_cast<std::int64_t>(node.weight));
  }
  const std::int64_t sum = std::accumulate(weights.begin(), weights.end(), std::int64_t{0});
  if (sum == 0) throw InputError(fmt::format("router '{}': every database has weight 0", strategy));
  if (sum > UINT32_MAX) {
    throw InputError(fmt::format("router '{}': the databases' weights add up to more than {}",
                                 strategy, UINT32_MAX));
  }
  return weights;
}

}  // namespace switchyard
