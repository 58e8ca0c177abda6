// How a workload is replayed.
#pragma once

#include <cstdint>

#include "core/time.h"

namespace switchyard {

enum class LoopMode : std::uint8_t {
  kOpen,     // each request arrives at its recorded time, whatever happened before
  kSession,  // at its recorded time, but never before its session's previous response
  kClosed,   // at its session's previous response plus the recorded think time
};

// A stretch of virtual time.
struct MeasuredTime {
  Nanoseconds from_ns = 0;  // the end of the warm-up
  Nanoseconds until_ns = kNever;

  [[gnu::always_inline]] bool contains(Nanoseconds time) const {
    // Both bounds by one comparison: what lies before `from_ns` wraps around.
    return static_cast<std::uint64_t>(time - from_ns) <
           static_cast<std::uint64_t>(until_ns - from_ns);
  }
};

struct ReplayOptions {
  LoopMode loop = LoopMode::kSession;
  double speed = 1;        // recorded gaps are divided by this; > 0
  double think_scale = 1;  // closed loop: think times are multiplied by this; >= 0
  // Only requests that arrive within this, and the nodes' work within it, count.
  MeasuredTime measured;
  Nanoseconds timeout_ns = 0;  // a client gives up this long after it asked; 0 = never
  // A client asks so many times more, `retry_after_ns` after each failure, outside transactions:
  // for a read whatever the failure, for a write only if it was certainly not executed.
  std::uint8_t retries = 0;
  Nanoseconds retry_after_ns = 0;
  std::uint64_t seed = 1;
  bool ledger = true;  // check every read of a key for what it missed
  // Model every node by completion events, also where a plan would give the same answer faster.
  // For tests of the two against each other.
  bool all_nodes_by_events = false;
};

}  // namespace switchyard
