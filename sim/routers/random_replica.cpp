// Uniform random over the replicas: each read draws a replica afresh; writes go to the primary.
//
// Ships in: the router of Django's multi-db documentation, libpq load_balance_hosts=random.
// Parameters: include_primary (false).
// Known failure: no load, lag or health is looked at.
// Source: Django documentation, "Multiple databases", PrimaryReplicaRouter.
#include "routers/catalogue.h"
#include "routers/pool.h"
#include "routers/strategies.h"

namespace switchyard {
namespace {

class RandomReplica : public Router {
 public:
  RandomReplica(NodePool pool, RandomStream random) : pool_(std::move(pool)), random_(random) {}

  Decision choose(const Query& query, const ClusterView& /*view*/, Nanoseconds /*now*/) override {
    if (query.kind == RequestClass::kWrite) return pool_.write();
    return pool_.read(pool_.readers()[random_.next_below(pool_.reader_count())]);
  }

 private:
  NodePool pool_;
  RandomStream random_;
};

constexpr std::array kParameters = {kIncludePrimary};

}  // namespace

const StrategyInfo kRandomReplica = {
    .name = "random_replica",
    .summary = "reads to a uniformly random replica; writes to the primary",
    .rule =
        "A read goes to one of the replicas, each equally likely, drawn afresh every time; a "
        "write goes to the primary. One bounded draw per read.",
    .parameters = kParameters,
    .systems = "Django's documented PrimaryReplicaRouter, libpq and pgjdbc random host choice",
    .failure_modes =
        "Queues differ by chance: some reads wait while other replicas idle. Lag and "
        "health are not looked at.",
    .source = "Django documentation, Multiple databases",
    .make = [](RouterSetup setup, const Parameters& p) -> std::unique_ptr<Router> {
      return std::make_unique<RandomReplica>(
          NodePool(setup.nodes, setup.default_node, p.boolean("include_primary")), setup.random);
    },
};

}  // namespace switchyard
