// Latency window: among the nodes whose network round trip is not much longer than the nearest
// one's, the less busy of two random ones. Round trips are measured by heartbeats.
//
// Ships in: all MongoDB drivers (server selection, localThresholdMS, heartbeatFrequencyMS).
// Parameters: local_threshold (15 ms), heartbeat (10 s), alpha (0.2), d (2).
// Known failure: a round trip says nothing of a node's load; nodes beyond the window get nothing,
// however busy those within are.
// Source: MongoDB specifications, server-selection.md.
#include "routers/catalogue.h"
#include "routers/deck.h"
#include "routers/split_router.h"

namespace switchyard {
namespace {

class LatencyWindow {
 public:
  struct Settings {
    double threshold_ns = 0;
    Nanoseconds heartbeat_ns = 0;
    double alpha = 0;
    std::uint32_t d = 2;
  };
  LatencyWindow(Deck deck, std::size_t nodes, const Settings& settings)
      : settings_(settings), deck_(std::move(deck)), round_trips_ns_(nodes, kUnknown) {
    for (std::size_t i = 0; i < nodes; ++i) all_.push_back(node_id(i));
    window_.reserve(nodes);
  }

  Signals wants() const {
    Signals signals;
    signals.outstanding = true;
    signals.probes = true;
    signals.timers = true;
    return signals;
  }

  NodeId pick(const Read& read) {
    if (read.eligible.generation != of_generation_) look_again(read.eligible);
    deck_.take_up({window_, windows_});
    NodeId best = deck_.draw(0);
    for (std::uint32_t i = 1; i < std::min(settings_.d, deck_.size()); ++i) {
      const NodeId node = deck_.draw(i);
      if ((*read.view.outstanding)[node] < (*read.view.outstanding)[best]) best = node;
    }
    return best;
  }

  Nanoseconds next_timer() const { return next_heartbeat_ns_; }
  void on_timer(Nanoseconds now) {
    next_heartbeat_ns_ = now + settings_.heartbeat_ns;
    to_probe_ = all_;
  }
  std::span<const NodeId> take_probes() { return std::exchange(to_probe_, {}); }
  void on_probe(const ProbeAnswer& answer) {
    double& known = round_trips_ns_[index(answer.node)];
    const auto now = static_cast<double>(answer.now_ns - answer.sent_ns);
    if (!answer.up) {
      known = kUnknown;
    } else {
      known = known == kUnknown ? now : settings_.alpha * now + (1 - settings_.alpha) * known;
    }
    of_generation_ = 0;
  }

 private:
  static constexpr double kUnknown = -1;

  // Those in the window; all while nothing is known of any.
  void look_again(const Eligible& eligible) {
    of_generation_ = eligible.generation;
    ++windows_;
    double least = kUnknown;
    for (const NodeId node : eligible.nodes) {
      const double round_trip = round_trips_ns_[index(node)];
      if (round_trip == kUnknown) continue;
      least = least == kUnknown ? round_trip : std::min(least, round_trip);
    }
    window_.clear();
    for (const NodeId node : eligible.nodes) {
      const double round_trip = round_trips_ns_[index(node)];
      const bool within = round_trip != kUnknown && round_trip <= least + settings_.threshold_ns;
      if (least == kUnknown || within) window_.push_back(node);
    }
  }

  Settings settings_;
  Deck deck_;
  std::vector<double> round_trips_ns_;
  std::vector<NodeId> all_;
  std::span<const NodeId> to_probe_;
  std::vector<NodeId> window_;
  std::uint64_t of_generation_ = 0;  // of the eligible nodes that the window is of; 0: outdated
  std::uint64_t windows_ = 0;
  Nanoseconds next_heartbeat_ns_ = 0;
};

constexpr auto kParameters = pool_parameters(
    ParameterInfo{.name = "local_threshold",
                  .type = ParameterInfo::Type::kDuration,
                  .default_value = "15ms",
                  .help = "how much longer than the shortest a round trip may be; at exactly that "
                          "a node is still taken"},
    ParameterInfo{.name = "heartbeat",
                  .type = ParameterInfo::Type::kDuration,
                  .default_value = "10s",
                  .help = "time between the probes of every node",
                  .shortest = kMillisecond},
    ParameterInfo{.name = "alpha",
                  .type = ParameterInfo::Type::kNumber,
                  .default_value = "0.2",
                  .help = "weight of a new round trip in the average"},
    kDrawsPerRead);

}  // namespace

extern const StrategyInfo kLatencyWindow = {
    .name = "latency_window",
    .summary = "reads to the less busy of two random replicas among the nearest by round trip",
    .rule =
        "Every `heartbeat`, from the start on, each database is probed; the round trip moves its "
        "average by `alpha`, the first is taken as it is, and a refusal forgets it. The window is "
        "all replicas whose average is at most `local_threshold` above the least; while none is "
        "known, all. Draw d of the window without replacement; the read goes to the one with the "
        "fewest outstanding requests, the first drawn among equals. A write goes to the primary. d "
        "bounded draws per read, none for the last node left.",
    .parameters = kParameters,
    .systems =
        "MongoDB drivers: read preference nearest (include_primary = true), secondary (false)",
    .failure_modes =
        "The round trip is the network's, blind to load. A node farther than the window gets no "
        "read, even while those within are overloaded. A silent node keeps its last average.",
    .source = "MongoDB specifications, source/server-selection/server-selection.md",
    .make = [](RouterSetup setup, const Parameters& p) -> std::unique_ptr<Router> {
      const LatencyWindow::Settings settings = {static_cast<double>(p.duration("local_threshold")),
                                                p.duration("heartbeat"), p.number("alpha"),
                                                static_cast<std::uint32_t>(p.integer("d"))};
      return std::make_unique<SplitRouter<LatencyWindow>>(
          NodePool(setup.nodes, setup.default_node, p),
          LatencyWindow(Deck(setup.nodes.size(), setup.random), setup.nodes.size(), settings));
    },
};

}  // namespace switchyard
