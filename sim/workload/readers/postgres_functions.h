// PostgreSQL's own functions that only compute or read.
#pragma once

#include <string_view>

namespace switchyard {

// Whether `name` (lower case, without its schema) is a function of PostgreSQL 15 that a standby
// runs and that gives the same there as on the primary, but for what is stale. Source: the
// catalogue pg_proc, functions that are immutable or stable (without txid_current and
// pg_current_xact_id, which write), and volatile ones that are known to change nothing (random,
// pg_sleep …).
bool is_postgres_read_function(std::string_view name);

}  // namespace switchyard
