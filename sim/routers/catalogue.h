// All strategies by name: rule, parameters with defaults, who ships it, failure modes, source.
//
// A new strategy is one file in this folder, which defines its StrategyInfo as `extern` (constants
// are else seen in their own file only), and its line in catalogue.cpp; its tests are one file in
// tests/routers. The build finds both files.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/python_random.h"
#include "core/random.h"
#include "routers/parameters.h"
#include "routers/router.h"
#include "workload/string_table.h"

namespace switchyard {

// What a strategy is built from.
struct RouterSetup {
  std::span<const NodeInfo> nodes;  // in the cluster's order; not empty, at least one primary
  NodeId default_node{};            // the node named `default`
  RandomStream random;              // this router's own stream
  // Python's module-level generator: one for all RestAuth routers of a chain, as in Django.
  std::shared_ptr<PythonRandom> python_random;
  std::unique_ptr<Router> guarded = nullptr;  // for a guard: what it stands before
  std::uint32_t instances = 1;                // of the router, this one included
  StringTableView tables = {};                // the recording's, by TableId; may name none
  std::uint64_t seed = 0;  // for routers with a generator of their own, who can't use `random`
  // Set when the run is to end: for routers that wait for something outside it. May be null;
  // outlives the router.
  const std::atomic<bool>* stop = nullptr;
};

struct StrategyInfo {
  std::string_view name;
  std::string_view summary;  // one line
  std::string_view rule;     // exact rule, tie-breaking and draws per decision
  std::span<const ParameterInfo> parameters;
  std::string_view systems;        // systems and settings that ship it
  std::string_view failure_modes;  // where it goes wrong
  std::string_view source;
  // It runs code that is not ours, from a file that a parameter or its name tells.
  bool runs_user_code = false;
  bool takes_more = false;  // parameters that only make() knows, and checks
  bool is_bound = false;    // a reference, not something to deploy: never marked as the best
  // Throws InputError when it can't work on these nodes.
  std::unique_ptr<Router> (*make)(RouterSetup setup, const Parameters& parameters);
};

// In the order in which they are listed to users; guards apart.
std::span<const StrategyInfo* const> catalogue();
std::span<const StrategyInfo* const> guards();

// Whether the name of a router is the path of a shared library: it has a slash or ends in ".so".
bool is_library(std::string_view name);
// What reports call it: of a path the file's name alone, the same wherever that lies.
std::string display_name(const std::string& name);

// Finds a strategy or guard by name or by that of a preset; all libraries are one strategy. Throws
// InputError naming the nearest.
const StrategyInfo& find_strategy(std::string_view name);
const StrategyInfo& find_guard(std::string_view name);

// Whether the strategy has such a parameter and it is a path.
bool is_file(const StrategyInfo& info, std::string_view parameter);

// Of what was named so: a preset's own parameters, then those given. Throws InputError.
Parameters parameters_of(std::string_view name, const StrategyInfo& info,
                         const ParameterTexts& given);

}  // namespace switchyard
