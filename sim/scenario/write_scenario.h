// Writes a scenario as a scenario file.
#pragma once

#include <string>

#include "scenario/scenario.h"

namespace switchyard {

// The text of a file from which parse_scenario() makes the same scenario, in the order of
// data/reference.toml; keys that have their default are left out. `file`: where it is to be saved.
// Paths of a recording and of empirical laws are then written as seen from its folder, or absolute
// if they have nothing but the root in common with it; without `file` they stay as they are.
//
// Candidates of a sweep are written as one again as long as their names tell so; one that was
// renamed since has its values as ordinary parameters and no longer says what was swept. Times of a
// law are rounded to nanoseconds, and of parameters given twice the last is written. What the
// chosen kind of a fault, law or loop does not use is left out. A secret in `hash_keys` is written.
//
// Throws InputError for a text that is not UTF-8 and for a seed above 2^63 - 1: no file can hold
// them. REQUIRES what validate() takes.
std::string to_toml(const Scenario& scenario, const std::string& file = "");

}  // namespace switchyard
