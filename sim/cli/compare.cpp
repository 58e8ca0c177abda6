// switchyard compare: the main job.
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <memory>

#include "cli/output.h"
#include "cli/progress.h"
#include "cli/scenario_options.h"
#include "cli/verbs.h"
#include "core/error.h"
#include "measure/compare.h"
#include "measure/report_writers.h"

namespace switchyard {
namespace {

struct Options {
  ScenarioOptions scenario;
  std::string json;
  std::string baseline;
  std::string csv;
  std::string evidence;
  bool quiet = false;
};

void check_outputs_differ(const Options& options) {
  const std::array<std::pair<std::string_view, const std::string*>, 4> outputs = {
      {{"--json", &options.json},
       {"--baseline", &options.baseline},
       {"--csv", &options.csv},
       {"--evidence", &options.evidence}}};
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    for (std::size_t j = i + 1; j < outputs.size(); ++j) {
      const auto& [a, path] = outputs[i];
      if (path->empty() || *path != *outputs[j].second) continue;
      throw InputError(*path == "-"
                           ? fmt::format("{} - and {} - can't both have standard output; name a "
                                         "file for one",
                                         a, outputs[j].first)
                           : fmt::format("{}: {} and {} can't both write it; name two files", *path,
                                         a, outputs[j].first));
    }
  }
}

void check_inputs_are_kept(const Options& options, const Scenario& scenario) {
  for (const std::string* output :
       {&options.json, &options.baseline, &options.csv, &options.evidence}) {
    for (const std::string* input : {&options.scenario.scenario, &scenario.workload.trace}) {
      check_input_is_kept(*input, *output);
    }
  }
}

int compare_and_print(const Options& options, const CLI::App& command) {
  const Scenario scenario = make_scenario(options.scenario, command);
  check_outputs_differ(options);
  check_inputs_are_kept(options, scenario);
  Output json(options.json);
  Output baseline(options.baseline);
  Output csv(options.csv);
  Output evidence(options.evidence);
  CompareControl control(scenario.candidates.size());
  control.warn = [](const std::string& text) { fmt::print(stderr, "warning: {}\n", text); };
  Report report;
  {
    const ProgressDisplay progress(control, options.quiet);
    report = compare(scenario, control);
  }
  if (json.wanted()) json.write(to_json(report));
  if (baseline.wanted()) baseline.write(to_baseline_json(report));
  if (csv.wanted()) csv.write(to_csv(report));
  if (evidence.wanted()) evidence.write(to_evidence_json(report));
  if (!json.to_stdout() && !baseline.to_stdout() && !csv.to_stdout() && !evidence.to_stdout()) {
    TableStyle style;
    style.colour = isatty(STDOUT_FILENO) != 0;
    fmt::print("{}", to_table(report, style));
  }
  return kExitSuccess;
}

}  // namespace

void add_compare(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("compare", "Compare strategies on a workload");
  auto options = std::make_shared<Options>();
  add_scenario_options(*command, options->scenario);
  add_run_options(*command, options->scenario);
  command->add_option("--json", options->json, "Write the whole report here (- for stdout)");
  command->add_option("--baseline", options->baseline,
                      "Write the report here without what is measured and without time series, "
                      "the same wherever it runs, to be kept for diff (- for stdout)");
  command->add_option("--csv", options->csv, "Write one line a candidate here (- for stdout)");
  command->add_option("--evidence", options->evidence,
                      "Write the first stale reads, conflicts … here, each to be followed by hand");
  command->add_flag("--quiet", options->quiet, "No progress bar");
  command->callback([&action, options, command] {
    action = [options, command] { return compare_and_print(*options, *command); };
  });
}

}  // namespace switchyard
