// Random over all databases for reads, and over those whose name says that they are masters for
// writes. Every statement draws afresh.
//
// Ships in: RestAuth, common.routers.MultipleMasterSlave. Parameters: prefix (master),
// on_no_primary (error), pin (none).
// Known failure: two writes of one transaction may go to different masters, which then conflict.
// Source: RestAuth documentation, "Database replication".
#include <fmt/format.h>

#include "core/error.h"
#include "routers/catalogue.h"

namespace switchyard {
namespace {

class RandomMultiPrimary : public Router {
 public:
  // Without masters, writes go to the default node.
  RandomMultiPrimary(std::size_t nodes, std::vector<NodeId> masters, NodeId default_node,
                     std::shared_ptr<PythonRandom> random)
      : nodes_(static_cast<std::uint32_t>(nodes)),
        masters_(std::move(masters)),
        default_node_(default_node),
        random_(std::move(random)) {}

  Decision choose(const Query& query, const ClusterView& /*view*/, Nanoseconds /*now*/) override {
    if (query.kind == RequestClass::kRead) return Decision::to(node_id(random_->choice(nodes_)));
    // Not a choice of one: Python's would draw.
    if (masters_.empty()) return Decision::to(default_node_, Reason::kDefault);
    const auto count = static_cast<std::uint32_t>(masters_.size());
    return Decision::to(masters_[random_->choice(count)]);
  }

 private:
  std::uint32_t nodes_;
  std::vector<NodeId> masters_;
  NodeId default_node_;
  std::shared_ptr<PythonRandom> random_;
};

constexpr std::array<std::string_view, 2> kOnNoPrimary = {"error", "default"};
constexpr std::array kParameters = {
    ParameterInfo{.name = "prefix",
                  .type = ParameterInfo::Type::kText,
                  .default_value = "master",
                  .help = "how the names of databases begin that take writes"},
    ParameterInfo{.name = "on_no_primary",
                  .type = ParameterInfo::Type::kChoice,
                  .default_value = "error",
                  .help = "when no name begins so: refuse to start, or write to `default`",
                  .choices = kOnNoPrimary},
    pin_parameter("none")};

}  // namespace

extern const StrategyInfo kRandomMultiPrimary = {
    .name = "random_multi_primary",
    .summary = "reads to any database, writes to any named `prefix…`, at random",
    .rule =
        "A read goes to one of all databases, each equally likely. A write goes to one of the "
        "databases whose name starts with `prefix` (as it is written, at the start), each equally "
        "likely; with `master`, `default` takes reads but never writes. One random.choice of "
        "Python's generator per decision; none for a write to `default` with on_no_primary.",
    .parameters = kParameters,
    .systems = "RestAuth common.routers.MultipleMasterSlave",
    .failure_modes =
        "Writes of one transaction may go to different masters; with asynchronous replication they "
        "conflict and updates are lost. RestAuth's own code fails at the first write without any "
        "`master…` name, and under Python 3 at the first read (see random_all).",
    .source = "RestAuth documentation, Database replication; CPython random.choice",
    .make = [](RouterSetup setup, const Parameters& p) -> std::unique_ptr<Router> {
      const std::string& prefix = p.text("prefix");
      if (prefix.empty()) {
        throw InputError(fmt::format("router '{}': prefix must not be empty", p.strategy()));
      }
      std::vector<NodeId> masters;
      for (std::size_t i = 0; i < setup.nodes.size(); ++i) {
        if (setup.nodes[i].name.starts_with(prefix)) masters.push_back(node_id(i));
      }
      if (masters.empty() && p.text("on_no_primary") == "error") {
        throw InputError(fmt::format(
            "router '{}' sends writes to databases whose name starts with '{}' (case matters), and "
            "there is none; rename a database or use MasterSlave",
            p.strategy(), prefix));
      }
      return std::make_unique<RandomMultiPrimary>(setup.nodes.size(), std::move(masters),
                                                  setup.default_node,
                                                  std::move(setup.python_random));
    },
};

}  // namespace switchyard
