// switchyard inspect: what a recording holds, and what is missing or was invented.
#include <fmt/format.h>

#include <memory>

#include "cli/import_options.h"
#include "cli/progress.h"
#include "cli/verbs.h"
#include "workload/summary.h"

namespace switchyard {
namespace {

std::string share_of(std::uint64_t part, std::uint64_t whole) {
  return fmt::format(
      "{:.1f}%", whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

void print_durations(const char* name, const Histogram& histogram) {
  if (histogram.count() == 0) return;
  const auto text = [](std::int64_t ns) { return format_duration(static_cast<double>(ns)); };
  fmt::print("{:<14} mean {}, p50 {}, p99 {}, max {} ({} with one)\n", name,
             format_duration(histogram.mean()), text(histogram.quantile(0.5)),
             text(histogram.quantile(0.99)), text(histogram.max()), histogram.count());
}

int inspect(const std::string& path, const ImportOptions& options, const TimeRange& range) {
  validate(range);
  const Trace trace = slice(open_with_progress(path, options), range);
  const TraceSummary s = summarize(trace);
  const auto of = [&](Op op) { return s.per_op[static_cast<std::size_t>(op)]; };
  const std::uint64_t writes = of(Op::kWrite) + of(Op::kDdl) + of(Op::kLockingRead);
  const std::uint64_t control = s.requests - of(Op::kRead) - writes;

  fmt::print("{}\n\n", path);
  fmt::print("{:<14} {} (recorded by {})\n", "requests", s.requests, trace.info().source);
  fmt::print("{:<14} {} ({})\n", "reads", of(Op::kRead), share_of(of(Op::kRead), s.requests));
  fmt::print("{:<14} {} ({}): {} writes, {} locking reads, {} DDL\n", "need a primary", writes,
             share_of(writes, s.requests), of(Op::kWrite), of(Op::kLockingRead), of(Op::kDdl));
  fmt::print("{:<14} {} ({}): {} begin, {} commit, {} abort, {} session state, {} other\n",
             "not routed", control, share_of(control, s.requests), of(Op::kBegin), of(Op::kCommit),
             of(Op::kAbort), of(Op::kSession), of(Op::kOther));
  if (s.asked_as_recorded > 0) {
    fmt::print("{:<14} {} for {} requests, as recorded\n", "router calls", s.recorded_calls,
               s.asked_as_recorded);
  }
  fmt::print("{:<14} {}\n", "sessions", s.sessions);
  fmt::print("{:<14} {}\n", "transactions", s.transactions);
  fmt::print("{:<14} {} in {} requests", "keys", s.keys, s.keyed_requests);
  if (s.keys > 0) {
    fmt::print("; the hottest takes {:.1f}%, the hottest 1% of keys {:.1f}%",
               100 * s.hottest_key_share, 100 * s.hottest_percent_key_share);
  }
  fmt::print("\n{:<14} {}\n", "tables", s.tables);
  fmt::print("{:<14} {}, {:.1f} requests a second on average, {:.1f} times that at the peak\n",
             "span", format_duration(static_cast<double>(s.span_ns)), s.mean_rate, s.peak_to_mean);
  print_durations("read time", s.read_dur_ns);
  print_durations("write time", s.write_dur_ns);
  if (s.with_duration > 0) {
    fmt::print("{:<14} {:.2f} requests in service at a time on average\n", "concurrency",
               s.mean_busy);
  }
  for (const std::string& text : s.missing) fmt::print("{:<14} {}\n", "missing", text);
  for (const std::string& text : trace.info().notes) fmt::print("{:<14} {}\n", "import", text);
  return kExitSuccess;
}

}  // namespace

void add_inspect(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("inspect", "Tell what a recording holds and lacks");
  auto path = std::make_shared<std::string>();
  auto options = std::make_shared<ImportOptions>();
  command->add_option("trace", *path, "Recording (- for standard input)")->required();
  auto range = std::make_shared<TimeRange>();
  add_import_options(*command, *options);
  add_range_options(*command, *range);
  command->callback([&action, path, options, range] {
    action = [path, options, range] { return inspect(*path, *options, *range); };
  });
}

}  // namespace switchyard
