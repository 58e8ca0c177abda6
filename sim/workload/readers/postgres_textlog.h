// PostgreSQL's text log (log_destination = 'stderr' or 'syslog') with any log_line_prefix.
//
// An entry goes on in lines that begin with a tab; DETAIL, STATEMENT and the like are entries of
// their own that belong to the one before. Through syslog an entry comes in numbered parts
// ("[9-2]") and stamps have neither year nor fractions. Source: PostgreSQL manual, "Error Reporting
// and Logging".
#pragma once

#include <string_view>

#include "workload/byte_source.h"
#include "workload/import_options.h"
#include "workload/trace.h"

namespace switchyard {

// As read_postgres_csvlog(). Without ImportOptions::log_line_prefix the prefix is told from the
// first lines.
Trace read_postgres_textlog(PeekedSource& source, std::string_view file,
                            const ImportOptions& options);
Trace read_postgres_syslog(PeekedSource& source, std::string_view file,
                           const ImportOptions& options);

bool looks_like_postgres_textlog(std::string_view head);
bool looks_like_postgres_syslog(std::string_view head);

}  // namespace switchyard
