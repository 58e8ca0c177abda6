// The general query log of MySQL 5.x to 9 and MariaDB: what clients sent, in the order and at the
// time it arrived, without durations and results.
//
// A line is "TIME<tab>ID COMMAND<tab>ARGUMENT"; up to 5.6 and in MariaDB the time stands there only
// when the second has changed. An argument goes on in lines that do not look like that. Source:
// MySQL reference manual, "The General Query Log".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workload/byte_source.h"
#include "workload/import_options.h"
#include "workload/readers/import.h"
#include "workload/trace.h"

namespace switchyard {

struct MysqlGeneralRow {
  std::uint64_t line = 0;
  std::optional<TimeStamp> time;  // none: that of the row before
  std::string session;
  std::string command;  // "Query", "Init DB" …
  std::string argument;
};

class MysqlGeneralLog {
 public:
  // `source` names the format in the trace.
  MysqlGeneralLog(std::string_view file, std::string_view source, const ImportOptions& options)
      : import_(file, source, options),
        classifier_(SqlDialect::kMysql, options.functions),
        file_(file) {}

  void take(const MysqlGeneralRow& row);
  // For readers to count what never becomes a row.
  Import& import() { return import_; }
  Trace finish();

 private:
  void add(const MysqlGeneralRow& row);

  Import import_;
  SqlClassifier classifier_;
  std::string_view file_;
  std::vector<MysqlGeneralRow> waiting_;  // rows before the first with a time
  std::size_t waiting_bytes_ = 0;
  std::optional<TimeStamp> time_;  // of the last row that has one
};

// Throws InputError with file and line. The trace's notes say what was skipped and assumed.
Trace read_mysql_general_log(PeekedSource& source, std::string_view file,
                             const ImportOptions& options);

bool looks_like_mysql_general_log(std::string_view head);

}  // namespace switchyard
