// What differs between two reports, for the terminal, a pull request, a CI server and programs.
#pragma once

#include <string>
#include <string_view>

#include "measure/report_diff.h"
#include "measure/report_writers.h"

namespace switchyard {

// For the terminal: verdict, manifests, the changed figures of each candidate, then one line a
// candidate. What is beyond tolerance is marked, and coloured where that is asked for.
std::string to_table(const ReportDiff& diff, const TableStyle& style);

// For a comment on a pull request: the verdict in the first line, long lists folded. At most 60,000
// bytes, as GitHub refuses comments of more than 65,536 characters; what is left out is counted.
std::string to_markdown(const ReportDiff& diff);

// One test case a candidate, of that class: servers take two of the same class and name for one.
// Well-formed XML 1.0 whatever the names hold. What XML has no form for (control characters)
// becomes U+FFFD.
std::string to_junit(const ReportDiff& diff, std::string_view suite);

// All of it, for programs; stable order of keys.
std::string to_json(const ReportDiff& diff);

}  // namespace switchyard
