// Probability laws for times, sampled by inverse transform with portable arithmetic.
//
// The same seed gives the same values with every compiler and C library.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/random.h"
#include "core/time.h"

namespace switchyard {

class Law {
 public:
  enum class Kind : std::uint8_t {
    kConstant,
    kExponential,
    kLognormal,
    kErlang,
    kHyperexponential,
    kDiscrete,  // "bimodal" in a scenario: any number of values with weights
    kUniform,
    kPareto,
    kWeibull,
    kEmpirical,
  };

  // Parameters are in nanoseconds unless they are plain numbers. REQUIRES the ranges named.
  static Law constant(double value);
  static Law exponential(double mean);                  // mean > 0
  static Law lognormal(double mean, double cv);         // mean > 0, cv > 0
  static Law erlang(double mean, unsigned k);           // sum of k exponentials, k >= 1
  static Law hyperexponential(double mean, double cv);  // two branches of equal load, cv >= 1
  static Law discrete(std::vector<double> values, std::vector<double> weights);
  static Law uniform(double min, double max);     // min <= max
  static Law pareto(double scale, double shape);  // x >= scale; mean infinite if shape <= 1
  static Law weibull(double scale, double shape);
  // Each value equally likely; `file`: which they were read from, if any.
  static Law empirical(std::vector<double> values, std::string file = "");

  Law() = default;  // always 0

  Kind kind() const { return kind_; }
  // What it was made of: value, mean, min or scale, and then cv, k, max or shape.
  double first() const { return first_; }
  double second() const { return second_; }
  std::span<const double> values() const { return values_; }
  std::span<const double> weights() const { return weights_; }
  const std::string& file() const { return file_; }
  // Whether both were made of the same, from whichever file.
  bool operator==(const Law& other) const;
  bool is_zero() const { return kind_ == Kind::kConstant && a_ == 0; }
  // Infinity for a Pareto law with shape <= 1.
  double mean() const;
  // Non-negative.
  double sample(RandomStream& random) const;
  // Rounded to whole nanoseconds, and capped at about 36 years.
  Nanoseconds sample_ns(RandomStream& random) const;

 private:
  Law(Kind kind, double a, double b) : kind_(kind), first_(a), second_(b), a_(a), b_(b) {}
  Kind kind_ = Kind::kConstant;
  double first_ = 0;
  double second_ = 0;
  // What samples are made of: the same, or something worked out of it.
  double a_ = 0;
  double b_ = 0;
  std::vector<double> values_;
  std::vector<double> weights_;
  std::vector<double> cumulative_;
  std::string file_;
};

// Zipf's law on 0 … count-1: key i has probability proportional to (i + 1)^-exponent.
// Source: Hörmann and Derflinger, "Rejection-inversion to generate variates from monotone discrete
// distributions", ACM TOMACS 6 (1996).
class Zipf {
 public:
  // REQUIRES count >= 1 and exponent >= 0 (0 is uniform).
  Zipf(std::uint32_t count, double exponent);
  std::uint32_t sample(RandomStream& random) const;

 private:
  double integral(double x) const;
  double inverse_integral(double y) const;

  std::uint32_t count_;
  double exponent_;
  double low_;
  double high_;
  double squeeze_;
};

// The duration a double of nanoseconds stands for, rounded; REQUIRES ns >= 0.
Nanoseconds round_ns(double ns);

}  // namespace switchyard
