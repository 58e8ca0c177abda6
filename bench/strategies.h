// The chains whose decisions are timed and counted: every guard before d_choices, every strategy of
// the catalogue and those with names of their own.
#pragma once

#include <string>
#include <vector>

#include "routers/catalogue.h"
#include "routers/presets.h"
#include "systems.h"

namespace switchyard::bench {

inline constexpr std::string_view kBeforeGuard = "d_choices+";

// Names that chain_named() takes.
inline std::vector<std::string> chain_names() {
  std::vector<std::string> names;
  for (const StrategyInfo* info : guards()) {
    names.push_back(std::string(kBeforeGuard) + std::string(info->name));
  }
  for (const StrategyInfo* info : catalogue()) {
    if (!info->runs_user_code) names.emplace_back(info->name);
  }
  for (const Preset& preset : presets()) {
    if (!preset.summary.empty()) names.emplace_back(preset.name);
  }
  return names;
}

// REQUIRES at least 2 nodes. Throws InputError if there is no such strategy or guard.
inline RouterChain chain_named(const std::string& name, std::size_t nodes) {
  ClusterSpec cluster = cluster_of(nodes);
  if (name.starts_with(kBeforeGuard)) {
    return chain_of("d_choices", cluster, name.substr(kBeforeGuard.size()));
  }
  cluster.nodes[1].name = "master-1";
  cluster.nodes[1].role = Role::kPrimary;
  return chain_of(name, cluster);
}

}  // namespace switchyard::bench
