// Random numbers: a counter-based generator (Philox 4x32-7) behind one small stream class.
//
// A stream is named by a seed, a purpose and an entity (a node, a candidate). Streams of different
// names are independent, and `seek` jumps to the numbers that belong to one item, so that a value
// drawn for "write 4711 on node 2" is the same whatever was drawn before: every strategy sees the
// same service times and delays (common random numbers).
// Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC'11; library Random123.
#pragma once

#include <Random123/philox.h>

#include <array>
#include <cstdint>

namespace switchyard {

// What a stream is for. Values are part of the results: add at the end, never renumber.
enum class RandomPurpose : std::uint32_t {
  kArrivals = 1,
  kSessions = 2,
  kOperations = 3,
  kReadService = 4,
  kWriteService = 5,
  kKeys = 6,
  kThink = 7,
  kMissingService = 8,
  kApplyService = 9,
  kRouter = 10,
  kReplication = 11,  // deriving the seed of an independent repetition
  kShipping = 12,     // delay of a commit on its way to a node
  kAcks = 13,         // delay of its acknowledgement on the way back
  kInstances = 14,    // deriving the seed of a router instance after the first
  kImport = 15,       // what a recording does not tell
};

class RandomStream {
 public:
  RandomStream(std::uint64_t seed, RandomPurpose purpose, std::uint64_t entity = 0);

  // Continues with the numbers that belong to `item`, from their start.
  void seek(std::uint64_t item) {
    counter_ = {0, 0, static_cast<std::uint32_t>(item), static_cast<std::uint32_t>(item >> 32)};
    used_ = kWords;
  }

  std::uint32_t next_u32() {
    if (used_ == kWords) refill();
    return words_[used_++];
  }
  std::uint64_t next_u64() {
    const std::uint64_t high = next_u32();
    return high << 32 | next_u32();
  }
  // Uniform on (0, 1], in steps of 2^-53: safe to take the logarithm of.
  double next_open_unit() { return static_cast<double>((next_u64() >> 11) + 1) * 0x1p-53; }
  // Uniform on [0, 1), in steps of 2^-53.
  double next_unit() { return static_cast<double>(next_u64() >> 11) * 0x1p-53; }

  // Uniform on 0 … n-1; REQUIRES n > 0. Takes one 32-bit word, and another with probability below
  // n / 2^32 (Lemire's multiply-and-reject).
  std::uint32_t next_below(std::uint32_t n) {
    std::uint64_t product = std::uint64_t{next_u32()} * n;
    if (static_cast<std::uint32_t>(product) < n) {
      const std::uint32_t threshold = (0U - n) % n;
      while (static_cast<std::uint32_t>(product) < threshold) {
        product = std::uint64_t{next_u32()} * n;
      }
    }
    return static_cast<std::uint32_t>(product >> 32);
  }

  // One of n: like next_below, but takes no word when there is nothing to choose, and without a
  // branch on that.
  std::uint32_t choice(std::uint32_t n) {
    if (used_ == kWords) refill();
    const std::uint64_t product = std::uint64_t{words_[used_]} * n;
    if (static_cast<std::uint32_t>(product) < n && n > 1) return next_below(n);
    used_ += n > 1 ? 1 : 0;
    return static_cast<std::uint32_t>(product >> 32);
  }

 private:
  // Seven rounds: the fewest that pass every test of BigCrush (table 2 of the paper).
  using Generator = r123::Philox4x32_R<7>;
  static constexpr std::uint32_t kWords = 4;
  void refill() {
    const Generator::ctr_type counter = {{counter_[0], counter_[1], counter_[2], counter_[3]}};
    const auto block = Generator()(counter, key_);
    words_ = {block[0], block[1], block[2], block[3]};
    used_ = 0;
    if (++counter_[0] == 0) ++counter_[1];
  }

  Generator::key_type key_;
  std::array<std::uint32_t, kWords> counter_{};
  std::array<std::uint32_t, kWords> words_{};
  std::uint32_t used_ = kWords;
};

// The seed of repetition `repetition` of a run with seed `seed`; repetition 0 keeps the seed.
std::uint64_t derived_seed(std::uint64_t seed, std::uint64_t repetition);

}  // namespace switchyard
