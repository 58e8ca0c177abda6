// How a candidate's figure differs from a baseline's, and whether that may be chance.
#pragma once

#include <optional>
#include <string>

#include "measure/columns.h"
#include "measure/report_diff.h"

namespace switchyard {

struct ColumnChange {
  double old_value = 0;
  double new_value = 0;
  std::optional<Significance> significance;  // where both have intervals of the same level
  bool within_noise() const { return significance && !significance->significant(); }
};

// REQUIRES that the column has figures of both.
ColumnChange change_of(const Column& column, const CandidateReport& baseline,
                       const CandidateReport& candidate);

// "-12.4%", "+2.1 pp" of shares, "=" without a difference; with "within noise" where it may be
// chance, and the difference itself where the old value is 0.
std::string change_text(const Column& column, const ColumnChange& change);

// Half the width of the interval, as the column shows values: "±3.20us". Empty without one.
std::string plus_minus_text(const Column& column, const CandidateReport& candidate);

}  // namespace switchyard
