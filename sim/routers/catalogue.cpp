#include "routers/catalogue.h"

#include <algorithm>
#include <array>
#include <vector>

#include "core/error.h"
#include "routers/strategies.h"

namespace switchyard {
namespace {

constexpr std::array<const StrategyInfo*, 9> kCatalogue = {
    &kMasterSlave, &kMasterSlaveAsShipped, &kMultipleMasterSlave,
    &kRoundRobin,  &kRandomReplica,        &kLeastOutstanding,
    &kDChoices,    &kPrimaryOnly,          &kOracle,
};

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

const StrategyInfo& find_strategy(std::string_view name) {
  const std::string_view wanted = without_python_path(name);
  std::vector<std::string_view> names;
  for (const StrategyInfo* info : kCatalogue) {
    if (info->name == wanted) return *info;
    names.push_back(info->name);
  }
  throw InputError("unknown router '" + std::string(name) + "'" + did_you_mean(wanted, names) +
                   "; 'switchyard routers' lists them all");
}

}  // namespace switchyard
