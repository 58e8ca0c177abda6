#include "cli/import_options.h"

#include <fmt/format.h>

#include <optional>
#include <string>

#include "core/error.h"
#include "workload/open_trace.h"

namespace switchyard {
namespace {

template <class T>
T parsed(std::string_view option, const std::string& text, const std::optional<T>& value,
         std::string_view form) {
  if (!value) throw InputError(fmt::format("{} {}: expected {}", option, text, form));
  return *value;
}

void add_moment(CLI::App& command, const char* option, Nanoseconds& moment, const char* help) {
  command.add_option_function<std::string>(
      option,
      [option, &moment](const std::string& text) {
        moment = parsed(option, text, parse_duration(text), "a duration with a unit, like 10s");
      },
      help);
}

}  // namespace

void add_import_options(CLI::App& command, ImportOptions& options) {
  command.add_option("--format", options.format, "Format of the recording")
      ->check(CLI::IsMember(trace_format_names()));
  command
      .add_option("--write-function", options.functions.writing,
                  "SQL function that writes, so that SELECT f() is a write; repeat for more")
      ->allow_extra_args(false);
  command
      .add_option("--read-function", options.functions.reading,
                  "SQL function that only reads; repeat for more")
      ->allow_extra_args(false);
  command.add_flag("--strict", options.strict, "Stop at the first damaged record");
  command.add_flag("--partial", options.partial,
                   "Take a log that seems to hold slow statements only");
  command
      .add_option("--hash-keys", options.hash_keys,
                  "Put digests in place of keys; with a secret, the same ones every time")
      ->expected(0, 1);
  command.add_option("--log-line-prefix", options.log_line_prefix,
                     "PostgreSQL's setting; told from the first lines if not given");
  command.add_option_function<std::string>(
      "--utc-offset",
      [&options](const std::string& text) {
        options.utc_offset_ns =
            parsed("--utc-offset", text, parse_utc_offset(text), kUtcOffsetForm);
      },
      "Zone of stamps that name none or an unclear one: +01:00");
  command.add_option("--year", options.year, "Year of stamps that lack it (syslog)")
      ->check(CLI::Range(kFirstYear, kLastYear));
  command
      .add_option("--read-share", options.read_share,
                  "Share of reads in a recording that does not tell them from writes, 0 to 1")
      ->check(CLI::Range(0.0, 1.0));
  command
      .add_option("--sessions", options.sessions,
                  "Deal the requests of a key-value or block recording to so many sessions in turn")
      ->check(CLI::Range(1U, kManySessions));
  command.add_option("--columns", options.columns,
                     "Columns of a text for --format libcachesim, from 1: "
                     "time-col=2,obj-id-col=5,delimiter=,");
  command
      .add_option("--pgbench-script",
                  "Whether a script of pgbench reads (0=r) or writes (0=w), by its number; repeat "
                  "for more")
      ->expected(1, CLI::detail::expected_max_vector_size)
      ->allow_extra_args(false)
      ->each([&options](const std::string& text) {
        const auto [number, op] =
            parsed("--pgbench-script", text, parse_pgbench_script(text), kPgbenchScriptForm);
        options.pgbench_scripts.insert_or_assign(number, op);
      });
}

void add_range_options(CLI::App& command, TimeRange& range) {
  add_moment(command, "--from", range.from_ns,
             "Only requests recorded so long after the first one, or later: 10s");
  add_moment(command, "--to", range.to_ns, "Only requests recorded before that: 20s");
}

}  // namespace switchyard
