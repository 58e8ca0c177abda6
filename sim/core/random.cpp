#include "core/random.h"

namespace switchyard {
namespace {

// Mixes the parts of a stream's name into one key, by two rounds of Philox itself.
r123::Philox4x32::ctr_type mix(std::uint64_t seed, std::uint32_t purpose, std::uint64_t entity) {
  const r123::Philox4x32::key_type key = {
      {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}};
  const r123::Philox4x32::ctr_type name = {{static_cast<std::uint32_t>(entity),
                                            static_cast<std::uint32_t>(entity >> 32), purpose,
                                            0x53575944}};
  return r123::Philox4x32()(name, key);
}

}  // namespace

RandomStream::RandomStream(std::uint64_t seed, RandomPurpose purpose, std::uint64_t entity) {
  const auto name = mix(seed, static_cast<std::uint32_t>(purpose), entity);
  key_ = {{name[0], name[1]}};
}

std::uint64_t derived_seed(std::uint64_t seed, std::uint64_t repetition) {
  if (repetition == 0) return seed;
  return RandomStream(seed, RandomPurpose::kReplication, repetition).next_u64();
}

}  // namespace switchyard
