// The records of a slow query log, whatever server wrote it.
//
// A record is a header of lines that begin with '#', then `use db;` and `SET timestamp=…;` where
// the server added them, then the statement, which ends with ';' at the end of a line. A statement
// may hold lines that look like a header: only behind a ';' is it one. Source: MySQL reference
// manual, "The Slow Query Log"; Percona Server's and MariaDB's documentation of their extensions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/time.h"
#include "workload/readers/line_reader.h"
#include "workload/readers/time_stamp.h"
#include "workload/trace.h"

namespace switchyard {

struct MysqlSlowRecord {
  enum class Kind : std::uint8_t {
    kStatement,
    kCommand,   // "# administrator command: Quit;": `sql` is "Quit"
    kHeadless,  // a statement at the beginning of a cut file
  };
  // Behind a banner, or by words that only one of them uses.
  enum class Product : std::uint8_t { kUnknown, kMysql5, kMysql8, kMariaDb };

  Kind kind = Kind::kStatement;
  std::uint64_t line = 0;          // its first
  std::optional<TimeStamp> time;   // its own `# Time:`: the end
  std::optional<TimeStamp> start;  // `Start:` of MySQL 8's log_slow_extra
  std::optional<std::int64_t> set_timestamp_ns;
  Product product = Product::kUnknown;
  std::string user_host;  // user@host
  std::string session;    // Id or Thread_id; empty before MySQL 5.6
  Nanoseconds dur_ns = kUnknown;
  bool is_absurd = false;  // its duration, which is left out
  std::int64_t rows_sent = kUnknown;
  std::int64_t rows_affected = kUnknown;
  std::int64_t bytes_sent = kUnknown;
  std::int64_t error = 0;
  bool is_killed = false;
  // Of how many queries, or sessions, one is recorded.
  std::int64_t rate_limit = 1;
  bool is_rate_of_sessions = false;
  bool was_cut = false;
  std::string sql;  // without the ';' behind it
};

class MysqlSlowRecords {
 public:
  // What a statement has beyond this is dropped.
  static constexpr std::size_t kLongestStatement = std::size_t{1} << 24;

  explicit MysqlSlowRecords(ByteSource& source) : lines_(source) {}

  // The next record, valid until the next call; null at the end.
  const MysqlSlowRecord* next();

 private:
  enum class Part : std::uint8_t { kNothing, kHeader, kPreamble, kStatement };

  void begin();
  bool begins_record(std::string_view line) const;
  void take_header(std::string_view line);
  void take_time(std::string_view line);
  void take_user(std::string_view line);
  void take_values(std::string_view line);
  void take_body(std::string_view line);
  bool take_preamble(std::string_view line);
  bool finish();

  LineReader lines_;
  MysqlSlowRecord record_;
  MysqlSlowRecord::Product product_ = MysqlSlowRecord::Product::kUnknown;
  Part part_ = Part::kNothing;
  bool has_query_time_ = false;
  std::string preamble_;      // its last line: the statement itself, if no other follows
  std::string pending_line_;  // the first of the next record, already read
  bool after_semicolon_ = true;
};

}  // namespace switchyard
