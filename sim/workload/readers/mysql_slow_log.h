// The slow query log of MySQL 5.x to 9, Percona Server and MariaDB, recorded with
// long_query_time = 0.
//
// Times, the most exact first: `Start:` (MySQL 8 with log_slow_extra) is the start and `# Time:` in
// ISO form (since 5.7) the end, both to the microsecond. Older servers and MariaDB tell seconds:
// `# Time:` is the end, written when the second changes; `SET timestamp=` is the end up to 5.x, the
// start since 8.0 and in MariaDB. Rows are in the order in which statements ended.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "workload/byte_source.h"
#include "workload/import_options.h"
#include "workload/readers/import.h"
#include "workload/readers/mysql_slow_records.h"
#include "workload/trace.h"

namespace switchyard {

class MysqlSlowLog {
 public:
  // `source` names the format in the trace.
  MysqlSlowLog(std::string_view file, std::string_view source, const ImportOptions& options)
      : import_(file, source, options),
        classifier_(SqlDialect::kMysql, options.functions),
        file_(file),
        has_zone_(options.utc_offset_ns.has_value()) {}

  void take(const MysqlSlowRecord& record);
  // For readers to count what never becomes a record.
  Import& import() { return import_; }
  Trace finish();

 private:
  [[noreturn]] void refuse_without_time();
  void find_time(const MysqlSlowRecord& record);
  void find_coarse_time(const MysqlSlowRecord& record, Nanoseconds dur_ns);
  void learn_zone(Nanoseconds difference_ns);
  void take_waiting();
  void add(const MysqlSlowRecord& record);
  void set_times(const MysqlSlowRecord& record, RecordedStatement& recorded);
  void add_notes();

  Import import_;
  SqlClassifier classifier_;
  std::string_view file_;
  std::vector<MysqlSlowRecord> waiting_;  // records before the first with a time
  std::size_t waiting_bytes_ = 0;
  TimeStamp stamp_;  // when the last record was written
  bool has_time_ = false;
  bool is_exact_ = false;
  std::optional<std::int64_t> time_ns_;  // of the last `# Time:` line, in UTC
  Nanoseconds zone_ns_ = 0;
  bool has_zone_;

  bool has_start_stamps_ = false;
  bool has_end_stamps_ = false;
  bool has_unknown_zone_ = false;
  bool without_session_ = false;
  std::int64_t rate_limit_ = 1;
  bool is_rate_of_sessions_ = false;
  std::uint64_t absurd_ = 0;
  std::uint64_t cut_ = 0;
};

// Throws InputError with file and line. The trace's notes say what was skipped and assumed.
Trace read_mysql_slow_log(PeekedSource& source, std::string_view file,
                          const ImportOptions& options);

bool looks_like_mysql_slow_log(std::string_view head);

}  // namespace switchyard
