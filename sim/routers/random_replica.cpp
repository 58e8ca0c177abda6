// Uniform random over the replicas: each read draws a replica afresh, whatever was drawn before.
// Writes go to the primary.
//
// Ships in: the router of Django's multi-db documentation, libpq load_balance_hosts=random.
// Parameters: include_primary (false).
// Known failure: neither load nor lag is looked at.
// Source: Django documentation, "Multiple databases", PrimaryReplicaRouter.
#include "routers/catalogue.h"
#include "routers/split_router.h"

namespace switchyard {
namespace {

class RandomReplica {
 public:
  explicit RandomReplica(RandomStream random) : random_(random) {}

  Signals wants() const { return {}; }
  NodeId pick(const Read& read) {
    const auto count = static_cast<std::uint32_t>(read.eligible.nodes.size());
    return read.eligible.nodes[random_.next_below(count)];
  }

 private:
  RandomStream random_;
};

constexpr auto kParameters = pool_parameters();

}  // namespace

extern const StrategyInfo kRandomReplica = {
    .name = "random_replica",
    .summary = "reads to a uniformly random replica; writes to the primary",
    .rule =
        "A read goes to one of the replicas, each equally likely, drawn afresh every time; a "
        "write goes to the primary. One bounded draw per read.",
    .parameters = kParameters,
    .systems = "Django's documented PrimaryReplicaRouter, libpq and pgjdbc random host choice",
    .failure_modes =
        "Queues differ by chance: some reads wait while other replicas idle. Lag is not "
        "looked at.",
    .source = "Django documentation, Multiple databases",
    .make = [](RouterSetup setup, const Parameters& p) -> std::unique_ptr<Router> {
      return std::make_unique<SplitRouter<RandomReplica>>(
          NodePool(setup.nodes, setup.default_node, p), RandomReplica(setup.random));
    },
};

}  // namespace switchyard
