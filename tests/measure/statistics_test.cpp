#include "measure/statistics.h"

#include <cmath>

#include "catch.h"
#include "core/random.h"
#include "workload/law.h"

namespace switchyard {

TEST_CASE("evenness: max over mean and Jain's index of even, one-sided and mixed loads") {
  const std::vector<double> even = {5, 5, 5, 5};
  const std::vector<double> one = {20, 0, 0, 0};
  const std::vector<double> mixed = {1, 2, 3};
  CHECK(max_over_mean(even) == 1);
  CHECK(jain_index(even) == 1);
  CHECK(max_over_mean(one) == 4);
  CHECK(jain_index(one) == 0.25);
  CHECK(max_over_mean(mixed) == 1.5);
  // 36 / (3 * 14).
  CHECK(jain_index(mixed) == Approx(36.0 / 42));
}

TEST_CASE("chi-square of equal shares: a textbook die and its probability") {
  // 60 throws; sum of (O - 10)^2 / 10 = 13.4, and for 5 degrees of freedom P(X > 13.4) = 0.0199.
  const std::vector<std::uint64_t> die = {5, 8, 9, 8, 10, 20};
  const ChiSquare result = chi_square_equal_shares(die);
  CHECK(result.statistic == Approx(13.4));
  CHECK(result.p_value == Approx(0.0199).margin(0.0001));
  CHECK(chi_square_equal_shares(std::vector<std::uint64_t>{7}).p_value == 1);
}

TEST_CASE("an interval covers the true mean as often as its level says") {
  RandomStream random(3, RandomPurpose::kArrivals);
  const Law law = Law::lognormal(10, 0.3);
  int covered = 0;
  constexpr int kTrials = 4000;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::vector<double> values;
    for (int i = 0; i < 8; ++i) values.push_back(law.sample(random));
    const auto [low, high] = mean_interval(values, 0.95);
    covered += low <= 10 && 10 <= high ? 1 : 0;
  }
  // Four standard deviations of a share of 0.95 are 0.014; skewness costs a little more.
  CHECK(covered / double{kTrials} == Approx(0.95).margin(0.02));
}

TEST_CASE("MSER-5 cuts a decaying start where the published definition does") {
  // x_i = 10 * 0.98^i + ((7919 i) mod 101) / 101, rounded to 9 places: 235 observations go.
  std::vector<double> x;
  for (int i = 0; i < 1000; ++i) {
    const double value = 10 * std::pow(0.98, i) + (7919 * i % 101) / 101.0;
    x.push_back(std::round(value * 1e9) / 1e9);
  }
  CHECK(mser_truncation(x) == 235);
  CHECK(mser_truncation(std::vector<double>(100, 1.0)) == 0);
}

}  // namespace switchyard
