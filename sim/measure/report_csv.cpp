#include <fmt/format.h>

#include <iterator>

#include "measure/report_writers.h"

namespace switchyard {
namespace {

void append_latency_header(std::string& out, const char* name) {
  for (const char* figure : {"mean", "p50", "p90", "p95", "p99", "p999", "max"}) {
    fmt::format_to(std::back_inserter(out), ",{}.{}", name, figure);
  }
}

void append_latency(std::string& out, const LatencyFigures& f) {
  fmt::format_to(std::back_inserter(out), ",{},{},{},{},{},{},{}", f.mean, f.p50, f.p90, f.p95,
                 f.p99, f.p999, f.max);
}

// Empty fields where the recording names no keys.
void append_consistency(std::string& out, const CandidateReport& c) {
  if (c.staleness) {
    const StalenessReport& s = *c.staleness;
    fmt::format_to(std::back_inserter(out), ",{},{},{},{},{},{},{},{}", s.reads_checked,
                   s.stale_reads, s.stale_age.p50, s.stale_age.p99, s.read_your_writes_violations,
                   s.monotonic_read_violations, c.conflicts.write_conflicts,
                   c.conflicts.lost_updates);
  } else {
    out += ",,,,,,,,";
  }
  fmt::format_to(std::back_inserter(out), ",{},{},{}", c.conflicts.split_transactions,
                 c.conflicts.left_transactions, c.conflicts.lost_acknowledged_writes);
  for (const AvailabilityReport* a : {&c.reads, &c.writes}) {
    fmt::format_to(std::back_inserter(out), ",{},{},{}", a->share, a->outage_ns,
                   a->longest_outage_ns);
  }
}

}  // namespace

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

std::string to_csv(const Report& report) {
  std::string out = "name,fingerprint,completed,failed,timed_out,rejected";
  for (const char* name : {"latency_ns", "read_latency_ns", "write_latency_ns", "wait_ns"}) {
    append_latency_header(out, name);
  }
  out +=
      ",throughput_per_s,distribution.max_over_mean,distribution.jain,distribution.chi_square,"
      "distribution.chi_square_p,distribution.primary_read_share,staleness.reads_checked,"
      "staleness.stale_reads,staleness.stale_age_ns.p50,staleness.stale_age_ns.p99,"
      "staleness.read_your_writes_violations,staleness.monotonic_read_violations,"
      "conflicts.write_conflicts,conflicts.lost_updates,conflicts.split_transactions,"
      "conflicts.left_transactions,conflicts.lost_acknowledged_writes,availability.reads.share,"
      "availability.reads.outage_ns,availability.reads.longest_outage_ns,"
      "availability.writes.share,availability.writes.outage_ns,"
      "availability.writes.longest_outage_ns,overhead.decision_ns.mean,overhead.decision_ns.p50,"
      "overhead.decision_ns.p99,overhead.share_of_mean_latency";
  if (!report.candidates.empty()) {
    for (const NodeReport& node : report.candidates.front().nodes) {
      for (const char* figure : {"reads", "writes", "control", "applies", "utilisation",
                                 "mean_queue", "max_queue", "errors"}) {
        out += ',' + csv_field(fmt::format("nodes.{}.{}", node.name, figure));
      }
    }
  }
  out += '\n';
  for (const CandidateReport& c : report.candidates) {
    out += csv_field(c.name);
    fmt::format_to(std::back_inserter(out), ",{},{},{},{},{}", c.fingerprint, c.completed, c.failed,
                   c.timed_out, c.rejected);
    for (const LatencyFigures* figures : {&c.latency, &c.read_latency, &c.write_latency, &c.wait}) {
      append_latency(out, *figures);
    }
    fmt::format_to(std::back_inserter(out), ",{},{},{},{},{},{}", c.throughput_per_s,
                   c.distribution.max_over_mean, c.distribution.jain, c.distribution.chi_square,
                   c.distribution.chi_square_p, c.distribution.primary_read_share);
    append_consistency(out, c);
    fmt::format_to(std::back_inserter(out), ",{},{},{},{}", c.overhead.mean_ns, c.overhead.p50_ns,
                   c.overhead.p99_ns, c.overhead.share_of_mean_latency);
    for (const NodeReport& node : c.nodes) {
      fmt::format_to(std::back_inserter(out), ",{},{},{},{},{},{},{},{}", node.reads, node.writes,
                     node.control, node.applies, node.utilisation, node.mean_queue, node.max_queue,
                     node.errors);
    }
    out += '\n';
  }
  return out;
}

}  // namespace switchyard
