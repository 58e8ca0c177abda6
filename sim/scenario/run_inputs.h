// What one run of a scenario is made from.
#pragma once

#include <cstdint>

#include "replay/options.h"
#include "replay/workload.h"
#include "scenario/scenario.h"
#include "workload/open_trace.h"

namespace switchyard {

// Opens or generates the workload, and cuts out what is to be replayed. Throws InputError.
ReplayWorkload load_workload(const Scenario& scenario, std::uint64_t seed,
                             const ReadProgress& on_progress);

// `warmup_ns`: where it is found by a run before, what was found.
ReplayOptions replay_options(const Scenario& scenario, std::uint64_t seed, Nanoseconds warmup_ns);

}  // namespace switchyard
