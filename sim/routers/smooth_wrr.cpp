// Smooth weighted round robin: nodes in proportion to their weights, spread as evenly as possible.
// A node that fails loses weight and is left alone for a while.
//
// Ships in: nginx upstream (the default), PgDog weighted_round_robin.
// Parameters: tie (first), max_fails (1), fail_timeout (10 s).
// Known failure: load is not looked at.
// Source: nginx 1.25, ngx_http_upstream_round_robin.c, and commit 52327e0627f4.
#include "routers/catalogue.h"
#include "routers/split_router.h"

namespace switchyard {
namespace {

class SmoothWeights {
 public:
  struct Limits {
    bool last_wins = false;
    std::int64_t max_fails = 1;  // 0: failures don't matter
    Nanoseconds fail_timeout_ns = 0;
  };
  SmoothWeights(const std::vector<std::int64_t>& weights, const Limits& limits) : limits_(limits) {
    for (const std::int64_t weight : weights) nodes_.push_back({weight, weight});
  }

  Signals wants() const {
    Signals signals;
    signals.responses = limits_.max_fails > 0;
    return signals;
  }

  NodeId pick(const Read& read) {
    const NodeId picked = pick_among(read, true);
    return picked == kNoNode ? pick_among(read, false) : picked;
  }

  void on_response(const Response& response) {
    // A guard may want responses where this does not.
    if (limits_.max_fails == 0) return;
    Node& node = nodes_[index(response.node)];
    if (response.status == Status::kOk) {
      if (node.failed_ns < node.checked_ns) node.fails = 0;
      return;
    }
    ++node.fails;
    node.failed_ns = node.checked_ns = response.now_ns;
    node.effective = std::max<std::int64_t>(0, node.effective - node.weight / limits_.max_fails);
  }

 private:
  struct Node {
    std::int64_t weight = 1;
    std::int64_t effective = 1;
    std::int64_t current = 0;
    std::int64_t fails = 0;
    Nanoseconds failed_ns = -1;
    Nanoseconds checked_ns = -1;
  };

  NodeId pick_among(const Read& read, bool leave_out_failed) {
    NodeId best = kNoNode;
    std::int64_t total = 0;
    for (const NodeId id : read.eligible.nodes) {
      Node& node = nodes_[index(id)];
      if (node.weight == 0 || (leave_out_failed && is_left_alone(node, read.now_ns))) continue;
      node.current += node.effective;
      total += node.effective;
      if (node.effective < node.weight) ++node.effective;
      if (best == kNoNode || wins(node.current, nodes_[index(best)].current)) best = id;
    }
    if (best == kNoNode) return kNoNode;
    Node& picked = nodes_[index(best)];
    picked.current -= total;
    // The next try of a node that failed is the only one until its outcome is known.
    if (read.now_ns - picked.checked_ns > limits_.fail_timeout_ns) picked.checked_ns = read.now_ns;
    return best;
  }
  bool wins(std::int64_t current, std::int64_t best) const {
    return limits_.last_wins ? current >= best : current > best;
  }
  bool is_left_alone(const Node& node, Nanoseconds now) const {
    return limits_.max_fails > 0 && node.fails >= limits_.max_fails &&
           now - node.checked_ns <= limits_.fail_timeout_ns;
  }

  Limits limits_;
  std::vector<Node> nodes_;
};

constexpr std::array<std::string_view, 2> kTies = {"first", "last"};
constexpr auto kParameters = pool_parameters(
    ParameterInfo{.name = "tie",
                  .type = ParameterInfo::Type::kChoice,
                  .default_value = "first",
                  .help = "which of the nodes with equal current weights: the first in order "
                          "(nginx) or the last (PgDog)",
                  .choices = kTies},
    ParameterInfo{.name = "max_fails",
                  .type = ParameterInfo::Type::kInteger,
                  .default_value = "1",
                  .help = "failures after which a node is left alone; 0: failures don't matter",
                  .unit = "failures",
                  .min = 0},
    ParameterInfo{.name = "fail_timeout",
                  .type = ParameterInfo::Type::kDuration,
                  .default_value = "10s",
                  .help = "for how long; then one read tries it"});

}  // namespace

extern const StrategyInfo kSmoothWrr = {
    .name = "smooth_wrr",
    .summary = "reads in proportion to the databases' weights, evenly spread",
    .rule =
        "Each read adds to every replica's current weight its effective weight, takes the replica "
        "with the largest current weight (ties by `tie`) and subtracts from it the sum of all "
        "effective weights. A failure takes weight / max_fails off the effective weight, which "
        "grows back by 1 a read; after max_fails failures the replica is left alone for "
        "fail_timeout; while all are, all are tried. Weights are the databases' `weight`, whole "
        "numbers; 0 is never chosen. A write goes to the primary. No random draws.",
    .parameters = kParameters,
    .systems = "nginx upstream (tie first), PgDog weighted_round_robin (tie last, max_fails 0)",
    .failure_modes =
        "Load is not looked at: a node k times slower piles up work unless its weight says so.",
    .source = "nginx ngx_http_upstream_round_robin.c; commit 52327e0627f4",
    .make = [](RouterSetup setup, const Parameters& p) -> std::unique_ptr<Router> {
      const SmoothWeights::Limits limits = {p.text("tie") == "last", p.integer("max_fails"),
                                            p.duration("fail_timeout")};
      return std::make_unique<SplitRouter<SmoothWeights>>(
          NodePool(setup.nodes, setup.default_node, p),
          SmoothWeights(whole_weights(p.strategy(), setup.nodes), limits));
    },
};

}  // namespace switchyard
