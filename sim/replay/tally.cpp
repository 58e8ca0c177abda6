#include "replay/tally.h"

#include <bit>

namespace switchyard {

void NodeTally::merge(const NodeTally& other) {
  reads += other.reads;
  writes += other.writes;
  control += other.control;
  applies += other.applies;
  errors += other.errors;
  reads_as_primary += other.reads_as_primary;
  busy_ns += other.busy_ns;
  waiting_ns += other.waiting_ns;
  max_waiting = std::max(max_waiting, other.max_waiting);
  apply_lag_ns += other.apply_lag_ns;
  max_apply_lag_ns = std::max(max_apply_lag_ns, other.max_apply_lag_ns);
}

void TimeSeries::Bucket::merge(const Bucket& other) {
  arrivals += other.arrivals;
  stale_reads += other.stale_reads;
  latency_ns.merge(other.latency_ns);
  for (std::size_t node = 0; node < waiting_ns.size(); ++node) {
    waiting_ns[node] += other.waiting_ns[node];
    lag_ns[node] += other.lag_ns[node];
    applies[node] += other.applies[node];
  }
}

TimeSeries::TimeSeries(std::size_t nodes, Nanoseconds expected_span_ns)
    // Half of the buckets for the expected time leave room for a run that takes longer; powers of
    // two let repetitions with different spans be joined.
    : bucket_ns_(static_cast<Nanoseconds>(
          std::bit_ceil(static_cast<std::uint64_t>(expected_span_ns) / (kBuckets / 2) + 1))),
      buckets_(kBuckets) {
  for (Bucket& bucket : buckets_) {
    bucket.waiting_ns.resize(nodes);
    bucket.lag_ns.resize(nodes);
    bucket.applies.resize(nodes);
  }
}

void TimeSeries::select(Nanoseconds time_ns) {
  while (time_ns / bucket_ns_ >= static_cast<Nanoseconds>(kBuckets)) join_pairs();
  const Nanoseconds position = time_ns / bucket_ns_;
  current_ = &buckets_[static_cast<std::size_t>(position)];
  current_begin_ns_ = position * bucket_ns_;
  current_end_ns_ = current_begin_ns_ + bucket_ns_;
}

void TimeSeries::join_pairs() {
  for (std::size_t i = 0; i < kBuckets / 2; ++i) {
    if (i > 0) buckets_[i] = std::move(buckets_[2 * i]);
    buckets_[i].merge(buckets_[2 * i + 1]);
  }
  const std::size_t nodes = buckets_.front().waiting_ns.size();
  for (std::size_t i = kBuckets / 2; i < kBuckets; ++i) {
    buckets_[i] = {0,
                   0,
                   Histogram(),
                   std::vector<std::int64_t>(nodes),
                   std::vector<std::int64_t>(nodes),
                   std::vector<std::uint64_t>(nodes)};
  }
  bucket_ns_ *= 2;
  current_begin_ns_ = 1;
  current_end_ns_ = 0;
}

void TimeSeries::add_waiting_across(std::size_t node, Nanoseconds from_ns, Nanoseconds to_ns) {
  while (from_ns < to_ns) {
    Bucket& bucket = at(from_ns);
    const Nanoseconds end = std::min(to_ns, current_end_ns_);
    bucket.waiting_ns[node] += end - from_ns;
    from_ns = end;
  }
}

void TimeSeries::merge(TimeSeries other) {
  while (bucket_ns_ < other.bucket_ns_) join_pairs();
  while (other.bucket_ns_ < bucket_ns_) other.join_pairs();
  for (std::size_t i = 0; i < kBuckets; ++i) {
    buckets_[i].merge(other.buckets_[i]);
  }
}

std::vector<TimeSeries::Bucket> TimeSeries::used() const {
  std::size_t count = buckets_.size();
  while (count > 0 && buckets_[count - 1].arrivals == 0 &&
         std::ranges::all_of(buckets_[count - 1].waiting_ns, [](auto ns) { return ns == 0; })) {
    --count;
  }
  return {buckets_.begin(), buckets_.begin() + static_cast<std::ptrdiff_t>(count)};
}

void ConsistencyTally::merge(const ConsistencyTally& other) {
  checked |= other.checked;
  reads_checked += other.reads_checked;
  stale_reads += other.stale_reads;
  stale_age_ns.merge(other.stale_age_ns);
  stale_versions.merge(other.stale_versions);
  read_your_writes_violations += other.read_your_writes_violations;
  monotonic_read_violations += other.monotonic_read_violations;
  write_conflicts += other.write_conflicts;
  conflicting_pairs += other.conflicting_pairs;
  conflicting_writes += other.conflicting_writes;
  lost_updates += other.lost_updates;
  split_transactions += other.split_transactions;
  left_transactions += other.left_transactions;
  lost_acknowledged_writes += other.lost_acknowledged_writes;
}

void OutageTally::merge(const OutageTally& other) {
  not_served += other.not_served;
  outages += other.outages;
  total_ns += other.total_ns;
  longest_ns = std::max(longest_ns, other.longest_ns);
}

void OverheadTally::merge(const OverheadTally& other) {
  decision_ns.merge(other.decision_ns);
  run_seconds += other.run_seconds;
}

void RunTally::merge(RunTally other) {
  completed += other.completed;
  failed += other.failed;
  timed_out += other.timed_out;
  rejected += other.rejected;
  retries += other.retries;
  probes += other.probes;
  read_outages.merge(other.read_outages);
  write_outages.merge(other.write_outages);
  read_ns.merge(other.read_ns);
  write_ns.merge(other.write_ns);
  control_ns.merge(other.control_ns);
  wait_ns.merge(other.wait_ns);
  service_ns += other.service_ns;
  held_ns += other.held_ns;
  router_ns += other.router_ns;
  wire_ns += other.wire_ns;
  acks_ns += other.acks_ns;
  consistency.merge(other.consistency);
  for (std::size_t i = 0; i < nodes.size(); ++i) nodes[i].merge(other.nodes[i]);
  series.merge(std::move(other.series));
  measured_to_ns += other.measured_to_ns - other.measured_from_ns;
  event_checksum += other.event_checksum;
  overhead.merge(other.overhead);
}

}  // namespace switchyard
