// switchyard diff: whether a new report is as good as an old one.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <memory>

#include "cli/output.h"
#include "cli/verbs.h"
#include "measure/report_diff.h"
#include "measure/report_diff_text.h"
#include "measure/report_diff_writers.h"

namespace switchyard {
namespace {

struct Options {
  std::string base;
  std::string now;
  std::string tolerances;  // a file
  std::vector<std::string> tolerance;
  std::string format = "table";
  std::string suite = "switchyard.diff";
  std::string out = "-";
};

std::string formatted(const ReportDiff& diff, const Options& options, bool to_stdout) {
  if (options.format == "markdown") return to_markdown(diff);
  if (options.format == "junit") return to_junit(diff, options.suite);
  if (options.format == "json") return to_json(diff);
  TableStyle style;
  style.colour = to_stdout && isatty(STDOUT_FILENO) != 0;
  return to_table(diff, style);
}

int diff_and_print(const Options& options) {
  for (const std::string* input : {&options.base, &options.now, &options.tolerances}) {
    check_input_is_kept(*input, options.out);
  }
  Output out(options.out);
  std::vector<ToleranceRule> rules;
  if (!options.tolerances.empty()) rules = load_tolerances(options.tolerances);
  for (const std::string& text : options.tolerance) rules.push_back(parse_tolerance(text));
  const ReportDiff diff = diff_reports(load_report(options.base), load_report(options.now), rules);
  out.write(formatted(diff, options, out.to_stdout()));
  if (!out.to_stdout()) fmt::print(stderr, "{}: {}\n", options.out, headline(diff));
  return diff.passed() ? kExitSuccess : kExitBeyondTolerance;
}

}  // namespace

void add_diff(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand(
      "diff",
      "Tell what differs between two reports of compare --json, and whether it is beyond "
      "tolerance");
  auto options = std::make_shared<Options>();
  command->add_option("base", options->base, "Report to compare with (JSON)")->required();
  command->add_option("new", options->now, "Report to judge (JSON)")->required();
  command
      ->add_option(
          "--tolerance", options->tolerance,
          "METRIC=5% of the old value, METRIC=12 in the metric's own unit (ns, count, "
          "share from 0 to 1) or METRIC=1ms; * stands for any text. Repeat for several: "
          "the last that matches counts. Without one nothing may change. A fingerprint that "
          "alone differs goes by the rule for 'fingerprint', such as that of *")
      ->take_all()
      ->allow_extra_args(false);
  command->add_option("--tolerances", options->tolerances,
                      "TOML file with such rules under [tolerances]; those of the command line "
                      "come after them");
  command->add_option("--format", options->format, "Form of the output")
      ->check(CLI::IsMember({"table", "markdown", "junit", "json"}))
      ->capture_default_str();
  command
      ->add_option("--suite", options->suite,
                   "With --format junit: the class of its testcases, to tell several reports apart")
      ->capture_default_str();
  command->add_option("--out", options->out, "Write it here (- for stdout)");
  command->footer(
      "Exit code: 0 nothing beyond tolerance, 1 something is or a candidate is missing, 2 bad "
      "input.");
  command->callback(
      [&action, options] { action = [options] { return diff_and_print(*options); }; });
}

}  // namespace switchyard
