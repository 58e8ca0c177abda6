// A scenario for those who have only a recording.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scenario/scenario.h"

namespace switchyard {

inline constexpr std::uint32_t kDefaultWorkers = 8;

// RestAuth's `MasterSlave`, a few peers and the bounds over like nodes: the databases named, or one
// primary and two replicas. Does not look at the recording yet.
Scenario scenario_for(std::string trace, std::vector<std::string> databases = {},
                      std::uint32_t workers = kDefaultWorkers);

// One router of the catalogue, or preset, by its name.
Candidate candidate_for(std::string router);

// Primaries and replicas as their names tell, all else as it is by default.
std::vector<NodeSpec> nodes_named(std::vector<std::string> names);

}  // namespace switchyard
