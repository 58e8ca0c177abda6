// Weighted random: each read draws a replica with the probability of its weight, among those that
// have connections left and are not slower to reach than most.
//
// Ships in: ProxySQL hostgroup weight, Pgpool-II backend_weight (pin = session), AWS
// weightedRandom. Parameters: max_connections (0), max_ping (0 s), latency_aware_min (0). Known
// failure: weights are static; a session that sticks to its draw skews the shares. Source:
// ProxySQL 2.7, lib/MyHGC.cpp.
#include "routers/catalogue.h"
#include "routers/split_router.h"

namespace switchyard {
namespace {

class WeightedRandom {
 public:
  struct Limits {
    std::uint32_t max_connections = 0;    // 0: none
    Nanoseconds max_ping_ns = 0;          // 0: none
    std::uint32_t latency_aware_min = 0;  // 0: never
  };
  WeightedRandom(std::vector<std::int64_t> weights, std::span<const NodeInfo> nodes,
                 const Limits& limits, RandomStream random)
      : weights_(std::move(weights)), limits_(limits), random_(random) {
    for (const NodeInfo& node : nodes) ping_us_.push_back(node.ping_ns / kMicrosecond);
    candidates_.reserve(nodes.size());
  }

  Signals wants() const {
    Signals signals;
    signals.outstanding = limits_.max_connections > 0;
    return signals;
  }

  NodeId pick(const Read& read) {
    candidates_.clear();
    for (const NodeId node : read.eligible.nodes) {
      if (weights_[index(node)] > 0 && is_free(node, read)) candidates_.push_back(node);
    }
    leave_out_distant();
    std::int64_t sum = 0;
    for (const NodeId node : candidates_) sum += weights_[index(node)];
    if (sum == 0) return kNoNode;
    auto left = static_cast<std::int64_t>(random_.next_below(static_cast<std::uint32_t>(sum)));
    for (const NodeId node : candidates_) {
      left -= weights_[index(node)];
      if (left < 0) return node;
    }
    return kNoNode;
  }

 private:
  bool is_free(NodeId node, const Read& read) const {
    const bool near =
        limits_.max_ping_ns == 0 || ping_us_[index(node)] * kMicrosecond < limits_.max_ping_ns;
    return near && (limits_.max_connections == 0 ||
                    (*read.view.outstanding)[node] < limits_.max_connections);
  }
  // ProxySQL's latency awareness: with enough candidates, all of known latency, those above the
  // (integer) mean are dropped.
  void leave_out_distant() {
    if (limits_.latency_aware_min == 0 || candidates_.size() < limits_.latency_aware_min) return;
    std::int64_t sum = 0;
    for (const NodeId node : candidates_) {
      if (ping_us_[index(node)] == 0) return;
      sum += ping_us_[index(node)];
    }
    const std::int64_t mean = sum / static_cast<std::int64_t>(candidates_.size());
    std::erase_if(candidates_, [&](NodeId node) { return ping_us_[index(node)] > mean; });
  }

  std::vector<std::int64_t> weights_;
  std::vector<std::int64_t> ping_us_;
  Limits limits_;
  RandomStream random_;
  std::vector<NodeId> candidates_;
};

constexpr auto kParameters = pool_parameters(
    ParameterInfo{.name = "max_connections",
                  .type = ParameterInfo::Type::kInteger,
                  .default_value = "0",
                  .help =
                      "a database with so many unanswered requests of this router gets no read; "
                      "0: no limit (ProxySQL 1000)",
                  .min = 0,
                  .max = UINT32_MAX},
    ParameterInfo{.name = "max_ping",
                  .type = ParameterInfo::Type::kDuration,
                  .default_value = "0s",
                  .help = "a database with a round trip of this or more gets no read; 0: no limit "
                          "(ProxySQL mysql-default_max_latency_ms, 1s)"},
    ParameterInfo{
        .name = "latency_aware_min",
        .type = ParameterInfo::Type::kInteger,
        .default_value = "0",
        .help =
            "with at least so many databases to choose from, those with a round trip above "
            "the mean are left out; 0: never (ProxySQL mysql-min_num_servers_lantency_awareness)",
        .min = 0,
        .max = UINT32_MAX});

}  // namespace

extern const StrategyInfo kWeightedRandom = {
    .name = "weighted_random",
    .summary = "reads to a random replica, by the databases' weights",
    .rule =
        "Among the replicas with a weight above 0, fewer than max_connections unanswered requests "
        "and a round trip below max_ping, a read goes to each with the probability of its share of "
        "the weights; weight 0 is never chosen. With at least latency_aware_min candidates, all of "
        "a known round trip, those above the mean (in whole microseconds) are left out first. When "
        "none is left `fallback` decides. Weights are the databases' `weight`, whole numbers. A "
        "write goes to the primary. One bounded draw per read.",
    .parameters = kParameters,
    .systems =
        "ProxySQL hostgroup weight, Pgpool-II backend_weight (pin = session; none with "
        "statement_level_load_balance), AWS weightedRandom, HAProxy random(1)",
    .failure_modes =
        "Weights don't follow load. With pin = session few long sessions skew the shares.",
    .source = "ProxySQL lib/MyHGC.cpp; Pgpool-II pool_pg_utils.c, select_load_balancing_node",
    .make = [](RouterSetup setup, const Parameters& p) -> std::unique_ptr<Router> {
      const WeightedRandom::Limits limits = {
          static_cast<std::uint32_t>(p.integer("max_connections")), p.duration("max_ping"),
          static_cast<std::uint32_t>(p.integer("latency_aware_min"))};
      return std::make_unique<SplitRouter<WeightedRandom>>(
          NodePool(setup.nodes, setup.default_node, p),
          WeightedRandom(whole_weights(p.strategy(), setup.nodes), setup.nodes, limits,
                         setup.random));
    },
};

}  // namespace switchyard
