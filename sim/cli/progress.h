// Progress of a long run on a terminal, and Ctrl-C as a polite request to stop.
#pragma once

#include <atomic>
#include <thread>

#include "measure/compare.h"

namespace switchyard {

// While it lives: SIGINT and SIGTERM set control.stop, and, if stderr is a terminal, a bar with
// rate and remaining time is kept up to date there.
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

}  // namespace switchyard
