// Least outstanding requests: a read goes to the node with the fewest requests of this router that
// are dispatched and not yet answered; or a session to that with the fewest sessions. The counts
// may be weighed, and may come from a monitor that looks only now and then.
//
// Ships in: MaxScale least_current_operations and, by connections, least_router_connections and
// readconnroute; nginx least_conn, HAProxy leastconn, Envoy FULL_SCAN, PgCat loc, AWS
// leastConnections.
// Parameters: count (queries), weights (none), tie (uniform), refresh_every (0 s), ban (0 s),
// max_replicas (-1), include_primary (false).
// Known failure: a node that fails fast looks idle and draws everything ("black hole"); connections
// say little of what is asked through them.
// Source: MaxScale readwritesplit manual, slave_selection_criteria; Envoy least request (full
// scan); nginx ngx_http_upstream_least_conn_module.c; HAProxy lb_fwlc.c.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <tuple>

#include "core/error.h"
#include "routers/ban.h"
#include "routers/catalogue.h"
#include "routers/load_board.h"
#include "routers/session_replicas.h"
#include "routers/split_router.h"

namespace switchyard {
namespace {

enum class Tie : std::uint8_t { kUniform, kFirst, kLeastRecentlyUsed, kSmooth };
enum class Weighing : std::uint8_t { kNone, kRatio, kHaproxy };

// Picks the node with the least of whatever is counted.
class Fewest {
 public:
  // `weights`: one per node, or empty where neither `weighing` nor `tie` needs them.
  Fewest(Weighing weighing, Tie tie, std::size_t nodes, std::vector<std::int64_t> weights,
         RandomStream random)
      : tie_(tie),
        random_(random),
        last_use_(nodes),
        tied_(nodes),
        keys_(nodes, nodes),
        weighing_(weighing),
        weights_(std::move(weights)),
        current_(weights_.size()) {}

  // By counts as they are.
  template <class CountOf>
  NodeId pick_plain(const Read& read, CountOf count_of) {
    return settle(find_least(read, UINT32_MAX, count_of).tied);
  }
  // By counts as they are weighed.
  template <class CountOf>
  NodeId pick(const Read& read, CountOf count_of) {
    constexpr double kNo = std::numeric_limits<double>::infinity();
    const Least<double> least = find_least(read, kNo, [&](NodeId node) {
      const std::uint32_t count = count_of(node);
      return weighing_ == Weighing::kNone ? count : weighed(count, weights_[index(node)]);
    });
    return least.key == kNo ? kNoNode : settle(least.tied);
  }

 private:
  // The nodes whose key is least are the first of tied_ then.
  template <class Key>
  struct Least {
    Key key;
    std::uint32_t tied;
  };
  // Without branches on the keys, which no processor could predict, so in two rounds: in one,
  // compilers put a branch where the least key changes. Each node is written where the next tied
  // one belongs, and stays there only if it is one.
  template <class Key, class KeyOf>
  Least<Key> find_least(const Read& read, Key least, KeyOf key_of) {
    const std::span<const NodeId> nodes = read.eligible.nodes;
    std::vector<Key>& keys = std::get<std::vector<Key>>(keys_);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      keys[i] = key_of(nodes[i]);
      least = std::min(least, keys[i]);
    }
    std::uint32_t tied = 0;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      tied_[tied] = nodes[i];
      tied += keys[i] == least ? 1 : 0;
    }
    return {least, tied};
  }

  // Counts have fewer than 2^23 requests and weights at most 2^30, so that two quotients are equal
  // exactly if the fractions are: no less than by cross multiplication.
  double weighed(std::uint32_t count, std::int64_t weight) const {
    if (weight == 0) return std::numeric_limits<double>::infinity();
    if (weighing_ == Weighing::kRatio) return count / static_cast<double>(weight);
    return count == 0 ? 0 : static_cast<double>((std::int64_t{count} + 1) * 256 / weight);
  }

  NodeId settle(std::uint32_t tied) {
    if (tie_ == Tie::kUniform) return tied_[random_.choice(tied)];
    if (tie_ == Tie::kFirst) return tied_[0];
    const std::span<const NodeId> nodes = std::span(tied_).first(tied);
    return tie_ == Tie::kSmooth ? next_in_turn(nodes) : longest_unused(nodes);
  }
  NodeId longest_unused(std::span<const NodeId> nodes) {
    const NodeId node = *std::ranges::min_element(
        nodes, {}, [&](NodeId candidate) { return last_use_[index(candidate)]; });
    last_use_[index(node)] = ++decisions_;
    return node;
  }
  // Smooth weighted round robin, of which only those that are tied take part.
  NodeId next_in_turn(std::span<const NodeId> nodes) {
    if (nodes.size() == 1) return nodes.front();
    std::int64_t total = 0;
    for (const NodeId node : nodes) {
      current_[index(node)] += weights_[index(node)];
      total += weights_[index(node)];
    }
    const NodeId node = *std::ranges::max_element(
        nodes, {}, [&](NodeId candidate) { return current_[index(candidate)]; });
    current_[index(node)] -= total;
    return node;
  }

  Tie tie_;
  RandomStream random_;
  std::vector<std::uint64_t> last_use_;
  std::uint64_t decisions_ = 0;
  std::vector<NodeId> tied_;
  std::tuple<std::vector<std::uint32_t>, std::vector<double>> keys_;  // of eligible nodes
  Weighing weighing_;
  std::vector<std::int64_t> weights_;
  std::vector<std::int64_t> current_;  // of the smooth round robin
};

// `kPlain`: counts as they are, unweighed; told at compile time, as the other would slow it down.
template <bool kPlain>
class LeastOutstanding {
 public:
  LeastOutstanding(LoadBoard board, Fewest fewest)
      : board_(std::move(board)), fewest_(std::move(fewest)) {}

  Signals wants() const { return board_.wants(); }

  NodeId pick(const Read& read) {
    if constexpr (kPlain) {
      Outstanding& outstanding = *read.view.outstanding;
      return fewest_.pick_plain(read, [&](NodeId node) { return outstanding[node]; });
    } else {
      return fewest_.pick(read, [&](NodeId node) { return board_.read(node, read.view); });
    }
  }

  Nanoseconds next_timer() const { return board_.next_refresh(); }
  void on_timer(const ClusterView& view, Nanoseconds /*now*/) { board_.refresh(view); }

 private:
  LoadBoard board_;
  Fewest fewest_;
};

// A session's first read connects it to a node, for all its reads as long as that may take them.
class LeastConnections {
 public:
  LeastConnections(std::size_t nodes, Fewest fewest)
      : connections_(nodes), fewest_(std::move(fewest)) {}

  Signals wants() const {
    Signals signals;
    signals.sessions = true;
    return signals;
  }

  NodeId pick(const Read& read) {
    NodeId& node = node_of_[index(read.query.session)];
    const std::span<const NodeId> nodes = read.eligible.nodes;
    if (node != kNoNode && std::ranges::find(nodes, node) != nodes.end()) return node;
    disconnect(node);
    node = fewest_.pick(read, [&](NodeId candidate) { return connections_[index(candidate)]; });
    if (node != kNoNode) ++connections_[index(node)];
    return node;
  }

  void on_session_start(const Eligible& /*readers*/, SessionId session) {
    if (index(session) >= node_of_.size()) node_of_.resize(index(session) + 1, kNoNode);
  }
  void on_session_end(SessionId session, Nanoseconds /*now*/) {
    disconnect(node_of_[index(session)]);
    node_of_[index(session)] = kNoNode;
  }

 private:
  void disconnect(NodeId node) {
    if (node != kNoNode) --connections_[index(node)];
  }

  std::vector<std::uint32_t> connections_;  // per node
  std::vector<NodeId> node_of_;             // per session
  Fewest fewest_;
};

constexpr std::array<std::string_view, 2> kCounts = {"queries", "connections"};
constexpr std::array<std::string_view, 4> kTies = {"uniform", "first", "least_recently_used",
                                                   "swrr"};
constexpr std::array<std::string_view, 3> kWeighings = {"none", "ratio", "haproxy"};
constexpr auto kParameters = pool_parameters(
    ParameterInfo{.name = "count",
                  .type = ParameterInfo::Type::kChoice,
                  .default_value = "queries",
                  .help = "what a database has few of: unanswered requests, or sessions of this "
                          "router (connections). A session then keeps to the one that its first "
                          "read goes to until it ends, or that one may not take its read",
                  .choices = kCounts},
    ParameterInfo{.name = "weights",
                  .type = ParameterInfo::Type::kChoice,
                  .default_value = "none",
                  .help = "what is compared: the count, count / weight (ratio, nginx), or 0 if the "
                          "count is 0 and else (count + 1) * 256 / weight, rounded down (haproxy)",
                  .choices = kWeighings},
    ParameterInfo{.name = "tie",
                  .type = ParameterInfo::Type::kChoice,
                  .default_value = "uniform",
                  .help = "which of the nodes with equally few: any at random, the first in order, "
                          "the one this router used longest ago, or smooth weighted round robin "
                          "among them (swrr, nginx)",
                  .choices = kTies},
    kRefreshEvery, kBan, kMaxReplicas);

Fewest fewest_of(const RouterSetup& setup, const Parameters& p) {
  const auto weighing = p.choice<Weighing>("weights");
  const auto tie = p.choice<Tie>("tie");
  std::vector<std::int64_t> weights;
  if (weighing != Weighing::kNone || tie == Tie::kSmooth) {
    weights = whole_weights(p.strategy(), setup.nodes);
  }
  return {weighing, tie, setup.nodes.size(), std::move(weights), setup.random};
}

}  // namespace

extern const StrategyInfo kLeastOutstanding = {
    .name = "least_outstanding",
    .summary = "reads to the replica with the fewest unanswered requests",
    .rule =
        "A read goes to the replica with the fewest requests dispatched by this router and not "
        "yet answered, writes on it included; ties by `tie`. With count = connections a session's "
        "first read goes to the replica with the fewest sessions that read from it, and its later "
        "reads as well; if that is down or a guard leaves it out, they move to the one that has "
        "the fewest then. With `weights` the counts are "
        "weighed by the databases' `weight`, whole numbers, and weight 0 takes no read (if none "
        "other may, `fallback` decides). With refresh_every the counts are those at the last "
        "multiple of that time, without what was sent or answered since. With `ban` replicas that "
        "failed are left out for that long, and with max_replicas those that the session is not "
        "connected to. A write goes to the primary. One bounded draw per read (or, by "
        "connections, choice of a session) that meets a tie, with tie = uniform; else none.",
    .parameters = kParameters,
    .systems =
        "MaxScale slave_selection_criteria = least_current_operations (least_recently_used, but "
        "there by session; max_slave_connections is max_replicas), nginx least_conn (weights = "
        "ratio, tie = swrr), Envoy least request with full scan, PgCat loc (uniform, ban = 60s), "
        "PgDog least_active_connections (first). By connections: HAProxy leastconn as databases "
        "have it, on TCP (weights = haproxy), AWS "
        "leastConnections, MaxScale readconnroute (both with pin = session) and "
        "slave_selection_criteria = least_router_connections or least_global_connections "
        "(least_recently_used; for sessions that connect to one replica each)",
    .failure_modes =
        "A node that answers errors fast looks idle and draws all reads. Each of several routers "
        "sees only its own requests, so they herd; with counts out of date even one does, which "
        "sends all reads to the node that was idle. By connections a busy session counts no more "
        "than an idle one, and a node that is back stays empty until new sessions come.",
    .source =
        "MaxScale 24.02 readwritesplit manual; Envoy documentation, Load balancers; nginx "
        "ngx_http_upstream_least_conn_module.c; HAProxy lb_fwlc.c; for refresh_every M. "
        "Mitzenmacher, How useful is old information?, IEEE TPDS 11 (2000)",
    .make = [](RouterSetup setup, const Parameters& p) -> std::unique_ptr<Router> {
      Fewest fewest = fewest_of(setup, p);
      LoadBoard board(setup.nodes.size(), p);
      const std::int64_t max_replicas = p.integer("max_replicas");
      if (p.text("count") == "connections") {
        if (!board.is_current() || max_replicas >= 0) {
          throw InputError(fmt::format(
              "router '{}': refresh_every and max_replicas need count = queries", p.strategy()));
        }
        return make_with_ban(setup, p, LeastConnections(setup.nodes.size(), std::move(fewest)));
      }
      if (max_replicas >= 0) {
        using Picker = LeastOutstanding<false>;
        const std::size_t most =
            std::min(static_cast<std::size_t>(max_replicas), setup.nodes.size());
        return make_with_ban(setup, p,
                             WithSessionReplicas<Picker>(
                                 Picker(std::move(board), std::move(fewest)), setup.nodes, most));
      }
      if (p.text("weights") == "none" && board.is_current()) {
        return make_with_ban(setup, p, LeastOutstanding<true>(std::move(board), std::move(fewest)));
      }
      return make_with_ban(setup, p, LeastOutstanding<false>(std::move(board), std::move(fewest)));
    },
};

}  // namespace switchyard
