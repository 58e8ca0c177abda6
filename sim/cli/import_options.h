// Options of every verb that reads a recording.
#pragma once

#include <CLI/CLI.hpp>

#include "workload/import_options.h"
#include "workload/slice.h"

namespace switchyard {

void add_import_options(CLI::App& command, ImportOptions& options);

// --from and --to.
void add_range_options(CLI::App& command, TimeRange& range);

}  // namespace switchyard
