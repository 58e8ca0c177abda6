// The main job: run every candidate of a scenario on the same workload and report side by side.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "measure/report.h"
#include "replay/workload.h"
#include "scenario/scenario.h"

namespace switchyard {

struct CompareControl {
  // `candidates`: as many as the scenario has, or 0 where nobody wants to know how far they are.
  explicit CompareControl(std::size_t candidates = 0) : requests_done(candidates) {}

  std::vector<std::atomic<std::uint64_t>> requests_done;  // of each candidate
  std::atomic<std::uint64_t> requests_total{0};           // of all candidates; 0 until known
  // Of the recording while it is read.
  std::atomic<std::uint64_t> bytes_done{0};
  std::atomic<std::uint64_t> bytes_total{0};  // 0: unknown
  std::atomic<bool> stop{false};
  // Told once, before the first run, what should be known first (an unstable load …).
  std::function<void(const std::string&)> warn;
  // Told as soon as all runs of a candidate have ended: its number and its figures as they will be
  // in the report. In a thread of the run, by one at a time.
  std::function<void(std::size_t, const CandidateReport&)> candidate_done;

  std::uint64_t requests_done_by_all() const;
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
