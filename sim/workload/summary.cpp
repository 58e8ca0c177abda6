#include "workload/summary.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace switchyard {
namespace {

double peak_to_mean(std::span<const std::int64_t> t_ns, Nanoseconds span_ns) {
  if (span_ns <= 0) return 1;
  const Nanoseconds bucket = std::min<Nanoseconds>(kSecond, std::max<Nanoseconds>(span_ns / 10, 1));
  std::uint64_t peak = 0;
  std::uint64_t in_bucket = 0;
  Nanoseconds current = 0;
  for (const std::int64_t t : t_ns) {
    const Nanoseconds at = (t - t_ns.front()) / bucket;
    if (at != current) in_bucket = 0;
    current = at;
    peak = std::max(peak, ++in_bucket);
  }
  const double mean =
      static_cast<double>(t_ns.size()) * static_cast<double>(bucket) / static_cast<double>(span_ns);
  return static_cast<double>(peak) / mean;
}

void summarize_keys(const Trace& trace, TraceSummary& summary) {
  std::vector<std::uint32_t> uses(trace.names().keys.size());
  for (const std::uint32_t key : trace.columns().key) {
    if (key != kNone) ++uses[key];
  }
  summary.keys =
      static_cast<std::uint64_t>(std::ranges::count_if(uses, [](auto n) { return n > 0; }));
  summary.keyed_requests = std::accumulate(uses.begin(), uses.end(), std::uint64_t{0});
  if (summary.keyed_requests == 0) return;
  const std::size_t hottest = std::max<std::size_t>(1, (summary.keys + 99) / 100);
  std::ranges::partial_sort(uses, uses.begin() + static_cast<std::ptrdiff_t>(hottest),
                            std::greater<>());
  const auto total = static_cast<double>(summary.keyed_requests);
  summary.hottest_key_share = uses.front() / total;
  summary.hottest_percent_key_share =
      static_cast<double>(std::accumulate(
          uses.begin(), uses.begin() + static_cast<std::ptrdiff_t>(hottest), std::uint64_t{0})) /
      total;
}

std::uint64_t count_transactions(const Trace& trace) {
  const TraceColumns& c = trace.columns();
  std::vector<std::uint32_t> last(trace.session_count());
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < c.txn.size(); ++i) {
    if (c.txn[i] != 0 && last[c.session[i]] != c.txn[i]) ++count;
    last[c.session[i]] = c.txn[i];
  }
  return count;
}

std::vector<std::string> missing_columns(const TraceColumns& c) {
  std::vector<std::string> missing;
  if (c.dur_ns.empty()) missing.emplace_back("durations: service times are drawn from a law");
  if (c.key.empty()) missing.emplace_back("keys: staleness and conflicts can't be reported");
  if (c.txn.empty()) missing.emplace_back("transactions: every statement counts as its own");
  if (c.table.empty() && c.object_table.empty()) missing.emplace_back("tables");
  return missing;
}

}  // namespace

TraceSummary summarize(const Trace& recorded) {
  const Trace trace = expand_repeats(recorded);
  const TraceColumns& c = trace.columns();
  TraceSummary summary;
  summary.requests = trace.size();
  summary.sessions = trace.session_count();
  summary.tables = trace.names().tables.size();
  summary.span_ns = trace.span_ns();
  for (const Op op : c.op) ++summary.per_op[static_cast<std::size_t>(op)];
  for (const std::uint32_t asked : c.asked) {
    if (asked == 0) continue;
    ++summary.asked_as_recorded;
    summary.recorded_calls += unpack_valid_asking(asked).call_count;
  }
  double total_dur = 0;
  for (std::size_t i = 0; i < c.dur_ns.size(); ++i) {
    if (c.dur_ns[i] == kUnknown) continue;
    ++summary.with_duration;
    total_dur += static_cast<double>(c.dur_ns[i]);
    if (class_of(c.op[i]) == RequestClass::kRead) summary.read_dur_ns.record(c.dur_ns[i]);
    if (class_of(c.op[i]) == RequestClass::kWrite) summary.write_dur_ns.record(c.dur_ns[i]);
  }
  if (summary.span_ns > 0) {
    const auto span = static_cast<double>(summary.span_ns);
    summary.mean_rate = static_cast<double>(trace.size()) / span * 1e9;
    summary.mean_busy = total_dur / span;
  }
  summary.peak_to_mean = peak_to_mean(c.t_ns, summary.span_ns);
  summarize_keys(trace, summary);
  summary.transactions = count_transactions(trace);
  summary.missing = missing_columns(c);
  return summary;
}

RateOverTime rate_over_time(const Trace& trace, std::size_t most) {
  const TraceColumns& c = trace.columns();
  RateOverTime rate;
  if (trace.size() == 0) return rate;
  rate.stretch_ns = trace.span_ns() / static_cast<Nanoseconds>(most) + 1;
  const auto place = [&](std::int64_t t_ns) {
    return static_cast<std::size_t>((t_ns - c.t_ns.front()) / rate.stretch_ns);
  };
  rate.reads.resize(place(c.t_ns.back()) + 1);
  rate.writes.resize(rate.reads.size());
  for (std::size_t i = 0; i < trace.size(); ++i) {
    const RequestClass kind = class_of(c.op[i]);
    if (kind == RequestClass::kControl) continue;
    auto& counts = kind == RequestClass::kRead ? rate.reads : rate.writes;
    counts[place(c.t_ns[i])] += c.count.empty() ? 1 : c.count[i];
  }
  return rate;
}

}  // namespace switchyard
