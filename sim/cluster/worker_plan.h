// When each of a node's workers is free next.
//
// Under FIFO with known service times a request's start and finish follow at once from these times,
// with no event in between: start = max(arrival, earliest free worker). REQUIRES arrivals in time
// order.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "core/sorted_times.h"
#include "core/time.h"

namespace switchyard {

struct ServiceSlot {
  Nanoseconds start_ns;
  Nanoseconds finish_ns;
};

class WorkerPlan {
 public:
  explicit WorkerPlan(std::uint32_t workers)
      : workers_(workers), free_(workers + kPadding, kAfterAllTimes) {
    std::fill_n(free_.begin(), workers, key_of(0));
  }

  Nanoseconds earliest() const { return time_of(free_.front()); }

  [[gnu::always_inline]] ServiceSlot submit(Nanoseconds now, Nanoseconds service_ns) {
    const Nanoseconds start = std::max(now, earliest());
    const Nanoseconds finish = start + service_ns;
    if (workers_ <= kSortedLimit) {
      replace_first(free_.data(), workers_, key_of(finish));
    } else {
      const auto end = free_.end() - kPadding;
      std::pop_heap(free_.begin(), end, std::greater<>());
      *(end - 1) = key_of(finish);
      std::push_heap(free_.begin(), end, std::greater<>());
    }
    return {start, finish};
  }

 private:
  // Measured: keeping the times sorted beats a heap up to about this many workers.
  static constexpr std::uint32_t kSortedLimit = 32;
  static constexpr std::uint32_t kPadding = 2;

  std::uint32_t workers_;
  std::vector<TimeKey> free_;  // sorted, or beyond kSortedLimit a heap
};

}  // namespace switchyard
