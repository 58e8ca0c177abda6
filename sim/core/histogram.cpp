#include "core/histogram.h"

#include <cmath>

namespace switchyard {

std::int64_t Histogram::middle_of(std::size_t bucket) {
  if (bucket < 2 * std::size_t{kSubBuckets}) return static_cast<std::int64_t>(bucket);
  const std::size_t shift = (bucket >> kSubBits) - 1;
  const std::uint64_t low = (bucket - (shift << kSubBits)) << shift;
  return static_cast<std::int64_t>(low + (std::uint64_t{1} << (shift - 1)));
}

double Histogram::standard_deviation() const {
  if (count_ < 2) return 0;
  const double centre = mean();
  double sum = 0;
  for_each_bucket([&](std::int64_t value, std::uint64_t n) {
    const double d = static_cast<double>(value) - centre;
    sum += d * d * static_cast<double>(n);
  });
  return std::sqrt(sum / static_cast<double>(count_));
}

std::int64_t Histogram::quantile(double q) const {
  if (count_ == 0) return 0;
  const double wanted = std::ceil(q * static_cast<double>(count_));
  const std::uint64_t rank =
      std::clamp<std::uint64_t>(wanted <= 1 ? 1 : static_cast<std::uint64_t>(wanted), 1, count_);
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += counts_[i];
    if (seen >= rank) return std::min(middle_of(i), max_);
  }
  return max_;
}

}  // namespace switchyard
