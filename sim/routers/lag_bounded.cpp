// Bounded lag: reads only go to replicas that are not too far behind, as far as can be seen.
// Where none is near enough, the read goes to the primary, to the least late, to any of them, or
// waits.
//
// Ships in: MaxScale max_replication_lag, ProxySQL max_replication_lag, Pgpool-II delay_threshold
// and delay_threshold_by_time, MongoDB maxStalenessSeconds.
// Parameters: limit (1 s), measured_by (first_missing), heartbeat (0 s), limit_commits (0), compare
// (below), unit (exact), unknown (reject), unknown_lag (60 s), consecutive (1), applies_to
// (candidates), on_exceed (primary), wait_at_most (10 s), ask_every (10 ms).
// Known failure: the lag is as old as its last look; when all replicas exceed the limit the primary
// takes every read.
// Source: MaxScale 24.02 manual, max_replication_lag; ProxySQL manual, mysql_servers and
// mysql-monitor_replication_lag_count; Pgpool-II 4.5 manual, delay_threshold; MongoDB
// specifications, Max Staleness.
#include <algorithm>

#include "routers/guard.h"
#include "routers/staleness.h"

namespace switchyard {
namespace {

enum class Unknown : std::uint8_t { kReject, kAccept, kTreatAs };
enum class OnExceed : std::uint8_t { kPrimary, kLeastLag, kAny, kWait };

class LagBounded : public Guard {
 public:
  struct Rule {
    Nanoseconds limit_ns = 0;         // 0: none
    bool by_last_writes = false;      // whether lags are estimated from these
    Nanoseconds heartbeat_ns = 0;     // … and this added
    std::uint64_t limit_commits = 0;  // 0: none
    bool inclusive = false;           // whether a replica at a limit is still within it
    bool whole_seconds = false;
    Unknown unknown = Unknown::kReject;
    Nanoseconds unknown_lag_ns = 0;
    std::uint32_t consecutive = 1;
    bool to_choice = false;  // whether it is the choice that is judged; else the candidates
    OnExceed on_exceed = OnExceed::kPrimary;
    Nanoseconds wait_at_most_ns = 0;
    Nanoseconds ask_every_ns = 0;
  };
  LagBounded(RouterSetup setup, const Rule& rule)
      : Guard(std::move(setup)),
        rule_(rule),
        staleness_(node_count(), rule.heartbeat_ns),
        over_(node_count()),
        within_(node_count(), 1),
        behind_(node_count()),
        only_(node_count()) {}

  Signals wants() const override {
    Signals signals = Guard::wants();
    signals.positions = true;
    return signals;
  }

  Decision choose(const Query& query, const ClusterView& view, Nanoseconds now) override {
    if (query.kind != RequestClass::kRead) return Guard::choose(query, view, now);
    // Where positions are always as of now, each read looks at them.
    if (!told_of_observations_) look_at(*view.positions, now);
    if (rule_.to_choice) return judge_choice(query, view, now);
    bool some_replica = false;
    for (std::size_t i = 0; i < within_.size(); ++i) {
      some_replica |= within_[i] != 0 && is_up_replica(node_id(i));
    }
    if (some_replica) return choose_among(within_, query, view, now, Reason::kLagging);
    if (rule_.on_exceed == OnExceed::kAny) return Guard::choose(query, view, now);
    return divert(query, view, now);
  }
  void on_observation(const Positions& positions, Nanoseconds now) override {
    told_of_observations_ = true;
    look_at(positions, now);
    Guard::on_observation(positions, now);
  }

 private:
  void look_at(const Positions& positions, Nanoseconds now) {
    if (rule_.by_last_writes) hear_of_last_writes(positions, now);
    const auto exceeds = [&](auto value, auto limit) {
      return limit != 0 && (rule_.inclusive ? value > limit : value >= limit);
    };
    for (std::size_t i = 0; i < over_.size(); ++i) {
      const NodeId node = node_id(i);
      const bool known =
          rule_.by_last_writes ? staleness_.heard(node) : positions.lag_is_known(node);
      Nanoseconds lag = known ? lag_of(node, positions) : rule_.unknown_lag_ns;
      if (rule_.whole_seconds) lag -= lag % kSecond;
      const std::uint64_t missing = positions.missing(node);
      const bool rejected = !known && rule_.unknown == Unknown::kReject && rule_.limit_ns != 0;
      const bool accepted = !known && rule_.unknown == Unknown::kAccept;
      const bool over = rejected || (!accepted && exceeds(lag, rule_.limit_ns)) ||
                        exceeds(missing, rule_.limit_commits);
      over_[i] = over ? std::min(over_[i] + 1, rule_.consecutive) : 0;
      within_[i] = over_[i] < rule_.consecutive ? 1 : 0;
      const bool in_commits = rule_.limit_ns == 0 && rule_.limit_commits != 0;
      behind_[i] = in_commits ? missing : static_cast<std::uint64_t>(lag);
    }
  }

  void hear_of_last_writes(const Positions& positions, Nanoseconds now) {
    for (std::size_t i = 0; i < over_.size(); ++i) {
      if (is_up(node_id(i))) {
        staleness_.hear(node_id(i), now, positions.last_write_ns(node_id(i)));
      } else {
        staleness_.forget(node_id(i));
      }
    }
  }
  // REQUIRES it to be known.
  Nanoseconds lag_of(NodeId node, const Positions& positions) const {
    if (!rule_.by_last_writes) return positions.lag_ns(node);
    if (!is_replica(node)) return 0;
    const bool has_primary = !is_replica(primary()) && staleness_.heard(primary());
    return std::max<Nanoseconds>(0, has_primary ? staleness_.behind_primary(node, primary())
                                                : staleness_.behind_latest(node));
  }

  Decision judge_choice(const Query& query, const ClusterView& view, Nanoseconds now) {
    const Decision decision = Guard::choose(query, view, now);
    const bool placed =
        decision.kind == Decision::Kind::kNode || decision.kind == Decision::Kind::kWaitFor;
    const bool stands = !placed || within_[index(decision.node)] != 0;
    if (stands || rule_.on_exceed == OnExceed::kAny) return decision;
    return divert(query, view, now);
  }
  // Where a read goes that can't go to a replica within the limit, or to the one chosen.
  Decision divert(const Query& query, const ClusterView& view, Nanoseconds now) {
    const NodeId best = least_lag();
    if (rule_.on_exceed == OnExceed::kLeastLag && best != kNoNode) {
      std::ranges::fill(only_, std::uint8_t{0});
      only_[index(best)] = 1;
      return choose_among(only_, query, view, now, Reason::kLagging);
    }
    const Nanoseconds latest = query.asked_ns + rule_.wait_at_most_ns;
    if (rule_.on_exceed == OnExceed::kWait && now < latest && some_replica_is_up()) {
      return Decision::wait_until(std::min(now + rule_.ask_every_ns, latest), Reason::kLagging);
    }
    return to_primary_among(within_.data(), Reason::kLagging);
  }
  // The first in order among equals. Who judges a choice replaces it by nothing beyond the limit.
  NodeId least_lag() const {
    NodeId best = kNoNode;
    for (std::size_t i = 0; i < behind_.size(); ++i) {
      if (!is_up_replica(node_id(i)) || (rule_.to_choice && within_[i] == 0)) continue;
      if (best == kNoNode || behind_[i] < behind_[index(best)]) best = node_id(i);
    }
    return best;
  }
  bool some_replica_is_up() const {
    for (std::size_t i = 0; i < node_count(); ++i) {
      if (is_up_replica(node_id(i))) return true;
    }
    return false;
  }

  Rule rule_;
  bool told_of_observations_ = false;
  Staleness staleness_;
  std::vector<std::uint32_t> over_;    // observations in a row over a limit, up to `consecutive`
  std::vector<std::uint8_t> within_;   // 1: fewer than that
  std::vector<std::uint64_t> behind_;  // lag, or commits where only those are limited
  std::vector<std::uint8_t> only_;
};

constexpr std::array<std::string_view, 2> kMeasures = {"first_missing", "last_writes"};
constexpr std::array<std::string_view, 2> kCompare = {"below", "at_most"};
constexpr std::array<std::string_view, 2> kUnits = {"exact", "whole_seconds"};
constexpr std::array<std::string_view, 3> kUnknown = {"reject", "accept", "treat_as"};
constexpr std::array<std::string_view, 2> kAppliesTo = {"candidates", "choice"};
constexpr std::array<std::string_view, 4> kOnExceed = {"primary", "least_lag", "any", "wait"};
constexpr std::array kParameters = {
    ParameterInfo{.name = "limit",
                  .type = ParameterInfo::Type::kDuration,
                  .default_value = "1s",
                  .help = "the lag that a replica may have; 0 for no such limit"},
    ParameterInfo{.name = "measured_by",
                  .type = ParameterInfo::Type::kChoice,
                  .default_value = "first_missing",
                  .help = "what the lag is: how long ago the first commit was made that the "
                          "replica lacks; or by how much the last write that it has is older than "
                          "that of the primary, or of the latest replica while there is no "
                          "primary (last_writes: MongoDB). This is known of all that are up",
                  .choices = kMeasures},
    ParameterInfo{.name = "heartbeat",
                  .type = ParameterInfo::Type::kDuration,
                  .default_value = "0s",
                  .help = "measured_by = last_writes: added to a replica's lag, by as much as it "
                          "may have grown since it was last heard"},
    ParameterInfo{.name = "limit_commits",
                  .type = ParameterInfo::Type::kInteger,
                  .default_value = "0",
                  .help = "how many commits a replica may lack; 0 for no such limit",
                  .unit = "commits",
                  .min = 0},
    ParameterInfo{
        .name = "compare",
        .type = ParameterInfo::Type::kChoice,
        .default_value = "below",
        .help = "whether a replica exactly at a limit is left out (below) or not (at_most)",
        .choices = kCompare},
    ParameterInfo{.name = "unit",
                  .type = ParameterInfo::Type::kChoice,
                  .default_value = "exact",
                  .help =
                      "whether the lag is compared as it is, or rounded down to whole seconds: a "
                      "limit of 1s then means below a second, and at_most 10s below eleven",
                  .choices = kUnits},
    ParameterInfo{.name = "unknown",
                  .type = ParameterInfo::Type::kChoice,
                  .default_value = "reject",
                  .help = "what becomes of a replica whose lag can't be told, as it does not reach "
                          "what it replicates from: it is over the limit, within it, or its lag is "
                          "taken to be unknown_lag. Commits that it lacks are counted all the same",
                  .choices = kUnknown},
    ParameterInfo{.name = "unknown_lag",
                  .type = ParameterInfo::Type::kDuration,
                  .default_value = "60s",
                  .help = "unknown = treat_as: the lag that stands for one that can't be told"},
    ParameterInfo{
        .name = "consecutive",
        .type = ParameterInfo::Type::kInteger,
        .default_value = "1",
        .help =
            "after how many observations in a row over a limit a replica is left out; the first "
            "within it brings it back. Where replication.observe_every is 0 each read observes",
        .unit = "observations",
        .min = 1,
        .max = 1'000'000},
    ParameterInfo{.name = "applies_to",
                  .type = ParameterInfo::Type::kChoice,
                  .default_value = "candidates",
                  .help =
                      "candidates: the router behind chooses among the replicas within the limit; "
                      "choice: it chooses among all, and a choice over the limit is replaced",
                  .choices = kAppliesTo},
    ParameterInfo{.name = "on_exceed",
                  .type = ParameterInfo::Type::kChoice,
                  .default_value = "primary",
                  .help =
                      "where reads go when every replica exceeds a limit: to the primary, to the "
                      "replica with the least lag, to any as if there were no limit, or nowhere "
                      "until one is within it (wait). With applies_to = choice, when the one "
                      "chosen does; least_lag is then the least within the limit, or the primary",
                  .choices = kOnExceed},
    ParameterInfo{.name = "wait_at_most",
                  .type = ParameterInfo::Type::kDuration,
                  .default_value = "10s",
                  .help = "on_exceed = wait: a read that has waited so long goes to the primary"},
    ParameterInfo{.name = "ask_every",
                  .type = ParameterInfo::Type::kDuration,
                  .default_value = "10ms",
                  .help = "on_exceed = wait: how often a read that waits tries again",
                  .shortest = kMillisecond},
};

}  // namespace

extern const StrategyInfo kLagBounded = {
    .name = "lag_bounded",
    .summary = "guard: reads only to replicas whose observed lag is below a limit",
    .rule =
        "The router behind chooses among the databases whose observed lag is within `limit` and "
        "that lack no more commits than `limit_commits` allows (`compare` says whether exactly so "
        "much is), or, with applies_to = choice, its choice must be one of these. A database is "
        "out after `consecutive` observations over a limit; if no replica is left, `on_exceed` "
        "decides, and least_lag takes the first in order among equals (by commits where only they "
        "are limited). Lags are as old as replication.observe_every says. No random draws.",
    .parameters = kParameters,
    .systems =
        "MaxScale max_replication_lag (below, whole_seconds), ProxySQL max_replication_lag "
        "(at_most, whole_seconds, treat_as 60s; consecutive is monitor_replication_lag_count), "
        "Pgpool-II delay_threshold (limit_commits for its bytes) and delay_threshold_by_time "
        "(at_most, choice; prefer_lower_delay_standby: least_lag), MongoDB maxStalenessSeconds "
        "(at_most, last_writes, with the heartbeat added)",
    .failure_modes =
        "A lag seen is old by up to observe_every, 10 s in some systems. When all replicas are "
        "over the limit the primary takes every read, and may collapse under them. While the "
        "primary is down no lag can be told: with unknown = reject reads fail with it. By last "
        "writes, a replica that has stopped is late only as far as the primary has written on (an "
        "idle one of MongoDB makes a write of its own every 10 s, which there is none of here).",
    .source =
        "MaxScale 24.02 manual, max_replication_lag; ProxySQL manual, max_replication_lag and "
        "monitor_replication_lag_count; Pgpool-II 4.5 manual, delay_threshold; MongoDB "
        "specifications, Max Staleness",
    .make = [](RouterSetup setup, const Parameters& p) -> std::unique_ptr<Router> {
      LagBounded::Rule rule;
      rule.limit_ns = p.duration("limit");
      rule.by_last_writes = p.text("measured_by") == "last_writes";
      rule.heartbeat_ns = p.duration("heartbeat");
      rule.limit_commits = static_cast<std::uint64_t>(p.integer("limit_commits"));
      rule.inclusive = p.text("compare") == "at_most";
      rule.whole_seconds = p.text("unit") == "whole_seconds";
      rule.unknown = p.choice<Unknown>("unknown");
      // A lag that nothing stands for is no least one.
      rule.unknown_lag_ns = rule.unknown == Unknown::kTreatAs ? p.duration("unknown_lag") : kNever;
      rule.consecutive = static_cast<std::uint32_t>(p.integer("consecutive"));
      rule.to_choice = p.text("applies_to") == "choice";
      rule.on_exceed = p.choice<OnExceed>("on_exceed");
      rule.wait_at_most_ns = p.duration("wait_at_most");
      rule.ask_every_ns = p.duration("ask_every");
      return std::make_unique<LagBounded>(std::move(setup), rule);
    },
};

}  // namespace switchyard
