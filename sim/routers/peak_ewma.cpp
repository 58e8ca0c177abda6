// Peak EWMA: the cheaper of d random nodes, where a node's cost is its recent latency, quick to
// rise and slow to fall, times the requests it has already. A node that was slow once is thus
// avoided at once, and tried again as its cost decays.
//
// Ships in: Finagle p2cPeakEwma, linkerd2-proxy (default), tower.
// Parameters: tau (10 s), default_latency (30 ms), cold (default), failure_penalty (0 s), d (2).
// Known failure: without a penalty fast errors look fast; one slow query keeps a node away for tau.
// Source: Finagle PeakEwma.scala; tower src/load/peak_ewma.rs.
#include "core/portable_math.h"
#include "routers/catalogue.h"
#include "routers/deck.h"
#include "routers/split_router.h"

namespace switchyard {
namespace {

class PeakEwma {
 public:
  struct Settings {
    double tau_ns = 0;
    double default_latency_ns = 0;
    bool probes_once = false;  // cold nodes get one request until it is answered
    Nanoseconds failure_penalty_ns = 0;
    std::uint32_t d = 2;
  };
  PeakEwma(Deck deck, std::size_t nodes, const Settings& settings)
      : settings_(settings),
        deck_(std::move(deck)),
        nodes_(nodes, Node{settings.probes_once ? 0 : settings.default_latency_ns}) {}

  Signals wants() const {
    Signals signals;
    signals.responses = true;
    return signals;
  }

  NodeId pick(const Read& read) {
    deck_.take_up(read.eligible);
    NodeId best = deck_.draw(0);
    double least = cost(best, read.now_ns);
    for (std::uint32_t i = 1; i < std::min(settings_.d, deck_.size()); ++i) {
      const NodeId node = deck_.draw(i);
      const double other = cost(node, read.now_ns);
      if (other < least) {
        least = other;
        best = node;
      }
    }
    return best;
  }

  void on_dispatch(const Dispatch& dispatch) { ++nodes_[index(dispatch.node)].pending; }
  void on_response(const Response& response) {
    Node& node = nodes_[index(response.node)];
    --node.pending;
    const bool failed = response.status != Status::kOk;
    const Nanoseconds latency =
        failed ? std::max(response.latency_ns, settings_.failure_penalty_ns) : response.latency_ns;
    observe(node, static_cast<double>(latency), response.now_ns);
  }

 private:
  struct Node {
    double latency_ns = 0;
    Nanoseconds updated_ns = 0;
    std::uint32_t pending = 0;
  };

  void observe(Node& node, double latency_ns, Nanoseconds now) const {
    const auto passed = static_cast<double>(now - node.updated_ns);
    node.updated_ns = now;
    if (latency_ns > node.latency_ns) {
      node.latency_ns = latency_ns;
      return;
    }
    const double keep = portable_exp(-passed / settings_.tau_ns);
    node.latency_ns = node.latency_ns * keep + latency_ns * (1 - keep);
  }
  double cost(NodeId id, Nanoseconds now) {
    Node& node = nodes_[index(id)];
    // To look is to let it decay.
    observe(node, 0, now);
    // Finagle's price of a node of which nothing is known but that it was asked.
    constexpr double kUnknown = static_cast<double>(INT64_MAX >> 16);
    if (node.latency_ns == 0 && node.pending > 0) return kUnknown + node.pending;
    return node.latency_ns * (node.pending + 1);
  }

  Settings settings_;
  Deck deck_;
  std::vector<Node> nodes_;
};

constexpr std::array<std::string_view, 2> kColds = {"default", "probe"};
constexpr auto kParameters = pool_parameters(
    ParameterInfo{.name = "tau",
                  .type = ParameterInfo::Type::kDuration,
                  .default_value = "10s",
                  .help = "time in which what was seen decays to 1/e",
                  .shortest = 1},
    ParameterInfo{.name = "default_latency",
                  .type = ParameterInfo::Type::kDuration,
                  .default_value = "30ms",
                  .help = "taken for nodes at the start, with cold = default"},
    ParameterInfo{.name = "cold",
                  .type = ParameterInfo::Type::kChoice,
                  .default_value = "default",
                  .help = "a node without history: costs as if it had default_latency (linkerd), "
                          "or gets one read and no other until that is answered (probe, Finagle)",
                  .choices = kColds},
    ParameterInfo{.name = "failure_penalty",
                  .type = ParameterInfo::Type::kDuration,
                  .default_value = "0s",
                  .help = "a failure counts as at least this latency; 0: as fast as it came"},
    kDrawsPerRead);

}  // namespace

extern const StrategyInfo kPeakEwma = {
    .name = "peak_ewma",
    .summary =
        "reads to the cheaper of two replicas by recent peak latency and outstanding requests",
    .rule =
        "Draw d replicas without replacement; the read goes to the one with the least cost, the "
        "first drawn among equals. Cost = estimate * (pending + 1). A latency above the estimate "
        "becomes the estimate; any other makes it estimate * w + latency * (1 - w) with w = "
        "exp(-time since the last update / tau). Looking at a cost is an update with latency 0. "
        "With cold = probe a replica that is at 0 and has requests pending costs more than any "
        "other. A write goes to the primary. d bounded draws per read, none for the last node "
        "left.",
    .parameters = kParameters,
    .systems =
        "Finagle p2cPeakEwma (cold = probe), linkerd2-proxy (default_latency 30 ms), tower; "
        "linkerd PenaltyPeakEwma (failure_penalty 5 s)",
    .failure_modes =
        "Without a penalty a node that answers errors fast looks fast. One slow query keeps a node "
        "away for about tau; an idle node decays towards 0 and is tried again in bursts.",
    .source = "Finagle PeakEwma.scala; tower src/load/peak_ewma.rs",
    .make = [](RouterSetup setup, const Parameters& p) -> std::unique_ptr<Router> {
      const PeakEwma::Settings settings = {static_cast<double>(p.duration("tau")),
                                           static_cast<double>(p.duration("default_latency")),
                                           p.text("cold") == "probe", p.duration("failure_penalty"),
                                           static_cast<std::uint32_t>(p.integer("d"))};
      return std::make_unique<SplitRouter<PeakEwma>>(
          NodePool(setup.nodes, setup.default_node, p),
          PeakEwma(Deck(setup.nodes.size(), setup.random), setup.nodes.size(), settings));
    },
};

}  // namespace switchyard
