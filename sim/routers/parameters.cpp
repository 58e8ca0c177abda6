#include "routers/parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/error.h"

namespace switchyard {
namespace {

constexpr std::string_view kForever = "forever";

template <class Number>
std::optional<Number> parse(std::string_view text) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// " from 1ms to 1h", as far as a duration is bounded.
std::string bounds_of(const ParameterInfo& info) {
  std::string text;
  if (info.shortest > 0) text += " from " + exact_duration(info.shortest);
  if (info.longest < kLongestDuration) text += " to " + exact_duration(info.longest);
  return text;
}

void check(std::string_view strategy, const ParameterInfo& info, const std::string& text) {
  const auto fail = [&](const std::string& expected) {
    throw InputError(fmt::format("router '{}': parameter '{}' must be {}, found '{}'", strategy,
                                 info.name, expected, text));
  };
  switch (info.type) {
    case ParameterInfo::Type::kInteger: {
      const auto value = parse<std::int64_t>(text);
      if (value && *value >= info.min && *value <= info.max) return;
      fail(info.max == INT64_MAX ? fmt::format("an integer from {}", info.min)
                                 : fmt::format("an integer from {} to {}", info.min, info.max));
      return;
    }
    case ParameterInfo::Type::kNumber: {
      const auto value = parse<double>(text);
      if (value && *value >= info.lowest && *value <= info.highest) return;
      fail(fmt::format("a number from {} to {}", info.lowest, info.highest));
      return;
    }
    case ParameterInfo::Type::kBoolean:
      if (text != "true" && text != "false") fail("true or false");
      return;
    case ParameterInfo::Type::kChoice:
      if (std::ranges::find(info.choices, text) == info.choices.end()) {
        fail("one of " + join_names(info.choices));
      }
      return;
    case ParameterInfo::Type::kDuration: {
      if (info.endless && text == kForever) return;
      const auto value = parse_duration(text);
      if (value && *value >= info.shortest && *value <= info.longest) return;
      if (value && *value == 0 && info.or_zero) return;
      fail(fmt::format("a duration{} with its unit, as in \"250ms\"{}{}", bounds_of(info),
                       info.or_zero ? ", or 0s" : "", info.endless ? ", or \"forever\"" : ""));
      return;
    }
    case ParameterInfo::Type::kText:
    case ParameterInfo::Type::kFile:
      return;
  }
}

}  // namespace

std::string limits_of(const ParameterInfo& parameter) {
  switch (parameter.type) {
    case ParameterInfo::Type::kBoolean:
      return "true | false";
    case ParameterInfo::Type::kDuration:
      return fmt::format("duration{}{}{}", bounds_of(parameter), parameter.or_zero ? " | 0s" : "",
                         parameter.endless ? " | forever" : "");
    case ParameterInfo::Type::kText:
      return "text";
    case ParameterInfo::Type::kFile:
      return "path";
    case ParameterInfo::Type::kChoice:
      return fmt::format("{}", fmt::join(parameter.choices, " | "));
    case ParameterInfo::Type::kNumber:
      return fmt::format("number from {} to {}", parameter.lowest, parameter.highest);
    case ParameterInfo::Type::kInteger:
      break;
  }
  if (parameter.max == INT64_MAX) return fmt::format("integer from {}", parameter.min);
  return fmt::format("integer from {} to {}", parameter.min, parameter.max);
}

std::optional<ParameterTexts> parse_parameters(std::string_view text) {
  ParameterTexts list;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    list.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
  }
  return list;
}

Parameters::Parameters(std::string_view strategy, std::span<const ParameterInfo> declared,
                       const ParameterTexts& given, bool takes_more)
    : strategy_(strategy) {
  for (const ParameterInfo& info : declared) {
    values_.push_back({info, std::string(info.default_value)});
  }
  for (const auto& [name, text] : given) {
    const auto info = std::ranges::find(declared, name, &ParameterInfo::name);
    if (info == declared.end() && takes_more) {
      more_.emplace_back(name, text);
      continue;
    }
    if (info == declared.end()) {
      std::vector<std::string_view> names;
      for (const ParameterInfo& known : declared) names.push_back(known.name);
      throw InputError(
          fmt::format("router '{}' has no parameter '{}'{}{}", strategy, name,
                      names.empty() ? "; it takes none" : "; it takes " + join_names(names),
                      did_you_mean(name, names)));
    }
    check(strategy, *info, text);
    values_[static_cast<std::size_t>(info - declared.begin())].text = text;
  }
}

const Parameters::Value& Parameters::value(std::string_view name) const {
  const auto at = std::ranges::find(values_, name, [](const Value& v) { return v.info.name; });
  if (at == values_.end()) throw std::logic_error("undeclared parameter " + std::string(name));
  return *at;
}

const std::string& Parameters::text(std::string_view name) const {
  return value(name).text;
}

bool Parameters::has(std::string_view name) const {
  return std::ranges::any_of(values_, [&](const Value& v) { return v.info.name == name; });
}

std::size_t Parameters::place_of_choice(std::string_view name) const {
  const Value& chosen = value(name);
  const auto at = std::ranges::find(chosen.info.choices, chosen.text);
  return static_cast<std::size_t>(at - chosen.info.choices.begin());
}

std::int64_t Parameters::integer(std::string_view name) const {
  return parse<std::int64_t>(text(name)).value();
}

double Parameters::number(std::string_view name) const {
  return parse<double>(text(name)).value();
}

Nanoseconds Parameters::duration(std::string_view name) const {
  return text(name) == kForever ? kLongestDuration : parse_duration(text(name)).value();
}

bool Parameters::boolean(std::string_view name) const {
  return text(name) == "true";
}

}  // namespace switchyard
