#include "cli/scenario_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "cli/import_options.h"
#include "core/error.h"
#include "routers/catalogue.h"
#include "scenario/django_settings.h"

namespace switchyard {
namespace {

// How long the name is that a chain begins with. The path of a library may hold a colon or plus, if
// it has a slash before and ends in ".so".
std::size_t length_of_name(std::string_view chain) {
  const std::size_t length = std::min(chain.find_first_of(":+"), chain.size());
  if (!is_library(chain.substr(0, length))) return length;
  constexpr std::string_view kEnding = ".so";
  for (std::size_t at = chain.find(kEnding); at != chain.npos; at = chain.find(kEnding, at + 1)) {
    const std::size_t end = at + kEnding.size();
    if (end == chain.size() || chain[end] == ':' || chain[end] == '+') return end;
  }
  return length;
}

// NAME[:k=v,…], joined by +.
std::vector<RouterUse> parse_uses(const std::string& option, const std::string& text) {
  if (text.empty() || text.ends_with('+')) {
    throw InputError(
        fmt::format("{} {}: expected NAME[:key=value,…], joined by + in a chain; "
                    "'switchyard routers' lists the names",
                    option, text.empty() ? "''" : text));
  }
  std::vector<RouterUse> uses;
  for (std::string_view rest = text; !rest.empty();) {
    RouterUse& use = uses.emplace_back();
    const std::size_t length = length_of_name(rest);
    use.name = rest.substr(0, length);
    const std::size_t end = std::min(rest.find('+', length), rest.size());
    if (length < end) {
      const std::string_view given = rest.substr(length + 1, end - length - 1);
      auto parameters = parse_parameters(given);
      if (!parameters) {
        throw InputError(fmt::format("{} {}: expected key=value,… after the colon, found '{}'",
                                     option, text, given));
      }
      use.parameters = *std::move(parameters);
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return uses;
}

// Routers joined by + make a chain, the first that answers wins.
Candidate parse_candidate(const std::string& text) {
  Candidate candidate;
  candidate.name = text;
  candidate.routers = parse_uses("--router", text);
  return candidate;
}

LoopMode parse_loop(const std::string& name) {
  return name == "open"     ? LoopMode::kOpen
         : name == "closed" ? LoopMode::kClosed
                            : LoopMode::kSession;
}

// CLI11's own check lets NaN pass and prints the largest double in full.
std::string check_positive(const std::string& text) {
  double value = 0;
  const bool sound = CLI::detail::lexical_cast(text, value) && std::isfinite(value) && value > 0;
  return sound ? std::string() : fmt::format("must be a number above 0, found '{}'", text);
}

// CLI11's own reading turns -1 into a very large number.
std::string check_seed(const std::string& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool sound = error == std::errc() && end == text.data() + text.size();
  return sound ? std::string() : fmt::format("must be an integer from 0, found '{}'", text);
}

}  // namespace

void add_scenario_options(CLI::App& command, ScenarioOptions& options) {
  command.add_option("scenario", options.scenario, "Scenario file (TOML)");
  command.add_option("--trace", options.trace, "Recording to replay, instead of a scenario");
  add_import_options(command, options.import);
  add_range_options(command, options.range);
  command
      .add_option("--router", options.routers,
                  "Strategy NAME[:key=value,…], or ./LIBRARY.so with one of yours; + joins a "
                  "chain. Repeat to compare several")
      ->take_all()
      ->allow_extra_args(false);
  command
      .add_option("--guard", options.guards,
                  "Guard NAME[:key=value,…] to try before every candidate that has none; + joins "
                  "several. Repeat to compare several")
      ->take_all()
      ->allow_extra_args(false);
  command.add_option(
      "--django-settings", options.django_settings,
      "Django settings module whose DATABASE_ROUTERS take part as they are, and with "
      "--trace whose DATABASES make the cluster. It is run unsandboxed, with your "
      "rights");
  command
      .add_option("--databases", options.databases,
                  "With --trace: names of the databases; default and master… are primaries")
      ->delimiter(',');
  command
      .add_option("--primaries", options.primaries,
                  "With --trace: databases that are primaries besides those")
      ->delimiter(',');
  command.add_option("--workers", options.workers, "With --trace: workers of each database")
      ->check(CLI::Range(1U, 1'000'000U));
  command.add_option("--loop", options.loop, "How requests follow each other")
      ->check(CLI::IsMember({"open", "session", "closed"}));
  command.add_option("--speed", options.speed, "Divide the recorded gaps by this")
      ->check(CLI::Validator(check_positive, "POSITIVE"));
  command.add_option("--seed", options.seed, "Seed of all random numbers")
      ->check(CLI::Validator(check_seed, "INTEGER"));
}

void add_run_options(CLI::App& command, ScenarioOptions& options) {
  command.add_option("--warmup", options.warmup, "Leave out this much virtual time, or auto");
  command.add_option("--measure-until", options.measure_until,
                     "Leave out requests that arrive after this much virtual time");
  command.add_option("--replications", options.replications, "Independent repetitions")
      ->check(CLI::Range(1U, 100'000U));
  command.add_option("--threads", options.threads, "Threads; 0 = all cores");
}

Scenario make_scenario(const ScenarioOptions& options, const CLI::App& command) {
  const auto given = [&](const char* name) {
    const CLI::Option* option = command.get_option_no_throw(name);
    return option != nullptr && option->count() > 0;
  };
  if (options.scenario.empty() == options.trace.empty()) {
    throw InputError("give either a SCENARIO.toml or --trace FILE");
  }
  if (!options.scenario.empty()) {
    for (const char* name : {"--databases", "--primaries", "--workers", "--format",
                             "--write-function", "--read-function"}) {
      if (given(name)) {
        throw InputError(
            fmt::format("{} goes with --trace; the scenario file says it otherwise", name));
      }
    }
  }
  std::optional<DjangoSettings> django;
  if (given("--django-settings")) django = read_django_settings(options.django_settings);
  const bool has_databases = given("--databases") || !django;
  Scenario scenario =
      options.scenario.empty()
          ? scenario_for(options.trace, has_databases ? options.databases : django->databases,
                         options.workers)
          : load_scenario(options.scenario);
  if (options.scenario.empty()) scenario.workload.import = options.import;
  for (const std::string& name : options.primaries) {
    const NodeId node = scenario.cluster.find(name);
    if (node == kNoNode) {
      throw InputError(fmt::format("--primaries {}: there is no database of that name", name));
    }
    scenario.cluster.nodes[index(node)].role = Role::kPrimary;
  }
  if (given("--router")) scenario.candidates.clear();
  for (const std::string& text : options.routers) {
    scenario.candidates.push_back(parse_candidate(text));
  }
  if (django) scenario.candidates.push_back(django->candidate);
  for (const std::string& text : options.guards) {
    const std::vector<RouterUse> guards = parse_uses("--guard", text);
    // Beside the candidates as they are, so that what the guard does can be seen.
    const std::vector<Candidate> plain = scenario.candidates;
    for (Candidate candidate : plain) {
      if (candidate.routers.empty() || !candidate.guards.empty()) continue;
      candidate.guards = guards;
      candidate.name += " + " + text;
      scenario.candidates.push_back(std::move(candidate));
    }
  }
  if (given("--loop")) {
    scenario.workload.loop = parse_loop(options.loop);
    const bool closed = scenario.workload.loop == LoopMode::kClosed;
    if (scenario.workload.synthetic && closed != scenario.workload.synthetic->think.has_value()) {
      throw InputError(
          "--loop can't turn a synthetic workload into or out of the closed loop, which "
          "needs think times; set workload.loop in the scenario");
    }
  }
  if (given("--from")) scenario.workload.range.from_ns = options.range.from_ns;
  if (given("--to")) scenario.workload.range.to_ns = options.range.to_ns;
  if (given("--speed")) scenario.workload.speed = options.speed;
  if (given("--seed")) scenario.seed = options.seed;
  if (given("--threads")) scenario.run.threads = options.threads;
  if (given("--replications")) scenario.run.replications = options.replications;
  if (given("--warmup")) {
    scenario.run.warmup_ns.reset();
    if (options.warmup != "auto") {
      scenario.run.warmup_ns = parse_duration(options.warmup);
      if (!scenario.run.warmup_ns) {
        throw InputError("--warmup must be auto or a duration with a unit, found '" +
                         options.warmup + "'");
      }
    }
  }
  if (given("--measure-until")) {
    const std::optional<Nanoseconds> until = parse_duration(options.measure_until);
    if (!until) {
      throw InputError("--measure-until must be a duration with a unit, found '" +
                       options.measure_until + "'");
    }
    scenario.run.measure_until_ns = *until;
  }
  return scenario;
}

}  // namespace switchyard
