// PostgreSQL's jsonlog (log_destination = 'jsonlog'), version 15 and later: one object a line.
//
// Source: PostgreSQL manual, "Using JSON-Format Log Output".
#pragma once

#include <string_view>

#include "workload/byte_source.h"
#include "workload/import_options.h"
#include "workload/trace.h"

namespace switchyard {

// As read_postgres_csvlog().
Trace read_postgres_jsonlog(PeekedSource& source, std::string_view file,
                            const ImportOptions& options);

bool looks_like_postgres_jsonlog(std::string_view head);

}  // namespace switchyard
