// ProxySQL's log of events (mysql-eventslog_filename), in both of its formats: 2 is a JSON object a
// line, 1 is binary.
//
// Both tell start and end to the microsecond, the client's connection and the server that a
// statement went to. A binary record has no version: those of older servers lack a field in the
// middle, and the length in front is not exact; which of the two it is shows when the first records
// are read. Parameters of prepared statements are known to the newest JSON only. Source: ProxySQL's
// documentation, "Query Logging", and its MySQL_Event::write_query_format_1().
#pragma once

#include <string_view>

#include "workload/byte_source.h"
#include "workload/import_options.h"
#include "workload/trace.h"

namespace switchyard {

// Throw InputError with file and line (of the binary form, its record). The trace's notes say what
// was skipped and assumed.
Trace read_proxysql_json(PeekedSource& source, std::string_view file, const ImportOptions& options);
Trace read_proxysql_binary(PeekedSource& source, std::string_view file,
                           const ImportOptions& options);

bool looks_like_proxysql_json(std::string_view head);
bool looks_like_proxysql_binary(std::string_view head);

}  // namespace switchyard
