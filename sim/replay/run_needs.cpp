#include "replay/run_needs.h"

#include <algorithm>

#include "core/error.h"

namespace switchyard {

Nanoseconds mean_gap_ns(const ReplayWorkload& workload, const ReplayOptions& options) {
  const auto requests = static_cast<double>(std::max<std::size_t>(1, workload.trace.size()));
  return static_cast<Nanoseconds>(static_cast<double>(workload.trace.span_ns()) / requests /
                                  options.speed);
}

bool is_plain(const ReplayWorkload& workload, const ClusterSpec& cluster,
              const RouterChain& routers, const ReplayOptions& options) {
  const Signals& wants = routers.wants();
  const auto plain_node = [](const NodeSpec& node) {
    return node.discipline == Discipline::kFifo && node.round_trip_ns == 0 && node.queue_limit == 0;
  };
  const bool simple_commits = cluster.replication.mode == ReplicationMode::kAsync &&
                              cluster.replication.delay.kind() == Law::Kind::kConstant &&
                              cluster.count(Role::kPrimary) == 1 && workload.effects.empty();
  // Nor are there transactions to keep together, as `effects` is empty without any.
  const bool all_well = cluster.faults.empty() && options.timeout_ns == 0 && options.retries == 0;
  return simple_commits && all_well && routers.pinning() != Pinning::kSession &&
         !options.all_nodes_by_events && !wants.responses && !wants.sessions && !wants.timers &&
         !wants.origin && !wants.truth && !wants.positions && !wants.probes &&
         std::ranges::all_of(cluster.nodes, plain_node);
}

bool several_primaries_possible(const ClusterSpec& cluster) {
  const auto cuts = [](const FaultSpec& fault) { return fault.kind == FaultKind::kPartition; };
  return cluster.count(Role::kPrimary) > 1 ||
         (cluster.failover.promotes() && std::ranges::any_of(cluster.faults, cuts));
}

bool discards_possible(const ClusterSpec& cluster) {
  return !cluster.faults.empty() && cluster.failover.promotes();
}

bool requests_may_fail(const ClusterSpec& cluster, const ReplayOptions& options) {
  return !cluster.faults.empty() || options.timeout_ns > 0 ||
         std::ranges::any_of(cluster.nodes, [](const NodeSpec& n) { return n.queue_limit > 0; });
}

ReplayOptions watched(ReplayOptions options, const ClusterSpec& cluster, const Signals& wants) {
  options.all_nodes_by_events |=
      !cluster.faults.empty() || wants.positions || wants.server || wants.probes;
  return options;
}

void check_time_range(const ReplayWorkload& workload, const ClusterSpec& cluster,
                      const ReplayOptions& options) {
  double slowest = 1;
  for (const NodeSpec& node : cluster.nodes) slowest = std::max(slowest, 1 / node.speed);
  double slowed = 0;
  for (const FaultSpec& fault : cluster.faults) {
    if (fault.kind != FaultKind::kSlow) continue;
    // Either the work is that much longer, or the fault ends before that.
    const double longer = workload.total_service_ns * slowest * fault.factor;
    slowed += fault.lasts_ns == kNever
                  ? longer
                  : std::min(longer, static_cast<double>(fault.lasts_ns) * fault.times);
  }
  const ReplicationSpec& replication = cluster.replication;
  const double applies =
      static_cast<double>(workload.trace.size()) *
          (replication.apply_service.is_zero() ? 0 : replication.apply_service.mean()) +
      replication.apply_share * workload.total_service_ns;
  const double span = static_cast<double>(workload.trace.span_ns()) / options.speed *
                      std::max(1.0, options.think_scale);
  const double end = span + (workload.total_service_ns + applies) * slowest + slowed;
  if (!(end < kEndOfTime)) {
    throw InputError(
        "the run could take more than a century of virtual time; make service times, gaps or the "
        "factors that they are multiplied by smaller");
  }
}

}  // namespace switchyard
