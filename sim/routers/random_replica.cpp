// Uniform random over the replicas: each read draws a replica afresh, whatever was drawn before.
// Writes go to the primary.
//
// Ships in: the router of Django's multi-db documentation, libpq load_balance_hosts=random, PgCat.
// Parameters: ban (0 s), include_primary (false).
// Known failure: neither load nor lag is looked at.
// Source: Django documentation, "Multiple databases", PrimaryReplicaRouter.
#include "routers/ban.h"
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

constexpr auto kParameters = pool_parameters(kBan);

}  // namespace

extern const StrategyInfo kRandomReplica = {
    .name = "random_replica",
    .summary = "reads to a uniformly random replica; writes to the primary",
    .rule =
        "A read goes to one of the replicas, each equally likely, drawn afresh every time; a "
        "write goes to the primary. With `ban` those that failed are left out for that long. One "
        "bounded draw per read.",
    .parameters = kParameters,
    .systems =
        "Django's documented PrimaryReplicaRouter, libpq and pgjdbc random host choice, "
        "PgCat random (ban = 60s)",
    .failure_modes =
        "Queues differ by chance: some reads wait while other replicas idle. Lag is not "
        "looked at.",
    .source = "Django documentation, Multiple databases; for bans PgCat pool.rs",
    .make = [](RouterSetup setup, const Parameters& p) -> std::unique_ptr<Router> {
      return make_with_ban(setup, p, RandomReplica(setup.random));
    },
};

}  // namespace switchyard
