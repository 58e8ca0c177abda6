// Statistics over figures of a run.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace switchyard {

// Largest over mean; 1 is perfectly even. 0 when all are 0.
double max_over_mean(std::span<const double> values);

// Jain's fairness index, (sum)^2 / (n sum of squares): 1 is perfectly even, 1/n all on one.
// Source: Jain, Chiu and Hawe, DEC-TR-301 (1984).
double jain_index(std::span<const double> values);

// Pearson's chi-square of counts against equal shares, and the probability of one at least as large
// if the shares were equal. With fewer than two counts: 0 and 1.
struct ChiSquare {
  double statistic = 0;
  double p_value = 1;
};
ChiSquare chi_square_equal_shares(std::span<const std::uint64_t> counts);

// Student's t interval for the mean of independent repetitions. REQUIRES at least two values.
std::pair<double, double> mean_interval(std::span<const double> values, double level);

// Where the warm-up ends: how many leading observations to delete so that the standard error of the
// rest's batch means (batches of `batch`) is smallest; at most half of them. The first such point.
// Source: White, Cobb and Spratt, "A comparison of five steady-state truncation heuristics", WSC
// 2000 (MSER-5: batch = 5).
std::size_t mser_truncation(std::span<const double> observations, std::size_t batch = 5);

}  // namespace switchyard
