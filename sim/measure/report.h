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
#include "workload/trace.h"

namespace switchyard {

struct LatencyFigures {
  std::int64_t mean = 0, p50 = 0, p90 = 0, p95 = 0, p99 = 0, p999 = 0, max = 0;
};

// `share` of the requests were answered within `ns`.
struct CurvePoint {
  double share = 0;
  std::int64_t ns = 0;
};

struct NodeReport {
  std::string name;
  Role role = Role::kReplica;  // at the start
  std::uint64_t reads = 0, writes = 0, control = 0, applies = 0, errors = 0;
  std::uint64_t reads_as_primary = 0;  // those served while it was one
  double utilisation = 0;              // of all its workers, applies included
  double mean_queue = 0;               // waiting requests and applies, over time
  std::uint64_t max_queue = 0;
  std::int64_t mean_apply_lag_ns = 0;
  std::int64_t max_apply_lag_ns = 0;
};

struct DistributionReport {
  double max_over_mean = 0;  // of requests answered per node, over all nodes
  double jain = 0;
  double chi_square = 0;  // of reads against equal shares over the nodes that got any
  double chi_square_p = 1;
  double primary_read_share = 0;
};

struct StalenessReport {
  std::uint64_t reads_checked = 0;  // reads of a key
  std::uint64_t stale_reads = 0;
  LatencyFigures stale_age;  // ns since the commit of the oldest version that the read missed
  LatencyFigures stale_versions;
  std::uint64_t read_your_writes_violations = 0;
  std::uint64_t monotonic_read_violations = 0;
};

// Conflicts count as they happen, even with what a failover discards later; an update is lost if
// neither it nor what overwrote it is discarded.
struct ConflictReport {
  std::uint64_t write_conflicts = 0;     // writes that did not know of an earlier one of their key
  std::uint64_t conflicting_pairs = 0;   // of writes
  std::uint64_t conflicting_writes = 0;  // in such pairs
  std::uint64_t lost_updates = 0;        // overwritten by a write that did not know of them
  std::uint64_t split_transactions = 0;  // whose writes went to several nodes
  std::uint64_t left_transactions = 0;   // of which a statement ran elsewhere than the first
  std::uint64_t lost_acknowledged_writes = 0;  // by a failover
};

// Of reads or of writes.
struct AvailabilityReport {
  std::uint64_t not_served = 0;
  double share = 1;  // of those asked for that were served
  // An outage begins with the answer of one that failed and ends with that of the next completed.
  std::uint64_t outages = 0;
  std::int64_t outage_ns = 0;
  std::int64_t longest_outage_ns = 0;
};

// One case behind the figures above, to be followed through the recording.
struct EvidenceReport {
  std::string kind;
  std::uint64_t request = 0;  // row of the recording, from 0, in the order of time
  std::string session;
  std::string key;
  std::string node;
  std::int64_t at_ns = 0;  // service start of a read, commit of a write
  // The write that was missed, conflicted with, or went elsewhere; of a lost write, where it is
  // lost.
  std::uint64_t other_request = 0;
  std::string other_session;
  std::string other_node;
  std::int64_t lag_ns = 0;  // how long before at_ns that was committed
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
  std::uint64_t stale_reads = 0;
};

struct CandidateReport {
  std::string name;
  std::vector<std::string> routers;  // with parameters that were given: "d_choices(d=3)"
  std::vector<std::string> guards;
  std::uint32_t instances = 1;  // of the routers
  std::string swept;            // "duration=2s", of a candidate with a sweep
  bool is_bound = false;        // a reference such as the oracle
  std::string fingerprint;      // over every simulated figure
  std::uint64_t completed = 0, failed = 0, timed_out = 0, rejected = 0;
  std::uint64_t retries = 0;  // further attempts of those
  std::uint64_t probes = 0;   // that its routers sent
  AvailabilityReport reads, writes;
  LatencyFigures latency, read_latency, write_latency, wait;
  // Of `latency`: rising, its last point at share 1. Within the 1 % that quantiles have.
  std::vector<CurvePoint> latency_curve;
  // Where the time of a completed request went, on average.
  std::int64_t mean_held_ns = 0;  // behind its session's previous request
  std::int64_t mean_router_ns = 0;
  std::int64_t mean_service_ns = 0;
  std::int64_t mean_acks_ns = 0;  // committed, until enough other nodes had it
  std::int64_t mean_wire_ns = 0;
  double throughput_per_s = 0;
  std::vector<NodeReport> nodes;
  DistributionReport distribution;
  std::optional<StalenessReport> staleness;  // not where the recording names no keys
  ConflictReport conflicts;                  // of transactions only, in that case
  std::vector<EvidenceReport> evidence;      // the first few of each kind
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
  std::string trace;  // as the scenario writes it, or "synthetic"
  std::string trace_sha256;
  std::string scenario_sha256;
  std::uint64_t requests = 0;
  std::int64_t span_ns = 0;
  std::uint32_t replications = 1;
  Nanoseconds warmup_ns = 0;
  Nanoseconds measure_until_ns = kNever;  // kNever: to the end
  std::vector<std::string> notes;         // what was missing, invented or should be known
  std::vector<CandidateReport> candidates;
};

// Figures of one candidate; `repetitions` are the tallies of independent runs, at least one. They
// are pooled, and with more than one give 95 % intervals. Leaves out the evidence.
CandidateReport summarize(std::string name, std::vector<std::string> routers,
                          std::vector<RunTally> repetitions, const ClusterSpec& cluster);

// What a run of this trace noted, with names for ids.
std::vector<EvidenceReport> describe_evidence(const std::vector<Evidence>& cases,
                                              const ClusterSpec& cluster, const Trace& trace);

}  // namespace switchyard
