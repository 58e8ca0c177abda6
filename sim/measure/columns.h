// The figures by which candidates are compared, as the terminal and the window show them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "measure/report.h"
#include "measure/report_figures.h"

namespace switchyard {

struct Column {
  std::string_view first_line;  // of its title
  std::string_view second_line;
  std::size_t width;  // on a terminal
  double (*value)(const CandidateReport&);
  std::string (*format)(double);
  bool has_best;  // the lowest value
  std::string_view help;
  bool among_all = false;  // also those that did not serve every request may be the best
  // Of that value, over the repetitions; nothing where there is none. May be null.
  std::optional<FigureInterval> (*interval)(const CandidateReport&) = nullptr;
};

std::span<const Column> comparison_columns();
// REQUIRES of candidates: they have staleness figures.
std::span<const Column> consistency_columns();
// Of interest where something was not served at the first attempt.
std::span<const Column> availability_columns();
// What freshness costs: for candidates with a swept parameter. REQUIRES staleness figures.
std::span<const Column> frontier_columns();

// The value behind a column with all its digits: "2571234 ns", "12.3456789%".
std::string exact_text(const Column& column, const CandidateReport& candidate);

// "73%", "1.3%".
std::string percent_text(double share);

// Which values stand out among candidates. Bounds never do; nor do those that left requests without
// an answer, whose latencies would flatter them, where others served all.
class Ranking {
 public:
  // REQUIRES that the candidates outlive it.
  explicit Ranking(std::span<const CandidateReport> candidates);

  bool may_be_best(const Column& column, const CandidateReport& candidate) const;
  // As they are shown; empty where all look alike.
  std::string best(const Column& column) const;
  std::string worst(const Column& column) const;
  // Candidates that could be deployed.
  bool leaves_some_out() const { return leaves_some_out_; }

 private:
  std::pair<std::string, std::string> extremes(const Column& column) const;

  std::span<const CandidateReport> candidates_;
  bool only_complete_ = false;
  bool leaves_some_out_ = false;
};

}  // namespace switchyard
