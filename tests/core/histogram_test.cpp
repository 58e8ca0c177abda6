#include "core/histogram.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <random>

#include "catch.h"

namespace switchyard {
namespace {

// The header's definition, on the sorted values themselves.
std::int64_t exact_quantile(const std::vector<std::int64_t>& sorted, double q) {
  const auto rank =
      static_cast<std::size_t>(std::max(1.0, std::ceil(q * static_cast<double>(sorted.size()))));
  return sorted[std::min(rank, sorted.size()) - 1];
}

// Every order of magnitude from 1 ns to three hours is equally likely.
std::vector<std::int64_t> random_times(std::size_t n, unsigned seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> exponent(0, std::log10(3.0 * 3600e9));
  std::vector<std::int64_t> values(n);
  for (std::int64_t& value : values) {
    value = static_cast<std::int64_t>(std::pow(10.0, exponent(random)));
  }
  return values;
}

const std::vector<double> kShares = {0,    0.001, 0.01, 0.1,  0.25,  0.5,
                                     0.75, 0.9,   0.95, 0.99, 0.999, 1};

TEST_CASE("An empty histogram answers with zeros") {
  const Histogram histogram;
  CHECK(histogram.count() == 0);
  CHECK(histogram.max() == 0);
  CHECK(histogram.mean() == 0);
  CHECK(histogram.standard_deviation() == 0);
  CHECK(histogram.quantile(0.5) == 0);
}

TEST_CASE("Quantiles of times from 1 ns to hours are within 1 % of the exact ones") {
  std::vector<std::int64_t> values = random_times(20'000, 1);
  Histogram histogram;
  for (const std::int64_t value : values) histogram.record(value);
  std::sort(values.begin(), values.end());
  for (const double q : kShares) {
    const auto exact = static_cast<double>(exact_quantile(values, q));
    CAPTURE(q, exact);
    CHECK(std::abs(static_cast<double>(histogram.quantile(q)) - exact) <= 0.01 * exact);
  }
}

TEST_CASE("The bucket of any value lies within 1/128 of the value") {
  // The two neighbours keep the quantile from being clamped to the only value.
  for (const std::int64_t value : random_times(20'000, 2)) {
    Histogram histogram;
    histogram.record(0);
    histogram.record(value);
    histogram.record(INT64_MAX);
    const auto difference = static_cast<double>(histogram.quantile(0.5) - value);
    CAPTURE(value);
    REQUIRE(std::abs(difference) <= static_cast<double>(value) / 128);
    if (value < 128) REQUIRE(difference == 0);
  }
}

TEST_CASE("Values below 128 keep buckets of their own") {
  Histogram histogram;
  std::vector<std::int64_t> values;
  for (std::int64_t value = 0; value < 128; ++value) {
    for (std::int64_t n = 0; n <= value % 5; ++n) {
      histogram.record(value);
      values.push_back(value);
    }
  }
  const auto n = static_cast<double>(values.size());
  for (std::size_t rank = 1; rank <= values.size(); ++rank) {
    // Half a record below the rank, so that rounding can't reach the next one.
    const double q = (static_cast<double>(rank) - 0.5) / n;
    REQUIRE(histogram.quantile(q) == values[rank - 1]);
  }
}

TEST_CASE("Count, mean and maximum are exact for values that buckets round") {
  const std::vector<std::int64_t> values = random_times(5'000, 3);
  Histogram histogram;
  for (const std::int64_t value : values) histogram.record(value);
  const std::int64_t sum = std::accumulate(values.begin(), values.end(), std::int64_t{0});
  CHECK(histogram.count() == values.size());
  CHECK(histogram.max() == *std::max_element(values.begin(), values.end()));
  CHECK(histogram.mean() == static_cast<double>(sum) / static_cast<double>(values.size()));
}

TEST_CASE("The sum of the largest times does not overflow") {
  Histogram histogram;
  for (int i = 0; i < 1000; ++i) histogram.record(INT64_MAX);
  CHECK(histogram.mean() == Approx(9.223372036854775807e18).epsilon(1e-15));
  CHECK(histogram.max() == INT64_MAX);
  CHECK(static_cast<double>(histogram.quantile(0.5)) ==
        Approx(9.223372036854775807e18).epsilon(1.0 / 128));
}

TEST_CASE("The standard deviation is within 1 % of the exact one") {
  std::mt19937_64 random(4);
  std::exponential_distribution<double> law(1e-7);
  std::vector<std::int64_t> values(50'000);
  Histogram histogram;
  for (std::int64_t& value : values) {
    value = static_cast<std::int64_t>(law(random));
    histogram.record(value);
  }
  const double mean = histogram.mean();
  double sum = 0;
  for (const std::int64_t value : values) {
    sum += (static_cast<double>(value) - mean) * (static_cast<double>(value) - mean);
  }
  const double exact = std::sqrt(sum / static_cast<double>(values.size()));
  CHECK(histogram.standard_deviation() == Approx(exact).epsilon(0.01));
}

TEST_CASE("Small values have the standard deviation of the formula") {
  // 2, 4, 4, 4, 5, 5, 7, 9 has mean 5 and variance 4.
  Histogram histogram;
  for (const std::int64_t value : {2, 4, 4, 4, 5, 5, 7, 9}) histogram.record(value);
  CHECK(histogram.mean() == 5);
  CHECK(histogram.standard_deviation() == 2);
}

TEST_CASE("A quantile never leaves the range of the records") {
  Histogram histogram;
  histogram.record(1'000'001);
  for (const double q : kShares) CHECK(histogram.quantile(q) == 1'000'001);
  histogram.record(1'000'003);
  CHECK(histogram.quantile(0) >= 1'000'001);
  CHECK(histogram.quantile(1) <= 1'000'003);
}

TEST_CASE("Quantiles rise with the share") {
  Histogram histogram;
  for (const std::int64_t value : random_times(1'000, 6)) histogram.record(value);
  std::int64_t previous = 0;
  for (int i = 0; i <= 1000; ++i) {
    const std::int64_t value = histogram.quantile(i / 1000.0);
    REQUIRE(value >= previous);
    previous = value;
  }
}

TEST_CASE("Merging gives the histogram of all records together") {
  const std::vector<std::int64_t> values = random_times(3'000, 7);
  Histogram parts[3];
  Histogram together;
  for (std::size_t i = 0; i < values.size(); ++i) {
    parts[i % 3].record(values[i]);
    together.record(values[i]);
  }
  Histogram merged;
  for (const Histogram& part : parts) merged.merge(part);
  merged.merge(Histogram());

  CHECK(merged.count() == together.count());
  CHECK(merged.max() == together.max());
  CHECK(merged.mean() == together.mean());
  CHECK(merged.standard_deviation() == together.standard_deviation());
  for (const double q : kShares) CHECK(merged.quantile(q) == together.quantile(q));
  std::map<std::int64_t, std::uint64_t> buckets;
  together.for_each_bucket([&](std::int64_t middle, std::uint64_t n) { buckets[middle] += n; });
  merged.for_each_bucket([&](std::int64_t middle, std::uint64_t n) { buckets[middle] -= n; });
  CHECK(std::all_of(buckets.begin(), buckets.end(),
                    [](const auto& bucket) { return bucket.second == 0; }));
}

TEST_CASE("Zeros recorded together are as good as zeros recorded one by one") {
  for (const std::uint64_t zeros : {0U, 1U, 7U, 1'000U, 20'000U}) {
    for (const std::size_t others : {0U, 1U, 900U}) {
      Histogram together;
      Histogram one_by_one;
      // Half of the others come before the zeros and half after.
      const std::vector<std::int64_t> values = random_times(others, 9);
      for (std::size_t i = 0; i < others / 2; ++i) {
        together.record(values[i]);
        one_by_one.record(values[i]);
      }
      together.record_zeros(zeros);
      for (std::uint64_t i = 0; i < zeros; ++i) one_by_one.record(0);
      for (std::size_t i = others / 2; i < others; ++i) {
        together.record(values[i]);
        one_by_one.record(values[i]);
      }
      CAPTURE(zeros, others);
      CHECK(together.count() == zeros + others);
      CHECK(together.max() == one_by_one.max());
      CHECK(together.mean() == one_by_one.mean());
      CHECK(together.standard_deviation() == one_by_one.standard_deviation());
      for (const double q : kShares) CHECK(together.quantile(q) == one_by_one.quantile(q));
    }
  }
}

TEST_CASE("Zeros recorded together lower the mean and the low quantiles") {
  // 0, 0, 0, 100: mean 25, and three quarters of the records are 0.
  Histogram histogram;
  histogram.record(100);
  histogram.record_zeros(3);
  CHECK(histogram.count() == 4);
  CHECK(histogram.mean() == 25);
  CHECK(histogram.max() == 100);
  CHECK(histogram.quantile(0.75) == 0);
  CHECK(histogram.quantile(0.76) == 100);
}

TEST_CASE("No zeros recorded leave a histogram as it was") {
  Histogram histogram;
  histogram.record_zeros(0);
  CHECK(histogram.count() == 0);
  CHECK(histogram.mean() == 0);
  histogram.for_each_bucket([](std::int64_t, std::uint64_t) { FAIL("no bucket holds a record"); });
}

TEST_CASE("Buckets are visited in rising order and hold every record once") {
  Histogram histogram;
  for (const std::int64_t value : random_times(2'000, 8)) histogram.record(value);
  std::int64_t previous = -1;
  std::uint64_t total = 0;
  histogram.for_each_bucket([&](std::int64_t middle, std::uint64_t n) {
    CHECK(middle > previous);
    CHECK(n > 0);
    previous = middle;
    total += n;
  });
  CHECK(total == 2'000);
}

}  // namespace
}  // namespace switchyard
