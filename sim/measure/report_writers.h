// A report as JSON, as CSV and as a table for the terminal.
#pragma once

#include <string>

#include "measure/report.h"

namespace switchyard {

// The whole report; integers for times, stable order of keys.
std::string to_json(const Report& report);

// The same to be kept and compared with: without what is measured, without time series and
// without the curve of latencies (the fingerprint covers both), so that two runs write the same
// bytes; a line for each group of
// figures.
std::string to_baseline_json(const Report& report);

// The first cases of what the consistency figures count, each to be followed by hand: the request
// (its row in the recording, in the order of time), where it ran and when, and what it missed.
std::string to_evidence_json(const Report& report);

// One line a candidate and its main figures; times in nanoseconds.
std::string to_csv(const Report& report);

// A text as one field of that, in quotes where it needs them (RFC 4180).
std::string csv_field(const std::string& text);

struct TableStyle {
  std::size_t width = 100;
  bool colour = false;  // ANSI: the best value of a column stands out
};

// For people: the comparison, then who served what, then notes.
std::string to_table(const Report& report, const TableStyle& style);

}  // namespace switchyard
