// The moving average of MaxScale's adaptive routing.
#pragma once

#include <algorithm>
#include <cstdint>

namespace switchyard {

// Moves by a share towards what is added, the more the more samples that stands for; and forgets
// how many there were before when values change much. Source: MaxScale 24.02, maxbase average.cc
// (its rule).
class MovingAverage {
 public:
  // As shipped, the share is 4 to 39 %.
  struct Rule {
    double least_share = 0.04;
    double more_share = 0.35;   // the most that is added to that
    std::int64_t memory = 500;  // at first so many samples count as those before, at most
    double drift = 1.1;         // that limit grows or shrinks by this factor
  };
  MovingAverage(double start, const Rule& rule)
      : average_(start), rule_(rule), limit_(rule.memory) {}
  double value() const { return average_; }
  void add(double value, std::int64_t samples) {
    if (samples >= limit_) {
      limit_ = static_cast<std::int64_t>(rule_.drift * static_cast<double>(samples));
    } else if (average_ / value > 2) {
      limit_ /= 2;
    } else {
      limit_ = static_cast<std::int64_t>(static_cast<double>(limit_) / rule_.drift);
    }
    const auto known = static_cast<double>(std::min(total_, limit_));
    const double share = known == 0 ? 1 : std::min(static_cast<double>(samples) / known, 1.0);
    const double moved = rule_.least_share + rule_.more_share * share;
    average_ = total_ == 0 ? value : average_ + moved * (value - average_);
    total_ += samples;
  }

 private:
  double average_;
  Rule rule_;
  std::int64_t limit_;
  std::int64_t total_ = 0;
};

}  // namespace switchyard
