#include "routers/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "core/error.h"
#include "routers/strategies.h"

namespace switchyard {
namespace {

constexpr std::array<const StrategyInfo*, 15> kCatalogue = {
    &kMasterSlave,    &kMasterSlaveAsShipped, &kMultipleMasterSlave, &kRoundRobin,
    &kOrdered,        &kRandomReplica,        &kWeightedRandom,      &kSmoothWrr,
    &kLeastOutstanding, &kDChoices,           &kFinishTime,          &kPeakEwma,
    &kBoundedHash,    &kPrimaryOnly,          &kOracle,
};

constexpr std::array<const StrategyInfo*, 3> kGuards = {&kStickyPrimary, &kLagBounded, &kCausal};

const StrategyInfo* find(std::string_view name, std::span<const StrategyInfo* const> list) {
  const auto at = std::ranges::find(list, name, [](const auto* info) { return info->name; });
  return at == list.end() ? nullptr : *at;
}

std::string nearest(std::string_view name, std::span<const StrategyInfo* const> list) {
  std::vector<std::string_view> names;
  for (const StrategyInfo* info : list) names.push_back(info->name);
  return did_you_mean(name, names);
}

// "RestAuth.common.routers.MasterSlave" → "MasterSlave"; other names stay as they are.
std::string_view without_python_path(std::string_view name) {
  for (const std::string_view module : {"RestAuth.common.routers.", "common.routers."}) {
    if (name.starts_with(module)) return name.substr(module.size());
  }
  return name;
}

}  // namespace

std::span<const StrategyInfo* const> catalogue() {
  return kCatalogue;
}

std::span<const StrategyInfo* const> guards() {
  return kGuards;
}

const StrategyInfo& find_strategy(std::string_view name) {
  const std::string_view wanted = without_python_path(name);
  if (const StrategyInfo* info = find(wanted, kCatalogue)) return *info;
  if (find(wanted, kGuards) != nullptr) {
    throw InputError(fmt::format(
        "'{0}' is a guard, which stands before a router: name it under guards = [\"{0}\"]", name));
  }
  throw InputError(fmt::format("unknown router '{}'{}; 'switchyard routers' lists them all", name,
                               nearest(wanted, kCatalogue)));
}

const StrategyInfo& find_guard(std::string_view name) {
  if (const StrategyInfo* info = find(name, kGuards)) return *info;
  if (find(name, kCatalogue) != nullptr) {
    throw InputError(
        fmt::format("'{0}' is a router, not a guard: name it under routers = [\"{0}\"]", name));
  }
  throw InputError(fmt::format("unknown guard '{}'{}; 'switchyard routers' lists them all", name,
                               nearest(name, kGuards)));
}

}  // namespace switchyard
