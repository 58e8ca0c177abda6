#include "workload/readers/postgres_csvlog.h"

#include <csv.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <charconv>
#include <chrono>
#include <cmath>
#include <memory>
#include <optional>

#include "core/error.h"
#include "workload/readers/postgres_statement.h"

namespace switchyard {
namespace {

// Positions of the fields that are used; the rest may be absent in older versions.
enum Field : std::size_t {
  kLogTime = 0,
  kSessionId = 5,
  kSeverity = 11,
  kMessage = 13,
  kDetail = 14,
  kBackendType = 23,
};
constexpr std::array<std::size_t, 3> kFieldCounts = {23, 24, 26};

std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  if (at + count > text.size()) return std::nullopt;
  const char* begin = text.data() + at;
  const auto [end, error] = std::from_chars(begin, begin + count, value);
  if (error != std::errc() || end != begin + count) return std::nullopt;
  return value;
}

// "2026-11-22 20:50:39.922 UTC" as ns since 1970; nothing if it has another shape.
std::optional<std::int64_t> parse_time(std::string_view text) {
  const auto year = digits(text, 0, 4);
  const auto month = digits(text, 5, 2);
  const auto day = digits(text, 8, 2);
  const auto hour = digits(text, 11, 2);
  const auto minute = digits(text, 14, 2);
  const auto second = digits(text, 17, 2);
  const auto milli = digits(text, 20, 3);
  if (!year || !month || !day || !hour || !minute || !second || !milli) return std::nullopt;
  using namespace std::chrono;
  const year_month_day date{std::chrono::year{*year},
                            std::chrono::month{static_cast<unsigned>(*month)},
                            std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  const auto time =
      sys_days(date) + hours(*hour) + minutes(*minute) + seconds(*second) + milliseconds(*milli);
  return duration_cast<nanoseconds>(time.time_since_epoch()).count();
}

// "parameters: $1 = '27', $2 = NULL": the value of a parameter, unquoted; empty for NULL or none.
std::string parameter_value(std::string_view detail, std::uint32_t number) {
  const std::string mark = fmt::format("${} = ", number);
  // From one parameter to the next, since a value may itself look like "$2 = 'x'".
  std::size_t at = detail.find('$');
  while (at != std::string_view::npos) {
    const bool wanted = detail.substr(at).starts_with(mark);
    at = detail.find(" = ", at);
    if (at == std::string_view::npos) break;
    at += 3;
    std::string value;
    if (at < detail.size() && detail[at] == '\'') {
      for (++at; at < detail.size(); ++at) {
        if (detail[at] == '\'') {
          if (at + 1 == detail.size() || detail[at + 1] != '\'') break;
          ++at;
        }
        value += detail[at];
      }
    }
    if (wanted) return value;
    at = detail.find('$', at);
  }
  return {};
}

struct Message {
  std::int64_t duration_ns = 0;
  bool prepared = false;
  std::string_view sql;
};

enum class Skip : std::size_t {
  kConnection,
  kParseOrBind,
  kNoDuration,
  kOtherMessage,
  kNotAClient,
  kError,
  kCount
};
constexpr std::array<std::string_view, static_cast<std::size_t>(Skip::kCount)> kSkipReasons = {
    "connection rows",
    "parse and bind rows of statements whose execution is counted",
    "statement rows without a duration (set log_min_duration_statement = 0)",
    "other messages",
    "rows of background processes",
    "errors, warnings and notices"};

class Importer {
 public:
  Importer(const std::string& name, const PostgresImport& options)
      : name_(name), classifier_(options.write_functions, options.read_functions) {}

  void field(std::string_view text) {
    if (field_count_ == fields_.size()) fields_.emplace_back();
    fields_[field_count_++].assign(text);
  }

  void record() {
    const std::size_t count = std::exchange(field_count_, 0);
    // Blank lines make records of one empty field.
    if (count == 0 || (count == 1 && fields_[0].empty())) return;
    ++rows_;
    const std::uint64_t line = record_line_;
    if (std::ranges::find(kFieldCounts, count) == kFieldCounts.end()) {
      throw InputError(
          {name_, line},
          fmt::format("has {} fields; a PostgreSQL csvlog row has 23, 24 or 26", count));
    }
    handle(count, line);
  }

  void set_line(std::uint64_t line) { record_line_ = line; }

  Trace finish() {
    if (builder_.size() == 0) {
      throw InputError(fmt::format(
          "{}: holds no statement with a duration; set log_min_duration_statement = 0 to record",
          name_));
    }
    TraceInfo info;
    info.source = "pgcsv";
    info.notes.push_back(fmt::format("{} rows read, {} statements kept", rows_, builder_.size()));
    for (std::size_t i = 0; i < skipped_.size(); ++i) {
      if (skipped_[i] > 0) {
        info.notes.push_back(fmt::format("skipped {} {}", skipped_[i], kSkipReasons[i]));
      }
    }
    if (unknown_ > 0) {
      info.notes.push_back(fmt::format(
          "{} statements of unknown effect taken as writes (first: {}); name your functions with "
          "--write-function and --read-function",
          unknown_, first_unknown_));
    }
    info.notes.push_back("start times are log_time - duration, to the millisecond");
    info.epoch_ns = builder_.move_epoch_to_first();
    return builder_.finish(std::move(info));
  }

 private:
  struct SessionState {
    std::uint32_t transactions = 0;
    bool open = false;
    std::uint8_t flags = 0;
    std::int64_t free_at_ns = INT64_MIN;  // when its last statement ended
  };

  void skip(Skip reason) { ++skipped_[static_cast<std::size_t>(reason)]; }

  void handle(std::size_t count, std::uint64_t line) {
    const std::string& severity = fields_[kSeverity];
    const bool client = count <= kBackendType || fields_[kBackendType] == "client backend" ||
                        fields_[kBackendType] == "not initialized";
    if (!client) return skip(Skip::kNotAClient);
    if (severity != "LOG") return skip(Skip::kError);
    const std::string_view text = fields_[kMessage];
    if (text.starts_with("connection ") || text.starts_with("disconnection")) {
      return skip(Skip::kConnection);
    }
    if (const auto message = parse_message(text)) add(*message, line);
  }

  // Counts the row as skipped and returns nothing unless it is the execution of a statement.
  std::optional<Message> parse_message(std::string_view text) {
    static constexpr std::string_view prefix = "duration: ";
    if (!text.starts_with(prefix)) {
      const bool statement = text.starts_with("statement: ") || text.starts_with("execute ");
      skip(statement ? Skip::kNoDuration : Skip::kOtherMessage);
      return std::nullopt;
    }
    text.remove_prefix(prefix.size());
    double ms = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ms);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    static constexpr std::string_view unit = " ms  ";
    if (error != std::errc() || ms < 0 || !text.starts_with(unit)) {
      skip(error == std::errc() && text == " ms" ? Skip::kNoDuration : Skip::kOtherMessage);
      return std::nullopt;
    }
    text.remove_prefix(unit.size());
    if (text.starts_with("parse ") || text.starts_with("bind ")) {
      skip(Skip::kParseOrBind);
      return std::nullopt;
    }
    const std::size_t colon = text.find(": ");
    const bool prepared = text.starts_with("execute ");
    if (colon == std::string_view::npos || (!prepared && !text.starts_with("statement: "))) {
      skip(Skip::kOtherMessage);
      return std::nullopt;
    }
    return Message{std::llround(ms * 1e6), prepared, text.substr(colon + 2)};
  }

  void add(const Message& message, std::uint64_t line) {
    const std::string_view stamp = fields_[kLogTime];
    const auto end_ns = parse_time(stamp);
    if (!end_ns) {
      throw InputError(
          {name_, line, 1},
          fmt::format("expected a time like '2026-11-22 20:50:39.922 UTC', found '{}'", stamp));
    }
    if (!stamp.ends_with(" UTC") && !stamp.ends_with(" GMT")) {
      throw InputError({name_, line, 1},
                       fmt::format("time zone of '{}' is ambiguous; record with log_timezone = "
                                   "'UTC'",
                                   stamp));
    }
    const PostgresStatement& statement = classifier_.classify(message.sql);
    if ((statement.flags & kFlagUnknownClass) != 0 && unknown_++ == 0) {
      first_unknown_ = message.sql.substr(0, 60);
      // Notes are UTF-8 on one line; the text may be neither, or be cut inside a character.
      std::ranges::replace_if(
          first_unknown_, [](char c) { return c < ' ' || c > '~'; }, ' ');
    }
    SessionState& session = sessions_[fields_[kSessionId]];
    TraceRow row;
    // Stamps are cut to milliseconds, so that short statements within one would change places; a
    // session runs them one after the other, in the order of its rows.
    const std::int64_t earliest_ns = *end_ns - message.duration_ns;
    row.t_ns = std::clamp(session.free_at_ns, earliest_ns, earliest_ns + kMillisecond);
    session.free_at_ns = row.t_ns + message.duration_ns;
    row.session = fields_[kSessionId];
    row.op = statement.op;
    row.dur_ns = message.duration_ns;
    row.table = statement.table;
    row.stmt = message.sql;
    const std::string key = key_of(statement);
    row.key = key;
    if (statement.op == Op::kBegin && !session.open) {
      session.open = true;
      ++session.transactions;
      session.flags = statement.flags & (kFlagReadOnlyTransaction | kFlagSerializable);
    }
    row.txn = session.open ? session.transactions : 0;
    row.flags = static_cast<std::uint8_t>(statement.flags | (session.open ? session.flags : 0) |
                                          (message.prepared ? kFlagPrepared : 0));
    if (statement.op == Op::kCommit || statement.op == Op::kAbort) session.open = false;
    builder_.add(row);
  }

  std::string key_of(const PostgresStatement& statement) const {
    const std::string value = statement.key_parameter > 0
                                  ? parameter_value(fields_[kDetail], statement.key_parameter)
                                  : statement.key_literal;
    return value.empty() || statement.table.empty() ? std::string() : statement.table + '/' + value;
  }

  const std::string& name_;
  PostgresClassifier classifier_;
  TraceBuilder builder_;
  std::vector<std::string> fields_;
  std::size_t field_count_ = 0;
  std::uint64_t record_line_ = 1;
  std::uint64_t rows_ = 0;
  std::uint64_t unknown_ = 0;
  std::string first_unknown_;
  std::array<std::uint64_t, kSkipReasons.size()> skipped_{};
  boost::unordered_flat_map<std::string, SessionState> sessions_;
};

// libcsv calls back for each field and record; C callbacks must not throw through it, so the first
// error is kept and raised after the call.
struct Callbacks {
  Importer& importer;
  std::uint64_t line = 1;
  std::uint64_t lines_in_record = 0;
  std::exception_ptr error;

  static void on_field(void* text, std::size_t size, void* self_pointer) {
    auto& self = *static_cast<Callbacks*>(self_pointer);
    const std::string_view field(static_cast<const char*>(text), size);
    self.lines_in_record += static_cast<std::uint64_t>(std::ranges::count(field, '\n'));
    self.importer.field(field);
  }
  static void on_record(int end, void* self_pointer) {
    auto& self = *static_cast<Callbacks*>(self_pointer);
    self.importer.set_line(self.line);
    // CR LF makes two records, the second of them empty: only its LF ends a line.
    self.line += (end == '\r' ? 0 : 1) + std::exchange(self.lines_in_record, 0);
    if (self.error) return;
    try {
      self.importer.record();
    } catch (...) {
      self.error = std::current_exception();
    }
  }
};

}  // namespace

Trace read_postgres_csvlog(ByteSource& source, const std::string& name,
                           const PostgresImport& options) {
  Importer importer(name, options);
  Callbacks callbacks{importer, 1, 0, nullptr};
  csv_parser parser{};
  csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL);
  const std::unique_ptr<csv_parser, void (*)(csv_parser*)> guard(&parser, &csv_free);
  std::vector<char> buffer(1 << 18);
  while (const std::size_t n = source.read(buffer)) {
    const std::size_t parsed = csv_parse(&parser, buffer.data(), n, &Callbacks::on_field,
                                         &Callbacks::on_record, &callbacks);
    if (callbacks.error) std::rethrow_exception(callbacks.error);
    if (parsed != n) {
      throw InputError({name, callbacks.line},
                       fmt::format("is not valid CSV: {}", csv_strerror(csv_error(&parser))));
    }
  }
  if (csv_fini(&parser, &Callbacks::on_field, &Callbacks::on_record, &callbacks) != 0) {
    throw InputError({name, callbacks.line}, "a quoted field is not closed; the file is truncated");
  }
  if (callbacks.error) std::rethrow_exception(callbacks.error);
  return importer.finish();
}

bool looks_like_postgres_csvlog(std::string_view head) {
  const std::string_view line = head.substr(0, head.find('\n'));
  const auto commas = std::ranges::count(line, ',');
  return parse_time(line.substr(0, line.find(','))).has_value() && commas >= 10;
}

}  // namespace switchyard
