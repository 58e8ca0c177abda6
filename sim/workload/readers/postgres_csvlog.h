// PostgreSQL's csvlog (log_destination = 'csvlog'), versions 8.4 to 17.
//
// Source: PostgreSQL manual, "Using CSV-Format Log Output".
#pragma once

#include <string_view>

#include "workload/byte_source.h"
#include "workload/import_options.h"
#include "workload/trace.h"

namespace switchyard {

// Throws InputError with file and line. The trace's notes say what was skipped and assumed.
Trace read_postgres_csvlog(PeekedSource& source, std::string_view file,
                           const ImportOptions& options);

// Whether the first bytes of a file look like this format.
bool looks_like_postgres_csvlog(std::string_view head);

}  // namespace switchyard
