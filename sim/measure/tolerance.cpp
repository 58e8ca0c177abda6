#include "measure/tolerance.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "core/text_file.h"
#include "core/time.h"
#include "measure/glob.h"
#include "scenario/table_reader.h"

namespace switchyard {
namespace {

constexpr std::string_view kAmounts =
    "a percentage such as 5%, a number in the figure's own unit, or for times a duration such as "
    "1ms";

void read_amount(ToleranceRule& rule) {
  const std::string& text = rule.amount_text;
  double value = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);
  const bool sound = error == std::errc() && std::isfinite(value) && value >= 0;
  const auto duration = parse_duration(text);
  if (sound && std::string_view(end, last) == "%") {
    rule.kind = ToleranceRule::Kind::kRelative;
    rule.amount = value;
  } else if (sound && end == last) {
    rule.kind = ToleranceRule::Kind::kAbsolute;
    rule.amount = value;
  } else if (duration) {
    rule.kind = ToleranceRule::Kind::kDuration;
    rule.amount = static_cast<double>(*duration);
  } else {
    throw InputError(rule.where, fmt::format("the tolerance of {} must be {}; found '{}'",
                                             rule.pattern, kAmounts, text));
  }
}

// Texts as they are, numbers as one would write them on the command line.
std::string amount_of(const TableReader& reader, const std::string& key, const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return *text;
  if (node.is_number()) return fmt::format("{}", *node.value<double>());
  if (node.is_table()) {
    reader.fail(node, fmt::format("put the whole name of a figure in quotes, as in \"{}.p99\" = "
                                  "\"5%\"",
                                  key));
  }
  reader.fail(node, fmt::format("the tolerance of {} must be a number or a text in quotes", key));
}

// Differences of decimal fractions are off by as much as their rounding to binary.
double rounding_of(double a, double b) {
  return 4 * std::numeric_limits<double>::epsilon() * std::max(std::abs(a), std::abs(b));
}

std::string no_such_figure(const ToleranceRule& rule, std::span<const Figure> figures) {
  std::vector<std::string_view> paths;
  for (const Figure& figure : figures) paths.emplace_back(figure.path);
  return fmt::format("'{}' matches no figure of these reports{}", rule.pattern,
                     did_you_mean(rule.pattern, paths));
}

}  // namespace

ToleranceRule parse_tolerance(const std::string& text) {
  ToleranceRule rule;
  rule.where.file = "--tolerance " + text;
  // Names of databases may hold an = too.
  const std::size_t equals = text.rfind('=');
  if (equals == std::string::npos || equals == 0) {
    throw InputError(rule.where, "expected METRIC=AMOUNT, such as latency_ns.p99=5%");
  }
  rule.pattern = text.substr(0, equals);
  rule.amount_text = text.substr(equals + 1);
  read_amount(rule);
  return rule;
}

std::vector<ToleranceRule> parse_tolerances(std::string_view text, const std::string& file) {
  try {
    const toml::table root = toml::parse(text, file);
    TableReader reader(root, "", file);
    const auto table = reader.table("tolerances");
    reader.finish();
    if (!table) {
      reader.fail_missing("tolerances", "add [tolerances] with \"latency_ns.*\" = \"1%\"");
    }
    std::vector<ToleranceRule> rules;
    for (const auto& [pattern, node] : in_file_order(table->raw())) {
      ToleranceRule rule;
      rule.pattern = pattern;
      rule.amount_text = amount_of(*table, pattern, *node);
      rule.where = {file, node->source().begin.line, node->source().begin.column};
      read_amount(rule);
      rules.push_back(std::move(rule));
    }
    return rules;
  } catch (const toml::parse_error& error) {
    const auto at = error.source().begin;
    throw InputError({file, at.line, at.column}, std::string(error.description()));
  }
}

std::vector<ToleranceRule> load_tolerances(const std::string& path) {
  return parse_tolerances(read_text_file(path, "a file of tolerances (TOML)"), path);
}

const ToleranceRule* find_rule(std::span<const ToleranceRule> rules, std::string_view path) {
  const auto found = std::find_if(rules.rbegin(), rules.rend(), [&](const ToleranceRule& rule) {
    return matches_glob(rule.pattern, path);
  });
  return found == rules.rend() ? nullptr : &*found;
}

double allowed_change(const ToleranceRule* rule, double old_value) {
  if (rule == nullptr) return 0;
  const bool relative = rule->kind == ToleranceRule::Kind::kRelative;
  return relative ? rule->amount * std::abs(old_value) / 100 : rule->amount;
}

bool is_within(const ToleranceRule* rule, double old_value, double new_value) {
  if (old_value == new_value) return true;
  const double allowed = allowed_change(rule, old_value);
  return allowed > 0 &&
         std::abs(new_value - old_value) <= allowed + rounding_of(old_value, new_value);
}

void check_rules(std::span<const ToleranceRule> rules, std::span<const Figure> figures) {
  for (const ToleranceRule& rule : rules) {
    bool found = false;
    for (const Figure& figure : figures) {
      if (!matches_glob(rule.pattern, figure.path)) continue;
      found = true;
      if (rule.kind == ToleranceRule::Kind::kDuration && figure.unit != FigureUnit::kTime) {
        throw InputError(rule.where,
                         fmt::format("'{}' is a duration, but '{}' also matches {}, which is no "
                                     "time; name times only, as in \"*_ns*\"",
                                     rule.amount_text, rule.pattern, figure.path));
      }
    }
    if (!found) throw InputError(rule.where, no_such_figure(rule, figures));
  }
}

}  // namespace switchyard
