// Replicas in an order (the cluster's, that of their names, or one shuffled at the start): in turn,
// or one for all reads until it is lost. Who refuses may be left alone for a while.
//
// Ships in: MySQL Router routing_strategy = round-robin, first-available, next-available; PgBouncer
// and libpq load_balance_hosts; AWS roundRobin; Makara; PgDog; django-multidb-router.
// Parameters: mode (first_available), order (cluster), start (first), weights (none), quarantine
// (0 s), include_primary (false).
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

class ListedOrder {
 public:
  // `ranks`: per node.
  explicit ListedOrder(std::vector<std::size_t> ranks) : ranks_(std::move(ranks)) {
    ordered_.reserve(ranks_.size());
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

// Modes pick from the nodes that `is_left_out` does not hold for.
template <class Order>
class RoundRobin {
 public:
  explicit RoundRobin(Order order) : order_(std::move(order)) {}
  template <class Predicate>
  NodeId pick(const Read& read, Predicate is_left_out) {
    const std::span<const NodeId> nodes = order_.of(read.eligible);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (next_ >= nodes.size()) next_ = 0;
      const NodeId node = nodes[next_++];
      if (!is_left_out(node)) return node;
    }
    return kNoNode;
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
  template <class Predicate>
  NodeId pick(const Read& read, Predicate is_left_out) {
    const std::span<const NodeId> nodes = order_.of(read.eligible);
    auto at = std::ranges::find(nodes, current_);
    // Where the current one was lost the turn begins again.
    const bool is_lost = at == nodes.end();
    if (is_lost) at = nodes.begin();
    if (is_lost || left_ == 0 || is_left_out(current_)) {
      const auto has_none = [&] { return weights_[index(*at)] == 0 || is_left_out(*at); };
      if (!is_lost) at = after(at, nodes);
      for (std::size_t i = 0; has_none() && i < nodes.size(); ++i) at = after(at, nodes);
      if (has_none()) return kNoNode;
      current_ = *at;
      left_ = weights_[index(current_)];
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

// In turn through a list in which each stands as many times as its weight says.
class Repeated {
 public:
  Repeated(std::vector<NodeId> list, std::size_t nodes)
      : list_(std::move(list)), is_eligible_(nodes) {}
  template <class Predicate>
  NodeId pick(const Read& read, Predicate is_left_out) {
    if (read.eligible.generation != generation_) {
      std::ranges::fill(is_eligible_, std::uint8_t{0});
      for (const NodeId node : read.eligible.nodes) is_eligible_[index(node)] = 1;
      generation_ = read.eligible.generation;
    }
    for (std::size_t i = 0; i < list_.size(); ++i) {
      const NodeId node = list_[next_];
      next_ = next_ + 1 == list_.size() ? 0 : next_ + 1;
      if (is_eligible_[index(node)] != 0 && !is_left_out(node)) return node;
    }
    return kNoNode;
  }

 private:
  std::vector<NodeId> list_;
  std::vector<std::uint8_t> is_eligible_;  // per node, for the generation
  std::uint64_t generation_ = 0;
  std::size_t next_ = 0;
};

template <class Order>
class Available {
 public:
  Available(Order order, std::size_t nodes, bool wraps)
      : order_(std::move(order)), nodes_(nodes), wraps_(wraps) {}
  template <class Predicate>
  NodeId pick(const Read& read, Predicate is_left_out) {
    const std::span<const NodeId> nodes = order_.of(read.eligible);
    const auto first_from = [&](std::size_t rank) {
      const auto at = std::ranges::find_if(
          nodes, [&](NodeId node) { return order_.rank(node) >= rank && !is_left_out(node); });
      return at == nodes.end() ? kNoNode : *at;
    };
    // Mostly that is the current one.
    const NodeId node = first_from(current_);
    // A guard's choice is no loss: it passes over nodes for one read.
    if (read.eligible.is_narrowed() && current_ < nodes_) {
      return node == kNoNode ? first_from(0) : node;
    }
    const NodeId taken = node == kNoNode && wraps_ ? first_from(0) : node;
    current_ = taken == kNoNode ? nodes_ : order_.rank(taken);
    return taken;
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
  template <class Predicate>
  NodeId pick(const Read& read, Predicate is_left_out) {
    NodeId best = kNoNode;
    for (const NodeId node : order_.of(read.eligible)) {
      if (is_left_out(node)) continue;
      if (best == kNoNode || weights_[index(node)] > weights_[index(best)]) best = node;
    }
    return best;
  }

 private:
  Order order_;
  std::vector<double> weights_;
};

// Leaves out whom a connection was refused by, for some time from then on.
template <class Mode>
class WithQuarantine {
 public:
  // `duration_ns` 0: never.
  WithQuarantine(Mode mode, std::size_t nodes, Nanoseconds duration_ns)
      : mode_(std::move(mode)), duration_ns_(duration_ns), until_ns_(nodes) {}

  Signals wants() const {
    Signals signals;
    signals.responses = duration_ns_ > 0;
    return signals;
  }
  NodeId pick(const Read& read) {
    if (duration_ns_ == 0) return mode_.pick(read, [](NodeId) { return false; });
    return mode_.pick(read, [&](NodeId node) { return read.now_ns < until_ns_[index(node)]; });
  }
  void on_response(const Response& response) {
    if (response.status != Status::kDown) return;
    until_ns_[index(response.node)] = response.now_ns + duration_ns_;
  }

 private:
  Mode mode_;
  Nanoseconds duration_ns_;
  std::vector<Nanoseconds> until_ns_;  // per node
};

template <class T>
void shuffle(std::vector<T>& list, RandomStream& random) {
  for (auto left = static_cast<std::uint32_t>(list.size()); left > 1; --left) {
    std::swap(list[left - 1], list[random.next_below(left)]);
  }
}

// Per node, its place in the order of their names.
std::vector<std::size_t> ranks_by_name(std::span<const NodeInfo> nodes) {
  std::vector<std::size_t> sorted(nodes.size());
  std::iota(sorted.begin(), sorted.end(), std::size_t{0});
  std::ranges::stable_sort(sorted, {}, [&](std::size_t i) { return nodes[i].name; });
  std::vector<std::size_t> ranks(nodes.size());
  for (std::size_t i = 0; i < sorted.size(); ++i) ranks[sorted[i]] = i;
  return ranks;
}

// Each node as many times as its weight says, by rank.
std::vector<NodeId> repeated(std::span<const NodeInfo> nodes, std::span<const std::size_t> ranks,
                             const std::string& strategy) {
  constexpr std::int64_t kLongest = 65'536;
  const std::vector<std::int64_t> weights = whole_weights(strategy, nodes);
  const std::int64_t length = std::accumulate(weights.begin(), weights.end(), std::int64_t{0});
  if (length > kLongest) {
    throw InputError(
        fmt::format("router '{}': with weights = repeated the databases' weights may add up to {} "
                    "at most, found {}",
                    strategy, kLongest, length));
  }
  std::vector<std::size_t> node_of_rank(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) node_of_rank[ranks[i]] = i;
  std::vector<NodeId> list;
  for (const std::size_t i : node_of_rank) {
    list.insert(list.end(), static_cast<std::size_t>(weights[i]), node_id(i));
  }
  return list;
}

template <class Mode>
std::unique_ptr<Router> with_mode(const RouterSetup& setup, const Parameters& p, Mode mode) {
  return std::make_unique<SplitRouter<WithQuarantine<Mode>>>(
      NodePool(setup.nodes, setup.default_node, p),
      WithQuarantine<Mode>(std::move(mode), setup.nodes.size(), p.duration("quarantine")));
}

template <class Order>
std::unique_ptr<Router> with_order(const RouterSetup& setup, const Parameters& p, Order order) {
  const std::string& mode = p.text("mode");
  if (p.text("weights") == "bursts") {
    return with_mode(setup, p,
                     Bursts<Order>(std::move(order), whole_weights(p.strategy(), setup.nodes)));
  }
  if (mode == "round_robin") return with_mode(setup, p, RoundRobin<Order>(std::move(order)));
  if (mode == "failover") {
    return with_mode(setup, p, Failover<Order>(std::move(order), setup.nodes));
  }
  return with_mode(
      setup, p, Available<Order>(std::move(order), setup.nodes.size(), mode == "first_available"));
}

std::unique_ptr<Router> make(RouterSetup setup, const Parameters& p) {
  const std::string& weights = p.text("weights");
  if (weights != "none" && p.text("mode") != "round_robin") {
    throw InputError(fmt::format("router '{}': weights = {} needs mode = round_robin, not {}",
                                 p.strategy(), weights, p.text("mode")));
  }
  const bool shuffled = p.text("start") == "shuffled";
  const bool by_name = p.text("order") == "name";
  std::vector<std::size_t> ranks(setup.nodes.size());
  std::iota(ranks.begin(), ranks.end(), std::size_t{0});
  if (by_name) ranks = ranks_by_name(setup.nodes);
  if (weights == "repeated") {
    std::vector<NodeId> list = repeated(setup.nodes, ranks, p.strategy());
    if (shuffled) shuffle(list, setup.random);
    return with_mode(setup, p, Repeated(std::move(list), setup.nodes.size()));
  }
  if (shuffled) shuffle(ranks, setup.random);
  if (shuffled || by_name) return with_order(setup, p, ListedOrder(std::move(ranks)));
  return with_order(setup, p, ClusterOrder());
}

constexpr std::array<std::string_view, 4> kModes = {"round_robin", "first_available",
                                                    "next_available", "failover"};
constexpr std::array<std::string_view, 2> kStarts = {"first", "shuffled"};
constexpr std::array<std::string_view, 2> kOrders = {"cluster", "name"};
constexpr std::array<std::string_view, 3> kWeightUses = {"none", "bursts", "repeated"};
constexpr auto kParameters = pool_parameters(
    ParameterInfo{.name = "mode",
                  .type = ParameterInfo::Type::kChoice,
                  .default_value = "first_available",
                  .help = "replicas in turn (round_robin); the current one until it is lost, and "
                          "after the last in order the first again (first_available) or none at "
                          "all (next_available); or whenever it is up the one with the largest "
                          "weight, the first in order among equals (failover)",
                  .choices = kModes},
    ParameterInfo{.name = "order",
                  .type = ParameterInfo::Type::kChoice,
                  .default_value = "cluster",
                  .help = "that of the databases in the cluster, or of their names, byte by byte "
                          "(AWS)",
                  .choices = kOrders},
    ParameterInfo{.name = "start",
                  .type = ParameterInfo::Type::kChoice,
                  .default_value = "first",
                  .help = "whether that order is gone by, or one shuffled once for this router",
                  .choices = kStarts},
    ParameterInfo{.name = "weights",
                  .type = ParameterInfo::Type::kChoice,
                  .default_value = "none",
                  .help = "with round_robin: every replica once in its turn, as many times in a "
                          "row as its weight (bursts, AWS), a whole number, or as many times in "
                          "the list that is gone through, which start = shuffled shuffles as a "
                          "whole (repeated, Makara)",
                  .choices = kWeightUses},
    ParameterInfo{.name = "quarantine",
                  .type = ParameterInfo::Type::kDuration,
                  .default_value = "0s",
                  .help = "how long a database is left out that has refused a connection to this "
                          "router, be it for a read or a write; 0: not at all (MySQL Router about "
                          "3s, Makara 30s)"});

}  // namespace

extern const StrategyInfo kOrdered = {
    .name = "ordered",
    .summary = "reads to the replicas in order: in turn, or all to the first that is up",
    .rule =
        "round_robin: read number i goes to replica i modulo their number, in order, starting with "
        "the first; with weights = bursts each replica has as many reads in a row as its weight "
        "(0: none), and if the current one is lost it begins again with the first; with weights = "
        "repeated it stands so many times in the list, of which those that can take no read are "
        "passed over. first_available, next_available: reads go to the current replica while it "
        "is noticed as up, at the start the first in order; then to the next one that is up. After "
        "the last, first_available begins again at the front and next_available has none left. A "
        "replica that a guard leaves out is passed over for that read. failover: each read goes "
        "to the replica with the largest weight that is up, the first in order among equals. A "
        "database in quarantine counts as down, but in round_robin it keeps its place in the turn; "
        "when the time is over, reads try it again. A write goes to the primary and does not "
        "advance the turn. No random draws, but with start = shuffled one per database, or entry "
        "of the list, but the last, at the start.",
    .parameters = kParameters,
    .systems =
        "MySQL Router round-robin, round-robin-with-fallback, first-available and next-available; "
        "HAProxy roundrobin; PgBouncer load_balance_hosts = round-robin and disable; PgDog "
        "round_robin; django-multidb-router (start = shuffled); AWS roundRobin (order = name, "
        "weights "
        "= bursts); Makara round_robin (start = shuffled, weights = repeated) and failover; "
        "libpq's order of hosts (failover)",
    .failure_modes =
        "round_robin treats slow nodes like fast ones, so work piles up on them; several routers "
        "that start together march in step. With the others one replica does all the work, and "
        "next_available has nothing left after the last one was lost, even if all have come back.",
    .source =
        "MySQL Router manual, routing_strategy; AWS RoundRobinHostSelector.java; Makara "
        "lib/makara/strategies",
    .make = make,
};

}  // namespace switchyard
