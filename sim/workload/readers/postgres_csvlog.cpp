#include "workload/readers/postgres_csvlog.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "workload/readers/csv_records.h"
#include "workload/readers/postgres_log.h"

namespace switchyard {
namespace {

// Positions of the fields that are used; the last are absent in older versions.
enum Field : std::size_t {
  kLogTime = 0,
  kSessionId = 5,
  kSeverity = 11,
  kMessage = 13,
  kDetail = 14,
  kContext = 18,
  kBackendType = 23,
};
// Of versions 8.4, 9.0 to 12, 13, and 14 to 17.
constexpr std::array<std::size_t, 4> kFieldCounts = {22, 23, 24, 26};

bool is_start(std::string_view line) {
  return parse_time_stamp(line).has_value();
}

}  // namespace

Trace read_postgres_csvlog(PeekedSource& source, std::string_view file,
                           const ImportOptions& options) {
  PostgresLog log(file, "pgcsv", options);
  CsvRecords records(source);
  for (;;) {
    const CsvRecords::Result result = records.next();
    if (result == CsvRecords::Result::kEnd) return log.finish();
    const std::span<const std::string_view> fields = records.fields();
    const auto give_up = [&](const std::string& what) {
      log.import().count_row();
      log.import().malformed(records.line(), what);
      records.skip_to(is_start);
    };
    if (result == CsvRecords::Result::kTooLong) {
      give_up("is longer than 64 MiB");
      continue;
    }
    if (result == CsvRecords::Result::kUnclosed) {
      give_up("has a quoted field that is not closed, or goes on behind its quote");
      continue;
    }
    if (std::ranges::find(kFieldCounts, fields.size()) == kFieldCounts.end()) {
      give_up(fmt::format("has {} fields; a PostgreSQL csvlog row has 22, 23, 24 or 26",
                          fields.size()));
      continue;
    }
    const auto stamp = parse_time_stamp(fields[kLogTime]);
    if (!stamp || stamp->size != fields[kLogTime].size()) {
      give_up(fmt::format("expected a time like '2026-11-22 20:50:39.922 UTC', found '{}'",
                          fields[kLogTime].substr(0, 60)));
      continue;
    }
    log.row(
        {.line = records.line(),
         .stamp = *stamp,
         .session = fields[kSessionId],
         .severity = fields[kSeverity],
         .message = fields[kMessage],
         .detail = fields[kDetail],
         .context = fields[kContext],
         .backend_type = fields.size() > kBackendType ? fields[kBackendType] : std::string_view()});
  }
}

bool looks_like_postgres_csvlog(std::string_view head) {
  const std::string_view line = head.substr(0, head.find('\n'));
  const auto stamp = parse_time_stamp(line);
  return stamp && line.substr(stamp->size).starts_with(',') && std::ranges::count(line, ',') >= 10;
}

}  // namespace switchyard
