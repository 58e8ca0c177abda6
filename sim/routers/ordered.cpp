// One replica for all reads until it is lost, then another: first_available comes back to an
// earlier one when it wraps around, next_available never does.
//
// Ships in: MySQL Router routing_strategy = first-available, next-available; PgBouncer and libpq
// load_balance_hosts = disable.
// Parameters: mode (first_available).
// Known failure: all reads on one replica; next_available has none left after the last is lost.
// Source: MySQL Router manual, routing_strategy; its dest_first_available.cc,
// dest_next_available.cc.
#include "routers/catalogue.h"
#include "routers/split_router.h"
#include "routers/strategies.h"

namespace switchyard {
namespace {

class Ordered {
 public:
  Ordered(std::size_t nodes, bool wraps) : nodes_(nodes), wraps_(wraps) {}

  Signals wants() const { return {}; }
  NodeId pick(const Read& read) {
    // Eligible nodes are in order, and mostly the current one is among them.
    for (const NodeId node : read.eligible.nodes) {
      if (index(node) >= current_) {
        current_ = index(node);
        return node;
      }
    }
    if (!wraps_) {
      current_ = nodes_;
      return kNoNode;
    }
    current_ = index(read.eligible.nodes.front());
    return read.eligible.nodes.front();
  }

 private:
  std::size_t nodes_;
  bool wraps_;
  std::size_t current_ = 0;  // or beyond the last
};

constexpr std::array<std::string_view, 2> kModes = {"first_available", "next_available"};
constexpr auto kParameters = pool_parameters(
    ParameterInfo{.name = "mode",
                  .type = ParameterInfo::Type::kChoice,
                  .default_value = "first_available",
                  .help = "after the last in order: begin again with the first, or reject every "
                          "read (next_available)",
                  .choices = kModes});

}  // namespace

const StrategyInfo kOrdered = {
    .name = "ordered",
    .summary = "all reads to the first replica that is up, in order",
    .rule =
        "Reads go to the current replica while it is noticed as up, at the start the first in the "
        "cluster's order; then to the next one that is up. After the last, first_available begins "
        "again at the front and next_available rejects every read. A write goes to the primary. No "
        "random draws.",
    .parameters = kParameters,
    .systems =
        "MySQL Router first-available and next-available, PgBouncer and libpq load_balance_hosts = "
        "disable, HAProxy first, Makara failover",
    .failure_modes =
        "One replica does all the work. next_available has nothing left after the last one was "
        "lost, even if all have come back.",
    .source = "MySQL Router manual, routing_strategy",
    .make = [](RouterSetup setup, const Parameters& p) -> std::unique_ptr<Router> {
      return std::make_unique<SplitRouter<Ordered>>(
          NodePool(setup.nodes, setup.default_node, p),
          Ordered(setup.nodes.size(), p.text("mode") == "first_available"));
    },
};

}  // namespace switchyard
