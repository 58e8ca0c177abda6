// Logs of Django's logger django.db.backends (level DEBUG), as text or as one JSON object a line.
//
// As text, a formatter writes its own fields before the message; a statement may go on over lines.
// As JSON, the fields are those of Python's logging and the logger's own: created or asctime,
// process, thread, duration, sql, params, alias, or message. Stamps are of the statement's end.
// Before Django 4.2 the ends of transactions are not logged. Source: Django documentation,
// "Logging"; django/db/backends/utils.py.
#pragma once

#include <string_view>

#include "workload/byte_source.h"
#include "workload/open_trace.h"

namespace switchyard {

// A session is a thread of a process: all that the formatter writes beside the time, the logger's
// name and the level. Throws InputError with file and line, and if no statement has a time.
Trace read_django(PeekedSource& source, std::string_view file, const ImportOptions& options);

TraceFormat::Fit fits_django(std::string_view head);

}  // namespace switchyard
