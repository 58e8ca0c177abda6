#include "measure/report.h"

#include <cmath>
#include <functional>

#include "core/digest.h"
#include "measure/statistics.h"

namespace switchyard {
namespace {

LatencyFigures figures(const Histogram& histogram) {
  return {std::llround(histogram.mean()),
          histogram.quantile(0.5),
          histogram.quantile(0.9),
          histogram.quantile(0.95),
          histogram.quantile(0.99),
          histogram.quantile(0.999),
          histogram.max()};
}

Histogram all_latencies(const RunTally& tally) {
  Histogram all = tally.read_ns;
  all.merge(tally.write_ns);
  all.merge(tally.control_ns);
  return all;
}

double measured_ns(const RunTally& tally) {
  return static_cast<double>(tally.measured_to_ns - tally.measured_from_ns);
}

double per(std::int64_t sum, double count) {
  return count == 0 ? 0 : static_cast<double>(sum) / count;
}

// A digest over raw counts, not over figures derived from them by floating point.
class Fingerprint {
 public:
  void add(std::uint64_t value) { digest_.update(std::as_bytes(std::span(&value, 1))); }
  void add(std::int64_t value) { add(static_cast<std::uint64_t>(value)); }
  void add(const Histogram& histogram) {
    histogram.for_each_bucket([&](std::int64_t value, std::uint64_t count) {
      add(value);
      add(count);
    });
    add(histogram.count());
    add(histogram.max());
  }
  std::string finish() { return digest_.finish().substr(0, 32); }

 private:
  Sha256 digest_;
};

std::string fingerprint(const RunTally& tally) {
  Fingerprint print;
  for (const std::uint64_t value :
       {tally.completed, tally.failed, tally.timed_out, tally.rejected, tally.event_checksum}) {
    print.add(value);
  }
  for (const Histogram* histogram :
       {&tally.read_ns, &tally.write_ns, &tally.control_ns, &tally.wait_ns}) {
    print.add(*histogram);
  }
  for (const std::int64_t value : {tally.service_ns, tally.held_ns, tally.router_ns, tally.wire_ns,
                                   tally.acks_ns, tally.measured_from_ns, tally.measured_to_ns}) {
    print.add(value);
  }
  for (const NodeTally& node : tally.nodes) {
    for (const std::uint64_t value :
         {node.reads, node.writes, node.control, node.applies, node.errors, node.max_waiting}) {
      print.add(value);
    }
    for (const std::int64_t value :
         {node.busy_ns, node.waiting_ns, node.apply_lag_ns, node.max_apply_lag_ns}) {
      print.add(value);
    }
  }
  for (const TimeSeries::Bucket& bucket : tally.series.used()) {
    print.add(bucket.arrivals);
    print.add(bucket.stale_reads);
    print.add(bucket.latency_ns);
    for (const std::int64_t value : bucket.waiting_ns) print.add(value);
    for (const std::int64_t value : bucket.lag_ns) print.add(value);
  }
  const ConsistencyTally& c = tally.consistency;
  for (const std::uint64_t value :
       {c.reads_checked, c.stale_reads, c.read_your_writes_violations, c.monotonic_read_violations,
        c.write_conflicts, c.conflicting_pairs, c.conflicting_writes, c.lost_updates,
        c.split_transactions, c.left_transactions, c.lost_acknowledged_writes, tally.retries,
        tally.probes}) {
    print.add(value);
  }
  for (const OutageTally* outages : {&tally.read_outages, &tally.write_outages}) {
    print.add(outages->not_served);
    print.add(outages->outages);
    print.add(outages->total_ns);
    print.add(outages->longest_ns);
  }
  print.add(c.stale_age_ns);
  print.add(c.stale_versions);
  return print.finish();
}

NodeReport node_report(const NodeSpec& spec, const NodeTally& tally, double time_ns,
                       bool roles_change) {
  NodeReport report;
  report.name = spec.name;
  report.role = spec.role;
  report.reads = tally.reads;
  const std::uint64_t if_unchanged = spec.role == Role::kPrimary ? tally.reads : 0;
  report.reads_as_primary = roles_change ? tally.reads_as_primary : if_unchanged;
  report.writes = tally.writes;
  report.control = tally.control;
  report.applies = tally.applies;
  report.errors = tally.errors;
  report.utilisation = per(tally.busy_ns, time_ns * spec.workers);
  report.mean_queue = per(tally.waiting_ns, time_ns);
  report.max_queue = tally.max_waiting;
  report.mean_apply_lag_ns =
      std::llround(per(tally.apply_lag_ns, static_cast<double>(tally.applies)));
  report.max_apply_lag_ns = tally.max_apply_lag_ns;
  return report;
}

DistributionReport distribution(const std::vector<NodeReport>& nodes) {
  std::vector<double> served;
  std::vector<std::uint64_t> reads;
  double all_reads = 0;
  double primary_reads = 0;
  for (const NodeReport& node : nodes) {
    all_reads += static_cast<double>(node.reads);
    primary_reads += static_cast<double>(node.reads_as_primary);
    served.push_back(static_cast<double>(node.reads + node.writes + node.control));
    if (node.reads > 0) reads.push_back(node.reads);
  }
  const ChiSquare chi = chi_square_equal_shares(reads);
  return {max_over_mean(served), jain_index(served), chi.statistic, chi.p_value,
          all_reads == 0 ? 0 : primary_reads / all_reads};
}

std::optional<StalenessReport> staleness(const ConsistencyTally& tally) {
  if (!tally.checked) return std::nullopt;
  return StalenessReport{tally.reads_checked,
                         tally.stale_reads,
                         figures(tally.stale_age_ns),
                         figures(tally.stale_versions),
                         tally.read_your_writes_violations,
                         tally.monotonic_read_violations};
}

std::string_view evidence_name(EvidenceKind kind) {
  switch (kind) {
    case EvidenceKind::kStaleRead:
      return "stale_read";
    case EvidenceKind::kReadYourWrites:
      return "read_your_writes_violation";
    case EvidenceKind::kMonotonicRead:
      return "monotonic_read_violation";
    case EvidenceKind::kWriteConflict:
      return "write_conflict";
    case EvidenceKind::kSplitTransaction:
      return "split_transaction";
    case EvidenceKind::kLostAcknowledgedWrite:
      return "lost_acknowledged_write";
  }
  return "";
}

AvailabilityReport availability(const OutageTally& tally, std::uint64_t served) {
  const auto asked = static_cast<double>(served + tally.not_served);
  return {tally.not_served, asked == 0 ? 1 : static_cast<double>(served) / asked, tally.outages,
          tally.total_ns, tally.longest_ns};
}

std::vector<SeriesPoint> series(const TimeSeries& series, std::size_t repetitions) {
  std::vector<SeriesPoint> points;
  const double time_ns = static_cast<double>(series.bucket_ns()) * static_cast<double>(repetitions);
  for (const TimeSeries::Bucket& bucket : series.used()) {
    SeriesPoint point;
    point.arrivals = bucket.arrivals;
    point.stale_reads = bucket.stale_reads;
    point.latency_p50_ns = bucket.latency_ns.quantile(0.5);
    point.latency_p99_ns = bucket.latency_ns.quantile(0.99);
    for (std::size_t node = 0; node < bucket.waiting_ns.size(); ++node) {
      point.queue_per_node.push_back(per(bucket.waiting_ns[node], time_ns));
      point.lag_ns_per_node.push_back(
          std::llround(per(bucket.lag_ns[node], static_cast<double>(bucket.applies[node]))));
    }
    points.push_back(std::move(point));
  }
  return points;
}

std::vector<CurvePoint> curve(const Histogram& times) {
  std::vector<CurvePoint> points;
  const auto count = static_cast<double>(times.count());
  std::uint64_t below = 0;
  times.for_each_bucket([&](std::int64_t middle, std::uint64_t in_bucket) {
    below += in_bucket;
    points.push_back({static_cast<double>(below) / count, std::min(middle, times.max())});
  });
  // Exact, as the largest time is.
  if (!points.empty()) points.back().ns = times.max();
  return points;
}

OverheadReport overhead(const RunTally& tally, double mean_latency_ns) {
  const Histogram& decisions = tally.overhead.decision_ns;
  OverheadReport report;
  report.mean_ns = decisions.mean();
  report.p50_ns = decisions.quantile(0.5);
  report.p99_ns = decisions.quantile(0.99);
  report.share_of_mean_latency = mean_latency_ns == 0 ? 0 : report.mean_ns / mean_latency_ns;
  const auto requests = static_cast<double>(tally.arrived());
  report.simulation_ns_per_request =
      requests == 0 ? 0 : tally.overhead.run_seconds * 1e9 / requests;
  return report;
}

// The figures that get an interval, each from one repetition.
std::vector<std::pair<std::string, double>> repeated_figures(const RunTally& tally,
                                                             const ClusterSpec& cluster) {
  const Histogram all = all_latencies(tally);
  const double time_ns = measured_ns(tally);
  std::vector<std::pair<std::string, double>> list = {
      {"latency_ns.mean", all.mean()},
      {"latency_ns.p50", static_cast<double>(all.quantile(0.5))},
      {"latency_ns.p99", static_cast<double>(all.quantile(0.99))},
      {"latency_ns.p999", static_cast<double>(all.quantile(0.999))},
      {"read_latency_ns.mean", tally.read_ns.mean()},
      {"read_latency_ns.p99", static_cast<double>(tally.read_ns.quantile(0.99))},
      {"write_latency_ns.mean", tally.write_ns.mean()},
      {"write_latency_ns.p99", static_cast<double>(tally.write_ns.quantile(0.99))},
      {"wait_ns.mean", tally.wait_ns.mean()},
      {"throughput_per_s", per(static_cast<std::int64_t>(tally.completed), time_ns / 1e9)}};
  std::vector<NodeReport> nodes;
  for (std::size_t i = 0; i < cluster.nodes.size(); ++i) {
    nodes.push_back(
        node_report(cluster.nodes[i], tally.nodes[i], time_ns, cluster.failover.promotes()));
    list.emplace_back("nodes." + nodes.back().name + ".utilisation", nodes.back().utilisation);
  }
  list.emplace_back("distribution.max_over_mean", distribution(nodes).max_over_mean);
  list.emplace_back("availability.reads.share",
                    availability(tally.read_outages, tally.read_ns.count()).share);
  list.emplace_back("availability.writes.share",
                    availability(tally.write_outages, tally.write_ns.count()).share);
  if (const ConsistencyTally& c = tally.consistency; c.checked) {
    list.emplace_back("staleness.stale_reads", static_cast<double>(c.stale_reads));
    list.emplace_back("staleness.read_your_writes_violations",
                      static_cast<double>(c.read_your_writes_violations));
    list.emplace_back("conflicts.write_conflicts", static_cast<double>(c.write_conflicts));
  }
  return list;
}

}  // namespace

CandidateReport summarize(std::string name, std::vector<std::string> routers,
                          std::vector<RunTally> repetitions, const ClusterSpec& cluster) {
  CandidateReport report;
  report.name = std::move(name);
  report.routers = std::move(routers);

  if (repetitions.size() > 1) {
    std::vector<std::vector<std::pair<std::string, double>>> figures_of;
    figures_of.reserve(repetitions.size());
    for (const RunTally& tally : repetitions)
      figures_of.push_back(repeated_figures(tally, cluster));
    for (std::size_t i = 0; i < figures_of.front().size(); ++i) {
      std::vector<double> values;
      values.reserve(figures_of.size());
      for (const auto& figures : figures_of) values.push_back(figures[i].second);
      report.intervals.emplace_back(figures_of.front()[i].first,
                                    mean_interval(values, report.interval_level));
    }
  }
  const std::size_t count = repetitions.size();
  RunTally tally = std::move(repetitions.front());
  for (std::size_t i = 1; i < count; ++i) tally.merge(std::move(repetitions[i]));

  report.fingerprint = fingerprint(tally);
  report.completed = tally.completed;
  report.failed = tally.failed;
  report.timed_out = tally.timed_out;
  report.rejected = tally.rejected;
  report.retries = tally.retries;
  report.probes = tally.probes;
  report.reads = availability(tally.read_outages, tally.read_ns.count());
  report.writes = availability(tally.write_outages, tally.write_ns.count());
  const Histogram all = all_latencies(tally);
  report.latency = figures(all);
  report.latency_curve = curve(all);
  report.read_latency = figures(tally.read_ns);
  report.write_latency = figures(tally.write_ns);
  report.wait = figures(tally.wait_ns);
  const auto completed = static_cast<double>(tally.completed);
  report.mean_held_ns = std::llround(per(tally.held_ns, completed));
  report.mean_router_ns = std::llround(per(tally.router_ns, completed));
  report.mean_service_ns = std::llround(per(tally.service_ns, completed));
  report.mean_acks_ns = std::llround(per(tally.acks_ns, completed));
  report.mean_wire_ns = std::llround(per(tally.wire_ns, completed));
  const double time_ns = measured_ns(tally);
  report.throughput_per_s = time_ns == 0 ? 0 : completed / time_ns * 1e9;
  for (std::size_t i = 0; i < cluster.nodes.size(); ++i) {
    report.nodes.push_back(
        node_report(cluster.nodes[i], tally.nodes[i], time_ns, cluster.failover.promotes()));
  }
  report.distribution = distribution(report.nodes);
  const ConsistencyTally& consistency = tally.consistency;
  report.staleness = staleness(consistency);
  report.conflicts = {consistency.write_conflicts,         consistency.conflicting_pairs,
                      consistency.conflicting_writes,      consistency.lost_updates,
                      consistency.split_transactions,      consistency.left_transactions,
                      consistency.lost_acknowledged_writes};
  report.overhead = overhead(tally, all.mean());
  report.bucket_ns = tally.series.bucket_ns();
  report.series = series(tally.series, count);
  return report;
}

std::vector<EvidenceReport> describe_evidence(const std::vector<Evidence>& cases,
                                              const ClusterSpec& cluster, const Trace& trace) {
  const TraceColumns& c = trace.columns();
  const auto session = [&](RequestIndex i) {
    return std::string(trace.names().sessions[c.session[i]]);
  };
  std::vector<EvidenceReport> reports;
  for (const Evidence& one : cases) {
    EvidenceReport report;
    report.kind = evidence_name(one.kind);
    report.request = one.request;
    report.session = session(one.request);
    if (!c.key.empty() && c.key[one.request] != kNone) {
      report.key = trace.names().keys[c.key[one.request]];
    }
    report.node = cluster.nodes[index(one.node)].name;
    report.at_ns = one.at_ns;
    report.other_request = one.other;
    report.other_session = session(one.other);
    report.other_node = cluster.nodes[index(one.other_node)].name;
    report.lag_ns = one.age_ns;
    reports.push_back(std::move(report));
  }
  return reports;
}

}  // namespace switchyard
