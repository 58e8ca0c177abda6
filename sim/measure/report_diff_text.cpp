#include "measure/report_diff_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <tuple>

#include "core/time.h"

namespace switchyard {
namespace {

// Integers in full, others with so many significant digits.
std::string number_text(double value, int digits) {
  const double magnitude = std::abs(value);
  if (value == std::floor(value) && magnitude < 1e9) return fmt::format("{:.0f}", value);
  if (magnitude < 1e-4 || magnitude >= 1e9) return fmt::format("{:.{}g}", value, digits);
  const int integer_digits = static_cast<int>(std::floor(std::log10(magnitude))) + 1;
  return fmt::format("{:.{}f}", value, std::max(0, digits - integer_digits));
}

// The unit that format_duration would choose, with more digits.
std::string exact_duration(double ns, int digits) {
  const std::string usual = format_duration(ns);
  const std::string unit = usual.substr(usual.find_last_of("0123456789.") + 1);
  const double size = unit == "s" ? 1e9 : unit == "ms" ? 1e6 : unit == "us" ? 1e3 : 1;
  return number_text(ns / size, digits) + unit;
}

std::string value_text(double value, FigureUnit unit, int digits) {
  switch (unit) {
    case FigureUnit::kTime:
      return digits == 3 ? format_duration(value) : exact_duration(value, digits);
    case FigureUnit::kShare:
      return number_text(100 * value, digits) + "%";
    case FigureUnit::kNumber:
      break;
  }
  return number_text(value, digits);
}

// As few digits as tell the two apart.
std::pair<std::string, std::string> value_texts(double old_value, double new_value,
                                                FigureUnit unit) {
  std::pair<std::string, std::string> texts;
  for (int digits = 3; digits <= 9; ++digits) {
    texts = {value_text(old_value, unit, digits), value_text(new_value, unit, digits)};
    if (texts.first != texts.second) break;
  }
  return texts;
}

std::string signed_text(double difference, FigureUnit unit) {
  const std::string sign = difference < 0 ? "-" : "+";
  const double size = std::abs(difference);
  if (unit == FigureUnit::kShare) return sign + number_text(100 * size, 3) + "pp";
  return sign + value_text(size, unit, 3);
}

std::string relative_text(double old_value, double new_value) {
  if (old_value == 0) return "-";
  const double percent = 100 * (new_value - old_value) / std::abs(old_value);
  const double size = std::abs(percent);
  if (size >= 1e5) return fmt::format("{:+.0e}%", percent);
  if (size < 0.005) return fmt::format("{:+.0g}%", percent);
  return fmt::format("{:+.{}f}%", percent, size < 9.995 ? 2 : size < 99.95 ? 1 : 0);
}

std::string tolerance_text(const ToleranceRule& rule, FigureUnit unit) {
  const bool plain_time = unit == FigureUnit::kTime && rule.kind == ToleranceRule::Kind::kAbsolute;
  return plain_time ? format_duration(rule.amount) : rule.amount_text;
}

std::string verdict_text(const FigureChange& change) {
  if (change.verdict == Verdict::kNotSignificant) return "not significant";
  const std::string_view verdict = change.verdict == Verdict::kWithin ? "within" : "beyond";
  switch (change.effect) {
    case Effect::kBetter:
      return fmt::format("{}, better", verdict);
    case Effect::kWorse:
      return fmt::format("{}, worse", verdict);
    case Effect::kNone:
      break;
  }
  return std::string(verdict);
}

int rank(const FigureChange& change) {
  switch (change.verdict) {
    case Verdict::kBeyond:
      return change.effect == Effect::kWorse ? 0 : change.effect == Effect::kNone ? 1 : 2;
    case Verdict::kNotSignificant:
      return 3;
    case Verdict::kWithin:
      break;
  }
  return 4;
}

std::string entry_text(const std::optional<std::string>& text, const TextChange& change) {
  if (!text) return "none";
  if (change.key.ends_with("_sha256") && text->size() > 12) return text->substr(0, 12) + "…";
  double value = 0;
  if (change.is_number && change.key.ends_with("_ns") &&
      std::from_chars(text->data(), text->data() + text->size(), value).ec == std::errc()) {
    return format_duration(value);
  }
  return *text;
}

std::string number_of_candidates(std::size_t count) {
  return count == 1 ? "1 candidate" : fmt::format("{} candidates", count);
}

}  // namespace

ChangeText text_of(const FigureChange& change) {
  ChangeText text = {"-", "-", "-", "-", "-", verdict_text(change)};
  if (change.old_value && change.new_value) {
    const double old_value = *change.old_value;
    const double new_value = *change.new_value;
    std::tie(text.old_value, text.new_value) = value_texts(old_value, new_value, change.unit);
    text.difference = signed_text(new_value - old_value, change.unit);
    text.relative = relative_text(old_value, new_value);
  } else if (change.old_value) {
    text.old_value = value_text(*change.old_value, change.unit, 3);
    text.difference = "gone";
  } else {
    text.new_value = value_text(*change.new_value, change.unit, 3);
    text.difference = "new";
  }
  if (change.rule) text.tolerance = tolerance_text(*change.rule, change.unit);
  return text;
}

std::string headline(const ReportDiff& diff) {
  const std::size_t beyond = diff.count(CandidateStatus::kBeyond);
  const std::size_t within = diff.count(CandidateStatus::kWithin);
  const std::size_t missing = diff.count(CandidateStatus::kMissing);
  const std::size_t added = diff.count(CandidateStatus::kNew);
  const std::size_t common = diff.candidates.size() - missing - added;
  std::vector<std::string> parts;
  if (beyond > 0) {
    parts.push_back(
        fmt::format("{} of {} changed beyond tolerance", beyond, number_of_candidates(common)));
  } else if (within > 0) {
    parts.push_back(fmt::format("{} of {} changed, within tolerance or not significantly", within,
                                number_of_candidates(common)));
  } else {
    parts.push_back(number_of_candidates(common) + " identical");
  }
  if (missing > 0) parts.push_back(fmt::format("{} missing", missing));
  if (added > 0) parts.push_back(fmt::format("{} new", added));
  return fmt::format("{}: {}", diff.passed() ? "PASS" : "FAIL", fmt::join(parts, ", "));
}

std::string_view status_text(CandidateStatus status) {
  switch (status) {
    case CandidateStatus::kIdentical:
      return "identical";
    case CandidateStatus::kWithin:
      return "within tolerance";
    case CandidateStatus::kBeyond:
      return "beyond tolerance";
    case CandidateStatus::kMissing:
      return "missing";
    case CandidateStatus::kNew:
      return "new";
  }
  return "";
}

std::pair<std::string, std::string> texts_of(const TextChange& change) {
  std::pair<std::string, std::string> texts = {entry_text(change.old_text, change),
                                               entry_text(change.new_text, change)};
  if (texts.first == texts.second) {
    texts = {change.old_text.value_or("none"), change.new_text.value_or("none")};
  }
  return texts;
}

std::vector<const FigureChange*> worst_first(const CandidateDiff& candidate) {
  std::vector<const FigureChange*> list;
  for (const FigureChange& change : candidate.changes) list.push_back(&change);
  std::ranges::stable_sort(list, {}, [](const FigureChange* change) { return rank(*change); });
  return list;
}

std::string counts_text(const CandidateDiff& candidate) {
  if (candidate.changes.empty()) {
    return "another fingerprint, but no figure differs: time series or the order of events do";
  }
  std::vector<std::string> parts;
  if (const std::size_t beyond = candidate.count(Verdict::kBeyond); beyond > 0) {
    std::vector<std::string> effects;
    for (const auto& [effect, name] :
         {std::pair(Effect::kWorse, "worse"), std::pair(Effect::kBetter, "better")}) {
      const std::size_t count = candidate.count(Verdict::kBeyond, effect);
      if (count > 0) effects.push_back(fmt::format("{} {}", count, name));
    }
    parts.push_back(fmt::format("{} beyond tolerance{}{}{}", beyond, effects.empty() ? "" : " (",
                                fmt::join(effects, ", "), effects.empty() ? "" : ")"));
  }
  const std::size_t chance = candidate.count(Verdict::kNotSignificant);
  if (chance > 0) parts.push_back(fmt::format("{} not significant", chance));
  const std::size_t within = candidate.count(Verdict::kWithin);
  if (within > 0) parts.push_back(fmt::format("{} within tolerance", within));
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace switchyard
