#include "workload/readers/mysql_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "workload/readers/csv_records.h"
#include "workload/readers/line_reader.h"
#include "workload/readers/mysql_general_log.h"
#include "workload/readers/mysql_slow_log.h"

namespace switchyard {
namespace {

using Fields = std::vector<std::string>;

// Fields between tabs, where \n, \t, \0 and \\ stand for what would end them.
Fields split_batch_line(std::string_view line) {
  Fields fields(1);
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\t') {
      fields.emplace_back();
    } else if (line[i] == '\\' && i + 1 < line.size()) {
      const char c = line[++i];
      fields.back() += c == 'n' ? '\n' : c == 't' ? '\t' : c == '0' ? '\0' : c;
    } else {
      fields.back() += line[i];
    }
  }
  return fields;
}

// Rows of either form; the first has the names.
class TableRows {
 public:
  TableRows(PeekedSource& source, bool has_tabs) {
    if (has_tabs) {
      lines_.emplace(source);
    } else {
      records_.emplace(source);
    }
  }

  // `damage` is empty, or says what is wrong with the row.
  std::optional<Fields> next(std::string& damage) {
    damage.clear();
    return lines_ ? next_line(damage) : next_record(damage);
  }
  std::uint64_t line() const { return lines_ ? lines_->line() : records_->line(); }

 private:
  std::optional<Fields> next_line(std::string& damage) {
    const auto line = lines_->next();
    if (!line) return std::nullopt;
    if (lines_->was_cut()) damage = "is longer than 16 MiB";
    return split_batch_line(*line);
  }

  std::optional<Fields> next_record(std::string& damage) {
    const CsvRecords::Result result = records_->next();
    if (result == CsvRecords::Result::kEnd) return std::nullopt;
    if (result == CsvRecords::Result::kRecord) {
      return Fields(records_->fields().begin(), records_->fields().end());
    }
    damage = result == CsvRecords::Result::kTooLong
                 ? "is longer than 64 MiB"
                 : "has a quoted field that is not closed, or goes on behind its quote";
    records_->skip_to([](std::string_view line) {
      return parse_time_stamp(line.substr(line.starts_with('"') ? 1 : 0)).has_value();
    });
    return Fields();
  }

  std::optional<LineReader> lines_;
  std::optional<CsvRecords> records_;
};

// Positions of the columns by name.
class Columns {
 public:
  explicit Columns(Fields names) : names_(std::move(names)) {}

  bool has(std::string_view name) const { return std::ranges::find(names_, name) != names_.end(); }
  std::size_t size() const { return names_.size(); }
  // Empty if there is no such column.
  std::string_view get(const Fields& row, std::string_view name) const {
    const auto column = std::ranges::find(names_, name);
    if (column == names_.end()) return {};
    return row[static_cast<std::size_t>(column - names_.begin())];
  }

 private:
  Fields names_;
};

std::int64_t integer(std::string_view text) {
  std::int64_t value = kUnknown;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// "00:00:00.100232"; hours may have three digits.
Nanoseconds duration(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon > 3) return kUnknown;
  const auto time =
      parse_time_stamp(std::string("1970-01-01 00") + std::string(text.substr(colon)));
  const std::int64_t hours = integer(text.substr(0, colon));
  if (!time || hours < 0) return kUnknown;
  return hours * kHour + time->unix_ns;
}

std::optional<MysqlSlowRecord> slow_record(const Columns& columns, const Fields& row) {
  const auto stamp = parse_time_stamp(columns.get(row, "start_time"));
  if (!stamp) return std::nullopt;
  MysqlSlowRecord record;
  record.dur_ns = duration(columns.get(row, "query_time"));
  // Only MariaDB has this column.
  const bool is_mariadb = columns.has("rows_affected");
  (is_mariadb ? record.start : record.time) = stamp;
  record.session = columns.get(row, "thread_id");
  record.user_host = columns.get(row, "user_host");
  record.rows_sent = integer(columns.get(row, "rows_sent"));
  record.rows_affected = integer(columns.get(row, "rows_affected"));
  record.sql = columns.get(row, "sql_text");
  constexpr std::string_view kCommand = "administrator command: ";
  const std::size_t command = record.sql.starts_with("# ") ? 2 : 0;
  if (record.sql.substr(command).starts_with(kCommand)) {
    record.kind = MysqlSlowRecord::Kind::kCommand;
    record.sql.erase(0, command + kCommand.size());
  }
  return record;
}

std::optional<MysqlGeneralRow> general_row(const Columns& columns, const Fields& row) {
  MysqlGeneralRow result;
  result.time = parse_time_stamp(columns.get(row, "event_time"));
  result.session = columns.get(row, "thread_id");
  result.command = columns.get(row, "command_type");
  result.argument = columns.get(row, "argument");
  return result.time ? std::optional(std::move(result)) : std::nullopt;
}

std::int64_t written_ns(const MysqlSlowRecord& record) {
  if (record.time) return record.time->unix_ns;
  return record.start->unix_ns + std::max<Nanoseconds>(record.dur_ns, 0);
}
std::int64_t written_ns(const MysqlGeneralRow& row) {
  return row.time->unix_ns;
}

// A query gives its rows in any order; this gives them in that of a log. What begins in order, but
// for the few that concurrent sessions wrote in turn, passes through a window of bounded size; all
// else is held to the end.
template <class Row>
class RowsInOrder {
 public:
  // Calls take(row) for each row whose turn has come.
  template <class Take>
  void add(Row row, Take&& take) {
    constexpr std::size_t kWindow = 10'000;
    const std::int64_t at_ns = written_ns(row);
    if (rows_.size() < kWindow) is_ordered_ &= at_ns >= latest_ns_ - kSecond;
    latest_ns_ = std::max(latest_ns_, at_ns);
    rows_.emplace(at_ns, std::move(row));
    if (!is_ordered_ || rows_.size() <= kWindow) return;
    take(rows_.begin()->second);
    rows_.erase(rows_.begin());
  }
  template <class Take>
  void finish(Take&& take) {
    for (const auto& [at_ns, row] : rows_) take(row);
  }

 private:
  std::multimap<std::int64_t, Row> rows_;  // by time; equal times as they came
  std::int64_t latest_ns_ = INT64_MIN + kSecond;
  bool is_ordered_ = true;
};

template <class Row, class Log, class Parse>
Trace read_rows(TableRows& rows, const Columns& columns, Log& log, const Parse& parse) {
  RowsInOrder<Row> ordered;
  const auto take = [&](const Row& row) { log.take(row); };
  std::string damage;
  while (auto fields = rows.next(damage)) {
    if (damage.empty() && fields->size() != columns.size()) {
      damage =
          fmt::format("has {} fields; the first line names {}", fields->size(), columns.size());
    }
    auto row = damage.empty() ? parse(columns, *fields) : std::nullopt;
    if (row) {
      row->line = rows.line();
      ordered.add(*std::move(row), take);
      continue;
    }
    log.import().count_row();
    log.import().malformed(
        rows.line(), damage.empty() ? "has no time like '2026-11-22 20:56:52.305761'" : damage);
  }
  ordered.finish(take);
  log.import().note("times are taken in UTC unless --utc-offset tells another zone");
  return log.finish();
}

bool is_tab_separated(std::string_view head) {
  return head.substr(0, head.find('\n')).find('\t') != std::string_view::npos;
}

bool is_slow_log(std::string_view line) {
  return line.find("start_time") != std::string_view::npos &&
         line.find("query_time") != std::string_view::npos &&
         line.find("sql_text") != std::string_view::npos;
}
bool is_general_log(std::string_view line) {
  return line.find("event_time") != std::string_view::npos &&
         line.find("command_type") != std::string_view::npos &&
         line.find("argument") != std::string_view::npos;
}

}  // namespace

Trace read_mysql_table(PeekedSource& source, std::string_view file, const ImportOptions& options) {
  const std::string_view head = source.head();
  const std::string first_line(head.substr(0, head.find('\n')));
  if (!looks_like_mysql_table(head)) {
    throw InputError({std::string(file), 1},
                     "expected the column names of mysql.slow_log (start_time, query_time, "
                     "sql_text …) or mysql.general_log (event_time, command_type, argument …)");
  }
  TableRows rows(source, is_tab_separated(head));
  std::string damage;
  const Columns columns(rows.next(damage).value_or(Fields()));
  if (is_slow_log(first_line)) {
    MysqlSlowLog log(file, "mysqltable", options);
    log.import().note(columns.has("rows_affected")
                          ? "start_time is the start, as MariaDB writes it"
                          : "start_time is taken as the end, as MySQL writes it");
    return read_rows<MysqlSlowRecord>(rows, columns, log, slow_record);
  }
  MysqlGeneralLog log(file, "mysqltable", options);
  return read_rows<MysqlGeneralRow>(rows, columns, log, general_row);
}

bool looks_like_mysql_table(std::string_view head) {
  const std::string_view line = head.substr(0, head.find('\n'));
  return is_slow_log(line) || is_general_log(line);
}

}  // namespace switchyard
