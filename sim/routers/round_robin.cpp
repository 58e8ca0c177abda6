// Round robin: reads take the replicas in turn, whatever they cost and however loaded the nodes
// are.
//
// Ships in: django-multidb-router, MySQL Router `round-robin`, PgBouncer, HAProxy `roundrobin`.
// Parameters: include_primary (false).
// Known failure: a node k times slower than the rest piles up work.
// Source: MySQL Router manual, routing_strategy.
#include "routers/catalogue.h"
#include "routers/pool.h"
#include "routers/strategies.h"

namespace switchyard {
namespace {

class RoundRobin : public Router {
 public:
  explicit RoundRobin(NodePool pool) : pool_(std::move(pool)) {}

  Decision choose(const Query& query, const ClusterView& /*view*/, Nanoseconds /*now*/) override {
    if (query.kind == RequestClass::kWrite) return pool_.write();
    const NodeId node = pool_.readers()[next_];
    if (++next_ == pool_.readers().size()) next_ = 0;
    return pool_.read(node);
  }

 private:
  NodePool pool_;
  std::size_t next_ = 0;
};

constexpr std::array kParameters = {kIncludePrimary};

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
      return std::make_unique<RoundRobin>(
          NodePool(setup.nodes, setup.default_node, p.boolean("include_primary")));
    },
};

}  // namespace switchyard
