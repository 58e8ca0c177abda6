// What the reader and the writer of scenario files share: the words of each choice, in the order of
// its enumerators, and defaults that the described structs lack.
#pragma once

#include <array>
#include <string_view>

#include "workload/synthetic.h"

namespace switchyard {

inline constexpr std::array<std::string_view, 3> kLoops = {"open", "session", "closed"};
inline constexpr std::array<std::string_view, 4> kArrivalLaws = {"poisson", "constant", "mmpp",
                                                                 "batch"};
inline constexpr std::array<std::string_view, 2> kKeyLaws = {"uniform", "zipf"};
inline constexpr std::array<std::string_view, 10> kTimeLaws = {
    "constant", "exponential", "lognormal", "erlang",  "hyperexponential",
    "bimodal",  "uniform",     "pareto",    "weibull", "empirical"};
inline constexpr std::array<std::string_view, 2> kRoles = {"primary", "replica"};
inline constexpr std::array<std::string_view, 2> kDisciplines = {"fifo", "processor_sharing"};
inline constexpr std::array<std::string_view, 3> kReplicationModes = {"async", "semi_sync", "sync"};
inline constexpr std::array<std::string_view, 2> kReplicationOrders = {"commit", "any"};
inline constexpr std::array<std::string_view, 6> kFaultKinds = {
    "down", "slow", "errors", "stall_replication", "delay_replication", "partition"};

// Of [workload.synthetic]; arrivals or think times have no default.
inline SyntheticWorkload default_synthetic() {
  SyntheticWorkload workload;
  workload.requests = 100'000;
  workload.sessions = 100;
  workload.read_share = 0.9;
  workload.read_service = Law::exponential(1e6);
  workload.write_service = Law::exponential(1e6);
  return workload;
}

}  // namespace switchyard
