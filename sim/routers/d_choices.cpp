// Power of d choices: draw d replicas at random and send the read to the one with the fewest
// outstanding requests. Draws and comparison may go by weights, health may be compared first, and
// the counts may come from a monitor that looks only now and then.
//
// Ships in: Envoy LEAST_REQUEST, Finagle P2C, tower, MongoDB drivers, nginx random two, HAProxy
// random(2).
// Parameters: d (2), replacement (false), tie (first), weights (none), health (filter), max_effort
// (4), refresh_every (0 s), include_primary (false).
// Known failure: with replacement and 2 nodes, the worse one still gets a quarter of the reads.
// Source: M. Mitzenmacher, "The power of two choices in randomized load balancing", IEEE TPDS 2001;
// nginx ngx_http_upstream_random_module.c; HAProxy lb_chash.c; Finagle P2CLeastLoaded.scala.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "routers/catalogue.h"
#include "routers/deck.h"
#include "routers/load_board.h"
#include "routers/split_router.h"

namespace switchyard {
namespace {

enum class Tie : std::uint8_t { kFirst, kLast, kRandom };
struct Settings {
  std::uint32_t d = 2;
  bool replacement = false;
  Tie tie = Tie::kFirst;
  bool draws_by_weight = false;
  bool compares_by_weight = false;
  bool health_first = false;
  std::int64_t max_effort = 0;
};

// Equal chances, counts as they are, the first drawn of equals: a class of its own, as all else
// would slow it down.
class DChoices {
 public:
  DChoices(Deck deck, const Settings& settings)
      : d_(settings.d), replacement_(settings.replacement), deck_(std::move(deck)) {}

  Signals wants() const {
    Signals signals;
    signals.outstanding = true;
    return signals;
  }

  NodeId pick(const Read& read) {
    deck_.take_up(read.eligible);
    Outstanding& outstanding = *read.view.outstanding;
    const std::uint32_t draws = replacement_ ? d_ : std::min(d_, deck_.size());
    NodeId best = replacement_ ? deck_.draw_again() : deck_.draw(0);
    std::uint32_t fewest = outstanding[best];
    for (std::uint32_t i = 1; i < draws; ++i) {
      const NodeId node = replacement_ ? deck_.draw_again() : deck_.draw(i);
      const std::uint32_t count = outstanding[node];
      if (count < fewest) {
        fewest = count;
        best = node;
      }
    }
    return best;
  }

 private:
  std::uint32_t d_;
  bool replacement_;
  Deck deck_;
};

// With all that there is to set.
class AnyChoices {
 public:
  // `weights`: one per node, or empty where the settings don't need them.
  AnyChoices(std::size_t nodes, Deck deck, LoadBoard board, const Settings& settings,
             std::vector<std::int64_t> weights)
      : settings_(settings),
        deck_(std::move(deck)),
        board_(std::move(board)),
        weights_(std::move(weights)),
        is_down_(nodes) {}

  Signals wants() const { return board_.wants(); }

  NodeId pick(const Read& read) {
    take_up(read.eligible);
    if (deck_.size() == 0) return kNoNode;
    NodeId best = pick_once(read.view);
    for (std::int64_t i = 0; i < settings_.max_effort && is_down(best); ++i) {
      best = pick_once(read.view);
    }
    return best;
  }

  void on_topology(std::span<const NodeState> states) {
    if (!settings_.health_first) return;
    for (std::size_t i = 0; i < states.size(); ++i) is_down_[i] = states[i].up ? 0 : 1;
  }
  Nanoseconds next_timer() const { return board_.next_refresh(); }
  void on_timer(const ClusterView& view, Nanoseconds /*now*/) { board_.refresh(view); }

 private:
  NodeId pick_once(const ClusterView& view) {
    const std::uint32_t draws =
        settings_.replacement ? settings_.d : std::min(settings_.d, deck_.size());
    NodeId best = draw(0);
    auto least = rank(best, view);
    std::uint32_t tied = 1;
    for (std::uint32_t i = 1; i < draws; ++i) {
      const NodeId node = draw(i);
      const auto other = rank(node, view);
      if (other > least) continue;
      tied = other < least ? 1 : tied + 1;
      if (tied == 1 || takes_tied(tied)) best = node;
      least = other;
    }
    return best;
  }
  void take_up(const Eligible& eligible) {
    if (weights_.empty()) {
      deck_.take_up(eligible);
    } else {
      deck_.take_up(eligible, weights_);
    }
  }
  NodeId draw(std::uint32_t i) {
    if (settings_.draws_by_weight) return deck_.draw(settings_.replacement ? 0 : i, weights_);
    return settings_.replacement ? deck_.draw_again() : deck_.draw(i);
  }
  bool is_down(NodeId node) const { return is_down_[index(node)] != 0; }
  // Health before load; the least is best.
  std::pair<bool, double> rank(NodeId node, const ClusterView& view) const {
    return {is_down(node), load(node, view)};
  }
  // Quotients are equal exactly if the fractions are: below 2^23 requests and 2^30 of weight.
  double load(NodeId node, const ClusterView& view) const {
    const std::uint32_t count = board_.read(node, view);
    return settings_.compares_by_weight ? count / static_cast<double>(weights_[index(node)])
                                        : count;
  }
  // Whether the last of so many that are equal takes the place of the one chosen of the others.
  bool takes_tied(std::uint32_t tied) {
    return settings_.tie == Tie::kLast ||
           (settings_.tie == Tie::kRandom && deck_.random().next_below(tied) == 0);
  }

  Settings settings_;
  Deck deck_;
  LoadBoard board_;
  std::vector<std::int64_t> weights_;
  std::vector<std::uint8_t> is_down_;  // per node; all 0 where the pool leaves out those that are
};

constexpr std::array<std::string_view, 3> kTies = {"first", "last", "random"};
constexpr std::array<std::string_view, 4> kWeighings = {"none", "draws", "ratio", "both"};
constexpr std::array<std::string_view, 2> kHealths = {"filter", "first"};
constexpr auto kParameters = pool_parameters(
    kDrawsPerRead,
    ParameterInfo{.name = "replacement",
                  .type = ParameterInfo::Type::kBoolean,
                  .default_value = "false",
                  .help = "whether a node may be drawn twice (Envoy) or not (MongoDB, Finagle)"},
    ParameterInfo{.name = "tie",
                  .type = ParameterInfo::Type::kChoice,
                  .default_value = "first",
                  .help = "which of the drawn nodes with equally few: the first drawn (Envoy, "
                          "Finagle), the last drawn (nginx), or any at random",
                  .choices = kTies},
    ParameterInfo{.name = "weights",
                  .type = ParameterInfo::Type::kChoice,
                  .default_value = "none",
                  .help = "what the databases' weights decide: nothing, how likely each is drawn, "
                          "what is compared (ratio: count / weight), or both (nginx, HAProxy)",
                  .choices = kWeighings},
    ParameterInfo{.name = "health",
                  .type = ParameterInfo::Type::kChoice,
                  .default_value = "filter",
                  .help = "what becomes of nodes noticed as down: they are not drawn, or they are "
                          "like others and lose to any drawn node that is up (first, Finagle); "
                          "needs health_checks = true",
                  .choices = kHealths},
    ParameterInfo{.name = "max_effort",
                  .type = ParameterInfo::Type::kInteger,
                  .default_value = "4",
                  .help = "with health = first: how many times all is drawn anew if every drawn "
                          "node is down; then one of those gets the read",
                  .unit = "draws",
                  .min = 0,
                  .max = 1000},
    kRefreshEvery);

}  // namespace

extern const StrategyInfo kDChoices = {
    .name = "d_choices",
    .summary = "reads to the less busy of d random replicas (d = 2); writes to the primary",
    .rule =
        "Draw d replicas, each equally likely; the read goes to the one with the fewest "
        "outstanding requests, ties by `tie`. With `weights` replicas are drawn, or their counts "
        "compared, by the databases' `weight`, whole numbers, and weight 0 takes no read (if none "
        "other may, `fallback` decides). With health = first nodes that are down are drawn too, "
        "and "
        "compared by that first. With refresh_every the counts are those at the last "
        "multiple of that time, without what was sent or answered since. A write goes to the "
        "primary. d bounded draws per read (without replacement none for the last node left), and "
        "with tie = random one per tie; so many again for each repetition by max_effort.",
    .parameters = kParameters,
    .systems =
        "Envoy LEAST_REQUEST (replacement = true), Finagle P2CLeastLoaded (health = first), tower, "
        "MongoDB drivers "
        "(tie = random), nginx random two least_conn (weights = both, tie = last; there round "
        "robin after twenty draws of one server), HAProxy random(2) (replacement = true, weights "
        "= both, tie = last; there busy ties go by the rate of requests)",
    .failure_modes =
        "With replacement and two nodes the worse one still gets a quarter of the reads. With 2-3 "
        "replicas it is close to a full scan, with its herds and black holes. With health = first "
        "a read whose other choice is down goes "
        "to the one that is up however busy, and with few up some still go to those that are down.",
    .source =
        "M. Mitzenmacher, The power of two choices in randomized load balancing, IEEE TPDS 12 "
        "(2001), and for refresh_every How useful is old information?, IEEE TPDS 11 (2000); nginx "
        "ngx_http_upstream_random_module.c; HAProxy lb_chash.c; Finagle P2CLeastLoaded.scala",
    .make = [](RouterSetup setup, const Parameters& p) -> std::unique_ptr<Router> {
      const std::string& weights = p.text("weights");
      const Settings settings = {.d = static_cast<std::uint32_t>(p.integer("d")),
                                 .replacement = p.boolean("replacement"),
                                 .tie = p.choice<Tie>("tie"),
                                 .draws_by_weight = weights == "draws" || weights == "both",
                                 .compares_by_weight = weights == "ratio" || weights == "both",
                                 .health_first = p.text("health") == "first",
                                 .max_effort = p.integer("max_effort")};
      NodePool pool(setup.nodes, setup.default_node, p);
      if (settings.health_first) {
        if (!p.boolean("health_checks")) {
          throw InputError(
              fmt::format("router '{}': health = first needs health_checks = true", p.strategy()));
        }
        pool.keep_down_readers();
      }
      Deck deck(setup.nodes.size(), setup.random);
      LoadBoard board(setup.nodes.size(), p);
      if (weights == "none" && settings.tie == Tie::kFirst && !settings.health_first &&
          board.is_current()) {
        return std::make_unique<SplitRouter<DChoices>>(std::move(pool),
                                                       DChoices(std::move(deck), settings));
      }
      return std::make_unique<SplitRouter<AnyChoices>>(
          std::move(pool),
          AnyChoices(setup.nodes.size(), std::move(deck), std::move(board), settings,
                     weights == "none" ? std::vector<std::int64_t>()
                                       : whole_weights(p.strategy(), setup.nodes)));
    },
};

}  // namespace switchyard
