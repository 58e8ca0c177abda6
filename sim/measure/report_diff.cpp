#include "measure/report_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace switchyard {
namespace {

constexpr std::string_view kFingerprint = "fingerprint";  // as rules name it

template <typename List, typename Key>
auto find_by(const List& list, Key key, std::string_view wanted) {
  const auto found = std::ranges::find(list, wanted, key);
  return found == list.end() ? nullptr : &*found;
}

std::vector<TextChange> differing(std::span<const ManifestEntry> old_entries,
                                  std::span<const ManifestEntry> new_entries) {
  std::vector<TextChange> changes;
  for (const ManifestEntry& entry : old_entries) {
    const auto* other = find_by(new_entries, &ManifestEntry::key, entry.key);
    if (other == nullptr) {
      changes.push_back({entry.key, entry.value, std::nullopt, entry.is_number});
    } else if (other->value != entry.value || other->is_number != entry.is_number) {
      changes.push_back(
          {entry.key, entry.value, other->value, entry.is_number && other->is_number});
    }
  }
  for (const ManifestEntry& entry : new_entries) {
    if (find_by(old_entries, &ManifestEntry::key, entry.key) == nullptr) {
      changes.push_back({entry.key, std::nullopt, entry.value, entry.is_number});
    }
  }
  return changes;
}

std::vector<ManifestEntry> as_entries(
    std::span<const std::pair<std::string, std::string>> settings) {
  std::vector<ManifestEntry> entries;
  for (const auto& [key, value] : settings) entries.push_back({key, value, false});
  return entries;
}

std::vector<TextChange> differing_notes(std::span<const std::string> old_notes,
                                        std::span<const std::string> new_notes) {
  std::vector<TextChange> changes;
  for (const std::string& note : old_notes) {
    if (std::ranges::find(new_notes, note) == new_notes.end()) {
      changes.push_back({"notes", note, std::nullopt, false});
    }
  }
  for (const std::string& note : new_notes) {
    if (std::ranges::find(old_notes, note) == old_notes.end()) {
      changes.push_back({"notes", std::nullopt, note, false});
    }
  }
  return changes;
}

std::optional<Significance> significance_of(const CandidateFigures& old_candidate,
                                            const CandidateFigures& new_candidate,
                                            std::string_view path) {
  const auto before = old_candidate.intervals.find(path);
  const auto after = new_candidate.intervals.find(path);
  if (before == old_candidate.intervals.end() || after == new_candidate.intervals.end() ||
      old_candidate.interval_level != new_candidate.interval_level) {
    return std::nullopt;
  }
  return switchyard::significance_of(before->second, after->second, old_candidate.interval_level);
}

Effect effect_of(BetterWhen better, double old_value, double new_value) {
  if (better == BetterWhen::kUnknown) return Effect::kNone;
  const bool lower = new_value < old_value;
  return lower == (better == BetterWhen::kLower) ? Effect::kBetter : Effect::kWorse;
}

FigureChange one_sided(const Figure& figure, bool is_old, std::span<const ToleranceRule> rules) {
  FigureChange change;
  change.path = figure.path;
  change.unit = figure.unit;
  change.better = figure.better;
  (is_old ? change.old_value : change.new_value) = figure.value;
  if (const ToleranceRule* rule = find_rule(rules, figure.path)) change.rule = *rule;
  return change;
}

FigureChange changed(const Figure& old_figure, double new_value,
                     std::optional<Significance> significance,
                     std::span<const ToleranceRule> rules) {
  FigureChange change;
  change.path = old_figure.path;
  change.unit = old_figure.unit;
  change.better = old_figure.better;
  change.old_value = old_figure.value;
  change.new_value = new_value;
  const ToleranceRule* rule = find_rule(rules, old_figure.path);
  if (rule != nullptr) change.rule = *rule;
  change.allowed = allowed_change(rule, old_figure.value);
  change.significance = significance;
  change.verdict = is_within(rule, old_figure.value, new_value)   ? Verdict::kWithin
                   : significance && !significance->significant() ? Verdict::kNotSignificant
                                                                  : Verdict::kBeyond;
  change.effect = effect_of(old_figure.better, old_figure.value, new_value);
  return change;
}

// Of a fingerprint that no figure explains: it covers the time series and every event, too.
bool allows_unseen_change(std::span<const ToleranceRule> rules) {
  const ToleranceRule* rule = find_rule(rules, kFingerprint);
  return rule != nullptr && rule->amount > 0;
}

CandidateDiff diff_candidates(const CandidateFigures& old_candidate,
                              const CandidateFigures& new_candidate,
                              std::span<const ToleranceRule> rules) {
  CandidateDiff diff;
  diff.name = old_candidate.name;
  diff.old_fingerprint = old_candidate.fingerprint;
  diff.new_fingerprint = new_candidate.fingerprint;
  diff.settings = differing(as_entries(old_candidate.settings), as_entries(new_candidate.settings));
  if (diff.old_fingerprint == diff.new_fingerprint) return diff;

  for (const Figure& figure : old_candidate.figures) {
    const Figure* other = find_by(new_candidate.figures, &Figure::path, figure.path);
    if (other == nullptr) {
      diff.changes.push_back(one_sided(figure, true, rules));
    } else if (other->value != figure.value) {
      const auto significance = significance_of(old_candidate, new_candidate, figure.path);
      diff.changes.push_back(changed(figure, other->value, significance, rules));
    }
  }
  for (const Figure& figure : new_candidate.figures) {
    if (find_by(old_candidate.figures, &Figure::path, figure.path) == nullptr) {
      diff.changes.push_back(one_sided(figure, false, rules));
    }
  }
  const bool beyond =
      diff.changes.empty() ? !allows_unseen_change(rules) : diff.count(Verdict::kBeyond) > 0;
  diff.status = beyond ? CandidateStatus::kBeyond : CandidateStatus::kWithin;
  return diff;
}

// Of either report, so that a rule for what only one of them has is no mistake.
std::vector<Figure> all_figures(const ReportFigures& old_report, const ReportFigures& new_report) {
  std::vector<Figure> all;
  for (const ReportFigures* report : {&old_report, &new_report}) {
    for (const CandidateFigures& candidate : report->candidates) {
      all.insert(all.end(), candidate.figures.begin(), candidate.figures.end());
    }
  }
  Figure fingerprint;
  fingerprint.path = kFingerprint;
  all.push_back(std::move(fingerprint));
  return all;
}

}  // namespace

Significance significance_of(const FigureInterval& before, const FigureInterval& after,
                             double level) {
  const auto centre = [](const FigureInterval& i) { return (i.low + i.high) / 2; };
  const auto half_width = [](const FigureInterval& i) { return (i.high - i.low) / 2; };
  return {centre(after) - centre(before), std::hypot(half_width(before), half_width(after)), level};
}

std::size_t CandidateDiff::count(Verdict verdict) const {
  return static_cast<std::size_t>(std::ranges::count(changes, verdict, &FigureChange::verdict));
}

std::size_t CandidateDiff::count(Verdict verdict, Effect effect) const {
  return static_cast<std::size_t>(std::ranges::count_if(changes, [&](const FigureChange& change) {
    return change.verdict == verdict && change.effect == effect;
  }));
}

bool CandidateDiff::differs_unseen() const {
  return changes.empty() &&
         (status == CandidateStatus::kWithin || status == CandidateStatus::kBeyond);
}

std::size_t ReportDiff::count(CandidateStatus status) const {
  return static_cast<std::size_t>(std::ranges::count(candidates, status, &CandidateDiff::status));
}

bool ReportDiff::passed() const {
  return count(CandidateStatus::kBeyond) + count(CandidateStatus::kMissing) == 0;
}

ReportDiff diff_reports(const ReportFigures& old_report, const ReportFigures& new_report,
                        std::span<const ToleranceRule> rules) {
  check_rules(rules, all_figures(old_report, new_report));
  ReportDiff diff;
  diff.old_file = old_report.file;
  diff.new_file = new_report.file;
  diff.manifest = differing(old_report.manifest, new_report.manifest);
  diff.notes = differing_notes(old_report.notes, new_report.notes);
  bool some_in_common = false;
  for (const CandidateFigures& candidate : old_report.candidates) {
    const auto* other = find_by(new_report.candidates, &CandidateFigures::name, candidate.name);
    if (other != nullptr) {
      some_in_common = true;
      diff.candidates.push_back(diff_candidates(candidate, *other, rules));
    } else {
      diff.candidates.emplace_back();
      diff.candidates.back().name = candidate.name;
      diff.candidates.back().status = CandidateStatus::kMissing;
      diff.candidates.back().old_fingerprint = candidate.fingerprint;
    }
  }
  for (const CandidateFigures& candidate : new_report.candidates) {
    if (find_by(old_report.candidates, &CandidateFigures::name, candidate.name) != nullptr)
      continue;
    diff.candidates.emplace_back();
    diff.candidates.back().name = candidate.name;
    diff.candidates.back().status = CandidateStatus::kNew;
    diff.candidates.back().new_fingerprint = candidate.fingerprint;
  }
  if (!some_in_common) {
    throw InputError(fmt::format(
        "{} and {} have no candidate in common, so there is nothing to compare; candidates are "
        "matched by name",
        old_report.file, new_report.file));
  }
  return diff;
}

}  // namespace switchyard
