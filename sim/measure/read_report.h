// Reads a report of `compare --json` back, to be shown as when it was made.
#pragma once

#include <string>
#include <string_view>

#include "measure/report.h"

namespace switchyard {

// Of a baseline the curve of latencies, the time series and what was measured are missing and stay
// empty; the cases of evidence are in no report. Whether a candidate is a bound is told by its
// strategies. `file` is the name for messages. Throws InputError, which says what is missing or
// of another kind, and of which candidate.
Report parse_full_report(std::string_view text, const std::string& file);
Report read_report(const std::string& path);

}  // namespace switchyard
