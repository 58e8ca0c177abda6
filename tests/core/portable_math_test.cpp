#include "core/portable_math.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "catch.h"

namespace switchyard {
namespace {

// The reference is the C library in long double, which has eleven bits more.
double relative_error(double value, long double exact) {
  if (exact == 0) return std::abs(value);
  return static_cast<double>(std::abs((static_cast<long double>(value) - exact) / exact));
}

TEST_CASE("The logarithm is right to 1e-14 over all magnitudes of a double") {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> mantissa(1, 2);
  double worst = 0;
  for (int i = 0; i < 200'000; ++i) {
    const double x = std::ldexp(mantissa(random), static_cast<int>(random() % 2046) - 1022);
    worst = std::max(worst, relative_error(portable_log(x), std::log(static_cast<long double>(x))));
  }
  CHECK(worst < 1e-14);
}

TEST_CASE("The logarithm is right to 1e-14 where it is near zero") {
  double worst = 0;
  for (int exponent = -52; exponent <= -1; ++exponent) {
    for (const double factor : {1.0, 1.25, 1.5, 1.75}) {
      const double step = std::ldexp(factor, exponent);
      for (const double x : {1 + step, 1 - step / 2}) {
        if (x == 1) continue;
        worst =
            std::max(worst, relative_error(portable_log(x), std::log(static_cast<long double>(x))));
      }
    }
  }
  CHECK(worst < 1e-14);
}

TEST_CASE("The logarithm of 1 is exactly 0, and that of the smallest numbers is finite") {
  CHECK(portable_log(1.0) == 0);
  for (const double x : {std::numeric_limits<double>::denorm_min(), 3e-320,
                         std::numeric_limits<double>::min(), std::numeric_limits<double>::max()}) {
    CAPTURE(x);
    CHECK(relative_error(portable_log(x), std::log(static_cast<long double>(x))) < 1e-14);
  }
}

TEST_CASE("The exponential is right to 1e-14 over its whole range") {
  std::mt19937_64 random(2);
  std::uniform_real_distribution<double> argument(-708, 709);
  double worst = 0;
  for (int i = 0; i < 200'000; ++i) {
    const double x = argument(random);
    worst = std::max(worst, relative_error(portable_exp(x), std::exp(static_cast<long double>(x))));
  }
  for (const double x :
       {-708.0, 709.0, 1e-300, -1e-300, 1e-17, 0.34657359, -0.34657359, 0.3465736, 1.0, -1.0}) {
    worst = std::max(worst, relative_error(portable_exp(x), std::exp(static_cast<long double>(x))));
  }
  CHECK(worst < 1e-14);
}

TEST_CASE("The exponential is 1 at 0, 0 far below and infinite far above") {
  CHECK(portable_exp(0.0) == 1);
  CHECK(portable_exp(-708.5) == 0);
  CHECK(portable_exp(-1e300) == 0);
  CHECK(std::isinf(portable_exp(709.5)));
  CHECK(std::isinf(portable_exp(1e300)));
}

TEST_CASE("A power is as right as the size of its exponent allows") {
  std::mt19937_64 random(3);
  std::uniform_real_distribution<double> base_exponent(-30, 30);
  std::uniform_real_distribution<double> power(-20, 20);
  double worst = 0;
  for (int i = 0; i < 100'000; ++i) {
    const double x = std::exp(base_exponent(random));
    const double y = power(random);
    const long double exact = std::pow(static_cast<long double>(x), static_cast<long double>(y));
    // Rounding y log x to a double is an absolute error of the exponent, so it grows with it.
    const double size = 1 + std::abs(y * std::log(x));
    worst = std::max(worst, relative_error(portable_pow(x, y), exact) / size);
  }
  CHECK(worst < 1e-15);
  CHECK(portable_pow(7, 0) == 1);
  CHECK(portable_pow(2, 10) == Approx(1024).epsilon(1e-14));
  CHECK(portable_pow(9, -0.5) == Approx(1.0 / 3).epsilon(1e-14));
}

TEST_CASE("The normal quantile is inverted by the distribution function") {
  // Phi(z) = erfc(-z / sqrt 2) / 2; the derivative turns its error into one of the quantile.
  const auto distribution = [](long double z) { return std::erfc(-z / std::sqrt(2.0L)) / 2; };
  const auto density = [](long double z) {
    return std::exp(-z * z / 2) / std::sqrt(2 * std::acos(-1.0L));
  };
  double worst = 0;
  const auto check = [&](double p) {
    const long double z = normal_quantile(p);
    const long double error = (distribution(z) - static_cast<long double>(p)) / density(z);
    const long double size = std::max(std::abs(z), 1e-3L);
    worst = std::max(worst, static_cast<double>(std::abs(error / size)));
  };
  for (double p = 0.001; p < 1; p += 0.0007) check(p);
  for (double p = 1e-3; p > 1e-300; p /= 3) check(p);
  // The upper tail only as far as 1 - p still has most of its digits.
  for (double q = 1e-3; q > 1e-4; q /= 1.3) check(1 - q);
  CHECK(worst < 1e-13);
}

TEST_CASE("Known quantiles of the normal law come out") {
  // Printed in any table of the normal law.
  CHECK(normal_quantile(0.5) == 0);
  CHECK(normal_quantile(0.975) == Approx(1.959963984540054).epsilon(1e-14));
  CHECK(normal_quantile(0.95) == Approx(1.6448536269514722).epsilon(1e-14));
  CHECK(normal_quantile(0.8413447460685429) == Approx(1).epsilon(1e-13));
}

TEST_CASE("The normal quantile is odd about one half") {
  for (const double p : {0.01, 0.0625, 0.07, 0.075, 0.25, 0.4375}) {
    CHECK(normal_quantile(p) == Approx(-normal_quantile(1 - p)).epsilon(1e-13));
  }
}

}  // namespace
}  // namespace switchyard
