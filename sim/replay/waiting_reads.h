// Reads that wait in a node's queue and whose service start is known: what they miss is settled
// when virtual time has passed that start.
//
// Cheaper than an event each: a node starts its reads in the order of their arrival, so the next
// one is always at the front of a node's list.
#pragma once

#include <algorithm>
#include <vector>

#include "core/ids.h"
#include "core/ring.h"
#include "core/time.h"

namespace switchyard {

struct WaitingRead {
  RequestIndex request = 0;
  Nanoseconds issued_ns = 0;
  Nanoseconds start_ns = 0;
};

class WaitingReads {
 public:
  explicit WaitingReads(std::size_t nodes) : reads_(nodes), next_of_node_ns_(nodes, kNever) {}

  // The earliest start; kNever when nothing waits.
  Nanoseconds next_ns() const { return next_ns_; }

  // REQUIRES a start not before that of the node's previous one.
  void push(NodeId node, const WaitingRead& read) {
    if (reads_[index(node)].empty()) next_of_node_ns_[index(node)] = read.start_ns;
    reads_[index(node)].push(read);
    next_ns_ = std::min(next_ns_, read.start_ns);
  }

  // Takes out all that start before `time`, in the order of their starts, then of nodes.
  template <class Visitor>
  void take_before(Nanoseconds time, Visitor&& visit) {
    while (next_ns_ < time) {
      const auto first = std::ranges::find(next_of_node_ns_, next_ns_);
      Ring<WaitingRead>& reads = reads_[static_cast<std::size_t>(first - next_of_node_ns_.begin())];
      visit(node_id(static_cast<std::size_t>(first - next_of_node_ns_.begin())), reads.front());
      reads.pop();
      *first = reads.empty() ? kNever : reads.front().start_ns;
      next_ns_ = *std::ranges::min_element(next_of_node_ns_);
    }
  }

 private:
  std::vector<Ring<WaitingRead>> reads_;
  std::vector<Nanoseconds> next_of_node_ns_;
  Nanoseconds next_ns_ = kNever;
};

}  // namespace switchyard
