// From a candidate's names to routers that run.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "routers/chain.h"
#include "scenario/scenario.h"
#include "workload/string_table.h"

namespace switchyard {

// Every candidate gets the same random streams for the same seed. Throws InputError when a router
// is unknown, has no such parameter, or can't work on this cluster. `tables`: the recording's, for
// parameters that name some; they need not outlive the call. `witness`: as RouterChain has it,
// or null. Routers that run a user's
// program throw Interrupted, here and in the run, once `stop` is set, which must outlive them; it
// may be null.
RouterChain build_chain(const Candidate& candidate, const ClusterSpec& cluster, std::uint64_t seed,
                        StringTableView tables = {}, std::unique_ptr<Router> witness = nullptr,
                        const std::atomic<bool>* stop = nullptr);

// The seed of one of its router instances.
std::uint64_t instance_seed(std::uint64_t seed, std::uint32_t instance);

// All of a candidate's router instances, each with random streams of its own.
std::vector<RouterChain> build_instances(const Candidate& candidate, const ClusterSpec& cluster,
                                         std::uint64_t seed, StringTableView tables = {},
                                         const std::atomic<bool>* stop = nullptr);

}  // namespace switchyard
