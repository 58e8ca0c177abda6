// switchyard routers: the catalogue of strategies.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "cli/verbs.h"
#include "routers/catalogue.h"
#include "routers/plugin/router_library.h"
#include "routers/presets.h"

namespace switchyard {
namespace {

// Breaks a text into lines of at most 96 characters, indented.
std::string wrapped(std::string_view text, std::size_t indent = 2) {
  constexpr std::size_t kWidth = 96;
  const std::string margin(indent - 1, ' ');
  std::string out;
  std::string line = margin;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (line.size() + 1 + word.size() > kWidth) {
      out += line + '\n';
      line = margin;
    }
    line += ' ';
    line += word;
  }
  return out + line + '\n';
}

// "integer from 1 to 64, databases"
std::string range_of(const ParameterInfo& parameter) {
  return limits_of(parameter) + (parameter.unit.empty() ? "" : ", " + std::string(parameter.unit));
}

// "NAME:key=value,…", as --router takes it.
std::string as_router_option(const Preset& preset) {
  return fmt::format("{}{}{}", preset.strategy, preset.parameters.empty() ? "" : ":",
                     preset.parameters);
}

int list_all() {
  fmt::print("RestAuth's routers, as Django users name them:\n");
  for (const Preset& preset : restauth_presets()) {
    fmt::print("{:<21} {}\n", preset.name, preset.summary);
  }
  fmt::print("\nstrategies:\n");
  for (const StrategyInfo* info : catalogue()) fmt::print("{:<21} {}\n", info->name, info->summary);
  fmt::print("{:<21} {}\n", "./my_router.so",
             "a router of yours: a shared library that has switchyard_router.h's interface");
  fmt::print("\nguards, which stand before a router:\n");
  for (const StrategyInfo* info : guards()) fmt::print("{:<21} {}\n", info->name, info->summary);
  fmt::print("\npresets: what a product ships, for routers and for guards:\n");
  for (const Preset& preset : presets().subspan(restauth_presets().size())) {
    fmt::print("{:<37} {}\n", preset.name, as_router_option(preset));
  }
  fmt::print("\n'switchyard routers NAME' tells more.\n");
  return kExitSuccess;
}

void print_parameters(std::span<const ParameterInfo> parameters) {
  if (parameters.empty()) fmt::print("  none\n");
  for (const ParameterInfo& parameter : parameters) {
    const std::string_view value =
        parameter.default_value.empty() ? "\"\"" : parameter.default_value;
    fmt::print("{}{}",
               wrapped(fmt::format("{} = {}   ({})", parameter.name, value, range_of(parameter))),
               wrapped(parameter.help, 4));
  }
}

int describe_library(const std::string& path) {
  const RouterLibrary library(path);
  const switchyard_plugin& plugin = library.plugin();
  fmt::print("{}\n{}\nParameters\n", plugin.name,
             wrapped(plugin.summary == nullptr ? "says nothing of itself" : plugin.summary));
  print_parameters(library.parameters());
  fmt::print("\nFile\n  {}\n  SHA-256 {}\n", path, library.sha256());
  return kExitSuccess;
}

int describe(const std::string& name) {
  if (is_library(name)) return describe_library(name);
  const Preset* preset = find_preset(name);
  if (preset != nullptr) {
    fmt::print("{} = {}\n", preset->name, as_router_option(*preset));
    fmt::print("{}\n", preset->summary.empty() ? "" : wrapped(preset->summary));
  }
  const std::string_view strategy = preset == nullptr ? name : preset->strategy;
  const auto is_named = [&](const StrategyInfo* guard) { return guard->name == strategy; };
  const bool is_guard = std::ranges::any_of(guards(), is_named);
  const StrategyInfo& info = is_guard ? find_guard(name) : find_strategy(name);
  fmt::print("{}\n{}\nRule\n{}\nParameters\n", info.name, wrapped(info.summary),
             wrapped(info.rule));
  print_parameters(info.parameters);
  fmt::print("\nShips in\n{}\nKnown failures\n{}\nSource\n{}", wrapped(info.systems),
             wrapped(info.failure_modes), wrapped(info.source));
  return kExitSuccess;
}

}  // namespace

void add_routers(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("routers", "List the strategies, or describe one");
  auto name = std::make_shared<std::string>();
  command->add_option("name", *name, "Strategy to describe, or the path of a library");
  command->callback([&action, name] {
    action = [name] { return name->empty() ? list_all() : describe(*name); };
  });
}

}  // namespace switchyard
