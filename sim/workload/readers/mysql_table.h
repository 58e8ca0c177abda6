// mysql.slow_log and mysql.general_log (log_output = TABLE), exported with a line of column names:
// as CSV, or tab-separated as `mysql --batch` writes a query's result.
//
// MariaDB's slow_log.start_time is the start, to the microsecond; MySQL's is the end, whatever its
// name says. Rows may be in any order; those in the order of time need no memory for all. Source:
// MySQL reference manual, "Selecting General Query Log and Slow Query Log Output Destinations";
// MariaDB's documentation of mysql.slow_log.
#pragma once

#include <string_view>

#include "workload/byte_source.h"
#include "workload/import_options.h"
#include "workload/trace.h"

namespace switchyard {

// Throws InputError with file and line. The trace's notes say what was skipped and assumed.
Trace read_mysql_table(PeekedSource& source, std::string_view file, const ImportOptions& options);

bool looks_like_mysql_table(std::string_view head);

}  // namespace switchyard
