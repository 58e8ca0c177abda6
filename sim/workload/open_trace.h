// Opens a recording of any supported format.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workload/byte_source.h"
#include "workload/import_options.h"
#include "workload/trace.h"

namespace switchyard {

// A format that recordings come in, beside our own (native and binary).
struct TraceFormat {
  enum class Fit : std::uint8_t { kNo, kMaybe, kYes };

  std::string_view name;   // as in --format
  std::string_view title;  // "PostgreSQL csvlog"
  // From the first bytes of a file. kMaybe where files of other kinds may look the same.
  Fit (*fit)(std::string_view head);
  Trace (*read)(PeekedSource& source, std::string_view file, const ImportOptions& options);
};
std::span<const TraceFormat> trace_formats();

// All names that --format takes.
std::vector<std::string> trace_format_names();

// `path` may be "-" for standard input and may be compressed with zstd or gzip. With
// ImportOptions::format "auto" the format is told from the first bytes. Throws InputError.
Trace open_trace(const std::string& path, const ImportOptions& options);

// What open_trace() takes it for: "PostgreSQL csvlog". Throws InputError as that does.
std::string format_title(const std::string& path);

}  // namespace switchyard
