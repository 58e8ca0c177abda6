#include "measure/statistics.h"

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <numeric>

namespace switchyard {
namespace {

double sum_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

}  // namespace

double max_over_mean(std::span<const double> values) {
  const double sum = sum_of(values);
  if (sum == 0) return 0;
  return *std::ranges::max_element(values) * static_cast<double>(values.size()) / sum;
}

double jain_index(std::span<const double> values) {
  const double sum = sum_of(values);
  const double squares = std::inner_product(values.begin(), values.end(), values.begin(), 0.0);
  return squares == 0 ? 0 : sum * sum / (static_cast<double>(values.size()) * squares);
}

ChiSquare chi_square_equal_shares(std::span<const std::uint64_t> counts) {
  const auto total =
      static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
  if (counts.size() < 2 || total == 0) return {};
  const double expected = total / static_cast<double>(counts.size());
  ChiSquare result;
  for (const std::uint64_t count : counts) {
    const double difference = static_cast<double>(count) - expected;
    result.statistic += difference * difference / expected;
  }
  const boost::math::chi_squared law(static_cast<double>(counts.size() - 1));
  result.p_value = boost::math::cdf(boost::math::complement(law, result.statistic));
  return result;
}

std::pair<double, double> mean_interval(std::span<const double> values, double level) {
  const auto n = static_cast<double>(values.size());
  const double mean = sum_of(values) / n;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  const double standard_error = std::sqrt(squares / (n - 1) / n);
  const boost::math::students_t law(n - 1);
  const double half = boost::math::quantile(law, 0.5 + level / 2) * standard_error;
  return {mean - half, mean + half};
}

std::size_t mser_truncation(std::span<const double> observations, std::size_t batch) {
  const std::size_t batches = observations.size() / batch;
  std::vector<double> means(batches);
  for (std::size_t i = 0; i < batches; ++i) {
    means[i] = sum_of(observations.subspan(i * batch, batch)) / static_cast<double>(batch);
  }
  std::size_t best = 0;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t d = 0; d <= batches / 2 && d < batches; ++d) {
    const auto rest = std::span(means).subspan(d);
    const auto n = static_cast<double>(rest.size());
    const double mean = sum_of(rest) / n;
    double squares = 0;
    for (const double value : rest) squares += (value - mean) * (value - mean);
    if (squares / (n * n) < least) {
      least = squares / (n * n);
      best = d;
    }
  }
  return best * batch;
}

}  // namespace switchyard
