#include "workload/slice.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <string>

#include "core/error.h"

namespace switchyard {
namespace {

std::string describe(const TimeRange& range) {
  return fmt::format("from {} to {}", exact_duration(range.from_ns),
                     range.to_ns == kNever ? "the end" : exact_duration(range.to_ns));
}

// Requests that rows stand for.
std::uint64_t requests_in(const Trace& trace, std::size_t first, std::size_t last) {
  const std::span<const std::uint32_t> count = trace.columns().count;
  if (count.empty()) return last - first;
  return std::accumulate(count.begin() + static_cast<std::ptrdiff_t>(first),
                         count.begin() + static_cast<std::ptrdiff_t>(last), std::uint64_t{0});
}

}  // namespace

void validate(const TimeRange& range) {
  if (range.from_ns < range.to_ns) return;
  throw InputError(
      fmt::format("no request can lie {}; the end must come after the beginning", describe(range)));
}

Trace slice(const Trace& trace, const TimeRange& range) {
  validate(range);
  if (range.is_whole()) return trace;
  const std::span<const std::int64_t> times = trace.columns().t_ns;
  const std::int64_t origin = times.empty() ? 0 : times.front();
  // The time since the first request can't overflow, nor can that until the range's end.
  const auto place = [&](Nanoseconds moment) {
    const auto at = std::ranges::partition_point(
        times, [&](std::int64_t t_ns) { return t_ns - origin < moment; });
    return static_cast<std::size_t>(at - times.begin());
  };
  const std::size_t first = place(range.from_ns);
  const std::size_t last = place(range.to_ns);
  if (first == last) {
    throw InputError(
        fmt::format("no request lies {}: the recording has {} over {}, from its first to its last",
                    describe(range), trace.size(), exact_duration(trace.span_ns())));
  }
  TraceBuilder builder;
  builder.reserve(last - first);
  for (std::size_t i = first; i < last; ++i) {
    TraceRow row = row_of(trace, i);
    row.t_ns -= origin + range.from_ns;
    builder.add(row);
  }
  TraceInfo info = trace.info();
  if (info.epoch_ns != 0) info.epoch_ns += origin + range.from_ns;
  std::string note =
      fmt::format("only requests {} of the recording: {} of {}", describe(range),
                  requests_in(trace, first, last), requests_in(trace, 0, trace.size()));
  if (first > 0) {
    note +=
        fmt::format("; request 0 of this report is its request {}", requests_in(trace, 0, first));
  }
  info.notes.push_back(std::move(note));
  return builder.finish(std::move(info));
}

}  // namespace switchyard
