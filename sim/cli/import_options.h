// Options of every verb that reads a recording.
#pragma once

#include <CLI/CLI.hpp>

#include "workload/open_trace.h"

namespace switchyard {

inline void add_import_options(CLI::App& command, ImportOptions& options) {
  command.add_option("--format", options.format, "Format of the recording")
      ->check(CLI::IsMember({"auto", "native", "binary", "pgcsv"}));
  command
      .add_option("--write-function", options.postgres.write_functions,
                  "SQL function that writes, so that SELECT f() is a write; repeat for more")
      ->allow_extra_args(false);
  command
      .add_option("--read-function", options.postgres.read_functions,
                  "SQL function that only reads; repeat for more")
      ->allow_extra_args(false);
}

}  // namespace switchyard
