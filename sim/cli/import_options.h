// Options of every verb that reads a recording.
#pragma once

#include <CLI/CLI.hpp>

#include "workload/import_options.h"

namespace switchyard {

void add_import_options(CLI::App& command, ImportOptions& options);

}  // namespace switchyard
