#include "workload/string_table.h"

// Compiled in: libpg_query exports an xxhash of its own under the same names.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "core/error.h"
#include "core/ids.h"

namespace switchyard {

std::uint32_t StringTable::intern(std::string_view name) {
  const XXH128_hash_t hash = XXH3_128bits(name.data(), name.size());
  const auto id = static_cast<std::uint32_t>(ends_.size());
  const auto [slot, is_new] = ids_.try_emplace({hash.low64, hash.high64}, id);
  if (!is_new) return slot->second;
  if (id == kNone) throw InputError("more than 4294967294 different names in one column");
  text_.insert(text_.end(), name.begin(), name.end());
  ends_.push_back(text_.size());
  return id;
}

}  // namespace switchyard
