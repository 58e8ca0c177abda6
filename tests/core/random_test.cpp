#include "core/random.h"

#include <cmath>
#include <set>
#include <vector>

#include "catch.h"

namespace switchyard {
namespace {

std::vector<std::uint32_t> words(RandomStream stream, std::size_t n = 16) {
  std::vector<std::uint32_t> result(n);
  for (std::uint32_t& word : result) word = stream.next_u32();
  return result;
}

// Pearson's statistic against equal shares; with k cells its mean is k - 1, its variance 2(k - 1).
double chi_square(const std::vector<std::uint64_t>& counts) {
  double total = 0;
  for (const std::uint64_t n : counts) total += static_cast<double>(n);
  const double expected = total / static_cast<double>(counts.size());
  double sum = 0;
  for (const std::uint64_t n : counts) {
    const double d = static_cast<double>(n) - expected;
    sum += d * d / expected;
  }
  return sum;
}

// Far beyond the 0.9999 quantile for any number of cells, by the normal approximation.
double chi_square_limit(std::size_t cells) {
  const auto degrees = static_cast<double>(cells - 1);
  return degrees + 5 * std::sqrt(2 * degrees) + 10;
}

TEST_CASE("The same name gives the same numbers") {
  CHECK(words(RandomStream(1, RandomPurpose::kRouter, 2)) ==
        words(RandomStream(1, RandomPurpose::kRouter, 2)));
}

TEST_CASE("Streams that differ in seed, purpose or entity give different numbers") {
  std::set<std::vector<std::uint32_t>> seen;
  std::size_t streams = 0;
  for (const std::uint64_t seed :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 32, UINT64_MAX}) {
    for (std::uint32_t purpose = 1; purpose <= 11; ++purpose) {
      for (const std::uint64_t entity :
           {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 32}) {
        seen.insert(words(RandomStream(seed, static_cast<RandomPurpose>(purpose), entity)));
        ++streams;
      }
    }
  }
  CHECK(seen.size() == streams);
}

TEST_CASE("Streams of neighbouring names are uncorrelated") {
  constexpr int n = 100'000;
  RandomStream a(1, RandomPurpose::kReadService, 0);
  RandomStream b(1, RandomPurpose::kReadService, 1);
  double sum = 0;
  for (int i = 0; i < n; ++i) sum += (a.next_unit() - 0.5) * (b.next_unit() - 0.5);
  // A product of two centred uniforms has variance 1/144.
  CHECK(std::abs(sum / n) < 5 / (12 * std::sqrt(n)));
}

TEST_CASE("After a seek the numbers are the same whatever was drawn before") {
  RandomStream fresh(3, RandomPurpose::kWriteService, 1);
  fresh.seek(4711);
  const auto expected = words(fresh);
  for (int drawn = 0; drawn < 12; ++drawn) {
    RandomStream used(3, RandomPurpose::kWriteService, 1);
    used.seek(99);
    for (int i = 0; i < drawn; ++i) used.next_u32();
    used.seek(4711);
    CHECK(words(used) == expected);
  }
}

TEST_CASE("Different items have different numbers, also beyond 32 bits") {
  std::set<std::vector<std::uint32_t>> seen;
  RandomStream stream(3, RandomPurpose::kWriteService);
  for (const std::uint64_t item :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{1} << 32,
        (std::uint64_t{1} << 32) + 1, UINT64_MAX}) {
    stream.seek(item);
    seen.insert(words(stream));
  }
  CHECK(seen.size() == 6);
}

TEST_CASE("A new stream stands at item 0") {
  RandomStream sought(8, RandomPurpose::kKeys);
  sought.seek(0);
  CHECK(words(sought) == words(RandomStream(8, RandomPurpose::kKeys)));
}

TEST_CASE("A long draw for one item does not run into the next item's numbers") {
  RandomStream stream(5, RandomPurpose::kOperations);
  stream.seek(1);
  const auto next_item = words(stream, 4);
  stream.seek(0);
  std::vector<std::uint32_t> window(4);
  bool met = false;
  for (int i = 0; i < 100'000; ++i) {
    window.erase(window.begin());
    window.push_back(stream.next_u32());
    met = met || window == next_item;
  }
  CHECK_FALSE(met);
}

TEST_CASE("Numbers below n are uniform") {
  for (const std::uint32_t n : {2U, 3U, 7U, 10U, 64U, 1000U}) {
    RandomStream stream(17, RandomPurpose::kRouter, n);
    std::vector<std::uint64_t> counts(n);
    for (int i = 0; i < 1'000'000; ++i) {
      const std::uint32_t value = stream.next_below(n);
      REQUIRE(value < n);
      ++counts[value];
    }
    CAPTURE(n);
    CHECK(chi_square(counts) < chi_square_limit(n));
  }
}

TEST_CASE("Numbers below an n that does not divide 2^32 are not biased") {
  // Multiplying alone maps the words 0, 1, 2, 3 to 0, 0, 1, 2 and so on: half of all values would
  // be multiples of three.
  constexpr std::uint32_t n = 3U << 30;
  RandomStream stream(18, RandomPurpose::kRouter);
  std::vector<std::uint64_t> counts(3);
  for (int i = 0; i < 300'000; ++i) ++counts[stream.next_below(n) % 3];
  CHECK(chi_square(counts) < chi_square_limit(3));
}

TEST_CASE("A number below 1 is 0") {
  RandomStream stream(1, RandomPurpose::kRouter);
  for (int i = 0; i < 100; ++i) CHECK(stream.next_below(1) == 0);
}

TEST_CASE("Unit numbers are uniform, and stay on their side of 0 and 1") {
  RandomStream half_open(20, RandomPurpose::kArrivals);
  RandomStream open(20, RandomPurpose::kArrivals, 1);
  std::vector<std::uint64_t> counts(100);
  std::vector<std::uint64_t> open_counts(100);
  for (int i = 0; i < 1'000'000; ++i) {
    const double u = half_open.next_unit();
    REQUIRE((u >= 0 && u < 1));
    ++counts[static_cast<std::size_t>(u * 100)];
    const double v = open.next_open_unit();
    REQUIRE((v > 0 && v <= 1));
    ++open_counts[static_cast<std::size_t>(std::ceil(v * 100)) - 1];
  }
  CHECK(chi_square(counts) < chi_square_limit(100));
  CHECK(chi_square(open_counts) < chi_square_limit(100));
}

TEST_CASE("Every bit of a 64-bit number is set half of the time") {
  constexpr int n = 100'000;
  RandomStream stream(21, RandomPurpose::kThink);
  std::vector<int> set(64);
  for (int i = 0; i < n; ++i) {
    const std::uint64_t word = stream.next_u64();
    for (std::size_t bit = 0; bit < 64; ++bit) set[bit] += static_cast<int>(word >> bit & 1);
  }
  for (const int count : set) CHECK(std::abs(count - n / 2) < 5 * std::sqrt(n) / 2);
}

TEST_CASE("The first repetition keeps the seed and the others have seeds of their own") {
  CHECK(derived_seed(42, 0) == 42);
  std::set<std::uint64_t> seeds;
  for (std::uint64_t repetition = 0; repetition < 1000; ++repetition) {
    seeds.insert(derived_seed(42, repetition));
    seeds.insert(derived_seed(43, repetition));
  }
  CHECK(seeds.size() == 2000);
  CHECK(derived_seed(42, 7) == derived_seed(42, 7));
}

}  // namespace
}  // namespace switchyard
