// Progress of a long run on a terminal, and Ctrl-C as a polite request to stop.
#pragma once

#include <string>
#include <thread>

#include "measure/compare.h"
#include "workload/open_trace.h"

namespace switchyard {

// While it lives: the first SIGINT or SIGTERM sets control.stop and the second of either kind ends
// the program at once, and, if stderr is a terminal, a bar with rate and remaining time is kept up
// to date there: of reading the recording, then of the runs.
class ProgressDisplay {
 public:
  ProgressDisplay(CompareControl& control, bool quiet);
  ~ProgressDisplay();
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;

 private:
  void watch(const std::stop_token& stop, bool show);

  CompareControl& control_;
  std::jthread watcher_;
};

// Opens a recording with progress shown meanwhile, and Ctrl-C heeded.
Trace open_with_progress(const std::string& path, ImportOptions options);

}  // namespace switchyard
