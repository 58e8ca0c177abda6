// PostgreSQL's csvlog (log_destination = 'csvlog'), versions 9.0 to 17.
//
// Wanted settings: log_min_duration_statement = 0 and log_timezone = 'UTC'. A row is stamped with
// the end of its statement to the millisecond, so a request starts at log_time - duration, but not
// before the session's previous one has ended. With the extended protocol a statement makes three
// rows (parse, bind, execute): the execution counts. Transactions are followed per session from
// BEGIN to COMMIT or ROLLBACK. Source: PostgreSQL manual, "Using CSV-Format Log Output".
#pragma once

#include <string>
#include <vector>

#include "workload/byte_source.h"
#include "workload/trace.h"

namespace switchyard {

struct PostgresImport {
  std::vector<std::string> write_functions;  // SELECT f() with one of these is a write
  std::vector<std::string> read_functions;   // … with one of these stays a read
};

// Throws InputError with file and line. The trace's notes say what was skipped and assumed.
Trace read_postgres_csvlog(ByteSource& source, const std::string& name,
                           const PostgresImport& options);

// Whether the first bytes of a file look like this format.
bool looks_like_postgres_csvlog(std::string_view head);

}  // namespace switchyard
