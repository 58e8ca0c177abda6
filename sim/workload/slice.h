// A stretch of a recording, cut out by time.
#pragma once

#include "core/time.h"
#include "workload/trace.h"

namespace switchyard {

// Since the recording's first request, in recorded time.
struct TimeRange {
  Nanoseconds from_ns = 0;
  Nanoseconds to_ns = kNever;  // the first moment that is no longer in it

  bool operator==(const TimeRange&) const = default;
  bool is_whole() const { return from_ns == 0 && to_ns == kNever; }
};

// Throws InputError when nothing can lie in it.
void validate(const TimeRange& range);

// The requests with from <= t < to, as a recording of their own: their times count from the start
// of the range, sessions, keys and other names get ids anew, and a note tells how many there are.
//
// A transaction that the range cuts is what it would be in a recording that begins or ends in it:
// its statements within the range stay together, under a COMMIT if that is within it, too; without
// any end in it, each of its writes takes effect at once. Throws InputError when the range holds no
// request; a whole range gives the trace as it is.
Trace slice(const Trace& trace, const TimeRange& range);

}  // namespace switchyard
