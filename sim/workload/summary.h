// What a recording holds, for `inspect` and for warnings before a run.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/histogram.h"
#include "workload/trace.h"

namespace switchyard {

struct TraceSummary {
  std::uint64_t requests = 0;
  std::array<std::uint64_t, kOpCount> per_op{};
  std::uint64_t sessions = 0;
  std::uint64_t transactions = 0;  // explicit ones
  std::uint64_t keys = 0;
  std::uint64_t keyed_requests = 0;
  double hottest_key_share = 0;          // of keyed requests
  double hottest_percent_key_share = 0;  // share of the most used 1 % of keys
  std::uint64_t tables = 0;
  std::uint64_t asked_as_recorded = 0;  // requests of which it is recorded how routers were asked
  std::uint64_t recorded_calls = 0;     // of routers, for those
  Nanoseconds span_ns = 0;
  double mean_rate = 0;     // requests per second over the span
  double peak_to_mean = 0;  // busiest second (or tenth of a shorter span) over the mean
  std::uint64_t with_duration = 0;
  Histogram read_dur_ns;
  Histogram write_dur_ns;
  double mean_busy = 0;              // total of durations over the span: servers kept busy
  std::vector<std::string> missing;  // columns that the recording lacks, and what follows from it
};

// A row that stands for several requests counts as many.
TraceSummary summarize(const Trace& recorded);

// How many requests came when, in stretches of equal length from the first request on.
struct RateOverTime {
  Nanoseconds stretch_ns = 1;
  std::vector<std::uint64_t> reads;
  std::vector<std::uint64_t> writes;  // what needs a primary

  bool operator==(const RateOverTime&) const = default;
};

// In as many stretches as fit, `most` at the most; the last one holds the last request. None for a
// trace without requests. REQUIRES most > 0.
RateOverTime rate_over_time(const Trace& trace, std::size_t most);

}  // namespace switchyard
