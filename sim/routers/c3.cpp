// C3: reads to the replica with the least score, which punishes its queue, and what this and all
// other routers probably have sent there, by the third power. Nodes tell their queue and service
// time beside each answer.
//
// Ships in: Elasticsearch and OpenSearch adaptive replica selection; the authors' Cassandra.
// Parameters: alpha (0.3), exponent (3), clients (databases), whole_queue (true), cold (first),
// adjust_losers (true), formula (c3), rate_control (false), growth (0.000004), beta (0.2),
// max_step (10), interval (10 ms), initial_rate (5), burst (50).
// Known failure: with cold = first every read goes to a new node until it answers; what nodes
// tell is old where few requests go.
// Source: Suresh et al., NSDI 2015, section 3; Elasticsearch ResponseCollectorService.java.
#include "routers/c3_score.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "core/error.h"
#include "routers/catalogue.h"
#include "routers/split_router.h"

namespace switchyard {
namespace {

// Response times in milliseconds, as Elasticsearch has them; the score's order is the same in any
// unit but for the inverted formula.
constexpr double kMilliseconds = 1e-6;

class C3 {
 public:
  enum class Cold : std::uint8_t { kFirst, kLast, kProbe };
  struct RateControl {
    C3RateLaw law;
    double initial = 0;
    double burst = 0;
  };
  struct Settings {
    double alpha = 0;
    int exponent = 3;
    std::optional<double> clients;  // nothing: as many as there are nodes with statistics
    bool whole_queue = true;
    Cold cold = Cold::kFirst;
    bool adjust_losers = true;
    bool inverted = false;
    std::optional<RateControl> rate;
  };

  C3(std::size_t nodes, const Settings& settings, RandomStream random)
      : settings_(settings), random_(random), nodes_(nodes), scores_(nodes) {
    if (!settings.rate) return;
    const RateControl& rate = *settings.rate;
    for (std::size_t i = 0; i < nodes; ++i) {
      limits_.push_back({TokenBucket(rate.initial, rate.law.interval_ns, rate.burst),
                         C3Rate(rate.initial, rate.law), C3Received(rate.law.interval_ns)});
    }
  }

  Signals wants() const {
    Signals signals;
    signals.outstanding = true;
    signals.responses = true;
    signals.server = true;
    return signals;
  }

  Decision pick(const Read& read) {
    NodeId best = kNoNode;
    std::uint32_t tied = 0;
    Nanoseconds free_ns = kNever;
    for (const NodeId node : read.eligible.nodes) {
      const double score = scores_[index(node)] =
          score_of(node, static_cast<double>((*read.view.outstanding)[node]));
      if (settings_.rate) {
        const Nanoseconds next = limits_[index(node)].sending.next_ns(read.now_ns);
        free_ns = std::min(free_ns, next);
        if (next > read.now_ns) continue;
      }
      if (best == kNoNode || score < scores_[index(best)]) {
        best = node;
        tied = 1;
      } else if (score == scores_[index(best)] && random_.next_below(++tied) == 0) {
        best = node;
      }
    }
    if (best == kNoNode || is_behind_others(read)) return wait(free_ns, read.eligible);
    if (settings_.rate) limits_[index(best)].sending.take();
    if (settings_.adjust_losers && nodes_[index(best)].known) adjust(read.eligible, best);
    return Decision::to(best);
  }

  void on_response(const Response& response) {
    if (response.kind != RequestClass::kRead || response.status != Status::kOk) return;
    Node& node = nodes_[index(response.node)];
    if (!node.known) ++known_;
    const C3Node sample = {static_cast<double>(response.latency_ns) * kMilliseconds,
                           static_cast<double>(response.service_ns) * kMilliseconds,
                           static_cast<double>(response.waiting), 0};
    add(node, sample);
    if (!settings_.rate) return;
    Limit& limit = limits_[index(response.node)];
    limit.received.add(response.now_ns);
    limit.rate.answered(limit.received.rate(), response.now_ns);
    limit.sending.set_rate(limit.rate.rate(), response.now_ns);
  }

 private:
  struct Node {
    bool known = false;
    C3Node average;
  };
  struct Limit {
    TokenBucket sending;
    C3Rate rate;
    C3Received received;
  };

  // Reads that wait go first, one after the other.
  bool is_behind_others(const Read& read) const {
    return settings_.rate && read.query.asked_ns == read.now_ns && turn_ns_ > read.now_ns;
  }
  Decision wait(Nanoseconds free_ns, const Eligible& eligible) {
    double rate = 0;
    for (const NodeId node : eligible.nodes) rate += limits_[index(node)].rate.rate();
    const double gap = static_cast<double>(settings_.rate->law.interval_ns) / rate;
    turn_ns_ = std::max(free_ns, turn_ns_ + 1 + static_cast<Nanoseconds>(gap));
    return Decision::wait_until(turn_ns_);
  }

  double score_of(NodeId id, double outstanding) const {
    const Node& node = nodes_[index(id)];
    if (!node.known) {
      const bool goes_first =
          settings_.cold == Cold::kFirst || (settings_.cold == Cold::kProbe && outstanding == 0);
      return goes_first ? -std::numeric_limits<double>::infinity()
                        : std::numeric_limits<double>::infinity();
    }
    C3Node now = node.average;
    now.outstanding = outstanding;
    if (settings_.whole_queue) now.queue = std::floor(now.queue);
    return c3_score(now, settings_.clients.value_or(known_), settings_.exponent,
                    settings_.inverted);
  }
  void add(Node& node, const C3Node& sample) const {
    const auto move = [&](double& average, double value) {
      average = node.known ? settings_.alpha * value + (1 - settings_.alpha) * average : value;
    };
    move(node.average.response, sample.response);
    move(node.average.service, sample.service);
    move(node.average.queue, sample.queue);
    node.known = true;
  }
  // Whoever loses comes closer to the winner, so that it is tried again.
  void adjust(const Eligible& eligible, NodeId winner) {
    const C3Node best = nodes_[index(winner)].average;
    const auto whole = [&](double queue) {
      return settings_.whole_queue ? std::floor(queue) : queue;
    };
    for (const NodeId id : eligible.nodes) {
      Node& node = nodes_[index(id)];
      if (id == winner || !node.known) continue;
      add(node,
          {(best.response + node.average.response) / 2, (best.service + node.average.service) / 2,
           whole((whole(best.queue) + whole(node.average.queue)) / 2), 0});
    }
  }

  Settings settings_;
  RandomStream random_;
  std::vector<Node> nodes_;
  std::vector<double> scores_;
  std::vector<Limit> limits_;
  double known_ = 0;
  Nanoseconds turn_ns_ = 0;  // of the last read that was told to wait
};

constexpr std::array<std::string_view, 3> kColds = {"first", "last", "probe"};
constexpr std::array<std::string_view, 2> kFormulas = {"c3", "inverted"};
constexpr auto kParameters = pool_parameters(
    ParameterInfo{.name = "alpha",
                  .type = ParameterInfo::Type::kNumber,
                  .default_value = "0.3",
                  .help = "weight of a new value in the averages (the authors' simulator: 0.9)"},
    ParameterInfo{.name = "exponent",
                  .type = ParameterInfo::Type::kInteger,
                  .default_value = "3",
                  .help = "power to which the estimated queue is taken",
                  .min = 1,
                  .max = 10},
    ParameterInfo{.name = "clients",
                  .type = ParameterInfo::Type::kText,
                  .default_value = "databases",
                  .help = "how many routers are taken to send as many requests as this one: a "
                          "number from 1, as many as there are (routers), or as there are "
                          "databases with statistics (databases, Elasticsearch)"},
    ParameterInfo{.name = "whole_queue",
                  .type = ParameterInfo::Type::kBoolean,
                  .default_value = "true",
                  .help = "whether the average queue is cut to a whole number (Elasticsearch)"},
    ParameterInfo{.name = "cold",
                  .type = ParameterInfo::Type::kChoice,
                  .default_value = "first",
                  .help = "a database without statistics ranks before all others, after them, or "
                          "before them only while it has no unanswered request (probe)",
                  .choices = kColds},
    ParameterInfo{.name = "adjust_losers",
                  .type = ParameterInfo::Type::kBoolean,
                  .default_value = "true",
                  .help = "whether each database that was not chosen counts as having told, once "
                          "more, the mean of its own and the winner's averages (Elasticsearch)"},
    ParameterInfo{.name = "formula",
                  .type = ParameterInfo::Type::kChoice,
                  .default_value = "c3",
                  .help = "inverted: with the service time upside down, as Elasticsearch had it "
                          "until 7.13",
                  .choices = kFormulas},
    ParameterInfo{.name = "rate_control",
                  .type = ParameterInfo::Type::kBoolean,
                  .default_value = "false",
                  .help = "whether reads to each database are limited to a rate that follows its "
                          "answers; what exceeds it waits here"},
    ParameterInfo{.name = "growth",
                  .type = ParameterInfo::Type::kNumber,
                  .default_value = "0.000004",
                  .help = "rate_control: of the rate, in reads per interval per cubic millisecond",
                  .lowest = 1e-12,
                  .highest = 1},
    ParameterInfo{.name = "beta",
                  .type = ParameterInfo::Type::kNumber,
                  .default_value = "0.2",
                  .help = "rate_control: what the rate is multiplied by when it is too high",
                  .lowest = 0.01,
                  .highest = 0.99},
    ParameterInfo{
        .name = "max_step",
        .type = ParameterInfo::Type::kNumber,
        .default_value = "10",
        .help = "rate_control: the most that the rate rises at once, in reads per interval",
        .unit = "reads/interval",
        .lowest = 0.001,
        .highest = 1e6},
    ParameterInfo{.name = "interval",
                  .type = ParameterInfo::Type::kDuration,
                  .default_value = "10ms",
                  .help = "rate_control: time that rates are per",
                  .shortest = 1,
                  .longest = kHour},
    ParameterInfo{.name = "initial_rate",
                  .type = ParameterInfo::Type::kNumber,
                  .default_value = "5",
                  .help = "rate_control: reads an interval at the start",
                  .unit = "reads/interval",
                  .lowest = 0.1,
                  .highest = 1e6},
    ParameterInfo{.name = "burst",
                  .type = ParameterInfo::Type::kNumber,
                  .default_value = "50",
                  .help = "rate_control: the most reads at once after a rest",
                  .unit = "reads",
                  .lowest = 1,
                  .highest = 1e6});

// Nothing for "databases".
std::optional<double> clients_of(const Parameters& p, std::uint32_t instances) {
  const std::string& text = p.text("clients");
  if (text == "databases") return std::nullopt;
  if (text == "routers") return instances;
  std::uint32_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size() || count == 0) {
    throw InputError(fmt::format(
        "router '{}': parameter 'clients' must be a number from 1, routers or databases, found "
        "'{}'",
        p.strategy(), text));
  }
  return count;
}

C3::Settings settings_of(const Parameters& p, std::uint32_t instances) {
  C3::Settings settings;
  settings.alpha = p.number("alpha");
  settings.exponent = static_cast<int>(p.integer("exponent"));
  settings.clients = clients_of(p, instances);
  settings.whole_queue = p.boolean("whole_queue");
  settings.cold = p.choice<C3::Cold>("cold");
  settings.adjust_losers = p.boolean("adjust_losers");
  settings.inverted = p.text("formula") == "inverted";
  if (p.boolean("rate_control")) {
    settings.rate = {
        {p.number("growth"), p.number("beta"), p.number("max_step"), p.duration("interval")},
        p.number("initial_rate"),
        p.number("burst")};
  }
  return settings;
}

}  // namespace

extern const StrategyInfo kC3 = {
    .name = "c3",
    .summary = "reads to the replica with the least response time and (cubed) estimated queue",
    .rule =
        "A read goes to the replica with the least R - S + q^exponent * S, any of those with "
        "equal scores, where q = 1 + outstanding * clients + Q; R is the average response time of "
        "reads, S the service time and Q the queue that the database told with them. Averages "
        "move by `alpha`; the first value is taken as it is. After each choice those that were "
        "not chosen may be adjusted, and without statistics `cold` decides. With rate_control a "
        "database is passed over while its rate is used up, and if all are, the read waits, "
        "behind those that already do; at an answer a rate below that of the answers rises to "
        "growth * (T - cbrt(beta * Rmax / growth))^3 + Rmax (T ms after it was last lowered, from "
        "Rmax, at first 10), by max_step at most; one above it, if that is known, is multiplied "
        "by beta (0.01 at least), unless it has risen within two intervals. The rate of the "
        "answers takes on a tenth of each interval's. A write goes to the primary. One bounded "
        "draw per tie.",
    .parameters = kParameters,
    .systems =
        "Elasticsearch and OpenSearch cluster.routing.use_adaptive_replica_selection; the "
        "authors' Cassandra (alpha 0.9, clients = routers, rate_control; which also reads from all "
        "replicas now and then to hear of them)",
    .failure_modes =
        "A database without statistics gets every read until it answers (cold = first). What "
        "databases tell is old where few requests go. Errors count neither for nor against a "
        "database. The right number of clients must be known. rate_control compares the rate "
        "allowed, not the rate used, with that of the answers, so it ends up limiting reads that "
        "were few enough.",
    .source =
        "Suresh et al., C3, NSDI 2015; Elasticsearch ResponseCollectorService.java, "
        "IndexShardRoutingTable.java, pull request 70283",
    .make = [](RouterSetup setup, const Parameters& p) -> std::unique_ptr<Router> {
      return std::make_unique<SplitRouter<C3>>(
          NodePool(setup.nodes, setup.default_node, p),
          C3(setup.nodes.size(), settings_of(p, setup.instances), setup.random));
    },
};

}  // namespace switchyard
