// How far each node has come in applying what others committed, as routers observe it.
//
// A commit's position is its number, from 1, among those of its origin; a node is at a position
// when it has applied all commits up to it. What a failover lost counts as passed.
#pragma once

#include <cstdint>

#include "core/ids.h"
#include "core/time.h"

namespace switchyard {

struct Position {
  NodeId origin = kNoNode;
  std::uint64_t number = 0;  // 0: before the first commit
};

class Positions {
 public:
  virtual ~Positions() = default;
  // As of the last observation:
  virtual bool reached(NodeId node, const Position& position) const = 0;
  // Commits that it lacked, …
  virtual std::uint64_t missing(NodeId node) const = 0;
  // … and how long ago the first of them was committed; 0 without any.
  virtual Nanoseconds lag_ns(NodeId node) const = 0;
  // Whether that time could be told: it can't while the node does not reach what it replicates
  // from. lag_ns() is the truth all the same, which routers must not use then.
  virtual bool lag_is_known(NodeId node) const = 0;
  // When the latest commit was made that it has applied, as it tells itself; 0 before the first.
  virtual Nanoseconds last_write_ns(NodeId node) const = 0;
};

}  // namespace switchyard
