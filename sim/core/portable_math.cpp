#include "core/portable_math.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace switchyard {
namespace {

constexpr double kLn2High = 0x1.62e42fee00000p-1;
constexpr double kLn2Low = 0x1.a39ef35793c76p-33;

template <std::size_t N>
double polynomial(const std::array<double, N>& from_highest, double x) {
  double sum = 0;
  for (const double coefficient : from_highest) sum = sum * x + coefficient;
  return sum;
}

}  // namespace

double portable_log(double x) {
  // x = m * 2^e with m in [sqrt(1/2), sqrt(2)); log m = 2 artanh((m - 1) / (m + 1)).
  int e = 0;
  if (x < std::numeric_limits<double>::min()) {
    x *= 0x1p54;
    e -= 54;
  }
  const auto bits = std::bit_cast<std::uint64_t>(x);
  e += static_cast<int>(bits >> 52) - 1023;
  double m = std::bit_cast<double>((bits & 0x000FFFFFFFFFFFFF) | 0x3FF0000000000000);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    ++e;
  }
  const double s = (m - 1) / (m + 1);
  const double z = s * s;
  // Terms 2 / (2k + 1); z <= 0.0295, so the last kept term is below 1e-17.
  static constexpr std::array<double, 11> kSeries = {2.0 / 23, 2.0 / 21, 2.0 / 19, 2.0 / 17,
                                                     2.0 / 15, 2.0 / 13, 2.0 / 11, 2.0 / 9,
                                                     2.0 / 7,  2.0 / 5,  2.0 / 3};
  const double tail = s * z * polynomial(kSeries, z);
  const double scale = e;
  return scale * kLn2High + (2 * s + (tail + scale * kLn2Low));
}

double portable_exp(double x) {
  if (x > 709.0) return std::numeric_limits<double>::infinity();
  if (x < -708.0) return 0;
  const double scaled = x * 1.4426950408889634;
  const int n = static_cast<int>(scaled + (scaled < 0 ? -0.5 : 0.5));
  const double r = (x - n * kLn2High) - n * kLn2Low;
  // Taylor series on |r| <= ln(2)/2: the first term left out is below 1e-17.
  double sum = 1;
  for (int k = 14; k >= 1; --k) sum = 1 + sum * r / k;
  const auto power = std::bit_cast<double>(static_cast<std::uint64_t>(1023 + n) << 52);
  return sum * power;
}

double normal_quantile(double p) {
  static constexpr std::array<double, 8> kCentralNum = {
      2.5090809287301226727e+3, 3.3430575583588128105e+4, 6.7265770927008700853e+4,
      4.5921953931549871457e+4, 1.3731693765509461125e+4, 1.9715909503065514427e+3,
      1.3314166789178437745e+2, 3.3871328727963666080e+0};
  static constexpr std::array<double, 8> kCentralDen = {
      5.2264952788528545610e+3, 2.8729085735721942674e+4,
      3.9307895800092710610e+4, 2.1213794301586595867e+4,
      5.3941960214247511077e+3, 6.8718700749205790830e+2,
      4.2313330701600911252e+1, 1.0};
  static constexpr std::array<double, 8> kMiddleNum = {
      7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
      1.27045825245236838258e+0, 3.64784832476320460504e+0, 5.76949722146069140550e+0,
      4.63033784615654529590e+0, 1.42343711074968357734e+0};
  static constexpr std::array<double, 8> kMiddleDen = {
      1.05075007164441684324e-9, 5.47593808499534494600e-4,
      1.51986665636164571966e-2, 1.48103976427480074590e-1,
      6.89767334985100004550e-1, 1.67638483018380384940e+0,
      2.05319162663775882187e+0, 1.0};
  static constexpr std::array<double, 8> kFarNum = {
      2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
      2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580e+0,
      5.46378491116411436990e+0, 6.65790464350110377720e+0};
  static constexpr std::array<double, 8> kFarDen = {
      2.04426310338993978564e-15, 1.42151175831644588870e-7,
      1.84631831751005468180e-5,  7.86869131145613259100e-4,
      1.48753612908506148525e-2,  1.36929880922735805310e-1,
      5.99832206555887937690e-1,  1.0};
  const double q = p - 0.5;
  if (std::abs(q) <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * polynomial(kCentralNum, r) / polynomial(kCentralDen, r);
  }
  const double r = std::sqrt(-portable_log(q < 0 ? p : 1 - p));
  const double magnitude = r <= 5
                               ? polynomial(kMiddleNum, r - 1.6) / polynomial(kMiddleDen, r - 1.6)
                               : polynomial(kFarNum, r - 5) / polynomial(kFarDen, r - 5);
  return q < 0 ? -magnitude : magnitude;
}

}  // namespace switchyard
