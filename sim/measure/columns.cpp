#include "measure/columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "core/time.h"

namespace switchyard {
namespace {

double highest_utilisation(const CandidateReport& c) {
  double highest = 0;
  for (const NodeReport& node : c.nodes) highest = std::max(highest, node.utilisation);
  return highest;
}

double lost(const CandidateReport& c) {
  return static_cast<double>(c.failed + c.timed_out + c.rejected);
}

std::string count_text(double value) {
  return value < 1e6 ? fmt::format("{:.0f}", value) : fmt::format("{:.1f}M", value / 1e6);
}
std::string share_text(double share) {
  const double value = share * 100;
  return value > 0 && value < 0.995 ? fmt::format("{:.3f}%", value) : percent_text(share);
}
std::string ratio_text(double value) {
  return fmt::format("{:.2f}", value);
}
double as_double(std::int64_t ns) {
  return static_cast<double>(ns);
}

std::optional<FigureInterval> interval_of(const CandidateReport& c, std::string_view path) {
  for (const auto& [name, bounds] : c.intervals) {
    if (name == path) return FigureInterval{bounds.first, bounds.second};
  }
  return std::nullopt;
}

// The intervals of counts are of one repetition's; what is shown is of all of them, or a share.
std::optional<FigureInterval> scaled(std::optional<FigureInterval> interval, double shown) {
  if (!interval) return interval;
  const double centre = (interval->low + interval->high) / 2;
  if (centre == 0) return interval;
  return FigureInterval{interval->low * shown / centre, interval->high * shown / centre};
}

// Of what is served: of what is not.
std::optional<FigureInterval> complement(std::optional<FigureInterval> interval) {
  if (!interval) return interval;
  return FigureInterval{1 - interval->high, 1 - interval->low};
}

double stale_share(const CandidateReport& c) {
  const auto checked = static_cast<double>(c.staleness->reads_checked);
  return checked == 0 ? 0 : static_cast<double>(c.staleness->stale_reads) / checked;
}

std::optional<FigureInterval> busiest_interval(const CandidateReport& c) {
  const auto busiest = std::ranges::max_element(c.nodes, {}, &NodeReport::utilisation);
  if (busiest == c.nodes.end()) return std::nullopt;
  return interval_of(c, fmt::format("nodes.{}.utilisation", busiest->name));
}

Column with_interval(Column column,
                     std::optional<FigureInterval> (*interval)(const CandidateReport&)) {
  column.interval = interval;
  return column;
}

Column among_all(Column column) {
  column.among_all = true;
  return column;
}

bool served_all(const CandidateReport& c) {
  return c.completed > 0 && lost(c) == 0;
}

}  // namespace

std::string exact_text(const Column& column, const CandidateReport& candidate) {
  const double value = column.value(candidate);
  // How a column is shown tells what it is in.
  if (column.format == format_duration) return fmt::format("{:.10g} ns", value);
  const bool is_share = column.format == percent_text || column.format == share_text;
  return is_share ? fmt::format("{:.9g}%", value * 100) : fmt::format("{:.10g}", value);
}

std::string percent_text(double share) {
  const double value = share * 100;
  return fmt::format("{:.{}f}%", value, value > 0 && value < 9.95 ? 1 : 0);
}

std::span<const Column> comparison_columns() {
  using Candidate = CandidateReport;
  static const std::vector<Column> list = {
      with_interval(
          {"mean", "latency", 7, [](const Candidate& c) { return as_double(c.latency.mean); },
           format_duration, true, "from the moment the client wanted to ask to its answer"},
          [](const Candidate& c) { return interval_of(c, "latency_ns.mean"); }),
      with_interval({"p50", "", 7, [](const Candidate& c) { return as_double(c.latency.p50); },
                     format_duration, true, "half of the requests were answered within this time"},
                    [](const Candidate& c) { return interval_of(c, "latency_ns.p50"); }),
      with_interval(
          {"p99", "", 7, [](const Candidate& c) { return as_double(c.latency.p99); },
           format_duration, true, "all but one request in 100 were answered within this time"},
          [](const Candidate& c) { return interval_of(c, "latency_ns.p99"); }),
      with_interval(
          {"p99.9", "", 7, [](const Candidate& c) { return as_double(c.latency.p999); },
           format_duration, true, "all but one request in 1,000 were answered within this time"},
          [](const Candidate& c) { return interval_of(c, "latency_ns.p999"); }),
      with_interval(
          {"wait in", "queue", 7, [](const Candidate& c) { return as_double(c.wait.mean); },
           format_duration, true, "mean time spent waiting for a worker of the node"},
          [](const Candidate& c) { return interval_of(c, "wait_ns.mean"); }),
      with_interval({"busiest", "node", 7, highest_utilisation, percent_text, true,
                     "highest use of a node's workers, applies included"},
                    busiest_interval),
      with_interval(
          {"max/", "mean", 5, [](const Candidate& c) { return c.distribution.max_over_mean; },
           ratio_text, true, "requests of the busiest node over the average of all nodes"},
          [](const Candidate& c) { return interval_of(c, "distribution.max_over_mean"); }),
      {"reads on", "primary", 8,
       [](const Candidate& c) { return c.distribution.primary_read_share; }, percent_text, false,
       "share of the reads that primaries served"},
      {"not", "served", 6, lost, count_text, true, "requests refused, rejected, given up or lost"},
      {"decision", "", 8, [](const Candidate& c) { return c.overhead.mean_ns; }, format_duration,
       true, "mean time in the router's own code, measured on this machine"},
  };
  return list;
}

std::span<const Column> consistency_columns() {
  using Candidate = CandidateReport;
  static const std::vector<Column> list = {
      with_interval({"stale", "reads", 7, stale_share, share_text, true,
                     "share of the reads of a key that missed a write acknowledged before"},
                    [](const Candidate& c) {
                      return scaled(interval_of(c, "staleness.stale_reads"), stale_share(c));
                    }),
      {"age", "p50", 7, [](const Candidate& c) { return as_double(c.staleness->stale_age.p50); },
       format_duration, true,
       "how long ago the oldest write missed was committed, median of the stale reads"},
      {"age", "p99", 7, [](const Candidate& c) { return as_double(c.staleness->stale_age.p99); },
       format_duration, true,
       "how long ago the oldest write missed was committed, 99th percentile of the stale reads"},
      with_interval({"own write", "missed", 9,
                     [](const Candidate& c) {
                       return static_cast<double>(c.staleness->read_your_writes_violations);
                     },
                     count_text, true, "reads that missed a write of their own session"},
                    [](const Candidate& c) {
                      return scaled(interval_of(c, "staleness.read_your_writes_violations"),
                                    static_cast<double>(c.staleness->read_your_writes_violations));
                    }),
      {"went", "back", 6,
       [](const Candidate& c) {
         return static_cast<double>(c.staleness->monotonic_read_violations);
       },
       count_text, true, "reads of an older version than their session had read before"},
      with_interval(
          {"write", "conflicts", 9,
           [](const Candidate& c) { return static_cast<double>(c.conflicts.write_conflicts); },
           count_text, true, "writes that did not know of an earlier one of their key"},
          [](const Candidate& c) {
            return scaled(interval_of(c, "conflicts.write_conflicts"),
                          static_cast<double>(c.conflicts.write_conflicts));
          }),
      {"lost", "updates", 7,
       [](const Candidate& c) { return static_cast<double>(c.conflicts.lost_updates); }, count_text,
       true, "writes overwritten by one that did not know of them"},
      {"split", "trans.", 6,
       [](const Candidate& c) { return static_cast<double>(c.conflicts.split_transactions); },
       count_text, true, "transactions whose writes went to several nodes"},
      {"left", "trans.", 6,
       [](const Candidate& c) { return static_cast<double>(c.conflicts.left_transactions); },
       count_text, true, "transactions of which a statement ran elsewhere than the first"},
  };
  return list;
}

std::span<const Column> availability_columns() {
  using Candidate = CandidateReport;
  static const std::vector<Column> list = {
      with_interval({"reads", "failed", 7, [](const Candidate& c) { return 1 - c.reads.share; },
                     share_text, true, "share of the reads that were not served", true},
                    [](const Candidate& c) {
                      return complement(interval_of(c, "availability.reads.share"));
                    }),
      {"read", "outages", 7, [](const Candidate& c) { return as_double(c.reads.outage_ns); },
       format_duration, true, "time in which no read was served", true},
      {"longest", "", 7, [](const Candidate& c) { return as_double(c.reads.longest_outage_ns); },
       format_duration, true, "longest time in which no read was served", true},
      with_interval({"writes", "failed", 7, [](const Candidate& c) { return 1 - c.writes.share; },
                     share_text, true, "share of the writes that were not served", true},
                    [](const Candidate& c) {
                      return complement(interval_of(c, "availability.writes.share"));
                    }),
      {"write", "outages", 7, [](const Candidate& c) { return as_double(c.writes.outage_ns); },
       format_duration, true, "time in which no write was served", true},
      {"longest", "", 7, [](const Candidate& c) { return as_double(c.writes.longest_outage_ns); },
       format_duration, true, "longest time in which no write was served", true},
      {"retries", "", 7, [](const Candidate& c) { return static_cast<double>(c.retries); },
       count_text, true, "further attempts of requests that had failed", true},
      {"acked", "lost", 7,
       [](const Candidate& c) { return static_cast<double>(c.conflicts.lost_acknowledged_writes); },
       count_text, true, "writes that were acknowledged and then lost by a failover", true},
  };
  return list;
}

std::span<const Column> frontier_columns() {
  using Candidate = CandidateReport;
  static const std::vector<Column> list = {
      with_interval(
          {"read", "mean", 7, [](const Candidate& c) { return as_double(c.read_latency.mean); },
           format_duration, true, "mean latency of the reads", true},
          [](const Candidate& c) { return interval_of(c, "read_latency_ns.mean"); }),
      with_interval(
          {"read", "p99", 7, [](const Candidate& c) { return as_double(c.read_latency.p99); },
           format_duration, true, "all but one read in 100 were answered within this time", true},
          [](const Candidate& c) { return interval_of(c, "read_latency_ns.p99"); }),
      among_all(consistency_columns()[0]),  // stale reads
      among_all(consistency_columns()[3]),  // own write missed
      {"reads on", "primary", 8,
       [](const Candidate& c) { return c.distribution.primary_read_share; }, percent_text, false,
       "share of the reads that primaries served", true},
  };
  return list;
}

Ranking::Ranking(std::span<const CandidateReport> candidates) : candidates_(candidates) {
  const auto deployable = [](const CandidateReport& c) { return !c.is_bound; };
  only_complete_ = std::ranges::any_of(
      candidates, [&](const CandidateReport& c) { return deployable(c) && served_all(c); });
  leaves_some_out_ =
      only_complete_ && std::ranges::any_of(candidates, [&](const CandidateReport& c) {
        return deployable(c) && !served_all(c);
      });
}

bool Ranking::may_be_best(const Column& column, const CandidateReport& c) const {
  if (!column.has_best || c.is_bound) return false;
  return column.among_all || (c.completed > 0 && (!only_complete_ || served_all(c)));
}

std::string Ranking::best(const Column& column) const {
  return extremes(column).first;
}
std::string Ranking::worst(const Column& column) const {
  return extremes(column).second;
}

std::pair<std::string, std::string> Ranking::extremes(const Column& column) const {
  double least = std::numeric_limits<double>::infinity();
  double most = -least;
  for (const CandidateReport& c : candidates_) {
    if (!may_be_best(column, c)) continue;
    least = std::min(least, column.value(c));
    most = std::max(most, column.value(c));
  }
  if (!(least < most) || column.format(least) == column.format(most)) return {};
  return {column.format(least), column.format(most)};
}

}  // namespace switchyard
