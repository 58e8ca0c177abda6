// The tables [[candidates]] of a scenario.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "routers/catalogue.h"
#include "scenario/scenario.h"
#include "scenario/table_reader.h"

namespace switchyard {

// One candidate, or with `sweep` one for each value. Throws InputError with file, line and column.
std::vector<Candidate> read_candidates(TableReader reader);

// What a candidate is called that the file gives no name: its routers and guards.
std::string default_name(const Candidate& candidate);

// A path that is taken for one in the place of a router's name, even without a folder.
std::string library_name(std::string path);

// A parameter's value as --router would have it.
std::string parameter_text(const toml::node& value);

using FindStrategy = const StrategyInfo& (*)(std::string_view name);
struct ParameterTaker {
  RouterUse* use = nullptr;
  FindStrategy find = nullptr;  // where such a one is looked up
};
// Whose parameter a sweep varies: that of the first guard, or else router, which takes one of this
// name; none if no one does. Throws InputError when a guard or router is unknown.
ParameterTaker taker_of(Candidate& candidate, std::string_view parameter);

}  // namespace switchyard
