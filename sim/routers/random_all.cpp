// RestAuth's MasterSlave, as documented: reads go to a uniformly random database, the master
// included; writes go to `default`.
//
// Ships in: RestAuth, common.routers.MasterSlave. Parameters: none.
// Known failure: no health, lag or load is looked at; consecutive reads may go back in time.
// Source: RestAuth documentation, "Database replication".
#include "routers/catalogue.h"
#include "routers/strategies.h"

namespace switchyard {
namespace {

class MasterSlave : public Router {
 public:
  MasterSlave(std::size_t nodes, NodeId default_node, std::shared_ptr<PythonRandom> random,
              bool routes_writes)
      : nodes_(static_cast<std::uint32_t>(nodes)),
        default_node_(default_node),
        random_(std::move(random)),
        routes_writes_(routes_writes) {}

  Signals wants() const override {
    Signals signals;
    signals.origin = !routes_writes_;
    return signals;
  }
  Decision choose(const Query& query, const ClusterView& /*view*/, Nanoseconds /*now*/) override {
    if (query.kind == RequestClass::kRead) return Decision::to(node_id(random_->choice(nodes_)));
    return routes_writes_ ? Decision::to(default_node_, Reason::kPrimary) : Decision::no_answer();
  }

 private:
  std::uint32_t nodes_;
  NodeId default_node_;
  std::shared_ptr<PythonRandom> random_;
  bool routes_writes_;
};

std::unique_ptr<Router> make(RouterSetup setup, bool routes_writes) {
  return std::make_unique<MasterSlave>(setup.nodes.size(), setup.default_node,
                                       std::move(setup.python_random), routes_writes);
}

}  // namespace

const StrategyInfo kMasterSlave = {
    .name = "MasterSlave",
    .summary = "RestAuth: reads to any database at random, writes to `default`",
    .rule =
        "A read goes to one of all databases, each equally likely, drawn afresh every time; a "
        "write goes to the database named `default`. One random.choice of Python's generator "
        "per read, in the order of the databases; none per write. Nothing is pinned: not even the "
        "statements of a transaction stay together.",
    .parameters = {},
    .systems = "RestAuth common.routers.MasterSlave, as its documentation describes it",
    .failure_modes =
        "A slow, lagging or dead database still gets its share of reads. Consecutive "
        "reads of a session may go back in time.",
    .source = "RestAuth documentation, Database replication; CPython random.choice",
    .make = [](RouterSetup setup, const Parameters&) { return make(std::move(setup), true); },
};

const StrategyInfo kMasterSlaveAsShipped = {
    .name = "MasterSlaveAsShipped",
    .summary = "RestAuth's MasterSlave as its code runs: no write rule, so Django decides",
    .rule =
        "A read as in MasterSlave. The class defines no db_for_write, so Django sends the save "
        "of a loaded object back to the database it was read from, a replica with probability "
        "(n-1)/n, and every other write to `default`. The object of a write is the last one "
        "with that key among the 8 that the session read most recently.",
    .parameters = {},
    .systems = "RestAuth common.routers.MasterSlave under Django, all releases",
    .failure_modes = "Writes reach replicas, which refuse them (read-only) or diverge.",
    .source = "Django 3.2 db/utils.py (ConnectionRouter), run against the router's class",
    .make = [](RouterSetup setup, const Parameters&) { return make(std::move(setup), false); },
};

}  // namespace switchyard
