#include "core/python_random.h"

#include <algorithm>
#include <array>
#include <bit>
#include <span>

namespace switchyard {
namespace {

constexpr std::size_t kStateWords = 624;

// Hands std::mt19937 the very state that CPython's init_by_array computes: the standard engine
// copies what a seed sequence generates word by word.
class InitByArray {
 public:
  using result_type = std::uint32_t;

  explicit InitByArray(std::span<const std::uint32_t> key) {
    state_[0] = 19650218;
    for (std::uint32_t i = 1; i < kStateWords; ++i) state_[i] = 1812433253U * folded(i - 1) + i;
    std::size_t i = 1;
    std::size_t j = 0;
    const auto wrap = [&] {
      if (++i == kStateWords) {
        state_[0] = state_[kStateWords - 1];
        i = 1;
      }
    };
    for (std::size_t k = std::max(kStateWords, key.size()); k > 0; --k) {
      state_[i] = (state_[i] ^ (folded(i - 1) * 1664525U)) + key[j] + static_cast<std::uint32_t>(j);
      j = (j + 1) % key.size();
      wrap();
    }
    for (std::size_t k = kStateWords - 1; k > 0; --k) {
      state_[i] = (state_[i] ^ (folded(i - 1) * 1566083941U)) - static_cast<std::uint32_t>(i);
      wrap();
    }
    state_[0] = 0x80000000;
  }

  template <class Iterator>
  void generate(Iterator begin, Iterator end) {
    std::copy_n(state_.begin(), std::min<std::ptrdiff_t>(end - begin, kStateWords), begin);
  }

 private:
  std::uint32_t folded(std::size_t i) const { return state_[i] ^ (state_[i] >> 30); }
  std::array<std::uint32_t, kStateWords> state_{};
};

std::mt19937 seeded(std::uint64_t seed) {
  // CPython splits |seed| into 32-bit digits, least significant first; zero is one digit.
  const std::array<std::uint32_t, 2> digits = {static_cast<std::uint32_t>(seed),
                                               static_cast<std::uint32_t>(seed >> 32)};
  const std::span<const std::uint32_t> key(digits.data(), digits[1] == 0 ? 1 : 2);
  InitByArray sequence(key);
  return std::mt19937(sequence);
}

}  // namespace

PythonRandom::PythonRandom(std::uint64_t seed) : engine_(seeded(seed)) {}

std::uint32_t PythonRandom::choice(std::uint32_t n) {
  const auto bits = static_cast<std::uint32_t>(std::bit_width(n));
  std::uint32_t draw = 0;
  do {
    draw = static_cast<std::uint32_t>(engine_()) >> (32 - bits);
  } while (draw >= n);
  return draw;
}

}  // namespace switchyard
