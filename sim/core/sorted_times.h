// Times kept in rising order, into which a new one is sorted without a branch.
//
// A time is stored as the floating-point number that has its bits (plus a constant, so that it is a
// normal one): the order is the same, and a processor takes the smaller or larger of two such
// numbers at a time, where it has no such instruction for 64-bit integers. Nothing is rounded.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "core/time.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace switchyard {

using TimeKey = double;

// The bits of the smallest normal number.
inline constexpr std::int64_t kTimeKeyBias = std::int64_t{1} << 52;
inline constexpr TimeKey kAfterAllTimes = std::numeric_limits<double>::infinity();
inline constexpr TimeKey kBeforeAllTimes = -kAfterAllTimes;

// REQUIRES 0 <= time < 2^62.
inline TimeKey key_of(Nanoseconds time) {
  return std::bit_cast<TimeKey>(time + kTimeKeyBias);
}
inline Nanoseconds time_of(TimeKey key) {
  return std::bit_cast<Nanoseconds>(key) - kTimeKeyBias;
}

// keys[0 … count-1] rise: drops the first and sorts `key` in.
// REQUIRES keys[count] and keys[count + 1] are kAfterAllTimes, and stay so.
inline void replace_first(TimeKey* keys, std::size_t count, TimeKey key) {
  keys[0] = kBeforeAllTimes;
#ifdef __SSE2__
  const __m128d added = _mm_set1_pd(key);
  for (std::size_t i = 0; i < count; i += 2) {
    const __m128d here = _mm_loadu_pd(keys + i);
    const __m128d next = _mm_loadu_pd(keys + i + 1);
    _mm_storeu_pd(keys + i, _mm_max_pd(here, _mm_min_pd(next, added)));
  }
#else
  for (std::size_t i = 0; i < count; ++i) {
    keys[i] = std::max(keys[i], std::min(keys[i + 1], key));
  }
#endif
}

inline constexpr std::size_t kSortWindow = 8;

// Sorts `key` in among the last kSortWindow of the keys that end before `end`, which moves up by
// one. REQUIRES end[-kSortWindow] <= key and end[0] is kAfterAllTimes.
inline void insert_near_end(TimeKey* end, TimeKey key) {
#ifdef __SSE2__
  const __m128d added = _mm_set1_pd(key);
  for (std::ptrdiff_t i = -1; i > -static_cast<std::ptrdiff_t>(kSortWindow); i -= 2) {
    const __m128d here = _mm_loadu_pd(end + i);
    const __m128d before = _mm_loadu_pd(end + i - 1);
    _mm_storeu_pd(end + i, _mm_max_pd(before, _mm_min_pd(here, added)));
  }
#else
  for (std::ptrdiff_t i = 0; i > -static_cast<std::ptrdiff_t>(kSortWindow); --i) {
    end[i] = std::max(end[i - 1], std::min(end[i], key));
  }
#endif
}

}  // namespace switchyard
