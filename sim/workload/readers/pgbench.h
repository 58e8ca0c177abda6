// pgbench's log of transactions (pgbench -l): one row a transaction, whose statements it does not
// tell. Files of several threads and runs may stand behind one another.
//
// A row is stamped with the transaction's end, and its time runs from when it was due: under --rate
// that includes the wait for a client that was late. The request's time is when it was due, its
// duration that of the transaction without the wait. Source: PostgreSQL manual, "pgbench",
// "Per-Transaction Logging".
#pragma once

#include <string_view>

#include "workload/byte_source.h"
#include "workload/open_trace.h"

namespace switchyard {

// A transaction reads or writes as ImportOptions::pgbench_scripts says of its script. Throws
// InputError with file and line, and on a log of --aggregate-interval, which holds no transactions.
Trace read_pgbench(PeekedSource& source, std::string_view file, const ImportOptions& options);

TraceFormat::Fit fits_pgbench(std::string_view head);

}  // namespace switchyard
