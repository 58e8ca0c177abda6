#include "routers/presets.h"

#include <algorithm>
#include <array>

namespace switchyard {
namespace {

constexpr std::size_t kRestAuthCount = 3;
constexpr std::array kPresets = {
    Preset{"MasterSlave", "random_all", "",
           "reads to any database at random, writes to `default`: as documented"},
    Preset{"MasterSlaveAsShipped", "random_all", "write_rule=instance_origin",
           "MasterSlave as its code runs: no write rule, so Django decides"},
    Preset{"MultipleMasterSlave", "random_multi_primary", "",
           "reads to any database, writes to any named `master…`, at random"},
    Preset{"round_robin", "ordered", "mode=round_robin", "reads to the replicas in turn"},

    Preset{"aws.least_connections", "least_outstanding", "count=connections,pin=session"},
    Preset{"aws.round_robin", "ordered", "mode=round_robin,order=name,weights=bursts,pin=session"},
    Preset{"aws.weighted_random", "weighted_random", "pin=session"},
    Preset{"c3.authors", "c3", "alpha=0.9,clients=routers,whole_queue=false,adjust_losers=false"},
    // As Django's routers do: statement by statement, and whatever has become of a database.
    Preset{"django_multidb.replica_router", "ordered",
           "mode=round_robin,start=shuffled,health_checks=false,pin=none"},
    Preset{"elasticsearch.ars", "c3", "include_primary=true"},
    Preset{"elasticsearch.ars_before_7_13", "c3", "formula=inverted,include_primary=true"},
    Preset{"envoy.full_scan", "least_outstanding"},
    Preset{"envoy.least_request", "d_choices", "replacement=true"},
    Preset{"finagle.p2c", "d_choices", "health=first"},
    Preset{"finagle.peak_ewma", "peak_ewma", "cold=probe"},
    Preset{"haproxy.hash_balance_factor", "bounded_hash", "factor=150"},
    Preset{"haproxy.leastconn", "least_outstanding", "count=connections,weights=haproxy"},
    Preset{"haproxy.random", "d_choices", "replacement=true,weights=both,tie=last"},
    Preset{"linkerd.peak_ewma", "peak_ewma"},
    Preset{"linkerd.penalty_peak_ewma", "peak_ewma", "failure_penalty=5s"},
    // It knows of its databases what they answer, and nothing else.
    Preset{"makara.failover", "ordered", "mode=failover,quarantine=30s,health_checks=false"},
    Preset{"makara.round_robin", "ordered",
           "mode=round_robin,start=shuffled,weights=repeated,quarantine=30s,health_checks=false"},
    Preset{"maxscale.adaptive_routing", "finish_time"},
    Preset{"maxscale.least_behind_master", "least_behind", "unit=whole_seconds,unknown=first"},
    Preset{"maxscale.least_current_operations", "least_outstanding", "tie=least_recently_used"},
    // The same in its code, though not in its manual.
    Preset{"maxscale.least_global_connections", "least_outstanding",
           "count=connections,tie=least_recently_used"},
    Preset{"maxscale.least_router_connections", "least_outstanding",
           "count=connections,tie=least_recently_used"},
    Preset{"maxscale.master_accept_reads", "least_outstanding",
           "tie=least_recently_used,include_primary=true"},
    Preset{"maxscale.readconnroute", "least_outstanding", "count=connections,pin=session"},
    Preset{"mongodb.nearest", "latency_window", "include_primary=true"},
    Preset{"mongodb.secondary", "latency_window", "fallback=wait"},
    Preset{"mongodb.secondary_preferred", "latency_window"},
    Preset{"mysqlrouter.first_available", "ordered", "fallback=reject,pin=session"},
    Preset{"mysqlrouter.next_available", "ordered",
           "mode=next_available,fallback=reject,pin=session"},
    Preset{"mysqlrouter.round_robin", "ordered",
           "mode=round_robin,quarantine=3s,fallback=reject,pin=session"},
    Preset{"mysqlrouter.round_robin_with_fallback", "ordered", "mode=round_robin,pin=session"},
    Preset{"nginx.least_conn", "least_outstanding", "weights=ratio,tie=swrr"},
    Preset{"nginx.random_two", "d_choices", "weights=both,tie=last"},
    Preset{"nginx.upstream", "smooth_wrr"},
    Preset{"pgbouncer.disable", "ordered", "pin=session"},
    Preset{"pgbouncer.round_robin", "ordered", "mode=round_robin,pin=session"},
    // Like Makara; its databases' roles are what its configuration says.
    Preset{"pgcat.loc", "least_outstanding", "ban=60s,health_checks=false"},
    Preset{"pgcat.random", "random_replica", "ban=60s,health_checks=false"},
    Preset{"pgdog.least_active_connections", "least_outstanding", "tie=first,include_primary=true"},
    Preset{"pgdog.round_robin", "ordered", "mode=round_robin,include_primary=true"},
    Preset{"pgdog.weighted_round_robin", "smooth_wrr", "tie=last,max_fails=0,include_primary=true"},
    Preset{"pgpool.session", "weighted_random",
           "include_primary=true,granularity=session,at_connect=true"},
    Preset{"pgpool.statement", "weighted_random", "include_primary=true,at_connect=true"},
    Preset{"proxysql.thread_cache", "weighted_random",
           "thread_cache=true,max_connections=1000,max_ping=1s,fallback=wait"},
    Preset{"proxysql.weighted", "weighted_random",
           "max_connections=1000,max_ping=1s,fallback=wait"},
    Preset{"tower.p2c", "d_choices"},

    Preset{"django_multidb.pinning", "sticky_primary", "duration=15s"},
    Preset{"django_replicated.redirect", "sticky_primary",
           "duration=5s,reject_read_only_writes=true"},
    Preset{"laravel.sticky", "sticky_primary", "duration=forever"},
    Preset{"makara.primary_ttl", "sticky_primary", "scope=request,duration=5s"},
    Preset{"maxscale.causal_reads_fast", "causal", "mode=select"},
    Preset{"maxscale.causal_reads_fast_global", "causal", "mode=select,scope=all"},
    Preset{"maxscale.causal_reads_fast_universal", "causal", "mode=select,scope=cluster"},
    Preset{"maxscale.causal_reads_global", "causal", "scope=all,on_timeout=error_if_read_only"},
    Preset{"maxscale.causal_reads_local", "causal", "on_timeout=error_if_read_only"},
    Preset{"maxscale.causal_reads_universal", "causal",
           "scope=cluster,on_timeout=error_if_read_only"},
    Preset{"maxscale.max_replication_lag", "lag_bounded", "unit=whole_seconds"},
    Preset{"mongodb.max_staleness", "lag_bounded",
           "limit=90s,measured_by=last_writes,compare=at_most,heartbeat=10s"},
    Preset{"mysqlrouter.wait_for_my_writes", "causal", "timeout=2s"},
    Preset{"pgcat.db_activity_based_routing", "sticky_primary",
           "scope=table,duration=50ms,cold_start=100ms"},
    Preset{"pgpool.always", "sticky_primary", "duration=forever"},
    // Commits stand for the bytes of log that Pgpool-II counts.
    Preset{"pgpool.delay_threshold", "lag_bounded",
           "compare=at_most,applies_to=choice,limit=0s,limit_commits=1000"},
    Preset{"pgpool.delay_threshold_by_time", "lag_bounded", "compare=at_most,applies_to=choice"},
    Preset{"pgpool.disable_load_balance_on_write", "sticky_primary", "scope=transaction"},
    Preset{"pgpool.dml_adaptive", "sticky_primary", "scope=transaction_table"},
    Preset{"pgpool.dml_adaptive_global", "sticky_primary",
           "scope=table,duration=60s,ttl_factor=5,cold_start=2s"},
    Preset{"pgpool.prefer_lower_delay_standby", "lag_bounded",
           "compare=at_most,applies_to=choice,on_exceed=least_lag"},
    Preset{"pgpool.trans_transaction", "sticky_primary",
           "scope=session_transactions,duration=forever"},
    Preset{"proxysql.gtid_from_hostgroup", "causal", "mode=select"},
    Preset{"proxysql.max_replication_lag", "lag_bounded",
           "compare=at_most,unit=whole_seconds,unknown=treat_as,unknown_lag=60s"},
    Preset{"rails.database_selector", "sticky_primary", "duration=2s"},
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
