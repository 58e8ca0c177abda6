// Requests dispatched to each node and not yet answered, as the router that sent them knows.
//
// Where the time of a response is known ahead it is kept in a sorted list per node, and counted out
// only when somebody looks: far cheaper than an event a response.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/ids.h"
#include "core/sorted_times.h"
#include "core/time.h"

namespace switchyard {

class Outstanding {
 public:
  explicit Outstanding(std::size_t nodes)
      : nodes_(nodes), ends_(nodes, std::vector<TimeKey>(kFirstSize, kAfterAllTimes)) {
    for (std::size_t i = 0; i < nodes; ++i) place(i, 0);
  }
  // Nodes point into their lists, which only moving keeps.
  Outstanding(Outstanding&&) = default;
  Outstanding& operator=(Outstanding&&) = default;

  // Counted as of the last set_time().
  std::uint32_t operator[](NodeId node) {
    Node& n = nodes_[index(node)];
    drop_past(n);
    return n.unforeseen + static_cast<std::uint32_t>(n.tail - n.head);
  }

  // Time never goes back.
  void set_time(Nanoseconds now) { now_ = key_of(now); }

  // A request whose response will come at a time not yet known, and its end.
  void add(NodeId node) { ++nodes_[index(node)].unforeseen; }
  void remove(NodeId node) { --nodes_[index(node)].unforeseen; }

  // A request, counted by add(), whose response is now known to come at `response_ns`.
  void will_end(NodeId node, Nanoseconds response_ns) {
    remove(node);
    add_until(node, response_ns);
  }
  // A request whose response is known to come at `response_ns`.
  void add_until(NodeId node, Nanoseconds response_ns) {
    Node& n = nodes_[index(node)];
    if (n.tail == n.limit) make_room(index(node));
    const TimeKey key = key_of(response_ns);
    TimeKey* const at = n.tail++;
    // Later requests mostly end later, so the place is near the end of the list.
    if (at[-static_cast<std::ptrdiff_t>(kSortWindow)] <= key) [[likely]] {
      insert_near_end(at, key);
    } else {
      insert_far_from_end(at, key);
    }
  }

 private:
  struct Node {
    // Ends that are known and lie ahead: those from head to before tail, rising. All before are
    // past, all after kAfterAllTimes.
    TimeKey* head = nullptr;
    TimeKey* tail = nullptr;
    TimeKey* limit = nullptr;
    std::uint32_t unforeseen = 0;  // whose end is not known
  };
  static constexpr std::size_t kFirstSize = 256;

  void drop_past(Node& n) const {
    // Seldom more than one since the last look; counting that one takes no branch.
    TimeKey* head = n.head;
    head += *head <= now_ ? 1 : 0;
    while (*head <= now_) ++head;
    n.head = head;
  }

  // The node's list begins with `ahead` ends, after a window of past ones.
  void place(std::size_t i, std::size_t ahead) {
    std::vector<TimeKey>& list = ends_[i];
    std::fill_n(list.begin(), kSortWindow, kBeforeAllTimes);
    nodes_[i].head = list.data() + kSortWindow;
    nodes_[i].tail = nodes_[i].head + ahead;
    nodes_[i].limit = list.data() + list.size() - 2;
  }

  // Moves what lies ahead to the front, in a list twice as long if it is most of the list.
  [[gnu::noinline]] void make_room(std::size_t i) {
    Node& n = nodes_[i];
    drop_past(n);
    std::vector<TimeKey>& list = ends_[i];
    const auto ahead = static_cast<std::size_t>(n.tail - n.head);
    const auto moved = std::copy(n.head, n.tail, list.begin() + kSortWindow);
    std::fill(moved, list.end(), kAfterAllTimes);
    if (ahead > list.size() / 2) list.resize(list.size() * 2, kAfterAllTimes);
    place(i, ahead);
  }

  [[gnu::noinline]] static void insert_far_from_end(TimeKey* at, TimeKey key) {
    for (; at[-1] > key; --at) *at = at[-1];
    *at = key;
  }

  std::vector<Node> nodes_;
  std::vector<std::vector<TimeKey>> ends_;
  TimeKey now_ = key_of(0);
};

}  // namespace switchyard
