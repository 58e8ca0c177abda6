// Everything to the primary: no read ever misses a commit, but none is taken off the primary. The
// bound for freshness, and what a cluster without a router does.
//
// Ships in: every application with one database setting. Parameters: none.
// Known failure: the replicas' capacity is not used.
// Source: a reference bound, no paper.
#include "routers/catalogue.h"
#include "routers/pool.h"

namespace switchyard {
namespace {

class PrimaryOnly : public Router {
 public:
  explicit PrimaryOnly(NodePool pool) : pool_(std::move(pool)) {}
  Decision choose(const Query& /*query*/, const ClusterView& /*view*/,
                  Nanoseconds /*now*/) override {
    return pool_.write();
  }
  void on_topology(std::span<const NodeState> states, Nanoseconds /*now*/) override {
    pool_.update(states);
  }

 private:
  NodePool pool_;
};

constexpr std::array kParameters = {kHealthChecks};

}  // namespace

extern const StrategyInfo kPrimaryOnly = {
    .name = "primary_only",
    .summary = "bound: everything to the primary, never stale",
    .rule =
        "Reads and writes go to `default` if it is a primary, else to the first primary. No "
        "random draws.",
    .parameters = kParameters,
    .systems = "any application without a router",
    .failure_modes = "The replicas' capacity is not used; the primary is the limit.",
    .source = "reference bound",
    .is_bound = true,
    .make = [](RouterSetup setup, const Parameters& p) -> std::unique_ptr<Router> {
      return std::make_unique<PrimaryOnly>(
          NodePool(setup.nodes, setup.default_node, true, p.boolean("health_checks")));
    },
};

}  // namespace switchyard
