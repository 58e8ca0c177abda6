// What goes wrong in the modelled cluster and when, and how it is detected and mended.
#pragma once

#include <cstdint>
#include <vector>

#include "core/ids.h"
#include "core/time.h"

namespace switchyard {

enum class FaultKind : std::uint8_t {
  kDown,              // the node stops: what it worked on is lost, what it committed is kept
  kSlow,              // its work takes `factor` times as long
  kErrors,            // it answers every request with an error at once, and health checks well
  kStallReplication,  // it receives commits but applies none
  kDelayReplication,  // commits that set out for it meanwhile take `delay_ns` longer
  kPartition,         // `nodes` and all others do not reach each other
};

struct FaultSpec {
  FaultKind kind = FaultKind::kDown;
  std::vector<NodeId> nodes;  // each has the fault; at least one
  Nanoseconds at_ns = 0;
  Nanoseconds lasts_ns = kNever;  // kNever: to the end of the run
  // It comes `times` times, `every_ns` from one start to the next.
  std::uint32_t times = 1;
  Nanoseconds every_ns = 0;
  double factor = 1;         // kSlow, > 0
  Nanoseconds delay_ns = 0;  // kDelayReplication
  // kDown: requests get no answer at all, as from a machine without power; else they are refused at
  // once, as by a machine without a server. kPartition: always so.
  bool silent = false;
  // kPartition: clients (and their router) are on the side of the others; else they reach both.
  bool cuts_clients = true;

  bool operator==(const FaultSpec&) const = default;
};

// Clients' routers and the supervisor of the cluster notice what lasts.
struct FailoverSpec {
  // From a node's loss or return, and from a change of its role, until routers are told.
  Nanoseconds detect_after_ns = 0;
  // From the detected loss of the last primary until the most advanced replica is made primary;
  // kNever: nobody ever is.
  Nanoseconds promote_after_ns = kNever;

  bool operator==(const FailoverSpec&) const = default;
  bool promotes() const { return promote_after_ns != kNever; }
};

}  // namespace switchyard
