// Requests dispatched to each node and not yet answered, as the router that sent them knows.
//
// Where the time of a response is known ahead it is kept in a sorted list per node, and counted out
// only when somebody looks: far cheaper than an event a response.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/ids.h"
#include "core/time.h"

namespace switchyard {

class Outstanding {
 public:
  explicit Outstanding(std::size_t nodes)
      : counts_(nodes), next_response_ns_(nodes, kNever), responses_(nodes) {}

  // Counted as of the last set_time().
  std::uint32_t operator[](NodeId node) {
    const std::size_t i = index(node);
    if (next_response_ns_[i] <= now_) drain(i);
    return counts_[i];
  }

  // Time never goes back.
  void set_time(Nanoseconds now) { now_ = now; }

  // A request whose response will come at a time not yet known, and its end.
  void add(NodeId node) { ++counts_[index(node)]; }
  void remove(NodeId node) { --counts_[index(node)]; }

  // A request, counted by add(), whose response is now known to come at `response_ns`.
  void will_end(NodeId node, Nanoseconds response_ns) {
    const std::size_t i = index(node);
    Responses& list = responses_[i];
    if (list.tail - list.head == list.times.size()) grow(list);
    Nanoseconds* const times = list.times.data();
    // Later requests mostly end later, so the place is near the end of the list.
    std::size_t at = list.tail++;
    while (at != list.head && times[(at - 1) & list.mask] > response_ns) {
      times[at & list.mask] = times[(at - 1) & list.mask];
      --at;
    }
    times[at & list.mask] = response_ns;
    if (response_ns < next_response_ns_[i]) next_response_ns_[i] = response_ns;
  }

 private:
  struct Responses {
    std::size_t head = 0;
    std::size_t tail = 0;
    std::size_t mask = 0;
    std::vector<Nanoseconds> times;  // ring, rising
  };

  void drain(std::size_t i) {
    Responses& list = responses_[i];
    const std::size_t before = list.head;
    while (list.head != list.tail && list.times[list.head & list.mask] <= now_) ++list.head;
    counts_[i] -= static_cast<std::uint32_t>(list.head - before);
    next_response_ns_[i] = list.head == list.tail ? kNever : list.times[list.head & list.mask];
  }

  static void grow(Responses& list) {
    std::vector<Nanoseconds> larger(list.times.empty() ? 32 : list.times.size() * 2);
    const std::size_t count = list.tail - list.head;
    for (std::size_t i = 0; i < count; ++i) larger[i] = list.times[(list.head + i) & list.mask];
    list.times = std::move(larger);
    list.mask = list.times.size() - 1;
    list.head = 0;
    list.tail = count;
  }

  std::vector<std::uint32_t> counts_;
  std::vector<Nanoseconds> next_response_ns_;  // earliest that is known, per node
  std::vector<Responses> responses_;
  Nanoseconds now_ = 0;
};

}  // namespace switchyard
