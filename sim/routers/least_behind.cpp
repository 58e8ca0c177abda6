// Least behind: a read goes to the replica with the least observed lag. Load is not looked at, so
// one replica has every read until another is seen to be ahead of it.
//
// Ships in: MaxScale slave_selection_criteria = least_behind_master.
// Parameters: include_primary (false), unit (exact), unknown (last).
// Known failure: with unknown = first, as shipped, a replica cut off from its primary, whose lag
// nobody can tell, draws every read while it falls ever further behind.
// Source: MaxScale 24.02 readwritesplit manual, slave_selection_criteria.
#include "routers/catalogue.h"
#include "routers/split_router.h"

namespace switchyard {
namespace {

class LeastBehind {
 public:
  LeastBehind(bool whole_seconds, bool unknown_first)
      : whole_seconds_(whole_seconds), unknown_lag_ns_(unknown_first ? -1 : kNever) {}

  Signals wants() const {
    Signals signals;
    signals.positions = true;
    return signals;
  }
  NodeId pick(const Read& read) const {
    NodeId best = kNoNode;
    Nanoseconds least = 0;
    for (const NodeId node : read.eligible.nodes) {
      const Nanoseconds lag = lag_of(node, *read.view.positions);
      if (best != kNoNode && lag >= least) continue;
      best = node;
      least = lag;
    }
    return best;
  }

 private:
  Nanoseconds lag_of(NodeId node, const Positions& positions) const {
    if (!positions.lag_is_known(node)) return unknown_lag_ns_;
    const Nanoseconds lag = positions.lag_ns(node);
    return whole_seconds_ ? lag - lag % kSecond : lag;
  }

  bool whole_seconds_;
  Nanoseconds unknown_lag_ns_;
};

constexpr std::array<std::string_view, 2> kUnits = {"exact", "whole_seconds"};
constexpr std::array<std::string_view, 2> kUnknown = {"last", "first"};
constexpr auto kParameters = pool_parameters(
    ParameterInfo{.name = "unit",
                  .type = ParameterInfo::Type::kChoice,
                  .default_value = "exact",
                  .help = "whether lags are compared as they are, or rounded down to whole seconds",
                  .choices = kUnits},
    ParameterInfo{.name = "unknown",
                  .type = ParameterInfo::Type::kChoice,
                  .default_value = "last",
                  .help = "whether a replica whose lag can't be told, as it does not reach what it "
                          "replicates from, comes after all others or before them",
                  .choices = kUnknown});

}  // namespace

extern const StrategyInfo kLeastBehind = {
    .name = "least_behind",
    .summary = "reads to the replica with the least observed lag",
    .rule =
        "A read goes to the replica with the least observed lag, the first in order among equals; "
        "`unknown` says where one stands whose lag can't be told. A write goes to the primary. "
        "Lags are as old as replication.observe_every says. No random draws.",
    .parameters = kParameters,
    .systems =
        "MaxScale slave_selection_criteria = least_behind_master (whole_seconds, unknown = first: "
        "it stores an unknown lag as -1, and takes the smallest)",
    .failure_modes =
        "While no replica is late all reads go to the first one, and between two looks to "
        "whichever was least late at the last. With unknown = first a replica cut off from its "
        "primary draws every read, and gets ever staler.",
    .source = "MaxScale 24.02 readwritesplit manual, slave_selection_criteria",
    .make = [](RouterSetup setup, const Parameters& p) -> std::unique_ptr<Router> {
      return std::make_unique<SplitRouter<LeastBehind>>(
          NodePool(setup.nodes, setup.default_node, p),
          LeastBehind(p.text("unit") == "whole_seconds", p.text("unknown") == "first"));
    },
};

}  // namespace switchyard
