// Log-linear histogram of non-negative times: constant memory, quantiles within 0.8 %.
//
// Values below 128 have a bucket each; above, every power of two is cut into 64 buckets. A
// quantile is the middle of its bucket, so it is off by at most 1/128 of the value. Count, sum and
// maximum are exact.
#pragma once

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstdint>
#include <vector>

namespace switchyard {

class Histogram {
 public:
  static constexpr std::uint32_t kSubBits = 6;
  static constexpr std::uint32_t kSubBuckets = 1U << kSubBits;
  static constexpr std::size_t kBuckets = std::size_t{64 - kSubBits} * kSubBuckets;

  Histogram() : counts_(kBuckets) {}

  // REQUIRES value >= 0.
  [[gnu::always_inline]] void record(std::int64_t value) { record(value, bucket_of(value)); }
  // For the same value in several histograms: `bucket` is bucket_of(value).
  [[gnu::always_inline]] void record(std::int64_t value, std::size_t bucket) {
    ++counts_[bucket];
    ++count_;
    sum_ += static_cast<std::uint64_t>(value);
    // A branch that is hardly ever taken is cheaper than a store each time.
    if (value > max_) [[unlikely]]
      max_ = value;
  }
  void record_zeros(std::uint64_t count) {
    counts_[0] += count;
    count_ += count;
  }
  static std::size_t bucket_of(std::int64_t value) {
    assert(value >= 0);
    const auto bits = static_cast<std::uint64_t>(value);
    // The shift is 0 for values below 128, which makes their buckets exact.
    const auto width = static_cast<std::uint32_t>(std::bit_width(bits | (2 * kSubBuckets - 1)));
    const std::uint32_t shift = width - kSubBits - 1;
    return static_cast<std::size_t>((std::uint64_t{shift} << kSubBits) + (bits >> shift));
  }
  void merge(const Histogram& other) {
    for (std::size_t i = 0; i < kBuckets; ++i) counts_[i] += other.counts_[i];
    count_ += other.count_;
    sum_ += other.sum_;
    max_ = std::max(max_, other.max_);
  }

  std::uint64_t count() const { return count_; }
  std::int64_t max() const { return max_; }
  double mean() const {
    return count_ == 0 ? 0 : static_cast<double>(sum_) / static_cast<double>(count_);
  }
  // From bucket middles, so within 1 % of the exact figure.
  double standard_deviation() const;
  // The smallest value with at least a share `q` of the records at or below it; 0 when empty.
  std::int64_t quantile(double q) const;

  // Visits (middle of the bucket, count) of every non-empty bucket in rising order.
  template <class Visitor>
  void for_each_bucket(Visitor&& visit) const {
    for (std::size_t i = 0; i < kBuckets; ++i) {
      if (counts_[i] > 0) visit(middle_of(i), counts_[i]);
    }
  }

 private:
  __extension__ using Wide = unsigned __int128;

  static std::int64_t middle_of(std::size_t bucket);

  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  Wide sum_ = 0;
  std::int64_t max_ = 0;
};

}  // namespace switchyard
