// The main job: run every candidate of a scenario on the same workload and report side by side.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include "measure/report.h"
#include "replay/workload.h"
#include "scenario/scenario.h"

namespace switchyard {

struct CompareControl {
  std::atomic<std::uint64_t> requests_done{0};
  std::atomic<std::uint64_t> requests_total{0};  // 0 until known
  // Of the recording while it is read.
  std::atomic<std::uint64_t> bytes_done{0};
  std::atomic<std::uint64_t> bytes_total{0};  // 0: unknown
  std::atomic<bool> stop{false};
  // Told once, before the first run, what should be known first (an unstable load …).
  std::function<void(const std::string&)> warn;
};

// What a reader of recordings calls to keep `control` up to date. It throws Interrupted once
// control.stop is set. `control` must outlive it.
ReadProgress reading_progress(CompareControl& control);

// Candidates run in parallel; the report does not depend on how many threads there are. Throws
// InputError, and Interrupted once control.stop is set.
Report compare(const Scenario& scenario, CompareControl& control);

// What says that a load can't be carried: offered work against workers, for the cluster and for
// writes alone. Empty in the closed loop, which slows its clients down instead.
std::vector<std::string> load_warnings(const ReplayWorkload& workload, const Scenario& scenario);

}  // namespace switchyard
