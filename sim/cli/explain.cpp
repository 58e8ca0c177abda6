// switchyard explain: what a strategy decided at a moment and why, and where it was slow when.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "cli/output.h"
#include "cli/progress.h"
#include "cli/scenario_options.h"
#include "cli/verbs.h"
#include "core/error.h"
#include "measure/close_look.h"

namespace switchyard {
namespace {

// As many stretches of time as a terminal's width shows twice over.
constexpr std::size_t kHeatColumns = 200;

struct Options {
  ScenarioOptions scenario;
  std::string candidate;
  std::string at;
  std::optional<std::uint64_t> request;
  std::size_t decisions = 1;
  std::string heat;
  bool quiet = false;
};

std::size_t place_of(const std::string& name, const Scenario& scenario) {
  if (name.empty() && scenario.candidates.size() == 1) return 0;
  std::string names;
  for (std::size_t i = 0; i < scenario.candidates.size(); ++i) {
    if (scenario.candidates[i].name == name) return i;
    names += (i == 0 ? "'" : ", '") + scenario.candidates[i].name + "'";
  }
  throw InputError(fmt::format("--candidate: expected one of {}, found '{}'", names, name));
}

int explain(const Options& options, const CLI::App& command) {
  if (!options.at.empty() + !options.heat.empty() + options.request.has_value() != 1) {
    throw InputError("give either --at TIME, --request NUMBER or --heat FILE");
  }
  const Scenario scenario = make_scenario(options.scenario, command);
  const std::size_t candidate = place_of(options.candidate, scenario);
  const std::optional<Nanoseconds> at =
      options.at.empty() ? std::optional<Nanoseconds>(0) : parse_duration(options.at);
  if (!at) {
    throw InputError(fmt::format("--at must be a duration with a unit, found '{}'", options.at));
  }
  for (const std::string* input : {&options.scenario.scenario, &scenario.workload.trace}) {
    check_input_is_kept(*input, options.heat);
  }
  Output heat(options.heat);
  CompareControl control(1);
  std::string text;
  {
    const ProgressDisplay progress(control, options.quiet);
    const CloseLook look(scenario, control);
    const std::size_t count = options.decisions;
    text = heat.wanted() ? to_csv(look.heat(candidate, kHeatColumns, control))
           : options.request
               ? to_text(look.at_request(candidate, *options.request, 0, count, control), count)
               : to_text(look.at(candidate, *at, 0, count, control), count);
  }
  if (heat.wanted()) {
    heat.write(text);
  } else {
    fmt::print("{}", text);
  }
  return kExitSuccess;
}

}  // namespace

void add_explain(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand(
      "explain", "Tell what a strategy decided at a moment, why, and what others would have");
  auto options = std::make_shared<Options>();
  add_scenario_options(*command, options->scenario);
  command->add_option("--candidate", options->candidate,
                      "Whose run, by the name it has in the comparison");
  command->add_option("--at", options->at, "Decisions from this virtual time on: 12.5s");
  command->add_option(
      "--request", options->request,
      "Decisions from that about this request on: its row in what is replayed, from "
      "0, as --evidence has it");
  command->add_option("--decisions", options->decisions, "So many of them")
      ->check(CLI::Range(1, 10'000));
  command->add_option("--heat", options->heat,
                      "Write the latency on each node over time here, as CSV (- for stdout)");
  command->add_flag("--quiet", options->quiet, "No progress bar");
  command->callback([&action, options, command] {
    action = [options, command] { return explain(*options, *command); };
  });
}

}  // namespace switchyard
