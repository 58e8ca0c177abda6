// The query log of MaxScale's qlafilter.
//
// Its first line names the columns, which log_data chooses. Nothing is quoted: what lies between
// the columns before and behind the query is the query, whatever it holds. `Date` is the start, to
// the second; with reply times, rows are in the order of the replies. Source: MaxScale's
// documentation, "Query Log All Filter", and its qlafilter.cc.
#pragma once

#include <string_view>

#include "workload/byte_source.h"
#include "workload/import_options.h"
#include "workload/trace.h"

namespace switchyard {

// Throws InputError with file and line. The trace's notes say what was skipped and assumed.
Trace read_maxscale_qlafilter(PeekedSource& source, std::string_view file,
                              const ImportOptions& options);

bool looks_like_maxscale_qlafilter(std::string_view head);

}  // namespace switchyard
