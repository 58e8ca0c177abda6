// Writes the tables [[candidates]] of a scenario.
#pragma once

#include <span>
#include <string>

#include "scenario/scenario.h"

namespace switchyard {

// Each as a table, those of one sweep together.
std::string candidates_text(std::span<const Candidate> candidates, const std::string& file);

}  // namespace switchyard
