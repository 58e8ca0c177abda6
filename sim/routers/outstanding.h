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
  explicit Outstanding(std::size_t nodes) : nodes_(nodes) {}

  // Counted as of the last set_time().
  std::uint32_t operator[](NodeId node) {
    Node& n = nodes_[index(node)];
    drop_past(n);
    return n.count;
  }

  // Time never goes back.
  void set_time(Nanoseconds now) { now_ = key_of(now); }

  // A request whose response will come at a time not yet known, and its end.
  void add(NodeId node) { ++nodes_[index(node)].count; }
  void remove(NodeId node) { --nodes_[index(node)].count; }

  // A request, counted by add(), whose response is now known to come at `response_ns`.
  void will_end(NodeId node, Nanoseconds response_ns) {
    Node& n = nodes_[index(node)];
    if (n.tail == n.limit) make_room(n);
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
    Node() : Node(std::vector<TimeKey>(kFirstSize, kAfterAllTimes), 0, 0) {
      std::fill_n(ends.begin(), kSortWindow, kBeforeAllTimes);
    }
    Node(std::vector<TimeKey> list, std::size_t ahead, std::uint32_t outstanding)
        : ends(std::move(list)),
          head(ends.data() + kSortWindow),
          tail(head + ahead),
          limit(ends.data() + ends.size() - 2),
          count(outstanding) {}
    // Pointers into `ends`, which only moving keeps.
    Node(Node&&) = default;
    Node& operator=(Node&&) = default;

    std::vector<TimeKey> ends;
    // Ends that are known and lie ahead: those from head to before tail, rising. All before are
    // past, all after kAfterAllTimes.
    TimeKey* head;
    TimeKey* tail;
    TimeKey* limit;
    std::uint32_t count;
  };
  static constexpr std::size_t kFirstSize = 64;

  void drop_past(Node& n) const {
    // Seldom more than two since the last look; counting those takes no branch.
    TimeKey* head = n.head;
    head += *head <= now_ ? 1 : 0;
    head += *head <= now_ ? 1 : 0;
    while (*head <= now_) ++head;
    n.count -= static_cast<std::uint32_t>(head - n.head);
    n.head = head;
  }

  // Moves what lies ahead to the front, which pays off when that is at most half of the list.
  [[gnu::noinline]] void make_room(Node& n) const {
    drop_past(n);
    const auto ahead = static_cast<std::size_t>(n.tail - n.head);
    const std::size_t size = ahead * 2 > n.ends.size() ? n.ends.size() * 2 : n.ends.size();
    std::vector<TimeKey> ends(size, kAfterAllTimes);
    std::fill_n(ends.begin(), kSortWindow, kBeforeAllTimes);
    std::copy(n.head, n.tail, ends.begin() + kSortWindow);
    n = Node(std::move(ends), ahead, n.count);
  }

  [[gnu::noinline]] static void insert_far_from_end(TimeKey* at, TimeKey key) {
    for (; at[-1] > key; --at) *at = at[-1];
    *at = key;
  }

  std::vector<Node> nodes_;
  TimeKey now_ = key_of(0);
};

}  // namespace switchyard
