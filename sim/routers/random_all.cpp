// Random over all databases: each read draws one afresh, the primary included. Writes go to
// `default`, or where Django sends them if the router has nothing to say.
//
// Ships in: RestAuth, common.routers.MasterSlave. Parameters: include_primary (true), write_rule
// (default).
// Known failure: no health, lag or load is looked at; consecutive reads may go back in time.
// Source: RestAuth documentation, "Database replication"; its routers.py; Django 3.2 db/utils.py.
#include <algorithm>

#include "routers/catalogue.h"

namespace switchyard {
namespace {

class RandomAll : public Router {
 public:
  // REQUIRES readers not to be empty. `routes_writes` false: they are left to Django.
  RandomAll(std::vector<NodeId> readers, NodeId default_node, std::shared_ptr<PythonRandom> random,
            bool routes_writes)
      : readers_(std::move(readers)),
        default_node_(default_node),
        random_(std::move(random)),
        routes_writes_(routes_writes) {}

  Signals wants() const override {
    Signals signals;
    signals.origin = !routes_writes_;
    return signals;
  }
  Decision choose(const Query& query, const ClusterView& /*view*/, Nanoseconds /*now*/) override {
    if (query.kind == RequestClass::kRead) {
      return Decision::to(readers_[random_->choice(static_cast<std::uint32_t>(readers_.size()))]);
    }
    return routes_writes_ ? Decision::to(default_node_, Reason::kPrimary) : Decision::no_answer();
  }

 private:
  std::vector<NodeId> readers_;
  NodeId default_node_;
  std::shared_ptr<PythonRandom> random_;
  bool routes_writes_;
};

std::vector<NodeId> readers_of(std::span<const NodeInfo> nodes, bool include_primary) {
  const auto is_primary = [](const NodeInfo& node) { return node.role == Role::kPrimary; };
  // Like everywhere, primaries are read from where there is nothing else.
  const bool all = include_primary || std::ranges::all_of(nodes, is_primary);
  std::vector<NodeId> readers;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (all || !is_primary(nodes[i])) readers.push_back(node_id(i));
  }
  return readers;
}

constexpr std::array<std::string_view, 2> kWriteRules = {"default", "instance_origin"};
constexpr std::array kParameters = {
    ParameterInfo{.name = "include_primary",
                  .type = ParameterInfo::Type::kBoolean,
                  .default_value = "true",
                  .help = "whether primaries take reads beside the replicas; without any replica "
                          "they always do"},
    ParameterInfo{.name = "write_rule",
                  .type = ParameterInfo::Type::kChoice,
                  .default_value = "default",
                  .help = "where writes go: to `default`, or to the database that their object was "
                          "read from (instance_origin: the router answers reads only and leaves "
                          "writes to Django)",
                  .choices = kWriteRules}};

}  // namespace

extern const StrategyInfo kRandomAll = {
    .name = "random_all",
    .summary = "reads to any database at random, the primary too; writes to `default`",
    .rule =
        "A read goes to one of all databases, each equally likely, drawn afresh every time; a "
        "write goes to the database named `default`. With write_rule = instance_origin the router "
        "has no rule for writes, so Django sends the save of a loaded object back to the database "
        "it was read from (mostly a replica, as each of n databases is as likely), and every "
        "other write to `default`; the object of a write is the last one with that key among the "
        "8 that the session read most recently. One random.choice of Python's generator per read, "
        "in the order of the databases; none per write. Nothing is pinned: not even the "
        "statements of a transaction stay together.",
    .parameters = kParameters,
    .systems =
        "RestAuth common.routers.MasterSlave: as its documentation describes it (MasterSlave), and "
        "as its code runs under Django in all releases (MasterSlaveAsShipped), which defines no "
        "db_for_write",
    .failure_modes =
        "A slow, lagging or dead database still gets its share of reads. Consecutive reads of a "
        "session may go back in time. With instance_origin writes reach replicas, which refuse "
        "them (read-only) or diverge. RestAuth's own code fails at the first read under Python 3, "
        "where random.choice does not take a dictionary's keys; what is modelled takes a list.",
    .source =
        "RestAuth documentation, Database replication; CPython random.choice; Django 3.2 "
        "db/utils.py (ConnectionRouter), run against the router's class",
    .make = [](RouterSetup setup, const Parameters& p) -> std::unique_ptr<Router> {
      return std::make_unique<RandomAll>(readers_of(setup.nodes, p.boolean("include_primary")),
                                         setup.default_node, std::move(setup.python_random),
                                         p.text("write_rule") == "default");
    },
};

}  // namespace switchyard
