// The keys of [workload] that say of a recording what it does not say itself.
#pragma once

#include "scenario/table_reader.h"
#include "workload/import_options.h"

namespace switchyard {

// Throws InputError with file, line and column.
ImportOptions read_import(TableReader& reader);

}  // namespace switchyard
