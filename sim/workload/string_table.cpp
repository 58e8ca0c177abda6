#include "workload/string_table.h"

#include <xxhash.h>

#include "core/error.h"
#include "core/ids.h"

namespace switchyard {

std::uint32_t StringTable::intern(std::string_view name) {
  const std::uint64_t hash = XXH3_64bits(name.data(), name.size());
  const auto id = static_cast<std::uint32_t>(ends_.size());
  const auto [slot, is_new] = first_.try_emplace(hash, id);
  if (!is_new) {
    for (std::uint32_t i = slot->second; i != kNone; i = next_[i]) {
      if (view()[i] == name) return i;
    }
  }
  if (id == kNone) throw InputError("more than 4294967294 different names in one column");
  next_.push_back(is_new ? kNone : slot->second);
  slot->second = id;
  text_.insert(text_.end(), name.begin(), name.end());
  ends_.push_back(text_.size());
  return id;
}

}  // namespace switchyard
