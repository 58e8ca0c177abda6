// What a run needs of the engine, as its workload, cluster, routers and options tell before it
// begins.
#pragma once

#include "cluster/spec.h"
#include "replay/options.h"
#include "replay/workload.h"
#include "routers/chain.h"

namespace switchyard {

// Between requests.
Nanoseconds mean_gap_ns(const ReplayWorkload& workload, const ReplayOptions& options);

// Whether a run needs only what the plain engine has.
bool is_plain(const ReplayWorkload& workload, const ClusterSpec& cluster,
              const RouterChain& routers, const ReplayOptions& options);

// From the start, or by a failover on one side of a partition.
bool several_primaries_possible(const ClusterSpec& cluster);

// By a failover.
bool discards_possible(const ClusterSpec& cluster);

// For other reasons than a router's mistake.
bool requests_may_fail(const ClusterSpec& cluster, const ReplayOptions& options);

// What faults change, and what routers see of nodes and positions, can't be foreseen: with nodes by
// events then.
ReplayOptions watched(ReplayOptions options, const ClusterSpec& cluster, const Signals& wants);

// Bounds the latest time of a run from above, roughly. Throws InputError where that is beyond what
// 64 bits hold, as nothing would be right then.
void check_time_range(const ReplayWorkload& workload, const ClusterSpec& cluster,
                      const ReplayOptions& options);

}  // namespace switchyard
