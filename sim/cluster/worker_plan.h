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

#include "core/time.h"

namespace switchyard {

struct ServiceSlot {
  Nanoseconds start_ns;
  Nanoseconds finish_ns;
};

class WorkerPlan {
 public:
  explicit WorkerPlan(std::uint32_t workers)
      : free_(workers, 0), sorted_(workers <= kSortedLimit) {}

  Nanoseconds earliest() const { return free_.front(); }

  ServiceSlot submit(Nanoseconds now, Nanoseconds service_ns) {
    const Nanoseconds start = std::max(now, free_.front());
    const Nanoseconds finish = start + service_ns;
    if (sorted_) {
      insert_sorted(finish);
    } else {
      std::pop_heap(free_.begin(), free_.end(), std::greater<>());
      free_.back() = finish;
      std::push_heap(free_.begin(), free_.end(), std::greater<>());
    }
    return {start, finish};
  }

 private:
  // Measured: keeping the times sorted beats a heap up to about this many workers.
  static constexpr std::uint32_t kSortedLimit = 32;

  // Takes out the first time and puts `finish` in its place in the order, without branches.
  void insert_sorted(Nanoseconds finish) {
    Nanoseconds* const f = free_.data();
    const std::size_t last = free_.size() - 1;
    f[0] = INT64_MIN;
    for (std::size_t i = 0; i < last; ++i) f[i] = std::max(f[i], std::min(f[i + 1], finish));
    f[last] = std::max(f[last], finish);
  }

  std::vector<Nanoseconds> free_;
  bool sorted_;
};

}  // namespace switchyard
