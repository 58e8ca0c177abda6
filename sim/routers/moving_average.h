// The moving average of MaxScale's adaptive routing.
#pragma once

#include <algorithm>
#include <cstdint>

namespace switchyard {

// Moves by 4 to 39 % towards what is added, the more the more samples that stands for; and forgets
// how many there were before when values change much. Source: MaxScale 24.02, maxbase average.cc
// (its rule).
class MovingAverage {
 public:
  explicit MovingAverage(double start) : average_(start) {}
  double value() const { return average_; }
  void add(double value, std::int64_t samples) {
    if (samples >= limit_) {
      limit_ = static_cast<std::int64_t>(1.1 * static_cast<double>(samples));
    } else if (average_ / value > 2) {
      limit_ /= 2;
    } else {
      limit_ = static_cast<std::int64_t>(static_cast<double>(limit_) / 1.1);
    }
    const auto known = static_cast<double>(std::min(total_, limit_));
    const double share = known == 0 ? 1 : std::min(static_cast<double>(samples) / known, 1.0);
    average_ = total_ == 0 ? value : average_ + (0.04 + 0.35 * share) * (value - average_);
    total_ += samples;
  }

 private:
  double average_;
  std::int64_t limit_ = 500;
  std::int64_t total_ = 0;
};

}  // namespace switchyard
