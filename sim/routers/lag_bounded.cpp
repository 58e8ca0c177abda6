// Bounded lag: reads only go to replicas that are not too far behind, as far as can be seen.
//
// Ships in: MaxScale max_replication_lag, ProxySQL max_replication_lag, Pgpool-II
// delay_threshold_by_time, MongoDB maxStalenessSeconds.
// Parameters: limit (1 s), limit_commits (0), compare (below), on_exceed (primary).
// Known failure: the lag is as old as its last look; when all replicas exceed the limit the primary
// takes every read.
// Source: MaxScale 24.02 manual, max_replication_lag; Pgpool-II 4.5 manual, delay_threshold.
#include "routers/guard.h"
#include "routers/strategies.h"

namespace switchyard {
namespace {

class LagBounded : public Guard {
 public:
  struct Limits {
    Nanoseconds lag_ns = 0;     // 0: none
    std::uint64_t commits = 0;  // 0: none
    bool inclusive = false;     // whether a node at the limit is still eligible
    bool least_lag = false;     // what to do when all exceed it: else the primary
  };
  LagBounded(RouterSetup setup, const Limits& limits)
      : Guard(std::move(setup)), limits_(limits), eligible_(node_count()) {}

  Signals wants() const override {
    Signals signals = Guard::wants();
    signals.positions = true;
    return signals;
  }

  Decision choose(const Query& query, const ClusterView& view, Nanoseconds now) override {
    if (query.kind != RequestClass::kRead) return Guard::choose(query, view, now);
    bool some_replica = false;
    for (std::size_t i = 0; i < eligible_.size(); ++i) {
      eligible_[i] = is_within(node_id(i), *view.positions) ? 1 : 0;
      some_replica |= eligible_[i] != 0 && is_up_replica(node_id(i));
    }
    if (!some_replica && limits_.least_lag) choose_least_lag(*view.positions);
    return choose_among(eligible_, query, view, now, Reason::kLagging);
  }

 private:
  bool is_within(NodeId node, const Positions& positions) const {
    const auto within = [&](auto value, auto limit) {
      return limit == 0 || value < limit || (limits_.inclusive && value == limit);
    };
    return within(positions.lag_ns(node), limits_.lag_ns) &&
           within(positions.missing(node), limits_.commits);
  }
  // The first in order among equals.
  void choose_least_lag(const Positions& positions) {
    NodeId best = kNoNode;
    for (std::size_t i = 0; i < eligible_.size(); ++i) {
      if (!is_up_replica(node_id(i))) continue;
      if (best == kNoNode || positions.lag_ns(node_id(i)) < positions.lag_ns(best)) {
        best = node_id(i);
      }
    }
    if (best != kNoNode) eligible_[index(best)] = 1;
  }

  Limits limits_;
  std::vector<std::uint8_t> eligible_;
};

constexpr std::array<std::string_view, 2> kCompare = {"below", "at_most"};
constexpr std::array<std::string_view, 2> kOnExceed = {"primary", "least_lag"};
constexpr std::array kParameters = {
    ParameterInfo{.name = "limit",
                  .type = ParameterInfo::Type::kDuration,
                  .default_value = "1s",
                  .help = "how long ago the first commit that a replica lacks may have been "
                          "committed; 0 for no such limit"},
    ParameterInfo{.name = "limit_commits",
                  .type = ParameterInfo::Type::kInteger,
                  .default_value = "0",
                  .help = "how many commits a replica may lack; 0 for no such limit",
                  .min = 0},
    ParameterInfo{
        .name = "compare",
        .type = ParameterInfo::Type::kChoice,
        .default_value = "below",
        .help = "whether a replica exactly at a limit is left out (below) or not (at_most)",
        .choices = kCompare},
    ParameterInfo{.name = "on_exceed",
                  .type = ParameterInfo::Type::kChoice,
                  .default_value = "primary",
                  .help =
                      "where reads go when every replica exceeds a limit: to the primary, or to "
                      "the replica with the least lag",
                  .choices = kOnExceed},
};

}  // namespace

const StrategyInfo kLagBounded = {
    .name = "lag_bounded",
    .summary = "guard: reads only to replicas whose observed lag is below a limit",
    .rule =
        "The router behind chooses among the databases whose observed lag is below `limit` and "
        "that lack fewer than `limit_commits` commits; if no replica is left, `on_exceed` decides. "
        "Lags are as old as replication.observe_every says. No random draws.",
    .parameters = kParameters,
    .systems =
        "MaxScale max_replication_lag (below), ProxySQL max_replication_lag (at_most), Pgpool-II "
        "delay_threshold_by_time (at_most; prefer_lower_delay_standby: least_lag), MongoDB "
        "maxStalenessSeconds (at_most)",
    .failure_modes =
        "A lag seen is old by up to observe_every, 10 s in some systems. When all replicas are "
        "over the limit the primary takes every read, and may collapse under them.",
    .source = "MaxScale 24.02 manual, max_replication_lag; Pgpool-II 4.5 manual, delay_threshold",
    .make = [](RouterSetup setup, const Parameters& p) -> std::unique_ptr<Router> {
      LagBounded::Limits limits;
      limits.lag_ns = p.duration("limit");
      limits.commits = static_cast<std::uint64_t>(p.integer("limit_commits"));
      limits.inclusive = p.text("compare") == "at_most";
      limits.least_lag = p.text("on_exceed") == "least_lag";
      return std::make_unique<LagBounded>(std::move(setup), limits);
    },
};

}  // namespace switchyard
