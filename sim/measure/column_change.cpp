#include "measure/column_change.h"

#include <fmt/format.h>

#include <cmath>

namespace switchyard {
namespace {

std::string difference_text(const Column& column, double old_value, double new_value) {
  if (old_value == new_value) return "=";
  const bool is_share = column.format(old_value).ends_with('%');
  if (is_share) {
    const double points = 100 * (new_value - old_value);
    return fmt::format("{:+.{}f} pp", points, std::abs(points) < 0.995 ? 2 : 1);
  }
  if (old_value == 0) {
    const std::string size = column.format(std::abs(new_value));
    return (new_value < 0 ? "-" : "+") + size;
  }
  const double percent = 100 * (new_value - old_value) / std::abs(old_value);
  const double size = std::abs(percent);
  return fmt::format("{:+.{}f}%", percent, size < 0.995 ? 2 : size < 99.95 ? 1 : 0);
}

}  // namespace

ColumnChange change_of(const Column& column, const CandidateReport& baseline,
                       const CandidateReport& candidate) {
  ColumnChange change{column.value(baseline), column.value(candidate), std::nullopt};
  if (column.interval == nullptr || baseline.interval_level != candidate.interval_level) {
    return change;
  }
  const auto before = column.interval(baseline);
  const auto after = column.interval(candidate);
  if (before && after) {
    change.significance = significance_of(*before, *after, candidate.interval_level);
  }
  return change;
}

std::string change_text(const Column& column, const ColumnChange& change) {
  const std::string text = difference_text(column, change.old_value, change.new_value);
  return change.within_noise() && change.old_value != change.new_value ? text + " within noise"
                                                                       : text;
}

std::string plus_minus_text(const Column& column, const CandidateReport& candidate) {
  if (column.interval == nullptr) return {};
  const auto interval = column.interval(candidate);
  return interval ? "±" + column.format((interval->high - interval->low) / 2) : std::string();
}

}  // namespace switchyard
