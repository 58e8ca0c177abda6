// Replays one workload through one router chain against one cluster, on one virtual clock.
//
// Single-threaded and deterministic: the tally depends on the arguments alone (its overhead part
// apart). Memory does not grow with the length of the trace; an overloaded cluster's queues do.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>

#include "cluster/spec.h"
#include "replay/alternatives.h"
#include "replay/observer.h"
#include "replay/options.h"
#include "replay/tally.h"
#include "replay/workload.h"
#include "routers/chain.h"

namespace switchyard {

// How a run is watched and stopped, from another thread but for the observer. All may be null.
struct RunControl {
  std::atomic<std::uint64_t>* requests_done = nullptr;  // added to every few thousand requests
  const std::atomic<bool>* stop = nullptr;
  ReplayObserver* observer = nullptr;
  // Where Alternatives, as the instances' witness, notes decisions: kept right where recorded calls
  // decide, of which a statement may have several, or rely on those of an earlier one.
  Choices* choices = nullptr;
};

// With several router instances, all built alike, each sees only the requests of its own sessions:
// they are connected to the instances in turn.
//
// REQUIRES a validated cluster, and at least one instance. Throws Interrupted once `stop` is set,
// and InputError when a router names a node that does not exist or waits without end.
RunTally replay(const ReplayWorkload& workload, const ClusterSpec& cluster,
                std::span<const RouterChain> instances, const ReplayOptions& options,
                const RunControl& control = {});
RunTally replay(const ReplayWorkload& workload, const ClusterSpec& cluster,
                const RouterChain& routers, const ReplayOptions& options,
                const RunControl& control = {});

}  // namespace switchyard
