// Replicas in an order: in turn, or one for all reads until it is lost. The order is the cluster's,
// or one shuffled at the start.
//
// Ships in: MySQL Router routing_strategy = round-robin, first-available, next-available; PgBouncer
// and libpq load_balance_hosts; AWS roundRobin; Makara; PgDog; django-multidb-router.
// Parameters: mode (first_available), start (first), weights (none), include_primary (false).
// Known failure: in turn, a node k times slower than the rest piles up work; otherwise one replica
// has all of it, and next_available has none left after the last is lost.
// Source: MySQL Router manual, routing_strategy; its dest_*.cc; AWS RoundRobinHostSelector.java;
// Makara lib/makara/strategies.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "core/error.h"
#include "routers/catalogue.h"
#include "routers/split_router.h"

namespace switchyard {
namespace {

// Orders are classes, so that the common one costs nothing.
class ClusterOrder {
 public:
  std::span<const NodeId> of(const Eligible& eligible) const { return eligible.nodes; }
  std::size_t rank(NodeId node) const { return index(node); }
};

class ShuffledOrder {
 public:
  ShuffledOrder(std::size_t nodes, RandomStream random) : ranks_(nodes) {
    std::iota(ranks_.begin(), ranks_.end(), std::size_t{0});
    for (auto left = static_cast<std::uint32_t>(nodes); left > 1; --left) {
      std::swap(ranks_[left - 1], ranks_[random.next_below(left)]);
    }
    ordered_.reserve(nodes);
  }
  std::span<const NodeId> of(const Eligible& eligible) {
    if (eligible.generation != generation_) {
      ordered_.assign(eligible.nodes.begin(), eligible.nodes.end());
      std::ranges::sort(ordered_, {}, [&](NodeId node) { return rank(node); });
      generation_ = eligible.generation;
    }
    return ordered_;
  }
  std::size_t rank(NodeId node) const { return ranks_[index(node)]; }

 private:
  std::vector<std::size_t> ranks_;
  std::vector<NodeId> ordered_;  // the eligible nodes of the generation
  std::uint64_t generation_ = 0;
};

template <class Order>
class RoundRobin {
 public:
  explicit RoundRobin(Order order) : order_(std::move(order)) {}
  Signals wants() const { return {}; }
  NodeId pick(const Read& read) {
    const std::span<const NodeId> nodes = order_.of(read.eligible);
    if (next_ >= nodes.size()) next_ = 0;
    return nodes[next_++];
  }

 private:
  Order order_;
  std::size_t next_ = 0;
};

// In turn, each as many times in a row as its weight says.
template <class Order>
class Bursts {
 public:
  Bursts(Order order, std::vector<std::int64_t> weights)
      : order_(std::move(order)), weights_(std::move(weights)) {}
  Signals wants() const { return {}; }
  NodeId pick(const Read& read) {
    const std::span<const NodeId> nodes = order_.of(read.eligible);
    auto at = std::ranges::find(nodes, current_);
    // Where the current one was lost the turn begins again.
    const bool is_lost = at == nodes.end();
    if (is_lost) at = nodes.begin();
    if (is_lost || left_ == 0) {
      const auto weight = [&] { return weights_[index(*at)]; };
      if (!is_lost) at = after(at, nodes);
      for (std::size_t i = 0; weight() == 0 && i < nodes.size(); ++i) at = after(at, nodes);
      if (weight() == 0) return kNoNode;
      current_ = *at;
      left_ = weight();
    }
    --left_;
    return current_;
  }

 private:
  using Place = std::span<const NodeId>::iterator;
  static Place after(Place at, std::span<const NodeId> nodes) {
    return at + 1 == nodes.end() ? nodes.begin() : at + 1;
  }

  Order order_;
  std::vector<std::int64_t> weights_;
  NodeId current_ = kNoNode;
  std::int64_t left_ = 0;  // of its picks in a row
};

template <class Order>
class Available {
 public:
  Available(Order order, std::size_t nodes, bool wraps)
      : order_(std::move(order)), nodes_(nodes), wraps_(wraps) {}
  Signals wants() const { return {}; }
  NodeId pick(const Read& read) {
    const std::span<const NodeId> nodes = order_.of(read.eligible);
    // Mostly the current one is among them.
    const auto at =
        std::ranges::find_if(nodes, [&](NodeId node) { return order_.rank(node) >= current_; });
    // A guard's choice is no loss: it passes over nodes for one read.
    if (read.eligible.is_narrowed() && current_ < nodes_) {
      return at == nodes.end() ? nodes.front() : *at;
    }
    if (at != nodes.end() || wraps_) {
      const NodeId node = at == nodes.end() ? nodes.front() : *at;
      current_ = order_.rank(node);
      return node;
    }
    current_ = nodes_;
    return kNoNode;
  }

 private:
  Order order_;
  std::size_t nodes_;
  bool wraps_;
  std::size_t current_ = 0;  // its rank, or beyond the last
};

template <class Order>
class Failover {
 public:
  Failover(Order order, std::span<const NodeInfo> nodes) : order_(std::move(order)) {
    for (const NodeInfo& node : nodes) weights_.push_back(node.weight);
  }
  Signals wants() const { return {}; }
  NodeId pick(const Read& read) {
    return *std::ranges::max_element(order_.of(read.eligible), {},
                                     [&](NodeId node) { return weights_[index(node)]; });
  }

 private:
  Order order_;
  std::vector<double> weights_;
};

template <class Order>
std::unique_ptr<Router> make(const RouterSetup& setup, const Parameters& p, Order order) {
  NodePool pool(setup.nodes, setup.default_node, p);
  const auto split = [&](auto picker) -> std::unique_ptr<Router> {
    return std::make_unique<SplitRouter<decltype(picker)>>(std::move(pool), std::move(picker));
  };
  const std::string& mode = p.text("mode");
  if (p.text("weights") == "bursts") {
    if (mode != "round_robin") {
      throw InputError(fmt::format("router '{}': weights = bursts needs mode = round_robin, not {}",
                                   p.strategy(), mode));
    }
    return split(Bursts<Order>(std::move(order), whole_weights(p.strategy(), setup.nodes)));
  }
  if (mode == "round_robin") return split(RoundRobin<Order>(std::move(order)));
  if (mode == "failover") return split(Failover<Order>(std::move(order), setup.nodes));
  return split(Available<Order>(std::move(order), setup.nodes.size(), mode == "first_available"));
}

constexpr std::array<std::string_view, 4> kModes = {"round_robin", "first_available",
                                                    "next_available", "failover"};
constexpr std::array<std::string_view, 2> kStarts = {"first", "shuffled"};
constexpr std::array<std::string_view, 2> kWeightUses = {"none", "bursts"};
constexpr auto kParameters = pool_parameters(
    ParameterInfo{.name = "mode",
                  .type = ParameterInfo::Type::kChoice,
                  .default_value = "first_available",
                  .help = "replicas in turn (round_robin); the current one until it is lost, and "
                          "after the last in order the first again (first_available) or none at "
                          "all (next_available); or whenever it is up the one with the largest "
                          "weight, the first in order among equals (failover)",
                  .choices = kModes},
    ParameterInfo{.name = "start",
                  .type = ParameterInfo::Type::kChoice,
                  .default_value = "first",
                  .help = "the order: the cluster's, or one shuffled once for this router",
                  .choices = kStarts},
    ParameterInfo{.name = "weights",
                  .type = ParameterInfo::Type::kChoice,
                  .default_value = "none",
                  .help = "with round_robin: every replica once in its turn, or as many times in a "
                          "row as its weight (bursts), a whole number",
                  .choices = kWeightUses});

}  // namespace

extern const StrategyInfo kOrdered = {
    .name = "ordered",
    .summary = "reads to the replicas in order: in turn, or all to the first that is up",
    .rule =
        "round_robin: read number i goes to replica i modulo their number, in order, starting with "
        "the first; with weights = bursts each replica has as many reads in a row as its weight "
        "(0: none), and if the current one is lost it begins again with the first. "
        "first_available, next_available: reads go to the current "
        "replica while it is noticed as up, at the start the first in order; then to the next one "
        "that is up. After the last, first_available begins again at the front and next_available "
        "has none left. A replica that a guard leaves out is passed over for that read. failover: "
        "each read goes to the replica with the largest weight that "
        "is up, the first in order among equals. A write goes to the primary and does not advance "
        "the turn. No random draws, but with start = shuffled one per database but the last, at "
        "the start.",
    .parameters = kParameters,
    .systems =
        "MySQL Router round-robin, round-robin-with-fallback, first-available and next-available; "
        "HAProxy roundrobin; PgBouncer load_balance_hosts = round-robin and disable; PgDog "
        "round_robin; django-multidb-router (start = shuffled); AWS roundRobin (weights = bursts; "
        "there in the order of host names); Makara failover; libpq's order of hosts (failover)",
    .failure_modes =
        "round_robin treats slow nodes like fast ones, so work piles up on them; several routers "
        "that start together march in step. With the others one replica does all the work, and "
        "next_available has nothing left after the last one was lost, even if all have come back.",
    .source =
        "MySQL Router manual, routing_strategy; AWS RoundRobinHostSelector.java; Makara "
        "lib/makara/strategies",
    .make = [](RouterSetup setup, const Parameters& p) -> std::unique_ptr<Router> {
      if (p.text("start") == "first") return make(setup, p, ClusterOrder());
      return make(setup, p, ShuffledOrder(setup.nodes.size(), setup.random));
    },
};

}  // namespace switchyard
