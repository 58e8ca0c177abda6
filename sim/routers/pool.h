// Which nodes a strategy picks from: shared by all that send reads to replicas and writes to the
// primary.
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "routers/parameters.h"
#include "routers/router.h"

namespace switchyard {

// Nodes to pick from, in the cluster's order.
struct Eligible {
  std::span<const NodeId> nodes;
  // Differs whenever the nodes may differ from those of another time.
  std::uint64_t generation = 0;

  // By a guard, for this read only.
  bool is_narrowed() const { return generation >= kNarrowed; }
  static constexpr std::uint64_t kNarrowed = std::uint64_t{1} << 63;
};

// What becomes of a read that no replica takes.
enum class Fallback : std::uint8_t { kPrimary, kReject, kWait };
inline constexpr std::array<std::string_view, 3> kFallbacks = {"primary", "reject", "wait"};

class NodePool {
 public:
  NodePool(std::span<const NodeInfo> nodes, NodeId default_node, bool include_primary,
           bool checks_health, Fallback fallback = Fallback::kPrimary);
  // `parameters` has those of pool_parameters().
  NodePool(std::span<const NodeInfo> nodes, NodeId default_node, const Parameters& parameters)
      : NodePool(nodes, default_node, parameters.boolean("include_primary"),
                 parameters.boolean("health_checks"), parameters.choice<Fallback>("fallback")) {}

  // For a read: the replicas (and primaries, if included) that are up, as far as the view narrows
  // them. Where that leaves none: primaries, or nothing with another fallback.
  Eligible readers(const ClusterView& view) {
    if (view.eligible == nullptr) [[likely]]
      return {readers_, generation_};
    return narrowed(view.eligible);
  }
  // `default` if it is a primary, else the first primary.
  NodeId writer() const { return writer_; }
  Decision write() const { return Decision::to(writer_, Reason::kPrimary); }
  Decision read(NodeId node) const { return Decision::to(node, read_reason_); }
  // For a read that no node is to take.
  Decision without_node(const Query& query, Nanoseconds now) const;

  // From now on readers that are down stay, for a picker that looks at their health itself.
  void keep_down_readers() { keeps_down_readers_ = true; }
  // Follows it, unless health checks are off.
  void update(std::span<const NodeState> states);

 private:
  void fill(std::span<const NodeState> states);
  Eligible narrowed(const std::uint8_t* eligible);

  bool include_primary_;
  bool checks_health_;
  bool keeps_down_readers_ = false;
  Fallback fallback_;
  NodeId default_node_;
  std::vector<NodeId> readers_;
  std::vector<NodeId> scratch_;
  std::uint64_t generation_ = 0;
  std::uint64_t narrowings_ = 0;
  NodeId writer_ = kNoNode;
  Reason read_reason_ = Reason::kPicked;
};

inline constexpr ParameterInfo kHealthChecks = {
    .name = "health_checks",
    .type = ParameterInfo::Type::kBoolean,
    .default_value = "true",
    .help = "whether databases noticed as down are left out, and changes of role followed"};

inline constexpr ParameterInfo kFallback = {
    .name = "fallback",
    .type = ParameterInfo::Type::kChoice,
    .default_value = "primary",
    .help =
        "where a read goes when no replica is up, or none may take it by the strategy's rule: "
        "to a primary; nowhere (reject); or it waits, asking every 10ms, and is rejected after "
        "10s (wait)",
    .choices = kFallbacks};

// The databases' weights, for a strategy that needs whole ones. Throws InputError on a fraction,
// when all are 0, and when their sum does not fit in 32 bits.
std::vector<std::int64_t> whole_weights(std::string_view strategy, std::span<const NodeInfo> nodes);

// The parameters of every strategy with a pool, after its own.
template <class... Own>
constexpr auto pool_parameters(const Own&... own) {
  return std::array<ParameterInfo, sizeof...(Own) + 4>{
      own...,
      ParameterInfo{.name = "include_primary",
                    .type = ParameterInfo::Type::kBoolean,
                    .default_value = "false",
                    .help = "whether primaries take reads beside the replicas"},
      kFallback, kHealthChecks, kPinTransaction};
}

}  // namespace switchyard
