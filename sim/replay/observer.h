// Told of everything that a run's consistency depends on, and of its decisions, in the order of the
// simulation. For tests and for who looks closer; a run without one pays nothing for it.
#pragma once

#include "core/ids.h"
#include "core/time.h"
#include "routers/router.h"

namespace switchyard {

class Servers;

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

  // These only where all nodes are modelled by events.
  // A query's router, or its chain, decided; a query may be decided several times.
  virtual void decided(RequestIndex /*request*/, const Decision& /*decision*/, Nanoseconds /*now*/,
                       const Servers& /*servers*/) {}
  // The client will hear of the outcome at `response_ns`, now or later. `node` is kNoNode for what
  // never reached one.
  virtual void answered(RequestIndex /*request*/, NodeId /*node*/, Status /*status*/,
                        Nanoseconds /*intended_ns*/, Nanoseconds /*response_ns*/) {}
};

}  // namespace switchyard
