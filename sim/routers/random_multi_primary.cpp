// RestAuth's MultipleMasterSlave: reads go to a random database, masters included; writes go to a
// random database whose name starts with `master`.
//
// Ships in: RestAuth, common.routers.MultipleMasterSlave. Parameters: none.
// Known failure: two writes of one transaction may go to different masters, which then conflict.
// Source: RestAuth documentation, "Database replication".
#include "core/error.h"
#include "routers/catalogue.h"
#include "routers/strategies.h"

namespace switchyard {
namespace {

class MultipleMasterSlave : public Router {
 public:
  MultipleMasterSlave(std::size_t nodes, std::vector<NodeId> masters,
                      std::shared_ptr<PythonRandom> random)
      : nodes_(static_cast<std::uint32_t>(nodes)),
        masters_(std::move(masters)),
        random_(std::move(random)) {}

  Decision choose(const Query& query, const ClusterView& /*view*/, Nanoseconds /*now*/) override {
    if (query.kind == RequestClass::kRead) return Decision::to(node_id(random_->choice(nodes_)));
    const auto count = static_cast<std::uint32_t>(masters_.size());
    return Decision::to(masters_[random_->choice(count)]);
  }

 private:
  std::uint32_t nodes_;
  std::vector<NodeId> masters_;
  std::shared_ptr<PythonRandom> random_;
};

constexpr std::array kParameters = {pin_parameter("none")};

}  // namespace

const StrategyInfo kMultipleMasterSlave = {
    .name = "MultipleMasterSlave",
    .summary = "RestAuth: reads to any database, writes to any named `master…`, at random",
    .rule =
        "A read goes to one of all databases, each equally likely. A write goes to one of the "
        "databases whose name starts with `master` (lower case, at the start), each equally "
        "likely; `default` takes reads but never writes. One random.choice of Python's "
        "generator per decision.",
    .parameters = kParameters,
    .systems = "RestAuth common.routers.MultipleMasterSlave",
    .failure_modes =
        "Writes of one transaction may go to different masters; with asynchronous "
        "replication they conflict and updates are lost. Without any `master…` name "
        "the first write fails.",
    .source = "RestAuth documentation, Database replication; CPython random.choice",
    .make = [](RouterSetup setup, const Parameters&) -> std::unique_ptr<Router> {
      std::vector<NodeId> masters;
      for (std::size_t i = 0; i < setup.nodes.size(); ++i) {
        if (setup.nodes[i].name.starts_with("master")) masters.push_back(node_id(i));
      }
      if (masters.empty()) {
        throw InputError(
            "router 'MultipleMasterSlave' sends writes to databases whose name starts with "
            "'master' (in lower case), and there is none; rename a database or use MasterSlave");
      }
      return std::make_unique<MultipleMasterSlave>(setup.nodes.size(), std::move(masters),
                                                   std::move(setup.python_random));
    },
};

}  // namespace switchyard
