// What users run, by its product's name: a strategy or guard of the catalogue with the product's
// parameters. Parameters that are given besides replace the preset's.
#pragma once

#include <span>
#include <string_view>

namespace switchyard {

struct Preset {
  std::string_view name;  // "product.setting", or of its own
  std::string_view strategy;
  std::string_view parameters = {};  // as --router takes them: "tie=first,pin=session"
  std::string_view summary = {};     // one line, for a name of its own
};

// In the order in which they are listed to users, RestAuth's first.
std::span<const Preset> presets();
std::span<const Preset> restauth_presets();

// Null if there is none of that name. RestAuth's are found also by the path that Django users write
// ("RestAuth.common.routers.MasterSlave").
const Preset* find_preset(std::string_view name);

}  // namespace switchyard
