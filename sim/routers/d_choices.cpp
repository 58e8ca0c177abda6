// Power of d choices: draw d replicas at random and send the read to the one with the fewest
// outstanding requests.
//
// Ships in: Envoy LEAST_REQUEST, Finagle P2C, MongoDB drivers, nginx random two, HAProxy random(2).
// Parameters: d (2), replacement (false), include_primary (false).
// Known failure: with replacement and 2 nodes, the worse one still gets a quarter of the reads.
// Source: M. Mitzenmacher, "The power of two choices in randomized load balancing", IEEE TPDS 2001.
#include <algorithm>

#include "routers/catalogue.h"
#include "routers/deck.h"
#include "routers/split_router.h"
#include "routers/strategies.h"

namespace switchyard {
namespace {

class DChoices {
 public:
  DChoices(Deck deck, std::uint32_t d, bool replacement)
      : d_(d), replacement_(replacement), deck_(std::move(deck)) {}

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

constexpr auto kParameters = pool_parameters(
    ParameterInfo{.name = "d",
                  .type = ParameterInfo::Type::kInteger,
                  .default_value = "2",
                  .help = "how many nodes are drawn per read",
                  .min = 1,
                  .max = 64},
    ParameterInfo{.name = "replacement",
                  .type = ParameterInfo::Type::kBoolean,
                  .default_value = "false",
                  .help = "whether a node may be drawn twice (Envoy) or not (MongoDB, Finagle)"});

}  // namespace

const StrategyInfo kDChoices = {
    .name = "d_choices",
    .summary = "reads to the less busy of d random replicas (d = 2); writes to the primary",
    .rule =
        "Draw d replicas, each equally likely; the read goes to the one with the fewest "
        "outstanding requests, the first drawn among equals. A write goes to the primary. d "
        "bounded draws per read (without replacement none for the last node left).",
    .parameters = kParameters,
    .systems =
        "Envoy LEAST_REQUEST (replacement = true), Finagle P2CLeastLoaded, MongoDB drivers, "
        "nginx random two least_conn, HAProxy random(2)",
    .failure_modes =
        "With replacement and two nodes the worse one still gets a quarter of the "
        "reads. With 2-3 replicas it is close to a full scan, with its herds and black "
        "holes.",
    .source =
        "M. Mitzenmacher, The power of two choices in randomized load balancing, IEEE TPDS "
        "12 (2001)",
    .make = [](RouterSetup setup, const Parameters& p) -> std::unique_ptr<Router> {
      return std::make_unique<SplitRouter<DChoices>>(
          NodePool(setup.nodes, setup.default_node, p),
          DChoices(Deck(setup.nodes.size(), setup.random),
                   static_cast<std::uint32_t>(p.integer("d")), p.boolean("replacement")));
    },
};

}  // namespace switchyard
