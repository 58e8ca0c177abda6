// Weighted random: each read draws a replica with the probability of its weight, among those that
// have connections left and are not slower to reach than most. Who draws may be the session, and a
// cache of connections may stand before the draw.
//
// Ships in: ProxySQL hostgroup weight, Pgpool-II backend_weight, AWS weightedRandom.
// Parameters: max_connections (0), max_ping (0 s), latency_aware_min (0), granularity (statement),
// at_connect (false), thread_cache (false).
// Known failure: weights are static; a session that sticks to its draw skews the shares, and so
// does a cache.
// Source: ProxySQL 2.7, lib/MyHGC.cpp and lib/MySQL_Thread.cpp; Pgpool-II pool_pg_utils.c.
#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
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

  NodeId pick(const Read& read) { return draw(read.eligible.nodes, read.view.outstanding); }
  // `outstanding` null: whatever is under way.
  NodeId draw(std::span<const NodeId> nodes, Outstanding* outstanding) {
    candidates_.clear();
    for (const NodeId node : nodes) {
      if (weights_[index(node)] > 0 && is_free(node, outstanding)) candidates_.push_back(node);
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
  bool is_free(NodeId node, Outstanding* outstanding) const {
    const bool near =
        limits_.max_ping_ns == 0 || ping_us_[index(node)] * kMicrosecond < limits_.max_ping_ns;
    return near && (limits_.max_connections == 0 || outstanding == nullptr ||
                    (*outstanding)[node] < limits_.max_connections);
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

// Pgpool-II's: a session has a draw of its own, made as early as it connects.
class OfSessions {
 public:
  // `keeps`: whether that is where its reads go; else each of them draws, too.
  OfSessions(WeightedRandom random, bool keeps, bool at_connect)
      : random_(std::move(random)), keeps_(keeps), at_connect_(at_connect) {}

  Signals wants() const {
    Signals signals = random_.wants();
    signals.sessions = at_connect_;
    return signals;
  }
  void on_session_start(const Eligible& eligible, SessionId session) {
    // A guard may want to hear of sessions where this does not.
    if (!at_connect_) return;
    const NodeId node = random_.draw(eligible.nodes, nullptr);
    if (keeps_) kept_by(session) = node;
  }
  NodeId pick(const Read& read) {
    if (!keeps_) return random_.pick(read);
    NodeId& kept = kept_by(read.query.session);
    const std::span<const NodeId> nodes = read.eligible.nodes;
    if (std::ranges::find(nodes, kept) != nodes.end()) return kept;
    const NodeId node = random_.pick(read);
    // What a guard leaves out is left out for one read.
    if (kept == kNoNode || !read.eligible.is_narrowed()) kept = node;
    return node;
  }

 private:
  NodeId& kept_by(SessionId session) {
    if (index(session) >= kept_.size()) kept_.resize(index(session) + 1, kNoNode);
    return kept_[index(session)];
  }

  WeightedRandom random_;
  bool keeps_;
  bool at_connect_;
  std::vector<NodeId> kept_;  // per session
};

// ProxySQL's: a thread looks through the connections it has at hand before anything is drawn.
class FromCache {
 public:
  explicit FromCache(WeightedRandom random) : random_(std::move(random)) {}

  Signals wants() const {
    Signals signals = random_.wants();
    signals.responses = true;
    return signals;
  }
  NodeId pick(const Read& read) {
    const std::span<const NodeId> nodes = read.eligible.nodes;
    const auto is_eligible = [&](NodeId node) {
      return std::ranges::find(nodes, node) != nodes.end();
    };
    if (!read.eligible.is_narrowed() && read.eligible.generation != generation_) {
      std::erase_if(cached_, [&](NodeId node) { return !is_eligible(node); });
      generation_ = read.eligible.generation;
    }
    // A read that needs a position is never given a connection at hand, as shipped.
    if (read.view.needs_position) return random_.pick(read);
    const auto at = std::ranges::find_if(cached_, is_eligible);
    return at != cached_.end() ? *at : random_.pick(read);
  }
  // Only now it is certain that the connection is taken.
  void on_dispatch(const Dispatch& dispatch) {
    if (dispatch.kind != RequestClass::kRead) return;
    const auto at = std::ranges::find(cached_, dispatch.node);
    if (at != cached_.end()) cached_.erase(at);
  }
  void on_response(const Response& response) {
    const bool is_open = response.status == Status::kOk || response.status == Status::kError;
    if (response.kind == RequestClass::kRead && is_open) cached_.push_back(response.node);
  }

 private:
  WeightedRandom random_;
  std::vector<NodeId> cached_;  // idle connections, in the order in which they came back
  std::uint64_t generation_ = 0;
};

constexpr std::array<std::string_view, 2> kGranularities = {"statement", "session"};
constexpr auto kParameters = pool_parameters(
    ParameterInfo{.name = "max_connections",
                  .type = ParameterInfo::Type::kInteger,
                  .default_value = "0",
                  .help =
                      "a database with so many unanswered requests of this router gets no read; "
                      "0: no limit (ProxySQL 1000)",
                  .unit = "requests",
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
        .unit = "databases",
        .min = 0,
        .max = UINT32_MAX},
    ParameterInfo{.name = "granularity",
                  .type = ParameterInfo::Type::kChoice,
                  .default_value = "statement",
                  .help =
                      "who draws: each read, or each session, which keeps what it has drawn and "
                      "draws anew only when that can't take reads any more",
                  .choices = kGranularities},
    ParameterInfo{.name = "at_connect",
                  .type = ParameterInfo::Type::kBoolean,
                  .default_value = "false",
                  .help = "whether a session draws when it connects (Pgpool-II), whatever is under "
                          "way then; if each read draws too, that first draw serves none"},
    ParameterInfo{.name = "thread_cache",
                  .type = ParameterInfo::Type::kBoolean,
                  .default_value = "false",
                  .help = "whether idle connections are used again before anything is drawn "
                          "(ProxySQL), so that shares need not follow the weights; needs "
                          "granularity = statement and at_connect = false"});

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
        "write goes to the primary. One bounded draw per read; with granularity = session one "
        "for each session and for each time its replica is lost; with at_connect one more for each "
        "session. With thread_cache a read goes where the first of the idle connections leads "
        "whose database is eligible, limits and weights unseen; only without any it draws, and "
        "wherever a "
        "guard (causal, mode select) looks for a position that the read needs. Assumed "
        "for that: each router instance is a thread; a connection is taken when a read is sent and "
        "comes back, last, with its answer; it is lost with a request that has none and with a "
        "database noticed as down; writes have others.",
    .parameters = kParameters,
    .systems =
        "ProxySQL hostgroup weight (thread_cache as its threads run), Pgpool-II backend_weight "
        "(at_connect, granularity = session; statement with statement_level_load_balance), AWS "
        "weightedRandom (pin = session), HAProxy random(1)",
    .failure_modes =
        "Weights don't follow load. Where sessions or connections keep to what was drawn, few long "
        "ones skew the shares; with thread_cache a client that asks one thing at a time never "
        "leaves the first replica drawn.",
    .source =
        "ProxySQL lib/MyHGC.cpp, and lib/MySQL_Thread.cpp for the cache; Pgpool-II "
        "pool_pg_utils.c, select_load_balancing_node",
    .make = [](RouterSetup setup, const Parameters& p) -> std::unique_ptr<Router> {
      const WeightedRandom::Limits limits = {
          static_cast<std::uint32_t>(p.integer("max_connections")), p.duration("max_ping"),
          static_cast<std::uint32_t>(p.integer("latency_aware_min"))};
      NodePool pool(setup.nodes, setup.default_node, p);
      WeightedRandom random(whole_weights(p.strategy(), setup.nodes), setup.nodes, limits,
                            setup.random);
      const bool keeps = p.text("granularity") == "session";
      const bool at_connect = p.boolean("at_connect");
      if (p.boolean("thread_cache")) {
        if (keeps || at_connect) {
          throw InputError(
              fmt::format("router '{}': thread_cache needs granularity = statement and at_connect "
                          "= false: whose connections are shared has none of its own",
                          p.strategy()));
        }
        return std::make_unique<SplitRouter<FromCache>>(std::move(pool),
                                                        FromCache(std::move(random)));
      }
      if (keeps || at_connect) {
        return std::make_unique<SplitRouter<OfSessions>>(
            std::move(pool), OfSessions(std::move(random), keeps, at_connect));
      }
      return std::make_unique<SplitRouter<WeightedRandom>>(std::move(pool), std::move(random));
    },
};

}  // namespace switchyard
