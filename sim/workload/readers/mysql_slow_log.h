// The slow query log of MySQL 5.x to 9, Percona Server and MariaDB, recorded with
// long_query_time = 0.
//
// Times, the most exact first: `Start:` (MySQL 8 with log_slow_extra) is the start and `# Time:` in
// ISO form (since 5.7) the end, both to the microsecond. Older servers and MariaDB tell seconds:
// `# Time:` is the end, written when the second changes; `SET timestamp=` is the end up to 5.x, the
// start since 8.0 and in MariaDB. Rows are in the order in which statements ended.
#pragma once

#include <string_view>

#include "workload/byte_source.h"
#include "workload/import_options.h"
#include "workload/trace.h"

namespace switchyard {

// Throws InputError with file and line. The trace's notes say what was skipped and assumed.
Trace read_mysql_slow_log(PeekedSource& source, std::string_view file,
                          const ImportOptions& options);

bool looks_like_mysql_slow_log(std::string_view head);

}  // namespace switchyard
