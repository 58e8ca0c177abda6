#include "scenario/edit_candidate.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "scenario/read_candidates.h"

namespace switchyard {
namespace {

// NAME:key=value,…
std::string described(const RouterUse& use) {
  std::string text = use.name;
  char separator = ':';
  for (const auto& [key, value] : use.parameters) {
    text += fmt::format("{}{}={}", std::exchange(separator, ','), key, value);
  }
  return text;
}

std::string described(const Candidate& candidate) {
  std::string text;
  for (std::size_t i = 0; i < count_uses(candidate); ++i) {
    text += (text.empty() ? "" : " + ") + described(use_at(candidate, i));
  }
  return text;
}

// Without what unused_name() has put behind it.
std::string_view without_number(std::string_view name) {
  const std::size_t at = name.rfind(" (");
  if (at == name.npos || !name.ends_with(')')) return name;
  const std::string_view number = name.substr(at + 2, name.size() - at - 3);
  const bool is_number = !number.empty() && number.find_first_not_of("0123456789") == number.npos;
  return is_number ? name.substr(0, at) : name;
}

// The name of a candidate as the command line has it, but for libraries' folders; else with blanks
// around each plus.
std::string usual_name(Candidate candidate) {
  for (RouterUse& use : candidate.routers) use.name = display_name(use.name);
  return router_option(candidate).value_or(described(candidate));
}

// As given, or its default; empty where only the router itself knows that.
std::string value_of(const Parameters& parameters, std::string_view name) {
  if (parameters.has(name)) return parameters.text(name);
  const ParameterTexts& more = parameters.more();
  const auto last =
      std::find_if(more.rbegin(), more.rend(), [&](const auto& one) { return one.first == name; });
  return last == more.rend() ? std::string() : last->second;
}

bool is_called_after_its_routers(const Candidate& candidate) {
  std::string_view name = candidate.name;
  if (!candidate.swept.empty() && name.ends_with(" " + candidate.swept)) {
    name.remove_suffix(candidate.swept.size() + 1);
    return name == default_name(candidate);
  }
  name = without_number(name);
  return name == default_name(candidate) || name == usual_name(candidate);
}

// Puts `changed` in its place, called after what it now consists of if that was so before.
void replace(Candidate& candidate, Candidate changed, std::span<const Candidate> others) {
  if (is_called_after_its_routers(candidate)) {
    changed.name = unused_name(usual_name(changed), others);
  }
  changed.swept.clear();
  candidate = std::move(changed);
}

// "…d=2 tie=last" with d=3.
std::string with_swept(std::string name, std::string_view swept, std::string_view parameter,
                       std::string_view before, std::string_view now) {
  const std::string setting = fmt::format("{}={}", parameter, before);
  if (!name.ends_with(swept)) return name;
  const std::size_t at = name.find(setting, name.size() - swept.size());
  return at == name.npos ? name
                         : name.replace(at, setting.size(), fmt::format("{}={}", parameter, now));
}

}  // namespace

std::optional<std::string> router_option(const Candidate& candidate) {
  if (!candidate.guards.empty() || candidate.instances != 1 || candidate.routers.empty()) return {};
  std::string text;
  for (const RouterUse& use : candidate.routers) {
    for (const auto& [key, value] : use.parameters) {
      if (value.find_first_of(",+") != value.npos) return {};
    }
    text += (text.empty() ? "" : "+") + described(use);
  }
  return text;
}

std::string unused_name(const std::string& name, std::span<const Candidate> taken) {
  std::string unused = name;
  for (int i = 2; std::ranges::find(taken, unused, &Candidate::name) != taken.end(); ++i) {
    unused = fmt::format("{} ({})", name, i);
  }
  return unused;
}

Candidate variant_of(const Candidate& candidate, std::span<const Candidate> taken) {
  Candidate variant = candidate;
  variant.swept.clear();
  variant.name = unused_name(std::string(without_number(candidate.name)), taken);
  return variant;
}

std::size_t count_uses(const Candidate& candidate) {
  return candidate.routers.size() + candidate.guards.size();
}

const RouterUse& use_at(const Candidate& candidate, std::size_t place) {
  const std::size_t routers = candidate.routers.size();
  return place < routers ? candidate.routers[place] : candidate.guards[place - routers];
}

void set_parameter(Candidate& candidate, std::size_t place, std::string_view parameter,
                   const std::optional<std::string>& value, std::span<const Candidate> others) {
  Candidate changed = candidate;
  const std::size_t routers = changed.routers.size();
  const bool is_guard = place >= routers;
  RouterUse& use = is_guard ? changed.guards[place - routers] : changed.routers[place];
  const StrategyInfo& info = is_guard ? find_guard(use.name) : find_strategy(use.name);
  const Parameters given = parameters_of(use.name, info, use.parameters);
  if (!given.has(parameter)) {
    parameters_of(use.name, info, {{std::string(parameter), value.value_or("")}});
  }
  const std::string before = value_of(given, parameter);
  // The last of several is the one that counts.
  std::erase_if(use.parameters, [&](const auto& one) { return one.first == parameter; });
  if (value) use.parameters.emplace_back(std::string(parameter), *value);
  const std::string now = value_of(parameters_of(use.name, info, use.parameters), parameter);
  changed.name = with_swept(changed.name, changed.swept, parameter, before, now);
  if (changed.name != candidate.name) changed.name = unused_name(changed.name, others);
  replace(candidate, std::move(changed), others);
}

void add_guard(Candidate& candidate, std::string_view guard, std::span<const Candidate> others) {
  find_guard(guard);
  Candidate changed = candidate;
  changed.guards.push_back({std::string(guard), {}});
  replace(candidate, std::move(changed), others);
}

void remove_guard(Candidate& candidate, std::size_t place, std::span<const Candidate> others) {
  Candidate changed = candidate;
  changed.guards.erase(changed.guards.begin() +
                       static_cast<std::ptrdiff_t>(place - candidate.routers.size()));
  replace(candidate, std::move(changed), others);
}

}  // namespace switchyard
