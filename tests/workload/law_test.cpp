#include "workload/law.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "catch.h"

namespace switchyard {
namespace {

constexpr int kDraws = 1'000'000;

using Function = std::function<double(double)>;

struct Moments {
  double mean = 0;
  double variance = 0;
  double fourth = 0;  // central
  double least = std::numeric_limits<double>::infinity();
};

Moments sample_moments(const Law& law, std::uint64_t seed) {
  RandomStream random(seed, RandomPurpose::kReadService);
  std::vector<double> values(kDraws);
  Moments m;
  for (double& value : values) {
    value = law.sample(random);
    m.mean += value / kDraws;
    m.least = std::min(m.least, value);
  }
  for (const double value : values) {
    const double square = (value - m.mean) * (value - m.mean);
    m.variance += square / kDraws;
    m.fourth += square * square / kDraws;
  }
  return m;
}

// Five standard errors: a right law fails once in two million runs, and the seeds are fixed.
void check_moments(const std::string& name, const Law& law, double mean, double variance) {
  CAPTURE(name);
  const Moments m = sample_moments(law, 7);
  CHECK(law.mean() == Approx(mean).epsilon(1e-12));
  CHECK(std::abs(m.mean - mean) <= 5 * std::sqrt(variance / kDraws));
  const double error = std::sqrt((m.fourth - m.variance * m.variance) / kDraws);
  CHECK(std::abs(m.variance - variance) <= 5 * error);
  CHECK(m.least >= 0);
}

// The share of draws at or below at[j] must be p[j].
void check_shares(const std::string& name, const Law& law, const std::vector<double>& at,
                  const std::vector<double>& p) {
  RandomStream random(11, RandomPurpose::kWriteService);
  std::vector<int> below(at.size());
  for (int i = 0; i < kDraws; ++i) {
    const double value = law.sample(random);
    for (std::size_t j = 0; j < at.size(); ++j) below[j] += value <= at[j] ? 1 : 0;
  }
  for (std::size_t j = 0; j < at.size(); ++j) {
    CAPTURE(name, at[j], p[j]);
    CHECK(std::abs(static_cast<double>(below[j]) / kDraws - p[j]) <=
          5 * std::sqrt(p[j] * (1 - p[j]) / kDraws));
  }
}

void check_distribution(const std::string& name, const Law& law, const std::vector<double>& at,
                        const Function& distribution) {
  std::vector<double> p;
  for (const double x : at) p.push_back(distribution(x));
  check_shares(name, law, at, p);
}

void check_quantiles(const std::string& name, const Law& law, const Function& quantile) {
  const std::vector<double> p = {0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999};
  std::vector<double> at;
  for (const double q : p) at.push_back(quantile(q));
  check_shares(name, law, at, p);
}

TEST_CASE("Mean and variance of every law are those of its formula", "[long]") {
  constexpr double ms = 1e6;
  check_moments("exponential", Law::exponential(ms), ms, ms * ms);
  check_moments("lognormal, cv 1", Law::lognormal(ms, 1), ms, ms * ms);
  check_moments("lognormal, cv 0.5", Law::lognormal(ms, 0.5), ms, ms * ms / 4);
  check_moments("erlang 1", Law::erlang(ms, 1), ms, ms * ms);
  check_moments("erlang 4", Law::erlang(ms, 4), ms, ms * ms / 4);
  check_moments("hyperexponential, cv 1", Law::hyperexponential(ms, 1), ms, ms * ms);
  check_moments("hyperexponential, cv 3", Law::hyperexponential(ms, 3), ms, 9 * ms * ms);
  check_moments("uniform", Law::uniform(ms, 4 * ms), 2.5 * ms, 9 * ms * ms / 12);
  // Shares 0.2, 0.3, 0.5: mean 0.2 + 0.6 + 2, mean square 0.2 + 1.2 + 8.
  check_moments("discrete", Law::discrete({ms, 2 * ms, 4 * ms}, {2, 3, 5}), 2.8 * ms,
                (9.4 - 2.8 * 2.8) * ms * ms);
  // Shape 9 has an eighth moment, which the error of the sampled variance needs half of.
  check_moments("pareto", Law::pareto(ms, 9), 9.0 / 8 * ms, 9.0 / (64 * 7) * ms * ms);
  const double pi = std::acos(-1.0);
  check_moments("weibull 2", Law::weibull(ms, 2), std::sqrt(pi) / 2 * ms, (1 - pi / 4) * ms * ms);
  // Gamma(1 + 2) = 2 and Gamma(1 + 4) = 24.
  check_moments("weibull 0.5", Law::weibull(ms, 0.5), 2 * ms, (24 - 4) * ms * ms);
  check_moments("empirical", Law::empirical({ms, 2 * ms, 6 * ms}), 3 * ms, 14.0 / 3 * ms * ms);
}

TEST_CASE("A constant law gives its value and takes no random number") {
  RandomStream random(1, RandomPurpose::kThink);
  RandomStream untouched(1, RandomPurpose::kThink);
  const Law law = Law::constant(2.5e6);
  for (int i = 0; i < 10; ++i) CHECK(law.sample(random) == 2.5e6);
  CHECK(random.next_u64() == untouched.next_u64());
  CHECK(law.mean() == 2.5e6);
  CHECK_FALSE(law.is_zero());
  CHECK(Law().is_zero());
  CHECK(Law().sample(random) == 0);
  CHECK(Law::constant(0).is_zero());
  CHECK_FALSE(Law::exponential(1).is_zero());
}

TEST_CASE("Quantiles of the exponential law are -mean ln(1 - q)") {
  check_quantiles("exponential", Law::exponential(3e6),
                  [](double q) { return -3e6 * std::log1p(-q); });
}

TEST_CASE("Quantiles of the lognormal law are exp(mu + sigma z)") {
  const double cv = 1.7;
  const double sigma = std::sqrt(std::log(1 + cv * cv));
  const double mu = std::log(2e6) - sigma * sigma / 2;
  // The normal distribution function by erfc, solved for z by halving.
  const auto z = [](double q) {
    double low = -10;
    double high = 10;
    for (int i = 0; i < 100; ++i) {
      const double middle = (low + high) / 2;
      (std::erfc(-middle / std::sqrt(2.0)) / 2 < q ? low : high) = middle;
    }
    return low;
  };
  check_quantiles("lognormal", Law::lognormal(2e6, cv),
                  [&](double q) { return std::exp(mu + sigma * z(q)); });
}

TEST_CASE("Quantiles of the Weibull law are scale (-ln(1 - q))^(1 / shape)", "[long]") {
  for (const double shape : {0.7, 1.0, 3.0}) {
    check_quantiles("weibull", Law::weibull(5e5, shape),
                    [=](double q) { return 5e5 * std::pow(-std::log1p(-q), 1 / shape); });
  }
}

TEST_CASE("Quantiles of the Pareto law are scale (1 - q)^(-1 / shape)", "[long]") {
  for (const double shape : {0.8, 1.5, 3.0}) {
    check_quantiles("pareto", Law::pareto(1e6, shape),
                    [=](double q) { return 1e6 * std::pow(1 - q, -1 / shape); });
  }
}

TEST_CASE("A Pareto law has no mean at shape 1, and never falls below its scale") {
  CHECK(std::isinf(Law::pareto(1e6, 1).mean()));
  CHECK(std::isinf(Law::pareto(1e6, 0.5).mean()));
  CHECK(Law::pareto(1e6, 2).mean() == Approx(2e6));
  RandomStream random(4, RandomPurpose::kReadService);
  const Law law = Law::pareto(1e6, 1.5);
  for (int i = 0; i < 100'000; ++i) REQUIRE(law.sample(random) >= 1e6 * (1 - 1e-14));
}

TEST_CASE("The Erlang law has its distribution function", "[long]") {
  // Two exponentials of mean 1: 1 - e^-x (1 + x).
  check_distribution("erlang", Law::erlang(2, 2), {0.1, 0.5, 1, 2, 4, 8},
                     [](double x) { return 1 - std::exp(-x) * (1 + x); });
}

TEST_CASE("The hyperexponential law mixes two branches that carry half of the load each",
          "[long]") {
  // cv^2 = 4 gives p = (1 + sqrt(3/5)) / 2, means 1/2p and 1/2(1-p).
  const double p = (1 + std::sqrt(0.6)) / 2;
  check_distribution("hyperexponential", Law::hyperexponential(1, 2), {0.05, 0.2, 0.5, 1, 3, 10},
                     [=](double x) {
                       return 1 - p * std::exp(-2 * p * x) - (1 - p) * std::exp(-2 * (1 - p) * x);
                     });
}

TEST_CASE("The uniform law has equal shares and keeps its bounds") {
  check_distribution("uniform", Law::uniform(10, 20), {11, 12.5, 15, 19.9},
                     [](double x) { return (x - 10) / 10; });
  RandomStream random(5, RandomPurpose::kReadService);
  const Law law = Law::uniform(10, 20);
  for (int i = 0; i < 100'000; ++i) {
    const double value = law.sample(random);
    REQUIRE((value >= 10 && value < 20));
  }
  CHECK(Law::uniform(7, 7).sample(random) == 7);
}

TEST_CASE("A discrete law gives its values by weight, and never one of weight 0") {
  check_distribution("discrete", Law::discrete({1, 2, 3, 4}, {1, 0, 2, 5}), {1, 2, 3},
                     [](double x) { return x < 3 ? 1.0 / 8 : 3.0 / 8; });
  RandomStream random(6, RandomPurpose::kReadService);
  const Law law = Law::discrete({1, 2, 3}, {1, 0, 1});
  for (int i = 0; i < 100'000; ++i) REQUIRE(law.sample(random) != 2);
}

TEST_CASE("An empirical law gives each value equally often, a repeated one twice") {
  check_distribution("empirical", Law::empirical({5, 1, 5, 9}), {1, 5},
                     [](double x) { return x < 5 ? 0.25 : 0.75; });
}

TEST_CASE("Nanoseconds are rounded to the nearest") {
  CHECK(round_ns(0) == 0);
  CHECK(round_ns(0.4) == 0);
  CHECK(round_ns(0.6) == 1);
  CHECK(round_ns(1'234'567.4) == 1'234'567);
  CHECK(round_ns(1'234'567.6) == 1'234'568);
}

TEST_CASE("Drawn times are capped so that their sums stay within the range of time") {
  CHECK(round_ns(1e30) == Nanoseconds{1} << 60);
  CHECK(round_ns(std::numeric_limits<double>::infinity()) == Nanoseconds{1} << 60);
  RandomStream random(9, RandomPurpose::kReadService);
  const Law law = Law::pareto(1e9, 0.05);
  bool reached = false;
  for (int i = 0; i < 10'000; ++i) {
    const Nanoseconds ns = law.sample_ns(random);
    REQUIRE((ns >= kSecond && ns <= Nanoseconds{1} << 60));
    reached = reached || ns == Nanoseconds{1} << 60;
  }
  CHECK(reached);
}

// Expected shares of the keys, from the definition.
std::vector<double> zipf_shares(std::uint32_t count, double exponent) {
  std::vector<double> shares(count);
  double total = 0;
  for (std::uint32_t i = count; i-- > 0;) {
    shares[i] = std::pow(i + 1.0, -exponent);
    total += shares[i];
  }
  for (double& share : shares) share /= total;
  return shares;
}

// Keys beyond `cells` count as one.
void check_zipf(std::uint32_t count, double exponent, std::size_t cells) {
  CAPTURE(count, exponent);
  const std::vector<double> shares = zipf_shares(count, exponent);
  const Zipf zipf(count, exponent);
  RandomStream random(13, RandomPurpose::kKeys);
  std::vector<double> seen(cells + 1);
  std::vector<double> expected(cells + 1);
  for (std::size_t i = 0; i < count; ++i) expected[std::min(i, cells)] += shares[i] * kDraws;
  for (int i = 0; i < kDraws; ++i) {
    const std::uint32_t key = zipf.sample(random);
    REQUIRE(key < count);
    ++seen[std::min<std::size_t>(key, cells)];
  }
  double chi_square = 0;
  int degrees = -1;
  for (std::size_t i = 0; i <= cells; ++i) {
    if (expected[i] == 0) continue;
    chi_square += (seen[i] - expected[i]) * (seen[i] - expected[i]) / expected[i];
    ++degrees;
  }
  // Beyond the 0.9999 quantile for any number of degrees.
  CHECK(chi_square <= degrees + 5 * std::sqrt(2.0 * degrees) + 10);
}

TEST_CASE("The first of 100000 keys with exponent 1.1 has its exact share") {
  // 1 / H with H the sum of k^-1.1 for k from 1 to 100000.
  constexpr double exact = 0.1347314436;
  CHECK(zipf_shares(100'000, 1.1)[0] == Approx(exact).epsilon(1e-9));
  const Zipf zipf(100'000, 1.1);
  RandomStream random(12, RandomPurpose::kKeys);
  int first = 0;
  for (int i = 0; i < kDraws; ++i) first += zipf.sample(random) == 0 ? 1 : 0;
  CHECK(std::abs(static_cast<double>(first) / kDraws - exact) <=
        5 * std::sqrt(exact * (1 - exact) / kDraws));
}

TEST_CASE("Zipf's law has the shares of its definition", "[long]") {
  check_zipf(5, 1, 5);  // the logarithm takes the place of the power
  check_zipf(5, 0, 5);  // uniform
  check_zipf(10, 0.5, 10);
  check_zipf(10, 2.5, 10);
  check_zipf(2, 1.1, 2);
  check_zipf(1000, 1, 1000);
  check_zipf(1000, 1 + 1e-10, 1000);  // as good as 1
  check_zipf(1000, 1.0001, 1000);
  check_zipf(100'000, 1.1, 500);
  check_zipf(100'000, 0.99, 500);
}

TEST_CASE("Zipf's law on one key gives that key") {
  for (const double exponent : {0.0, 1.0, 1.5}) {
    const Zipf zipf(1, exponent);
    RandomStream random(14, RandomPurpose::kKeys);
    for (int i = 0; i < 1000; ++i) REQUIRE(zipf.sample(random) == 0);
  }
}

}  // namespace
}  // namespace switchyard
