// Times some decisions on the real clock.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "core/histogram.h"

namespace switchyard {

class DecisionTimer {
 public:
  DecisionTimer() : clock_cost_ns_(clock_cost_ns()) {}

  // One decision in many: enough for a p99, too few to slow the run.
  static bool is_due(std::uint64_t decision) { return decision % kEvery == kEvery / 2; }

  template <class Decide>
  auto time(Histogram& into, Decide&& decide) const {
    const auto before = Clock::now();
    const auto decision = decide();
    const std::int64_t spent = elapsed_ns(before, Clock::now()) - clock_cost_ns_;
    into.record(std::max<std::int64_t>(0, spent));
    return decision;
  }

  using Clock = std::chrono::steady_clock;
  static std::int64_t elapsed_ns(Clock::time_point from, Clock::time_point to) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(to - from).count();
  }

 private:
  static constexpr std::uint64_t kEvery = 256;

  // What timing nothing shows: subtracted from each sample.
  static std::int64_t clock_cost_ns() {
    Histogram costs;
    for (int i = 0; i < 1000; ++i) {
      const auto before = Clock::now();
      costs.record(elapsed_ns(before, Clock::now()));
    }
    return costs.quantile(0.5);
  }

  std::int64_t clock_cost_ns_;
};

}  // namespace switchyard
