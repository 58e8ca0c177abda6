// What differs between two reports of `compare --json`, and what of it is beyond tolerance.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "measure/report_figures.h"
#include "measure/tolerance.h"

namespace switchyard {

enum class Verdict {
  kWithin,          // at most as far as the tolerance allows
  kNotSignificant,  // further, but the intervals of both say that it may be chance
  kBeyond,
};

enum class Effect { kNone, kBetter, kWorse };  // kNone: also where better isn't known

// Of a figure with intervals in both reports.
struct Significance {
  double difference = 0;  // of the means over the repetitions, new - old
  double half_width = 0;  // of the interval of that difference
  double level = 0;
  bool significant() const { return difference > half_width || difference < -half_width; }
};

// Of the difference between two figures, each with an interval of the same level.
Significance significance_of(const FigureInterval& before, const FigureInterval& after,
                             double level);

struct FigureChange {
  std::string path;
  FigureUnit unit = FigureUnit::kNumber;
  BetterWhen better = BetterWhen::kUnknown;
  std::optional<double> old_value, new_value;  // at least one; only one is beyond any tolerance
  std::optional<ToleranceRule> rule;           // none: no change is allowed
  double allowed = 0;                          // in the figure's own unit
  std::optional<Significance> significance;
  Verdict verdict = Verdict::kBeyond;
  Effect effect = Effect::kNone;
};

// A text that differs; nothing where it is absent.
struct TextChange {
  std::string key;
  std::optional<std::string> old_text, new_text;
  bool is_number = false;
};

enum class CandidateStatus {
  kIdentical,  // of the same fingerprint
  kWithin,     // nothing beyond tolerance
  kBeyond,
  kMissing,  // in the new report
  kNew,      // not in the old report
};

struct CandidateDiff {
  std::string name;
  CandidateStatus status = CandidateStatus::kIdentical;
  std::string old_fingerprint, new_fingerprint;
  std::vector<TextChange> settings;
  std::vector<FigureChange> changes;  // in the order of the report, those of the new one only last
  std::size_t count(Verdict verdict) const;
  std::size_t count(Verdict verdict, Effect effect) const;
  // Another fingerprint, and every figure of the report as it was.
  bool differs_unseen() const;
};

struct ReportDiff {
  std::string old_file, new_file;
  std::vector<TextChange> manifest;
  std::vector<TextChange> notes;          // each in one of the reports only
  std::vector<CandidateDiff> candidates;  // in the order of the old report, new ones last
  std::size_t count(CandidateStatus status) const;
  bool passed() const;
};

// A significant difference lies outside the interval of the difference: the intervals' half-widths
// combined as the root of the sum of their squares, around the difference of their centres. With
// the same seed in both reports the repetitions are paired, and the true interval is narrower.
// Where no figure differs but the fingerprint does, the candidate is beyond tolerance unless a rule
// with an amount above 0 matches "fingerprint", as that of * does.
// Throws InputError when the reports have no candidate in common or a rule is of no use.
ReportDiff diff_reports(const ReportFigures& old_report, const ReportFigures& new_report,
                        std::span<const ToleranceRule> rules);

}  // namespace switchyard
