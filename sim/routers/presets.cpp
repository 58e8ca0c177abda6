#include "routers/presets.h"

#include <algorithm>
#include <array>

namespace switchyard {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

template <std::size_t N>
struct Fixed {
  std::array<Pair, N> pairs;
};
template <class... P>
constexpr Fixed<sizeof...(P)> with(const P&... pairs) {
  return {{pairs...}};
}

constexpr std::array<Pair, 0> kNone = {};
constexpr auto kAsShipped = with(Pair{"write_rule", "instance_origin"});
constexpr auto kInTurn = with(Pair{"mode", "round_robin"});
constexpr auto kInBursts = with(Pair{"mode", "round_robin"}, Pair{"weights", "bursts"});
// As Django's routers do: statement by statement, and whatever has become of a database.
constexpr auto kDjangoMultidb = with(Pair{"mode", "round_robin"}, Pair{"start", "shuffled"},
                                     Pair{"health_checks", "false"}, Pair{"pin", "none"});
constexpr auto kByWeight = with(Pair{"mode", "failover"});
constexpr auto kNginxLeast = with(Pair{"weights", "ratio"}, Pair{"tie", "swrr"});
constexpr auto kHaproxyLeast = with(Pair{"weights", "haproxy"});
constexpr auto kNginxRandom = with(Pair{"weights", "both"}, Pair{"tie", "last"});
constexpr auto kHaproxyRandom =
    with(Pair{"replacement", "true"}, Pair{"weights", "both"}, Pair{"tie", "last"});
constexpr auto kLeastRecentlyUsed = with(Pair{"tie", "least_recently_used"});
constexpr auto kFirstOfTied = with(Pair{"tie", "first"});
constexpr auto kProxysql = with(Pair{"max_connections", "1000"}, Pair{"max_ping", "1s"});
constexpr auto kPgpool = with(Pair{"include_primary", "true"});
constexpr auto kPgpoolSession = with(Pair{"include_primary", "true"}, Pair{"pin", "session"});
constexpr auto kEnvoy = with(Pair{"replacement", "true"});
constexpr auto kBeforeFix = with(Pair{"formula", "inverted"});
constexpr auto kAuthorsC3 = with(Pair{"alpha", "0.9"}, Pair{"whole_queue", "false"},
                                 Pair{"adjust_losers", "false"}, Pair{"rate_control", "true"});
constexpr auto kNearest = with(Pair{"include_primary", "true"});
constexpr auto kFinagle = with(Pair{"cold", "probe"});
constexpr auto kPenalty = with(Pair{"failure_penalty", "5s"});
constexpr auto kPgdog = with(Pair{"tie", "last"}, Pair{"max_fails", "0"});
constexpr auto kNext = with(Pair{"mode", "next_available"});
constexpr auto kBalance = with(Pair{"factor", "150"});
constexpr auto kLeastBehind = with(Pair{"unit", "whole_seconds"}, Pair{"unknown", "first"});
constexpr auto kTwoSeconds = with(Pair{"duration", "2s"});
constexpr auto kFiveSeconds = with(Pair{"duration", "5s"});
constexpr auto kFifteenSeconds = with(Pair{"duration", "15s"});
constexpr auto kForever = with(Pair{"duration", "forever"});
constexpr auto kTransaction = with(Pair{"scope", "transaction"});
constexpr auto kAdaptive = with(Pair{"scope", "transaction_table"});
constexpr auto kAdaptiveGlobal =
    with(Pair{"scope", "table"}, Pair{"duration", "60s"}, Pair{"cold_start", "2s"});
constexpr auto kPgcatActivity =
    with(Pair{"scope", "table"}, Pair{"duration", "50ms"}, Pair{"cold_start", "100ms"});
constexpr auto kFast = with(Pair{"mode", "select"});
constexpr auto kLocal = with(Pair{"on_timeout", "error_if_read_only"});
constexpr auto kGlobal = with(Pair{"scope", "all"}, Pair{"on_timeout", "error_if_read_only"});
constexpr auto kFastGlobal = with(Pair{"mode", "select"}, Pair{"scope", "all"});
constexpr auto kMyWrites = with(Pair{"timeout", "2s"});
constexpr auto kMaxscaleLag = with(Pair{"unit", "whole_seconds"});
constexpr auto kProxysqlLag = with(Pair{"compare", "at_most"}, Pair{"unit", "whole_seconds"},
                                   Pair{"unknown", "treat_as"}, Pair{"unknown_lag", "60s"});
constexpr auto kStaleness = with(Pair{"compare", "at_most"}, Pair{"limit", "90s"});
constexpr auto kDelay = with(Pair{"compare", "at_most"}, Pair{"applies_to", "choice"});
// Commits stand for the bytes of log that Pgpool-II counts.
constexpr auto kDelayInCommits = with(Pair{"compare", "at_most"}, Pair{"applies_to", "choice"},
                                      Pair{"limit", "0s"}, Pair{"limit_commits", "1000"});
constexpr auto kLowerDelay =
    with(Pair{"compare", "at_most"}, Pair{"applies_to", "choice"}, Pair{"on_exceed", "least_lag"});

constexpr std::size_t kRestAuthCount = 3;
constexpr std::array kPresets = {
    Preset{"MasterSlave", "random_all", kNone,
           "reads to any database at random, writes to `default`: as documented"},
    Preset{"MasterSlaveAsShipped", "random_all", kAsShipped.pairs,
           "MasterSlave as its code runs: no write rule, so Django decides"},
    Preset{"MultipleMasterSlave", "random_multi_primary", kNone,
           "reads to any database, writes to any named `master…`, at random"},
    Preset{"round_robin", "ordered", kInTurn.pairs, "reads to the replicas in turn"},

    Preset{"aws.least_connections", "least_outstanding", kNone},
    Preset{"aws.round_robin", "ordered", kInBursts.pairs},
    Preset{"c3.authors", "c3", kAuthorsC3.pairs},
    Preset{"django_multidb.replica_router", "ordered", kDjangoMultidb.pairs},
    Preset{"elasticsearch.ars", "c3", kNone},
    Preset{"elasticsearch.ars_before_7_13", "c3", kBeforeFix.pairs},
    Preset{"envoy.full_scan", "least_outstanding", kNone},
    Preset{"envoy.least_request", "d_choices", kEnvoy.pairs},
    Preset{"finagle.p2c", "d_choices", kNone},
    Preset{"finagle.peak_ewma", "peak_ewma", kFinagle.pairs},
    Preset{"haproxy.hash_balance_factor", "bounded_hash", kBalance.pairs},
    Preset{"haproxy.leastconn", "least_outstanding", kHaproxyLeast.pairs},
    Preset{"haproxy.random", "d_choices", kHaproxyRandom.pairs},
    Preset{"linkerd.peak_ewma", "peak_ewma", kNone},
    Preset{"linkerd.penalty_peak_ewma", "peak_ewma", kPenalty.pairs},
    Preset{"makara.failover", "ordered", kByWeight.pairs},
    Preset{"maxscale.adaptive_routing", "finish_time", kNone},
    Preset{"maxscale.least_behind_master", "least_behind", kLeastBehind.pairs},
    Preset{"maxscale.least_current_operations", "least_outstanding", kLeastRecentlyUsed.pairs},
    Preset{"mongodb.nearest", "latency_window", kNearest.pairs},
    Preset{"mongodb.secondary", "latency_window", kNone},
    Preset{"mysqlrouter.first_available", "ordered", kNone},
    Preset{"mysqlrouter.next_available", "ordered", kNext.pairs},
    Preset{"mysqlrouter.round_robin", "ordered", kInTurn.pairs},
    Preset{"mysqlrouter.round_robin_with_fallback", "ordered", kInTurn.pairs},
    Preset{"nginx.least_conn", "least_outstanding", kNginxLeast.pairs},
    Preset{"nginx.random_two", "d_choices", kNginxRandom.pairs},
    Preset{"nginx.upstream", "smooth_wrr", kNone},
    Preset{"pgbouncer.disable", "ordered", kNone},
    Preset{"pgbouncer.round_robin", "ordered", kInTurn.pairs},
    Preset{"pgcat.loc", "least_outstanding", kNone},
    Preset{"pgdog.least_active_connections", "least_outstanding", kFirstOfTied.pairs},
    Preset{"pgdog.round_robin", "ordered", kInTurn.pairs},
    Preset{"pgdog.weighted_round_robin", "smooth_wrr", kPgdog.pairs},
    Preset{"pgpool.session", "weighted_random", kPgpoolSession.pairs},
    Preset{"pgpool.statement", "weighted_random", kPgpool.pairs},
    Preset{"proxysql.weighted", "weighted_random", kProxysql.pairs},
    Preset{"tower.p2c", "d_choices", kNone},

    Preset{"django_multidb.pinning", "sticky_primary", kFifteenSeconds.pairs},
    Preset{"django_replicated.redirect", "sticky_primary", kFiveSeconds.pairs},
    Preset{"laravel.sticky", "sticky_primary", kForever.pairs},
    Preset{"makara.primary_ttl", "sticky_primary", kFiveSeconds.pairs},
    Preset{"maxscale.causal_reads_fast", "causal", kFast.pairs},
    Preset{"maxscale.causal_reads_fast_global", "causal", kFastGlobal.pairs},
    Preset{"maxscale.causal_reads_global", "causal", kGlobal.pairs},
    Preset{"maxscale.causal_reads_local", "causal", kLocal.pairs},
    Preset{"maxscale.max_replication_lag", "lag_bounded", kMaxscaleLag.pairs},
    Preset{"mongodb.max_staleness", "lag_bounded", kStaleness.pairs},
    Preset{"mysqlrouter.wait_for_my_writes", "causal", kMyWrites.pairs},
    Preset{"pgcat.db_activity_based_routing", "sticky_primary", kPgcatActivity.pairs},
    Preset{"pgpool.always", "sticky_primary", kForever.pairs},
    Preset{"pgpool.delay_threshold", "lag_bounded", kDelayInCommits.pairs},
    Preset{"pgpool.delay_threshold_by_time", "lag_bounded", kDelay.pairs},
    Preset{"pgpool.disable_load_balance_on_write", "sticky_primary", kTransaction.pairs},
    Preset{"pgpool.dml_adaptive", "sticky_primary", kAdaptive.pairs},
    Preset{"pgpool.dml_adaptive_global", "sticky_primary", kAdaptiveGlobal.pairs},
    Preset{"pgpool.prefer_lower_delay_standby", "lag_bounded", kLowerDelay.pairs},
    Preset{"proxysql.gtid_from_hostgroup", "causal", kFast.pairs},
    Preset{"proxysql.max_replication_lag", "lag_bounded", kProxysqlLag.pairs},
    Preset{"rails.database_selector", "sticky_primary", kTwoSeconds.pairs},
};

// "RestAuth.common.routers.MasterSlave" → "MasterSlave"; other names stay as they are.
std::string_view without_python_path(std::string_view name) {
  for (const std::string_view module : {"RestAuth.common.routers.", "common.routers."}) {
    if (name.starts_with(module)) return name.substr(module.size());
  }
  return name;
}

}  // namespace

std::span<const Preset> presets() {
  return kPresets;
}

std::span<const Preset> restauth_presets() {
  return std::span(kPresets).first(kRestAuthCount);
}

const Preset* find_preset(std::string_view name) {
  const auto of_restauth =
      std::ranges::find(restauth_presets(), without_python_path(name), &Preset::name);
  if (of_restauth != restauth_presets().end()) return &*of_restauth;
  const auto at = std::ranges::find(kPresets, name, &Preset::name);
  return at == kPresets.end() ? nullptr : &*at;
}

}  // namespace switchyard
