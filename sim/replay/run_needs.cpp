#include "replay/run_needs.h"

#include <algorithm>
#include <vector>

#include "core/error.h"

namespace switchyard {
namespace {

// In requests.
double longest_session(const TraceColumns& columns) {
  std::vector<std::uint32_t> lengths;
  for (const std::uint32_t session : columns.session) {
    if (session >= lengths.size()) lengths.resize(session + 1);
    ++lengths[session];
  }
  return lengths.empty() ? 0 : *std::ranges::max_element(lengths);
}

}  // namespace

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
         !routers.has_witness() && !options.all_nodes_by_events &&
         workload.trace.columns().asked.empty() && !wants.responses && !wants.sessions &&
         !wants.timers && !wants.origin && !wants.truth && !wants.positions && !wants.probes &&
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
  double factor = 1;  // slow faults multiply where they overlap
  for (const FaultSpec& fault : cluster.faults) {
    if (fault.kind != FaultKind::kSlow) continue;
    // Either the work is that much longer, or the fault ends before that.
    factor *= std::max(1.0, fault.factor);
    const double longer = workload.total_service_ns * slowest * factor;
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
  // What each request of a session may wait besides, one after the other.
  double round_trip = 0;
  for (const NodeSpec& node : cluster.nodes) {
    round_trip = std::max(round_trip, static_cast<double>(node.round_trip_ns));
  }
  const bool waits = replication.mode != ReplicationMode::kAsync;
  const auto mean = [](const Law& law) { return law.is_zero() ? 0 : law.mean(); };
  const double acks = waits ? mean(replication.delay) + mean(replication.ack_delay) : 0;
  const double retries = options.retries;
  const double besides = (1 + retries) * (round_trip + static_cast<double>(options.timeout_ns)) +
                         retries * static_cast<double>(options.retry_after_ns) + acks;
  const double end = span + (workload.total_service_ns + applies) * slowest + slowed;
  if (end + besides * static_cast<double>(workload.trace.size()) < kEndOfTime) return;
  if (end + besides * longest_session(workload.trace.columns()) < kEndOfTime) return;
  throw InputError(
      "the run could take more than a century of virtual time; make service times, gaps, delays or "
      "the factors that they are multiplied by smaller");
}

}  // namespace switchyard
