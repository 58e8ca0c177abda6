// Everything one run counts. Integers only, so that sums do not depend on their order; figures are
// derived from it in measure/.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/histogram.h"
#include "core/ids.h"
#include "core/time.h"

namespace switchyard {

struct NodeTally {
  std::uint64_t reads = 0;  // served, likewise below
  std::uint64_t writes = 0;
  std::uint64_t control = 0;
  std::uint64_t applies = 0;
  std::uint64_t reads_as_primary = 0;  // of the reads; only where roles may change
  std::uint64_t errors = 0;            // refused writes and requests rejected for a full queue
  // Over all workers, inside the measured time.
  std::int64_t busy_ns = 0;
  std::int64_t waiting_ns = 0;  // summed over the jobs that waited
  std::uint64_t max_waiting = 0;
  std::int64_t apply_lag_ns = 0;  // commit to end of apply, summed over applies
  std::int64_t max_apply_lag_ns = 0;

  void merge(const NodeTally& other);
};

// Figures per stretch of virtual time. Constant memory: when a run outlasts the buckets, they are
// joined in pairs and become twice as long.
class TimeSeries {
 public:
  struct Bucket {
    std::uint64_t arrivals = 0;
    std::uint64_t stale_reads = 0;
    Histogram latency_ns;
    std::vector<std::int64_t> waiting_ns;  // per node: integral of the number waiting
    std::vector<std::int64_t> lag_ns;      // per node: summed over the writes committed here
    std::vector<std::uint64_t> applies;    // per node: number of them
    void merge(const Bucket& other);
  };
  static constexpr std::size_t kBuckets = 128;

  TimeSeries() = default;
  TimeSeries(std::size_t nodes, Nanoseconds expected_span_ns);

  // `histogram_bucket` is that of the latency.
  [[gnu::always_inline]] void add_latency(Nanoseconds arrival_ns, Nanoseconds latency_ns,
                                          std::size_t histogram_bucket) {
    Bucket& bucket = at(arrival_ns);
    ++bucket.arrivals;
    bucket.latency_ns.record(latency_ns, histogram_bucket);
  }
  void add_stale(Nanoseconds time_ns) { ++at(time_ns).stale_reads; }
  void add_unanswered(Nanoseconds arrival_ns) { ++at(arrival_ns).arrivals; }
  [[gnu::always_inline]] void add_waiting(std::size_t node, Nanoseconds from_ns,
                                          Nanoseconds to_ns) {
    if (from_ns >= current_begin_ns_ && to_ns <= current_end_ns_) [[likely]] {
      current_->waiting_ns[node] += to_ns - from_ns;
    } else {
      add_waiting_across(node, from_ns, to_ns);
    }
  }
  void add_lag(std::size_t node, Nanoseconds commit_ns, Nanoseconds lag_ns) {
    Bucket& bucket = at(commit_ns);
    bucket.lag_ns[node] += lag_ns;
    ++bucket.applies[node];
  }
  void merge(TimeSeries other);

  Nanoseconds bucket_ns() const { return bucket_ns_; }
  // Without the empty ones at the end.
  std::vector<Bucket> used() const;

 private:
  Bucket& at(Nanoseconds time_ns) {
    if (time_ns < current_begin_ns_ || time_ns >= current_end_ns_) select(time_ns);
    return *current_;
  }
  void add_waiting_across(std::size_t node, Nanoseconds from_ns, Nanoseconds to_ns);
  void select(Nanoseconds time_ns);
  void join_pairs();

  Nanoseconds bucket_ns_ = 1;
  std::vector<Bucket> buckets_;
  Bucket* current_ = nullptr;
  // Until one is selected no time lies in it, not even an empty stretch at 0.
  Nanoseconds current_begin_ns_ = 1;
  Nanoseconds current_end_ns_ = 0;
};

enum class EvidenceKind : std::uint8_t {
  kStaleRead,
  kReadYourWrites,
  kMonotonicRead,
  kWriteConflict,
  kSplitTransaction,
  kLostAcknowledgedWrite,
};

// One case of what the consistency figures count, to be followed by hand.
struct Evidence {
  EvidenceKind kind = EvidenceKind::kStaleRead;
  RequestIndex request = 0;  // the read, the later write
  NodeId node = kNoNode;     // where it ran
  // The write that it missed, conflicted with or was separated from, and where that was committed;
  // of a lost write the new primary, which lacks it.
  RequestIndex other = 0;
  NodeId other_node = kNoNode;
  Nanoseconds at_ns = 0;   // service start of a read, commit of a write
  Nanoseconds age_ns = 0;  // how long before that the other was committed
};
inline constexpr std::ptrdiff_t kEvidenceOfAKind = 5;

struct ConsistencyTally {
  bool checked = false;  // false without keys, and when switched off: then all below is 0
  std::uint64_t reads_checked = 0;
  std::uint64_t stale_reads = 0;
  Histogram stale_age_ns;    // since the commit of the oldest version missed
  Histogram stale_versions;  // missed
  std::uint64_t read_your_writes_violations = 0;
  std::uint64_t monotonic_read_violations = 0;
  // Conflicts count as they happen, even with what a failover discards later; an update is lost if
  // neither it nor what overwrote it is discarded.
  std::uint64_t write_conflicts = 0;           // writes with an earlier one that their node lacked
  std::uint64_t conflicting_pairs = 0;         // of such writes
  std::uint64_t conflicting_writes = 0;        // with an earlier or a later one
  std::uint64_t lost_updates = 0;              // writes overwritten by one that had not seen them
  std::uint64_t split_transactions = 0;        // whose writes went to several nodes
  std::uint64_t left_transactions = 0;         // of which a statement ran elsewhere than the first
  std::uint64_t lost_acknowledged_writes = 0;  // that a failover discarded
  std::vector<Evidence> evidence;              // the first of each kind, of the first repetition

  void merge(const ConsistencyTally& other);
};

// Of reads or of writes: how many were not served, and for how long none was. An outage begins with
// the answer of one that failed and ends with that of the next one that was completed. Followed
// only where requests may fail for other reasons than a router's mistake.
struct OutageTally {
  std::uint64_t not_served = 0;
  std::uint64_t outages = 0;
  std::int64_t total_ns = 0;
  std::int64_t longest_ns = 0;

  void merge(const OutageTally& other);
};

// Wall-clock cost of decisions, sampled; the only part of a tally that differs between runs.
struct OverheadTally {
  Histogram decision_ns;
  double run_seconds = 0;
  void merge(const OverheadTally& other);
};

struct RunTally {
  // Requests that arrived in the measured time, each in one of these at the end of the run.
  std::uint64_t completed = 0;
  std::uint64_t failed = 0;  // refused by the node, answered with an error, or lost with it
  std::uint64_t timed_out = 0;
  std::uint64_t rejected = 0;  // by a full queue or by the router
  std::uint64_t retries = 0;   // further attempts of those requests
  std::uint64_t probes = 0;    // that routers sent, all through the run
  OutageTally read_outages;
  OutageTally write_outages;
  // Completed requests, from intended arrival to response.
  Histogram read_ns;
  Histogram write_ns;
  Histogram control_ns;
  Histogram wait_ns;            // in the node's queue (or slowed down by sharing)
  std::int64_t service_ns = 0;  // sums over completed requests of where their time went
  std::int64_t held_ns = 0;     // waiting for the session's previous response
  std::int64_t router_ns = 0;   // postponed by the router
  std::int64_t wire_ns = 0;
  std::int64_t acks_ns = 0;  // committed, waiting for other nodes to have it too
  std::vector<NodeTally> nodes;
  TimeSeries series;
  ConsistencyTally consistency;
  Nanoseconds measured_from_ns = 0;
  Nanoseconds measured_to_ns = 0;  // last response or apply
  // Over every request's node and times: differs if any single event differs.
  std::uint64_t event_checksum = 0;
  OverheadTally overhead;

  // Joins independent repetitions; times measured add up.
  void merge(RunTally other);
  std::uint64_t arrived() const { return completed + failed + timed_out + rejected; }
};

}  // namespace switchyard
