#include "workload/readers/mysql_general_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/error.h"
#include "workload/readers/line_reader.h"
#include "workload/readers/mysql_banner.h"

namespace switchyard {
namespace {

constexpr std::size_t kLongestStatement = std::size_t{1} << 24;
// What may wait for the first time.
constexpr std::size_t kMostWaitingBytes = std::size_t{1} << 26;

constexpr std::string_view kSessionRows = "connection rows";
constexpr std::string_view kOtherCommands = "commands that are no statements";
constexpr std::string_view kPrepareRows = "preparations of statements whose execution is counted";
constexpr std::string_view kExecuteRows = "EXECUTE statements whose execution has a row of its own";
constexpr std::string_view kNestedRows = "statements run by functions and procedures";
constexpr std::string_view kForeignLines = "lines before the first row";

// Longer ones before those that they begin with.
constexpr std::array<std::string_view, 43> kCommands = {"Query",
                                                        "Execute",
                                                        "Prepare",
                                                        "Close stmt",
                                                        "Connect Out",
                                                        "Connect",
                                                        "Quit",
                                                        "Init DB",
                                                        "Field List",
                                                        "Reset stmt",
                                                        "Reset connection",
                                                        "Reset Connection",
                                                        "Statistics",
                                                        "Ping",
                                                        "Change user",
                                                        "Long Data",
                                                        "Fetch",
                                                        "Set option",
                                                        "Bulk_execute",
                                                        "Create DB",
                                                        "Drop DB",
                                                        "Refresh",
                                                        "Shutdown",
                                                        "Processlist",
                                                        "Kill",
                                                        "Debug",
                                                        "Time",
                                                        "Delayed insert",
                                                        "Binlog Dump GTID",
                                                        "Binlog Dump",
                                                        "Table Dump",
                                                        "Register Slave",
                                                        "Register Replica",
                                                        "Daemon",
                                                        "Sleep",
                                                        "Clone",
                                                        "clone",
                                                        "Error",
                                                        "Slave_worker",
                                                        "Slave_IO",
                                                        "Slave_SQL",
                                                        "Com_multi",
                                                        "Subscribe Group Replication Stream"};

struct Beginning {
  std::optional<TimeStamp> time;
  std::string_view session;
  std::string_view command;
  std::string_view argument;
};

// "261122 20:56:52<tab>    28 Quit<tab>", "<tab><tab>    28 Query<tab>select 1"; up to 5.1 blanks
// stood in place of the last tab.
std::optional<Beginning> parse_beginning(std::string_view line) {
  Beginning result;
  if (line.starts_with("\t\t")) {
    line.remove_prefix(2);
  } else {
    if (line.empty() || line[0] < '0' || line[0] > '9') return std::nullopt;
    result.time = parse_time_stamp(line);
    if (!result.time) result.time = parse_short_stamp(line);
    if (!result.time || !line.substr(result.time->size).starts_with('\t')) return std::nullopt;
    line.remove_prefix(result.time->size + 1);
  }
  const std::size_t id = line.find_first_not_of(' ');
  const std::size_t id_end = std::min(line.find_first_not_of("0123456789", id), line.size());
  if (id == std::string_view::npos || id_end == id || line.substr(id_end, 1) != " ") {
    return std::nullopt;
  }
  result.session = line.substr(id, id_end - id);
  line.remove_prefix(id_end + 1);
  const auto command = std::ranges::find_if(kCommands, [&](std::string_view name) {
    return line.starts_with(name) &&
           (line.size() == name.size() || line[name.size()] == '\t' || line[name.size()] == ' ');
  });
  if (command == kCommands.end()) return std::nullopt;
  result.command = *command;
  line.remove_prefix(command->size());
  const bool has_tab = line.starts_with('\t');
  line.remove_prefix(has_tab ? 1 : std::min(line.find_first_not_of(' '), line.size()));
  result.argument = line;
  return result;
}

}  // namespace

void MysqlGeneralLog::take(const MysqlGeneralRow& row) {
  import_.count_row();
  if (row.time) time_ = row.time;
  if (!time_) {
    waiting_bytes_ += row.argument.size() + sizeof(MysqlGeneralRow);
    if (waiting_bytes_ > kMostWaitingBytes) {
      throw InputError({std::string(file_), row.line}, "no row up to here has a time");
    }
    waiting_.push_back(row);
    return;
  }
  if (!waiting_.empty()) {
    import_.note(
        fmt::format("invented: the first {} rows have no time; they get the first one "
                    "known",
                    waiting_.size()));
    for (const MysqlGeneralRow& waiting : waiting_) add(waiting);
    waiting_ = {};
  }
  add(row);
}

void MysqlGeneralLog::add(const MysqlGeneralRow& row) {
  const std::string& command = row.command;
  if (command == "Connect" || command == "Quit" || command == "Change user") {
    if (command != "Connect") import_.session_ends(row.session);
    if (command != "Quit") import_.session_begins(row.session);
    return import_.skip(kSessionRows, row.line);
  }
  if (command == "Prepare") return import_.skip(kPrepareRows, row.line);
  const bool is_prepared = command == "Execute" || command == "Bulk_execute";
  if (!is_prepared && command != "Query") return import_.skip(kOtherCommands, row.line);
  // So the server passes arguments on to what a routine runs.
  if (row.argument.find("NAME_CONST(") != std::string::npos) {
    return import_.skip(kNestedRows, row.line);
  }
  const SqlClassifier::Result sql = classifier_.classify(row.argument);
  if (!is_prepared && !sql.statement.executes.empty()) {
    return import_.skip(kExecuteRows, row.line);
  }
  import_.set_resolution(std::max(import_.resolution(), time_->resolution_ns));
  import_.add({.session = row.session,
               .line = row.line,
               .stamp_ns = import_.written_ns(*time_, row.line),
               .is_prepared = is_prepared},
              sql);
}

Trace MysqlGeneralLog::finish() {
  if (!waiting_.empty()) {
    throw InputError({std::string(file_), waiting_.front().line},
                     "rows have no time, not even the last one");
  }
  import_.note("a general log has no durations; a slow log with long_query_time = 0 has");
  return import_.finish("statement; set general_log = 1 to record");
}

Trace read_mysql_general_log(PeekedSource& source, std::string_view file,
                             const ImportOptions& options) {
  MysqlGeneralLog log(file, "mysqlgeneral", options);
  LineReader lines(source);
  MysqlGeneralRow row;
  bool is_open = false;
  while (const auto line = lines.next()) {
    const auto beginning = parse_beginning(*line);
    if (!beginning && is_open && !is_mysql_banner_line(*line)) {
      if (row.argument.size() + line->size() >= kLongestStatement) continue;
      row.argument += '\n';
      row.argument += *line;
      continue;
    }
    if (is_open) log.take(row);
    is_open = beginning.has_value();
    if (!beginning) {
      if (!is_mysql_banner_line(*line)) log.import().skip(kForeignLines, lines.line());
      continue;
    }
    row.line = lines.line();
    row.time = beginning->time;
    row.session = beginning->session;
    row.command = beginning->command;
    row.argument = beginning->argument;
  }
  if (is_open) log.take(row);
  return log.finish();
}

bool looks_like_mysql_general_log(std::string_view head) {
  std::size_t at = 0;
  while (at < head.size()) {
    const std::size_t end = std::min(head.find('\n', at), head.size());
    std::string_view line = head.substr(at, end - at);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (parse_beginning(line)) return true;
    // Nothing but the banner comes before it, or the end of a row that a rotation cut.
    const bool may_precede = is_mysql_banner_line(line);
    if (!may_precede && !line.empty()) return false;
    at = end + 1;
  }
  return false;
}

}  // namespace switchyard
