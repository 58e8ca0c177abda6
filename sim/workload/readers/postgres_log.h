// What PostgreSQL's log says about statements, whatever its format (csvlog, jsonlog, stderr,
// syslog): each reader makes rows of its format, this makes requests of them.
//
// Understood, in this order of preference where a log holds several:
// - log_min_duration_statement = 0: text and duration in one row, stamped with the end;
// - log_statement = all, with log_duration = on for durations: the row with the text is stamped
//   with the start, the session's next row has the duration;
// - auto_explain with log_min_duration = 0: as the first, but without BEGIN, COMMIT and the like;
// - pgaudit: the start, without durations; its classes tell what functions did.
// With the extended protocol a statement makes rows for parse, bind and execute; the execution
// counts. Source: PostgreSQL manual, "Error Reporting and Logging"; pgaudit's README.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workload/readers/import.h"
#include "workload/readers/postgres_message.h"

namespace switchyard {

// A row of the log; what the format lacks is empty.
struct PostgresRow {
  std::uint64_t line = 0;
  TimeStamp stamp;
  std::string_view session;
  std::string_view severity;  // LOG, ERROR …
  std::string_view message;
  std::string_view detail;
  std::string_view context;       // not empty: the statement ran inside another
  std::string_view backend_type;  // "client backend" …
};

class PostgresLog {
 public:
  // `source` names the format in the trace.
  PostgresLog(std::string_view file, std::string_view source, const ImportOptions& options)
      : import_(file, source, options), classifier_(SqlDialect::kPostgres, options.functions) {}

  void row(const PostgresRow& row);
  // For readers to count what never becomes a row.
  Import& import() { return import_; }
  Trace finish();

 private:
  struct KeptRow {
    PostgresRow row;
    std::string text;  // the strings of `row`, one behind the other
  };
  // A statement whose row has been seen, but not yet what follows it; none if `sql` is empty.
  struct Open {
    RecordedStatement recorded;
    std::string session;
    std::string sql;
    std::string detail;
    std::string audit_id;
    bool is_audit = false;
    bool audit_writes = false;
  };

  static KeptRow keep(const PostgresRow& row);
  void decide_kind();
  void take(const PostgresRow& row);
  void take_message(const PostgresRow& row, const PostgresMessage& message);
  void take_plan(const PostgresRow& row, const PostgresMessage& message);
  void take_audit(const PostgresRow& row);
  void take_error(const PostgresRow& row);
  void begin(const PostgresRow& row, const PostgresMessage& message);
  void add_ended(const PostgresRow& row, const PostgresMessage& message, std::string_view sql);
  void add(const RecordedStatement& recorded, std::string_view sql, std::string_view detail);
  void add_audited(const Open& open);
  void flush(Open& open);
  void flush_session(std::string_view session);

  Import import_;
  SqlClassifier classifier_;
  // The first rows wait until it is clear what the log holds.
  std::vector<KeptRow> first_rows_;
  std::size_t first_bytes_ = 0;
  std::optional<PostgresMessage::Kind> kind_;  // what requests are made of
  boost::unordered_flat_map<std::string, Open> open_;
};

}  // namespace switchyard
