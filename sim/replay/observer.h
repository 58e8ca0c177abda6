// Told of everything that a run's consistency depends on, in the order of the simulation. For
// tests and tools; a run without one pays nothing for it.
#pragma once

#include "core/ids.h"
#include "core/time.h"

namespace switchyard {

class ReplayObserver {
 public:
  virtual ~ReplayObserver() = default;
  // `ack_ns` is kNever where acknowledged() tells it later, or nobody ever.
  virtual void committed(RequestIndex write, NodeId origin, Nanoseconds commit_ns,
                         Nanoseconds ack_ns) = 0;
  virtual void acknowledged(RequestIndex write, Nanoseconds ack_ns) = 0;
  virtual void applied(RequestIndex write, NodeId node, Nanoseconds time) = 0;
  // A failover lost it; by now no node shows it any more.
  virtual void discarded(RequestIndex /*write*/, Nanoseconds /*now*/) {}
  // A read of a key.
  virtual void read_started(RequestIndex read, NodeId node, Nanoseconds issued_ns,
                            Nanoseconds start_ns) = 0;
};

}  // namespace switchyard
