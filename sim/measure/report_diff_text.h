// How the parts of a comparison of two reports read, the same in each format.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "measure/report_diff.h"

namespace switchyard {

// One figure's change, its values in units that people read. "-" where there is none.
struct ChangeText {
  std::string old_value, new_value;
  std::string difference;  // of shares in percentage points, "pp"
  std::string relative;
  std::string tolerance;
  std::string verdict;
};
ChangeText text_of(const FigureChange& change);

// "FAIL: 2 of 9 candidates changed beyond tolerance, 1 is missing".
std::string headline(const ReportDiff& diff);

std::string_view status_text(CandidateStatus status);

// Old and new text of a manifest's entry; digests cut short and times with units.
std::pair<std::string, std::string> texts_of(const TextChange& change);

// What is worst first: beyond tolerance and worse, beyond, better, not significant, within.
std::vector<const FigureChange*> worst_first(const CandidateDiff& candidate);

// "12 beyond tolerance: 8 worse, 4 better; 3 not significant, 5 within".
std::string counts_text(const CandidateDiff& candidate);

}  // namespace switchyard
