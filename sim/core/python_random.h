// CPython's `random` module, to the bit, as far as routers use it.
//
// Django routers draw from Python's module-level generator. With the same integer seed this class
// gives the same choices as CPython 3.2 and later: MT19937 seeded through init_by_array, and
// choice() by rejection on getrandbits(bit_length(n)). A choice takes a variable number of outputs.
#pragma once

#include <cstdint>
#include <random>

namespace switchyard {

class PythonRandom {
 public:
  // As random.seed(seed) with a non-negative integer.
  explicit PythonRandom(std::uint64_t seed);

  // The index that random.choice would take from a sequence of n items; REQUIRES n > 0.
  std::uint32_t choice(std::uint32_t n);

 private:
  std::mt19937 engine_;
};

}  // namespace switchyard
