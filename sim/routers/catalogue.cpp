#include "routers/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "core/error.h"
#include "routers/presets.h"

// What a new strategy adds its line to. Macros, since each of these is both declared and listed.
#define SWITCHYARD_ROUTERS(ENTRY) \
  ENTRY(kRandomAll)               \
  ENTRY(kRandomMultiPrimary)      \
  ENTRY(kOrdered)                 \
  ENTRY(kRandomReplica)           \
  ENTRY(kWeightedRandom)          \
  ENTRY(kSmoothWrr)               \
  ENTRY(kLeastOutstanding)        \
  ENTRY(kDChoices)                \
  ENTRY(kLatencyWindow)           \
  ENTRY(kFinishTime)              \
  ENTRY(kPeakEwma)                \
  ENTRY(kC3)                      \
  ENTRY(kPrequal)                 \
  ENTRY(kLeastBehind)             \
  ENTRY(kBoundedHash)             \
  ENTRY(kPrimaryOnly)             \
  ENTRY(kDjango)                  \
  ENTRY(kOracle)
#define SWITCHYARD_GUARDS(ENTRY) \
  ENTRY(kStickyPrimary)          \
  ENTRY(kLagBounded)             \
  ENTRY(kCausal)

namespace switchyard {

#define SWITCHYARD_DECLARE(entry) extern const StrategyInfo entry;
SWITCHYARD_ROUTERS(SWITCHYARD_DECLARE)
SWITCHYARD_GUARDS(SWITCHYARD_DECLARE)
SWITCHYARD_DECLARE(kSharedLibrary)

namespace {

#define SWITCHYARD_LIST(entry) &entry,
constexpr const StrategyInfo* kCatalogue[] = {SWITCHYARD_ROUTERS(SWITCHYARD_LIST)};
constexpr const StrategyInfo* kGuards[] = {SWITCHYARD_GUARDS(SWITCHYARD_LIST)};

const StrategyInfo* find(std::string_view name, std::span<const StrategyInfo* const> list) {
  const auto at = std::ranges::find(list, name, [](const auto* info) { return info->name; });
  return at == list.end() ? nullptr : *at;
}

std::string nearest(std::string_view name, std::span<const StrategyInfo* const> list) {
  std::vector<std::string_view> names;
  for (const StrategyInfo* info : list) names.push_back(info->name);
  for (const Preset& preset : presets()) {
    if (find(preset.strategy, list) != nullptr) names.push_back(preset.name);
  }
  return did_you_mean(name, names);
}

// A preset's strategy; other names stay as they are.
std::string_view without_preset(std::string_view name) {
  const Preset* preset = find_preset(name);
  return preset == nullptr ? name : preset->strategy;
}

}  // namespace

std::span<const StrategyInfo* const> catalogue() {
  return kCatalogue;
}

std::span<const StrategyInfo* const> guards() {
  return kGuards;
}

bool is_library(std::string_view name) {
  return name.find('/') != std::string_view::npos || name.ends_with(".so");
}

std::string display_name(const std::string& name) {
  return is_library(name) ? std::filesystem::path(name).filename().string() : name;
}

const StrategyInfo& find_strategy(std::string_view name) {
  if (is_library(name)) return kSharedLibrary;
  const std::string_view wanted = without_preset(name);
  if (const StrategyInfo* info = find(wanted, kCatalogue)) return *info;
  if (find(wanted, kGuards) != nullptr) {
    throw InputError(fmt::format(
        "'{0}' is a guard, which stands before a router: name it under guards = [\"{0}\"]", name));
  }
  throw InputError(fmt::format("unknown router '{}'{}; 'switchyard routers' lists them all", name,
                               nearest(wanted, kCatalogue)));
}

const StrategyInfo& find_guard(std::string_view name) {
  if (is_library(name)) {
    throw InputError(fmt::format(
        "a library holds a router, not a guard: name it under routers = [\"{}\"]", name));
  }
  const std::string_view wanted = without_preset(name);
  if (const StrategyInfo* info = find(wanted, kGuards)) return *info;
  if (find(wanted, kCatalogue) != nullptr) {
    throw InputError(
        fmt::format("'{0}' is a router, not a guard: name it under routers = [\"{0}\"]", name));
  }
  throw InputError(fmt::format("unknown guard '{}'{}; 'switchyard routers' lists them all", name,
                               nearest(name, kGuards)));
}

bool is_file(const StrategyInfo& info, std::string_view parameter) {
  const auto at = std::ranges::find(info.parameters, parameter, &ParameterInfo::name);
  return at != info.parameters.end() && at->type == ParameterInfo::Type::kFile;
}

Parameters parameters_of(std::string_view name, const StrategyInfo& info,
                         const ParameterTexts& given) {
  const Preset* preset = find_preset(name);
  ParameterTexts all =
      preset == nullptr ? ParameterTexts() : parse_parameters(preset->parameters).value();
  all.insert(all.end(), given.begin(), given.end());
  return Parameters(name, info.parameters, all, info.takes_more);
}

}  // namespace switchyard
