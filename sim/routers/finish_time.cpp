// Estimated finish time: reads to the replica where the average response time, times the requests
// it would then have, is the least. Averages are moved by medians, a few times a second.
//
// Ships in: MaxScale slave_selection_criteria = adaptive_routing.
// Parameters: median_of (9 reads), sync (250 ms), cold (0 s), alpha (0.04), more_alpha (0.35),
// memory (500 samples), drift (1.1).
// Known failure: a new node's average is 0 until the first sync, so it gets every read.
// Source: MaxScale 24.02, response_stat.cc and rwsplit_select_backends.cc (their rule).
#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "routers/catalogue.h"
#include "routers/moving_average.h"
#include "routers/split_router.h"

namespace switchyard {
namespace {

class FinishTime {
 public:
  FinishTime(std::span<const NodeInfo> nodes, std::size_t median_of, Nanoseconds sync_ns,
             Nanoseconds cold_ns, const MovingAverage::Rule& rule)
      : median_of_(median_of), sync_ns_(sync_ns), next_sync_ns_(sync_ns) {
    for (const NodeInfo& info : nodes) {
      Node& node =
          nodes_.emplace_back(MovingAverage(static_cast<double>(cold_ns), rule), info.ping_ns);
      node.latencies.reserve(median_of);
    }
  }

  Signals wants() const {
    Signals signals;
    signals.responses = true;
    signals.timers = true;
    return signals;
  }

  NodeId pick(const Read& read) const {
    NodeId best = kNoNode;
    double least = 0;
    for (const NodeId id : read.eligible.nodes) {
      const Node& node = nodes_[index(id)];
      const double score = node.average.value() * (node.pending + 1);
      if (best != kNoNode && score >= least) continue;
      least = score;
      best = id;
    }
    return best;
  }

  void on_dispatch(const Dispatch& dispatch) { ++nodes_[index(dispatch.node)].pending; }
  void on_response(const Response& response) {
    Node& node = nodes_[index(response.node)];
    --node.pending;
    if (response.kind != RequestClass::kRead || response.status != Status::kOk) return;
    node.latencies.push_back(response.latency_ns);
    if (node.latencies.size() < median_of_) return;
    const auto middle = node.latencies.begin() + static_cast<std::ptrdiff_t>(median_of_ / 2);
    std::ranges::nth_element(node.latencies, middle);
    node.median_sum += static_cast<double>(*middle);
    ++node.medians;
    node.latencies.clear();
  }

  Nanoseconds next_timer() const { return next_sync_ns_; }
  void on_timer(Nanoseconds now) {
    next_sync_ns_ = now + sync_ns_;
    for (Node& node : nodes_) {
      if (node.medians > 0) {
        node.average.add(node.median_sum / static_cast<double>(node.medians), node.medians);
      } else if (node.ping_ns > 0) {
        node.average.add(static_cast<double>(node.ping_ns), 1);
      }
      node.latencies.clear();
      node.median_sum = 0;
      node.medians = 0;
    }
  }

 private:
  struct Node {
    Node(MovingAverage start, Nanoseconds ping) : average(start), ping_ns(ping) {}
    MovingAverage average;
    Nanoseconds ping_ns = 0;
    std::uint32_t pending = 0;
    std::vector<Nanoseconds> latencies;  // until there are enough for a median
    double median_sum = 0;               // since the last sync
    std::int64_t medians = 0;
  };

  std::size_t median_of_;
  Nanoseconds sync_ns_;
  Nanoseconds next_sync_ns_;
  std::vector<Node> nodes_;
};

constexpr auto kParameters = pool_parameters(
    ParameterInfo{.name = "median_of",
                  .type = ParameterInfo::Type::kInteger,
                  .default_value = "9",
                  .help = "reads whose median response time is one sample",
                  .unit = "reads",
                  .min = 1,
                  .max = 1001},
    ParameterInfo{.name = "sync",
                  .type = ParameterInfo::Type::kDuration,
                  .default_value = "250ms",
                  .help = "time between changes of the averages",
                  .shortest = kMillisecond},
    ParameterInfo{.name = "cold",
                  .type = ParameterInfo::Type::kDuration,
                  .default_value = "0s",
                  .help = "average of a node of which nothing is known (MaxScale: 0)"},
    ParameterInfo{.name = "alpha",
                  .type = ParameterInfo::Type::kNumber,
                  .default_value = "0.04",
                  .help = "share of the difference by which an addition moves the average, at "
                          "least"},
    ParameterInfo{.name = "more_alpha",
                  .type = ParameterInfo::Type::kNumber,
                  .default_value = "0.35",
                  .help = "what that share grows by, at most, the more samples an addition stands "
                          "for; at most 1 together with alpha"},
    ParameterInfo{.name = "memory",
                  .type = ParameterInfo::Type::kInteger,
                  .default_value = "500",
                  .help = "samples that an addition's are compared with, at most and at first",
                  .unit = "samples",
                  .min = 1,
                  .max = 1'000'000'000},
    ParameterInfo{.name = "drift",
                  .type = ParameterInfo::Type::kNumber,
                  .default_value = "1.1",
                  .help = "factor by which that limit changes with each addition",
                  .lowest = 1,
                  .highest = 100});

}  // namespace

extern const StrategyInfo kFinishTime = {
    .name = "finish_time",
    .summary = "reads to the replica with the least average response time times requests",
    .rule =
        "A read goes to the replica with the least average * (unanswered requests + 1), the first "
        "in order among equals. Of each `median_of` reads that a node answers the median counts; "
        "every `sync` their mean is added to its moving average, or its round trip as one sample "
        "if there was no median; what does not make up a median is dropped. The first addition "
        "is the average; each later one, of n samples, moves it by this share of the difference: "
        "alpha + more_alpha * min(n / min(samples so far, M), 1), where M starts at `memory` and "
        "before each addition becomes drift * n if n >= M, else M / 2 if the average is more than "
        "twice the addition, else M / drift, rounded down. A write goes to the primary. No random "
        "draws.",
    .parameters = kParameters,
    .systems = "MaxScale slave_selection_criteria = adaptive_routing",
    .failure_modes =
        "A new node's average is 0 until its first sync: it gets every read. Ties go to the first "
        "in order. Only reads count.",
    .source = "MaxScale 24.02, response_stat.cc, rwsplit_select_backends.cc",
    .make = [](RouterSetup setup, const Parameters& p) -> std::unique_ptr<Router> {
      const MovingAverage::Rule rule = {p.number("alpha"), p.number("more_alpha"),
                                        p.integer("memory"), p.number("drift")};
      if (rule.least_share + rule.more_share > 1) {
        throw InputError(fmt::format("router '{}': alpha and more_alpha must be at most 1 together",
                                     p.strategy()));
      }
      return std::make_unique<SplitRouter<FinishTime>>(
          NodePool(setup.nodes, setup.default_node, p),
          FinishTime(setup.nodes, static_cast<std::size_t>(p.integer("median_of")),
                     p.duration("sync"), p.duration("cold"), rule));
    },
};

}  // namespace switchyard
