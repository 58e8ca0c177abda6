// The result of a comparison: figures ready to show, independent of how they are shown.
//
// Times are integer nanoseconds, shares from 0 to 1.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cluster/spec.h"
#include "replay/tally.h"

namespace switchyard {

struct LatencyFigures {
  std::int64_t mean = 0, p50 = 0, p90 = 0, p95 = 0, p99 = 0, p999 = 0, max = 0;
};

struct NodeReport {
  std::string name;
  Role role = Role::kReplica;
  std::uint64_t reads = 0, writes = 0, control = 0, applies = 0, errors = 0;
  double utilisation = 0;  // of all its workers, applies included
  double mean_queue = 0;   // waiting requests and applies, over time
  std::uint64_t max_queue = 0;
  std::int64_t mean_apply_lag_ns = 0;
  std::int64_t max_apply_lag_ns = 0;
};

struct DistributionReport {
  double max_over_mean = 0;  // of requests answered per node, over all nodes
  double jain = 0;
  double chi_square = 0;  // of reads against equal shares over the nodes that got any
  double chi_square_p = 1;
};

// Wall-clock figures of this run on this machine; outside the fingerprint.
struct OverheadReport {
  double mean_ns = 0;
  std::int64_t p50_ns = 0;
  std::int64_t p99_ns = 0;
  double share_of_mean_latency = 0;
  double simulation_ns_per_request = 0;  // the harness's own cost, decisions included
};

struct SeriesPoint {
  std::uint64_t arrivals = 0;
  std::int64_t latency_p50_ns = 0;
  std::int64_t latency_p99_ns = 0;
  std::vector<double> queue_per_node;
  std::vector<std::int64_t> lag_ns_per_node;
};

struct CandidateReport {
  std::string name;
  std::vector<std::string> routers;  // with parameters that were given: "d_choices(d=3)"
  bool is_bound = false;             // a reference such as the oracle
  std::string fingerprint;           // over every simulated figure
  std::uint64_t completed = 0, failed = 0, timed_out = 0, rejected = 0;
  LatencyFigures latency, read_latency, write_latency, wait;
  // Where the time of a completed request went, on average.
  std::int64_t mean_held_ns = 0;  // behind its session's previous request
  std::int64_t mean_router_ns = 0;
  std::int64_t mean_service_ns = 0;
  std::int64_t mean_wire_ns = 0;
  double throughput_per_s = 0;
  std::vector<NodeReport> nodes;
  DistributionReport distribution;
  OverheadReport overhead;
  Nanoseconds bucket_ns = 0;
  std::vector<SeriesPoint> series;
  double interval_level = 0.95;
  std::vector<std::pair<std::string, std::pair<double, double>>> intervals;  // if repeated
};

struct Report {
  std::string version;
  std::uint64_t seed = 0;
  std::string loop;
  std::string trace;  // as named by the scenario, or "synthetic"
  std::string trace_sha256;
  std::string scenario_sha256;
  std::uint64_t requests = 0;
  std::int64_t span_ns = 0;
  std::uint32_t replications = 1;
  Nanoseconds warmup_ns = 0;
  std::vector<std::string> notes;  // what was missing, invented or should be known
  std::vector<CandidateReport> candidates;
};

// Figures of one candidate; `repetitions` are the tallies of independent runs, at least one. They
// are pooled, and with more than one give 95 % intervals.
CandidateReport summarize(std::string name, std::vector<std::string> routers,
                          std::vector<RunTally> repetitions, const ClusterSpec& cluster);

}  // namespace switchyard
