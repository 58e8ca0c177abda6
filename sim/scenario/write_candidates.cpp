#include "scenario/write_candidates.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "core/error.h"
#include "scenario/read_candidates.h"
#include "scenario/table_writer.h"

namespace switchyard {
namespace {

// Numbers and truth values without quotes, where they are read back as the same text.
std::string value_text(const std::string& text) {
  const bool plain = text == "true" || text == "false" ||
                     (!text.empty() && text.find_first_not_of("0123456789.-") == text.npos);
  if (!plain) return toml_text(text);
  try {
    const toml::table table = toml::parse("x = " + text);
    const toml::node& value = *table.get("x");
    const bool same = (value.is_number() || value.is_boolean()) && parameter_text(value) == text;
    return same ? text : toml_text(text);
  } catch (const toml::parse_error&) {
    return toml_text(text);
  }
}

std::string uses_text(const std::vector<RouterUse>& uses, FindStrategy find,
                      const std::string& file) {
  std::vector<std::string> texts;
  for (const RouterUse& use : uses) {
    TableWriter table(file);
    const std::string name =
        is_library(use.name) ? library_name(written_path(use.name, file)) : use.name;
    table.put("use", toml_text(name));
    for (auto at = use.parameters.begin(); at != use.parameters.end(); ++at) {
      const bool last = std::none_of(at + 1, use.parameters.end(),
                                     [&](const auto& later) { return later.first == at->first; });
      if (!last) continue;
      const bool names_file = is_file(find(use.name), at->first);
      table.put(at->first,
                names_file ? toml_text(written_path(at->second, file)) : value_text(at->second));
    }
    texts.push_back(use.parameters.empty() ? toml_text(name) : table.in_line());
  }
  return toml_list(texts);
}

using Settings = std::vector<std::pair<std::string, std::string>>;  // of swept parameters

// A candidate of a sweep: as it was before, and what it was set to.
struct Unswept {
  Candidate base;
  Settings settings;
};

// Takes the first setting off `rest`, "k=v k=v …": its value is the one that the candidate has, for
// a text may hold blanks. Nothing if there is none such.
std::optional<std::pair<std::string, std::string>> take_setting(std::string_view& rest,
                                                                Candidate& candidate) {
  const std::string key(rest.substr(0, rest.find('=')));
  if (key.size() == rest.size()) return std::nullopt;
  rest.remove_prefix(key.size() + 1);
  std::string value;
  if (key == "instances") {
    value = std::to_string(candidate.instances);
  } else {
    const ParameterTaker taker = taker_of(candidate, key);
    if (taker.use == nullptr) return std::nullopt;
    const ParameterTexts& given = taker.use->parameters;
    const auto at = std::find_if(given.rbegin(), given.rend(),
                                 [&](const auto& parameter) { return parameter.first == key; });
    if (at == given.rend()) return std::nullopt;
    value = at->second;
  }
  if (!rest.starts_with(value)) return std::nullopt;
  rest.remove_prefix(value.size());
  if (!rest.empty() && !rest.starts_with(' ')) return std::nullopt;
  rest.remove_prefix(std::min<std::size_t>(1, rest.size()));
  return std::pair{key, value};
}

// Nothing where reading the sweep would not give the candidate as it is.
std::optional<Unswept> unswept(const Candidate& candidate) try {
  if (candidate.swept.empty() || !candidate.name.ends_with(" " + candidate.swept)) {
    return std::nullopt;
  }
  Unswept result{candidate, {}};
  Candidate& base = result.base;
  base.swept.clear();
  base.name.resize(candidate.name.size() - candidate.swept.size() - 1);
  for (std::string_view rest = candidate.swept; !rest.empty();) {
    auto setting = take_setting(rest, base);
    if (!setting) return std::nullopt;
    result.settings.push_back(*std::move(setting));
  }
  // A sweep's keys are read in the order of their names.
  if (!std::ranges::is_sorted(result.settings, std::less_equal<>(), &Settings::value_type::first)) {
    return std::nullopt;
  }
  for (std::size_t i = result.settings.size(); i-- > 0;) {
    const auto& setting = result.settings[i];
    if (setting.first == "instances") {
      base.instances = 1;
      continue;
    }
    ParameterTexts& given = taker_of(base, setting.first).use->parameters;
    if (given.back() != setting) return std::nullopt;
    given.pop_back();
  }
  return result;
} catch (const InputError&) {
  return std::nullopt;
}

// A swept key with its values.
struct Axis {
  std::string key;
  std::vector<std::string> values;
};

// The axes of which `all` are every combination, in the order of a sweep; nothing if they are not.
std::optional<std::vector<Axis>> axes_of(std::span<const Unswept> all) {
  std::vector<Axis> axes;
  for (std::size_t k = 0; k < all.front().settings.size(); ++k) {
    Axis& axis = axes.emplace_back();
    axis.key = all.front().settings[k].first;
    for (const Unswept& one : all) {
      const std::string& value = one.settings[k].second;
      if (std::ranges::find(axis.values, value) == axis.values.end()) axis.values.push_back(value);
    }
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::size_t place = i;  // the last axis varies fastest
    for (std::size_t k = axes.size(); k-- > 0;) {
      const std::vector<std::string>& values = axes[k].values;
      if (all[i].settings[k].second != values[place % values.size()]) return std::nullopt;
      place /= values.size();
    }
  }
  std::size_t combinations = 1;
  for (const Axis& axis : axes) combinations *= axis.values.size();
  if (combinations != all.size()) return std::nullopt;
  return axes;
}

std::string candidate_text(const Candidate& candidate, const std::vector<Axis>& axes,
                           const std::string& file) {
  TableWriter table(file);
  table.text("name", candidate.name, default_name(candidate));
  table.put("routers", uses_text(candidate.routers, find_strategy, file));
  if (!candidate.guards.empty()) table.put("guards", uses_text(candidate.guards, find_guard, file));
  table.integer("instances", candidate.instances, 1);
  TableWriter sweep(file);
  for (const Axis& axis : axes) {
    std::vector<std::string> values;
    for (const std::string& value : axis.values) values.push_back(value_text(value));
    sweep.put(axis.key, toml_list(values));
  }
  if (!sweep.empty()) table.put("sweep", sweep.in_line());
  return "[[candidates]]\n" + table.lines();
}

bool same_sweep(const Unswept& a, const Unswept& b) {
  return a.base == b.base &&
         std::ranges::equal(a.settings, b.settings, {}, &Settings::value_type::first,
                            &Settings::value_type::first);
}

}  // namespace

std::string candidates_text(std::span<const Candidate> candidates, const std::string& file) {
  std::string text;
  for (std::size_t i = 0; i < candidates.size();) {
    std::vector<Unswept> sweep;
    while (i + sweep.size() < candidates.size()) {
      std::optional<Unswept> next = unswept(candidates[i + sweep.size()]);
      if (!next || (!sweep.empty() && !same_sweep(sweep.front(), *next))) break;
      sweep.push_back(*std::move(next));
    }
    if (sweep.empty()) {
      text += candidate_text(candidates[i], {}, file);
      ++i;
      continue;
    }
    auto axes = axes_of(sweep);
    if (!axes) {
      sweep.resize(1);
      axes = axes_of(sweep);
    }
    text += candidate_text(sweep.front().base, *axes, file);
    i += sweep.size();
  }
  return text;
}

}  // namespace switchyard
