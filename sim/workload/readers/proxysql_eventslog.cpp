#include "workload/readers/proxysql_eventslog.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "workload/readers/import.h"
#include "workload/readers/input_window.h"
#include "workload/readers/line_reader.h"
#include "workload/readers/proxysql_record.h"

namespace switchyard {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kPrepareRows = "preparations of statements whose execution is counted";
constexpr std::string_view kOtherEvents = "events that are no statements";
constexpr std::string_view kWanted =
    "statement; set mysql-eventslog_default_log = 1 to record all of them";
// Later than year 2120, or longer than one, is damage.
constexpr std::int64_t kLatestUs = 5'000'000'000'000'000;
constexpr std::int64_t kLongestUs = std::int64_t{366} * 24 * 3600 * 1'000'000;
constexpr std::size_t kLongestRecord = std::size_t{1} << 26;

std::string_view text_of(const Json& object, const char* key) {
  const auto field = object.find(key);
  if (field == object.end() || !field->is_string()) return {};
  return field->get_ref<const std::string&>();
}

// Also of a number written as text.
std::int64_t number_of(const Json& object, const char* key) {
  const auto field = object.find(key);
  if (field == object.end()) return kUnknown;
  if (field->is_number_integer()) return field->get<std::int64_t>();
  if (!field->is_string()) return kUnknown;
  const std::string& text = field->get_ref<const std::string&>();
  std::int64_t value = kUnknown;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// What a prepared statement was run with, where the log tells.
std::string parameter_of(const Json& object, std::uint32_t number) {
  const auto parameters = object.find("parameters");
  if (number == 0 || parameters == object.end() || !parameters->is_array()) return {};
  if (number > parameters->size()) return {};
  return std::string(text_of((*parameters)[number - 1], "value"));
}

void take_object(const Json& object, std::uint64_t line, Import& import,
                 SqlClassifier& classifier) {
  const std::string_view event = text_of(object, "event");
  if (event == "COM_STMT_PREPARE") return import.skip(kPrepareRows, line);
  const bool is_prepared = event == "COM_STMT_EXECUTE";
  if (!is_prepared && event != "COM_QUERY") return import.skip(kOtherEvents, line);
  const std::int64_t start_us = number_of(object, "starttime_timestamp_us");
  const std::int64_t end_us = number_of(object, "endtime_timestamp_us");
  if (start_us < 0 || start_us > kLatestUs) {
    return import.malformed(line, "has no \"starttime_timestamp_us\"");
  }
  std::int64_t dur_us = number_of(object, "duration_us");
  if (dur_us < 0 && end_us >= start_us) dur_us = end_us - start_us;
  if (dur_us > kLongestUs) dur_us = kUnknown;
  const std::string session = std::to_string(number_of(object, "thread_id"));
  const std::int64_t sent = number_of(object, "rows_sent");
  const SqlClassifier::Result sql = classifier.classify(text_of(object, "query"));
  import.add({.session = session,
              .line = line,
              .stamp_ns = start_us * 1000,
              .dur_ns = dur_us < 0 ? kUnknown : dur_us * 1000,
              .is_prepared = is_prepared,
              .is_error = number_of(object, "errno") > 0,
              .rows = sent > 0 ? sent : std::max(number_of(object, "rows_affected"), sent),
              .node = text_of(object, "server")},
             sql, parameter_of(object, sql.statement.key_parameter));
}

}  // namespace

Trace read_proxysql_json(PeekedSource& source, std::string_view file,
                         const ImportOptions& options) {
  Import import(file, "proxysql", options);
  SqlClassifier classifier(SqlDialect::kMysql, options.functions);
  LineReader lines(source);
  while (const auto line = lines.next()) {
    if (line->empty()) continue;
    import.count_row();
    if (lines.was_cut()) {
      import.malformed(lines.line(), "is longer than 16 MiB");
      continue;
    }
    const Json object = Json::parse(*line, nullptr, false);
    if (!object.is_object()) {
      import.malformed(lines.line(), "is not a JSON object");
      continue;
    }
    take_object(object, lines.line(), import, classifier);
  }
  return import.finish(kWanted);
}

Trace read_proxysql_binary(PeekedSource& source, std::string_view file,
                           const ImportOptions& options) {
  using State = ProxysqlParse::State;
  using Event = ProxysqlRecord::Event;
  const auto layout = proxysql_layout(source.head());
  if (!layout) {
    throw InputError(
        fmt::format("{}: does not begin with a record of ProxySQL's binary log of "
                    "events that this program knows; record with "
                    "mysql-eventslog_format = 2",
                    file));
  }
  Import import(file, "proxysqlbin", options);
  SqlClassifier classifier(SqlDialect::kMysql, options.functions);
  InputWindow window(source, kLongestRecord);
  for (std::uint64_t number = 1;; ++number) {
    ProxysqlParse parse = parse_proxysql_record(window.view(), *layout);
    while (parse.state == State::kNeedsMore && window.grow()) {
      parse = parse_proxysql_record(window.view(), *layout);
    }
    // A last line feed may be the window's own.
    if (window.view().empty() || window.view() == "\n") break;
    import.count_row();
    if (parse.state != State::kDone) {
      import.malformed(number, parse.state == State::kBroken
                                   ? "is damaged: what follows is left out"
                                   : "is not complete");
      break;
    }
    const ProxysqlRecord& record = parse.record;
    if (record.event == Event::kPrepare) {
      import.skip(kPrepareRows, number);
    } else {
      const std::string session = std::to_string(record.thread);
      const std::uint64_t rows = record.rows_sent > 0 ? record.rows_sent : record.rows_affected;
      import.add({.session = session,
                  .line = number,
                  .stamp_ns = static_cast<std::int64_t>(record.start_us) * 1000,
                  .dur_ns = static_cast<std::int64_t>(record.end_us - record.start_us) * 1000,
                  .is_prepared = record.event == Event::kExecute,
                  .rows = rows > INT64_MAX ? kUnknown : static_cast<std::int64_t>(rows),
                  .node = record.server},
                 classifier.classify(record.query));
    }
    window.consume(record.size);
  }
  return import.finish(kWanted);
}

bool looks_like_proxysql_json(std::string_view head) {
  const std::string_view line = head.substr(0, head.find('\n'));
  return line.starts_with('{') && line.find("\"hostgroup_id\"") != std::string_view::npos &&
         line.find("\"starttime_timestamp_us\"") != std::string_view::npos;
}

bool looks_like_proxysql_binary(std::string_view head) {
  return proxysql_layout(head).has_value();
}

}  // namespace switchyard
