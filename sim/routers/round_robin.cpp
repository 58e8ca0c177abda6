// Round robin: reads take the replicas in turn, whatever they cost and however loaded the nodes
// are.
//
// Ships in: django-multidb-router, MySQL Router `round-robin`, PgBouncer, HAProxy `roundrobin`.
// Parameters: include_primary (false).
// Known failure: a node k times slower than the rest piles up work.
// Source: MySQL Router manual, routing_strategy.
#include "routers/catalogue.h"
#include "routers/split_router.h"
#include "routers/strategies.h"

namespace switchyard {
namespace {

class RoundRobin {
 public:
  Signals wants() const { return {}; }
  NodeId pick(const Read& read) {
    if (next_ >= read.eligible.nodes.size()) next_ = 0;
    return read.eligible.nodes[next_++];
  }

 private:
  std::size_t next_ = 0;
};

constexpr auto kParameters = pool_parameters();

}  // namespace

const StrategyInfo kRoundRobin = {
    .name = "round_robin",
    .summary = "reads to the replicas in turn; writes to the primary",
    .rule =
        "Read number i goes to replica i modulo their number, in the cluster's order, starting "
        "with the first; a write goes to the primary and does not advance the turn. No random "
        "draws.",
    .parameters = kParameters,
    .systems =
        "MySQL Router round-robin, HAProxy roundrobin, PgBouncer load_balance_hosts = "
        "round-robin, django-multidb-router (which shuffles the list once)",
    .failure_modes =
        "Ignores cost and speed: a node k times slower piles up work. Several routers "
        "that start together march in step.",
    .source = "MySQL Router manual, routing_strategy",
    .make = [](RouterSetup setup, const Parameters& p) -> std::unique_ptr<Router> {
      return std::make_unique<SplitRouter<RoundRobin>>(NodePool(setup.nodes, setup.default_node, p),
                                                       RoundRobin());
    },
};

}  // namespace switchyard
