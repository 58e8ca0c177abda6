// Opens a recording of any supported format.
#pragma once

#include <string>

#include "workload/readers/postgres_csvlog.h"
#include "workload/trace.h"

namespace switchyard {

struct ImportOptions {
  std::string format = "auto";  // auto | native | binary | pgcsv
  PostgresImport postgres;
};

// `path` may be "-" for standard input and may be compressed with zstd. With "auto" the format is
// told from the first bytes. Throws InputError.
Trace open_trace(const std::string& path, const ImportOptions& options);

}  // namespace switchyard
