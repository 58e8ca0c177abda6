// The options of every verb that takes a scenario: from a file, or made for a recording.
#pragma once

#include <CLI/CLI.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include "scenario/default_scenario.h"
#include "scenario/scenario.h"

namespace switchyard {

struct ScenarioOptions {
  std::string scenario;
  std::string trace;
  ImportOptions import;
  TimeRange range;
  std::vector<std::string> routers;
  std::vector<std::string> guards;
  std::string django_settings;
  std::vector<std::string> databases;
  std::vector<std::string> primaries;
  std::string loop;
  std::string warmup;
  std::string measure_until;
  double speed = 0;
  std::uint64_t seed = 0;
  std::uint32_t workers = kDefaultWorkers;
  std::uint32_t replications = 0;
  std::uint32_t threads = 0;
};

// `options` must outlive the command.
void add_scenario_options(CLI::App& command, ScenarioOptions& options);
// What is measured, how often, by how many threads; for verbs that measure.
void add_run_options(CLI::App& command, ScenarioOptions& options);

// What was given, once the command line was parsed. Throws InputError.
Scenario make_scenario(const ScenarioOptions& options, const CLI::App& command);

}  // namespace switchyard
