// What users run, by its product's name: a strategy or guard of the catalogue with the product's
// parameters. Parameters that are given besides replace the preset's.
#pragma once

#include <span>
#include <string_view>
#include <utility>

namespace switchyard {

struct Preset {
  std::string_view name;  // "product.setting"
  std::string_view strategy;
  std::span<const std::pair<std::string_view, std::string_view>> parameters;
};

// In the order in which they are listed to users.
std::span<const Preset> presets();

// Null if there is none of that name.
const Preset* find_preset(std::string_view name);

}  // namespace switchyard
