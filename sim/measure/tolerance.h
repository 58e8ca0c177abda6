// How far a figure may move before a comparison of two reports fails.
//
// A rule is a pattern of paths, with * for any text, and an amount: "5%" of the old value, "12" in
// the figure's own unit (nanoseconds, a count, a share from 0 to 1), or, for times, "1ms".
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "measure/report_figures.h"

namespace switchyard {

struct ToleranceRule {
  enum class Kind { kRelative, kAbsolute, kDuration };
  std::string pattern;
  std::string amount_text;  // as it was written
  Kind kind = Kind::kAbsolute;
  double amount = 0;  // percent, in the figure's own unit, or nanoseconds
  SourceLocation where;
};

// "METRIC=5%", as on the command line. Throws InputError.
ToleranceRule parse_tolerance(const std::string& text);

// [tolerances] of a TOML file, in the order in which it was written. Throws InputError.
std::vector<ToleranceRule> parse_tolerances(std::string_view text, const std::string& file);
std::vector<ToleranceRule> load_tolerances(const std::string& path);

// The rule for a path: the last that matches, or null.
const ToleranceRule* find_rule(std::span<const ToleranceRule> rules, std::string_view path);

// The most by which a figure of this old value may move. 0 without a rule.
double allowed_change(const ToleranceRule* rule, double old_value);

// Whether a change of this figure stays within that; one of exactly that much does.
bool is_within(const ToleranceRule* rule, double old_value, double new_value);

// Throws InputError when a rule matches none of these figures, or is a duration and matches one
// that is no time.
void check_rules(std::span<const ToleranceRule> rules, std::span<const Figure> figures);

}  // namespace switchyard
