// What a user can say about a recording that it does not say itself.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/time.h"
#include "workload/op.h"
#include "workload/readers/sql_statement.h"

namespace switchyard {

struct ImportOptions {
  std::string format = "auto";  // a name of trace_formats(), or auto
  SqlFunctions functions;
  bool strict = false;  // damaged records are errors
  // Keys become digests that only this secret can link to their values; empty: a secret that is
  // drawn and forgotten, so that two imports have nothing in common.
  std::optional<std::string> hash_keys;
  // PostgreSQL's log_line_prefix; empty: told from the first lines.
  std::string log_line_prefix;
  // Of stamps whose zone is missing or unclear, from UTC.
  std::optional<Nanoseconds> utc_offset_ns;
  // Of stamps without a year (syslog).
  std::optional<int> year;
  // Takes a log that seems to hold slow statements only.
  bool partial = false;
  // Share of reads in a recording that does not tell reads from writes, from 0 to 1.
  std::optional<double> read_share;
  // Sessions that the requests of a key-value or block recording are dealt to in turn, whatever it
  // names; without it those that it names, or a thousand.
  std::optional<std::uint32_t> sessions;
  // Where a text of columns has what: "time-col=2,obj-id-col=5,delimiter=,", counted from 1.
  std::string columns;
  // Whether the transactions of a pgbench script, by its number, read or write.
  std::map<std::size_t, Op> pgbench_scripts;
  // Called as the input is read, with bytes read so far and its size (0: unknown). It may throw.
  std::function<void(std::uint64_t done, std::uint64_t size)> on_progress;

  // Whether both read a recording alike, whoever is told of the progress.
  bool operator==(const ImportOptions& other) const;
};

// "+01:00" or "-0330" in nanoseconds; nothing for other texts.
std::optional<Nanoseconds> parse_utc_offset(std::string_view text);
inline constexpr std::string_view kUtcOffsetForm = "an offset like +01:00";

// "3=r" or "3=w": the number of a script, and whether it reads or writes.
std::optional<std::pair<std::size_t, Op>> parse_pgbench_script(std::string_view text);
inline constexpr std::string_view kPgbenchScriptForm =
    "the number of a script and r (reads) or w (writes), like 0=r";

inline constexpr int kFirstYear = 1970;
inline constexpr int kLastYear = 2200;
inline constexpr std::uint32_t kManySessions = 10'000'000;

}  // namespace switchyard
