// The scenario file (TOML): one file describes a whole comparison.
//
// `data/reference.toml` shows every key with its default. Durations are texts with a unit, rates
// are per second, and an unknown key is an error that names the nearest known one.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cluster/spec.h"
#include "replay/options.h"
#include "routers/parameters.h"
#include "workload/open_trace.h"
#include "workload/slice.h"
#include "workload/synthetic.h"

namespace switchyard {

struct RouterUse {
  std::string name;
  ParameterTexts parameters;

  bool operator==(const RouterUse&) const = default;
};

inline constexpr std::uint32_t kMaxInstances = 1000;

// One column of the comparison: a chain of routers, each behind all the guards.
struct Candidate {
  std::string name;
  std::vector<RouterUse> routers;
  std::vector<RouterUse> guards;  // the first is asked first
  std::uint32_t instances = 1;    // of the chain, which share the sessions out among them
  std::string swept;              // "duration=2s": its value of a swept parameter

  bool operator==(const Candidate&) const = default;
};

struct WorkloadSpec {
  std::string trace;       // path, resolved; empty with `synthetic`
  std::string trace_name;  // as it was written, the same wherever the scenario lies
  ImportOptions import;
  TimeRange range;  // what is replayed of it
  std::optional<SyntheticWorkload> synthetic;
  std::optional<Law> service;  // for requests without a recorded duration
  LoopMode loop = LoopMode::kSession;
  double speed = 1;
  double think_scale = 1;

  bool operator==(const WorkloadSpec&) const = default;
};

struct RunSpec {
  std::optional<Nanoseconds> warmup_ns = 0;  // nothing: found by MSER-5 ("auto")
  Nanoseconds measure_until_ns = kNever;     // requests that arrive later are left out
  std::uint32_t replications = 1;
  Nanoseconds timeout_ns = 0;
  std::uint8_t retries = 0;
  Nanoseconds retry_after_ns = 0;
  std::uint32_t threads = 0;  // 0 = all cores

  bool operator==(const RunSpec&) const = default;
};

struct Scenario {
  std::string file;  // as given, empty when made from the command line
  std::string text;  // what was parsed, for its hash
  std::uint64_t seed = 1;
  WorkloadSpec workload;
  ClusterSpec cluster;
  std::vector<Candidate> candidates;
  RunSpec run;

  bool operator==(const Scenario&) const = default;
};

// Throw InputError with file, line and column.
Scenario load_scenario(const std::string& path);
// `file` is for messages; relative paths in the text are relative to its folder.
Scenario parse_scenario(std::string text, const std::string& file);

// Checks what the parts can't check alone: the cluster, candidates with names that differ, routers
// that exist, have these parameters and work on this cluster. Throws InputError, and Interrupted if
// a user's routers are being loaded when `stop`, which may be null, is set.
void validate(const Scenario& scenario, const std::atomic<bool>* stop = nullptr);

// What a user should know before the run: RestAuth's routers combined, a router over one database.
std::vector<std::string> warnings(const Scenario& scenario);

// "default" and names that start with "master" are primaries unless the scenario says otherwise.
Role implied_role(std::string_view database);

}  // namespace switchyard
