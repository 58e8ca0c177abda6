#include "core/python_random.h"

#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <vector>

#include "catch.h"

namespace switchyard {
namespace {

template <std::size_t N>
void check_choices(std::uint64_t seed, std::uint32_t n,
                   const std::array<std::uint32_t, N>& expected) {
  CAPTURE(seed, n);
  PythonRandom random(seed);
  for (const std::uint32_t value : expected) CHECK(random.choice(n) == value);
}

TEST_CASE("Choices are those that CPython 3.11 made with the same seed") {
  std::ifstream file(SWITCHYARD_SOURCE_DIR "/tests/data/python-choice.json");
  const auto rows = nlohmann::json::parse(file);
  int compared = 0;
  for (const auto& row : rows) {
    if (row.at("algorithm") != "py3.11 choice") continue;
    PythonRandom random(row.at("seed").get<std::uint64_t>());
    const auto n = row.at("n").get<std::uint32_t>();
    std::vector<std::uint32_t> choices;
    for (int i = 0; i < 20; ++i) choices.push_back(random.choice(n));
    CHECK(choices == row.at("first20").get<std::vector<std::uint32_t>>());
    ++compared;
  }
  CHECK(compared == 9);
}

// The values below are those of CPython 3.11:
//   random.seed(seed); [random.choice(range(n)) for _ in range(8)]
TEST_CASE("Seeds of more than 32 bits give CPython's choices") {
  constexpr std::uint64_t kBit32 = std::uint64_t{1} << 32;
  check_choices<8>(kBit32, 3, {0, 1, 1, 0, 0, 2, 1, 2});
  check_choices<8>(kBit32, 100, {14, 44, 53, 2, 2, 78, 97, 42});
  check_choices<8>(kBit32 + 1, 3, {0, 2, 2, 1, 0, 1, 2, 0});
  check_choices<8>(kBit32 + 1, 7, {1, 4, 4, 6, 3, 6, 0, 2});
  check_choices<8>((std::uint64_t{1} << 40) + 7, 3, {2, 2, 2, 2, 2, 1, 1, 2});
  check_choices<8>((std::uint64_t{1} << 40) + 7, 100, {78, 95, 81, 73, 90, 60, 32, 78});
  check_choices<8>(std::uint64_t{1} << 63, 7, {4, 3, 1, 1, 6, 4, 0, 2});
  check_choices<8>(UINT64_MAX, 7, {0, 1, 2, 4, 1, 3, 4, 0});
  check_choices<8>(UINT64_MAX, 100, {2, 31, 43, 79, 27, 58, 78, 12});
}

TEST_CASE("Choices among more than 2^31 items give CPython's") {
  check_choices<4>(UINT64_MAX, 2147483649U, {93740670, 1068495656, 1452108352, 910393425});
  check_choices<4>(std::uint64_t{1} << 32, 2147483649U,
                   {485306839, 1508871100, 1794561286, 71624475});
}

TEST_CASE("A choice among one item is that item, and draws as CPython does") {
  // random.seed(42); [random.choice(range(1)) for _ in range(5)]; random.choice(range(1000))
  PythonRandom random(42);
  for (int i = 0; i < 5; ++i) CHECK(random.choice(1) == 0);
  CHECK(random.choice(1000) == 142);
}

TEST_CASE("Lengths may change from choice to choice as in CPython") {
  // random.seed(7); [random.choice(range(n)) for n in (2, 3, 5, 8, 13, 21, 34, 55)]
  PythonRandom random(7);
  const std::array<std::uint32_t, 8> lengths = {2, 3, 5, 8, 13, 21, 34, 55};
  const std::array<std::uint32_t, 8> expected = {1, 0, 3, 0, 1, 17, 6, 23};
  for (std::size_t i = 0; i < lengths.size(); ++i) CHECK(random.choice(lengths[i]) == expected[i]);
}

}  // namespace
}  // namespace switchyard
