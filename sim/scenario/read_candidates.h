// The tables [[candidates]] of a scenario.
#pragma once

#include <vector>

#include "scenario/scenario.h"
#include "scenario/table_reader.h"

namespace switchyard {

// One candidate, or with `sweep` one for each value. Throws InputError with file, line and column.
std::vector<Candidate> read_candidates(TableReader reader);

}  // namespace switchyard
