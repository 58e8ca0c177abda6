#include "workload/law.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/portable_math.h"

namespace switchyard {
namespace {

constexpr double kLongestNs = 0x1p60 - 1;

double exponential_sample(double mean, RandomStream& random) {
  return -mean * portable_log(random.next_open_unit());
}

// Gamma(1 + 1/shape), for the mean of a Weibull law only: no sample depends on it.
double weibull_mean(double scale, double shape) {
  return scale * std::tgamma(1 + 1 / shape);
}

}  // namespace

Law Law::constant(double value) {
  return {Kind::kConstant, value, 0};
}
Law Law::exponential(double mean) {
  return {Kind::kExponential, mean, 0};
}

Law Law::lognormal(double mean, double cv) {
  const double variance = portable_log(1 + cv * cv);
  Law law(Kind::kLognormal, portable_log(mean) - variance / 2, std::sqrt(variance));
  law.first_ = mean;
  law.second_ = cv;
  return law;
}

Law Law::erlang(double mean, unsigned k) {
  return {Kind::kErlang, mean, static_cast<double>(k)};
}

Law Law::hyperexponential(double mean, double cv) {
  // Branch 1 with probability p and mean m/2p, branch 2 with 1-p and m/2(1-p): each carries half
  // of the load.
  const double scv = cv * cv;
  const double p = 0.5 * (1 + std::sqrt((scv - 1) / (scv + 1)));
  Law law(Kind::kHyperexponential, mean, p);
  law.second_ = cv;
  return law;
}

Law Law::discrete(std::vector<double> values, std::vector<double> weights) {
  Law law(Kind::kDiscrete, 0, 0);
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  double running = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    running += weights[i];
    law.cumulative_.push_back(running / total);
    law.a_ += values[i] * weights[i] / total;
  }
  law.values_ = std::move(values);
  law.weights_ = std::move(weights);
  return law;
}

Law Law::uniform(double min, double max) {
  return {Kind::kUniform, min, max};
}
Law Law::pareto(double scale, double shape) {
  return {Kind::kPareto, scale, shape};
}
Law Law::weibull(double scale, double shape) {
  return {Kind::kWeibull, scale, shape};
}

Law Law::empirical(std::vector<double> values, std::string file) {
  Law law(Kind::kEmpirical, 0, 0);
  law.a_ = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  law.values_ = std::move(values);
  law.file_ = std::move(file);
  return law;
}

bool Law::operator==(const Law& other) const {
  return kind_ == other.kind_ && first_ == other.first_ && second_ == other.second_ &&
         values_ == other.values_ && weights_ == other.weights_;
}

double Law::mean() const {
  switch (kind_) {
    case Kind::kLognormal:
      return first_;
    case Kind::kUniform:
      return (a_ + b_) / 2;
    case Kind::kPareto:
      return b_ > 1 ? a_ * b_ / (b_ - 1) : std::numeric_limits<double>::infinity();
    case Kind::kWeibull:
      return weibull_mean(a_, b_);
    default:
      return a_;
  }
}

double Law::sample(RandomStream& random) const {
  switch (kind_) {
    case Kind::kConstant:
      return a_;
    case Kind::kExponential:
      return exponential_sample(a_, random);
    case Kind::kLognormal: {
      // The middle of one of 2^53 steps, so never 0 or 1.
      const double p = random.next_open_unit() - 0x1p-54;
      return portable_exp(a_ + b_ * normal_quantile(p));
    }
    case Kind::kErlang: {
      double sum = 0;
      for (unsigned i = 0; i < static_cast<unsigned>(b_); ++i)
        sum += exponential_sample(a_ / b_, random);
      return sum;
    }
    case Kind::kHyperexponential: {
      const double p = random.next_unit() < b_ ? b_ : 1 - b_;
      return exponential_sample(a_ / (2 * p), random);
    }
    case Kind::kDiscrete: {
      const auto at = std::upper_bound(cumulative_.begin(), cumulative_.end(), random.next_unit());
      const auto i = std::min<std::ptrdiff_t>(at - cumulative_.begin(), std::ssize(values_) - 1);
      return values_[static_cast<std::size_t>(i)];
    }
    case Kind::kUniform:
      return a_ + (b_ - a_) * random.next_unit();
    case Kind::kPareto:
      return a_ * portable_pow(random.next_open_unit(), -1 / b_);
    case Kind::kWeibull: {
      const double e = exponential_sample(1, random);
      return e == 0 ? 0 : a_ * portable_pow(e, 1 / b_);
    }
    case Kind::kEmpirical:
      return values_[random.next_below(static_cast<std::uint32_t>(values_.size()))];
  }
  return 0;
}

Nanoseconds Law::sample_ns(RandomStream& random) const {
  return round_ns(sample(random));
}

Nanoseconds round_ns(double ns) {
  return static_cast<Nanoseconds>(std::min(ns, kLongestNs) + 0.5);
}

Zipf::Zipf(std::uint32_t count, double exponent)
    : count_(count),
      exponent_(exponent),
      low_(integral(1.5) - 1),
      high_(integral(static_cast<double>(count) + 0.5)),
      squeeze_(2 - inverse_integral(integral(2.5) - portable_pow(2, -exponent))) {}

// Integral of x^-exponent from 1, and its inverse.
double Zipf::integral(double x) const {
  const double power = 1 - exponent_;
  const double log_x = portable_log(x);
  return std::abs(power) < 1e-9 ? log_x : (portable_exp(power * log_x) - 1) / power;
}

double Zipf::inverse_integral(double y) const {
  const double power = 1 - exponent_;
  if (std::abs(power) < 1e-9) return portable_exp(y);
  // Rounding may carry the base to 0 at the far end.
  const double base = std::max(1 + power * y, 1e-300);
  return portable_exp(portable_log(base) / power);
}

std::uint32_t Zipf::sample(RandomStream& random) const {
  while (true) {
    const double u = high_ + random.next_unit() * (low_ - high_);
    const double x = inverse_integral(u);
    const double k = std::clamp(std::floor(x + 0.5), 1.0, static_cast<double>(count_));
    if (k - x <= squeeze_ || u >= integral(k + 0.5) - portable_pow(k, -exponent_)) {
      return static_cast<std::uint32_t>(k) - 1;
    }
  }
}

}  // namespace switchyard
