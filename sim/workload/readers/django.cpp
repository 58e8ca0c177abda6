#include "workload/readers/django.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "workload/readers/django_message.h"
#include "workload/readers/import.h"
#include "workload/readers/line_reader.h"

namespace switchyard {
namespace {

using Json = nlohmann::json;

// Requests of a web application rarely hold a transaction open while they wait for so long.
constexpr Nanoseconds kPauseBetweenTransactions = kSecond;
constexpr std::size_t kLongestPrefix = 500;
constexpr std::size_t kLongestEntry = std::size_t{1} << 24;
// An entry that is longer is not asked again whether it is complete.
constexpr std::size_t kLongestAsked = std::size_t{1} << 16;
constexpr std::size_t kLinesToJudge = 50;
constexpr std::string_view kForeignRows = "lines of other loggers";

struct Statement {
  std::uint64_t line = 0;
  TimeStamp stamp = {};
  std::string_view session = {};
  Nanoseconds dur_ns = kUnknown;
  std::string_view sql = {};
  std::optional<std::vector<std::string>> arguments = {};
  std::string_view alias = {};
};

// MySQL's quotes for names; those within strings do not count.
bool has_backticks(std::string_view sql) {
  std::size_t at = sql.find('`');
  if (at == std::string_view::npos) return false;
  return std::count(sql.begin(), sql.begin() + static_cast<std::ptrdiff_t>(at), '\'') % 2 == 0;
}

// executemany() is one statement here.
std::string_view without_repeats(std::string_view sql) {
  static constexpr std::string_view kTimes = " times: ";
  const std::size_t digits = std::min(sql.find_first_not_of("0123456789"), sql.size());
  const bool is_repeated = digits > 0 && sql.substr(digits).starts_with(kTimes);
  return is_repeated ? sql.substr(digits + kTimes.size()) : sql;
}

class DjangoImport {
 public:
  DjangoImport(std::string_view file, const ImportOptions& options)
      : import_(file, "django", options),
        postgres_(SqlDialect::kPostgres, options.functions),
        mysql_(SqlDialect::kMysql, options.functions),
        has_offset_(options.utc_offset_ns.has_value()) {
    import_.end_unlogged_transactions(kPauseBetweenTransactions);
  }

  Import& import() { return import_; }

  void add(const Statement& statement) {
    import_.set_resolution(std::max(import_.resolution(), statement.stamp.resolution_ns));
    lacks_zone_ |= statement.stamp.zone == TimeStamp::Zone::kNone;
    lacks_session_ |= statement.session.empty();
    const auto& arguments = statement.arguments;
    const std::string sql =
        with_numbered_parameters(without_repeats(statement.sql), arguments ? arguments->size() : 0);
    const SqlClassifier::Result result = (has_backticks(sql) ? mysql_ : postgres_).classify(sql);
    const std::size_t number = result.statement.key_parameter;
    const bool has_key = arguments && number > 0 && number <= arguments->size();
    import_.add({.session = statement.session,
                 .line = statement.line,
                 .stamp_ns = import_.written_ns(statement.stamp, statement.line),
                 .is_stamped_at_end = true,
                 .dur_ns = statement.dur_ns,
                 .node = statement.alias},
                result, has_key ? (*arguments)[number - 1] : std::string());
  }

  Trace finish() {
    if (lacks_zone_ && !has_offset_) {
      import_.note("invented: stamps name no time zone; taken as UTC (--utc-offset tells another)");
    }
    if (lacks_session_) {
      import_.note("invented: the log names no processes and threads; all is one session");
    }
    return import_.finish(
        "statement with a time; let the formatter of django.db.backends write %(asctime)s, "
        "%(process)d and %(thread)d, or JSON with created, process, thread, duration and sql");
  }

 private:
  Import import_;
  SqlClassifier postgres_;
  SqlClassifier mysql_;
  bool has_offset_;
  bool lacks_zone_ = false;
  bool lacks_session_ = false;
};

// Letters as one, digits as one: the same for all that a formatter writes in one place.
std::string shape_of(std::string_view text) {
  std::string shape;
  for (const char c : text) {
    const bool is_digit = c >= '0' && c <= '9';
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const char kind = is_digit ? '0' : is_letter ? 'a' : c;
    if (shape.empty() || shape.back() != kind || kind == c) shape += kind;
  }
  return shape;
}

// What a formatter wrote before the message.
struct Prefix {
  TimeStamp stamp;
  std::size_t stamp_at = 0;
};

std::optional<Prefix> parse_prefix(std::string_view line) {
  static constexpr std::string_view kBeforeStamp = " [(|\"'";
  for (std::size_t at = 0; at < std::min(line.size(), kLongestPrefix); ++at) {
    if (line[at] < '0' || line[at] > '9') continue;
    if (at > 0 && kBeforeStamp.find(line[at - 1]) == std::string_view::npos) continue;
    if (const auto stamp = parse_time_stamp(line.substr(at))) return Prefix{*stamp, at};
  }
  return std::nullopt;
}

// Process and thread, and what else there is that does not change within a thread.
std::string session_of(std::string_view before_stamp, std::string_view behind_stamp) {
  static constexpr std::array<std::string_view, 4> kConstant = {"DEBUG", "django.db.backends",
                                                                "utils", "debug_sql"};
  static constexpr std::string_view kSeparators = " \t[](){}|,:;\"'=";
  std::string session;
  for (std::string_view text : {before_stamp, behind_stamp}) {
    while (!text.empty()) {
      const std::size_t size = std::min(text.find_first_of(kSeparators), text.size());
      const std::string_view word = text.substr(0, size);
      text.remove_prefix(std::min(size + 1, text.size()));
      if (word.empty() || word == "-" || std::ranges::find(kConstant, word) != kConstant.end()) {
        continue;
      }
      if (!session.empty()) session += '.';
      session += word;
    }
  }
  return session;
}

class TextLog {
 public:
  explicit TextLog(DjangoImport& import) : import_(import) {}

  void line(std::string_view text, std::uint64_t number) {
    const auto message = find_django_message(text.substr(0, kLongestPrefix));
    const auto prefix = parse_prefix(text.substr(0, message.value_or(text.size())));
    const bool is_like_others =
        prefix && (!shape_ || *shape_ == shape_of(text.substr(0, prefix->stamp_at)));
    if (message && is_like_others) return begin(text, *message, *prefix, number);
    if (line_ != 0 && !(is_complete_ || is_like_others)) return go_on(text);
    flush();
    if (!text.empty()) import_.import().skip(kForeignRows, number);
  }

  void flush() {
    if (line_ == 0) return;
    import_.import().count_row();
    if (const auto message = parse_django_message(text_)) {
      import_.add({.line = line_,
                   .stamp = stamp_,
                   .session = session_,
                   .dur_ns = message->dur_ns,
                   .sql = message->sql,
                   .arguments = python_elements(message->args),
                   .alias = message->alias});
    } else {
      import_.import().malformed(line_, "has no '; args=' behind its statement");
    }
    line_ = 0;
  }

 private:
  void begin(std::string_view text, std::size_t message, const Prefix& prefix,
             std::uint64_t number) {
    flush();
    const std::string_view before = text.substr(0, prefix.stamp_at);
    const std::size_t stamp_end = prefix.stamp_at + prefix.stamp.size;
    if (!shape_) shape_ = shape_of(before);
    line_ = number;
    stamp_ = prefix.stamp;
    session_ = session_of(before, text.substr(stamp_end, message - stamp_end));
    text_ = text.substr(message);
    ask_whether_complete();
  }

  void go_on(std::string_view text) {
    if (text_.size() + text.size() >= kLongestEntry) return;
    text_ += '\n';
    text_ += text;
    ask_whether_complete();
  }

  void ask_whether_complete() {
    is_complete_ = false;
    if (text_.size() > kLongestAsked) return;
    const auto message = parse_django_message(text_);
    is_complete_ = message && message->is_complete;
  }

  DjangoImport& import_;
  std::optional<std::string> shape_;  // of what stands before the time
  std::uint64_t line_ = 0;
  TimeStamp stamp_;
  std::string session_;
  std::string text_;
  bool is_complete_ = false;
};

std::string_view text_of(const Json& object, const char* key) {
  const auto field = object.find(key);
  if (field == object.end() || !field->is_string()) return {};
  return field->get_ref<const std::string&>();
}

std::optional<double> number_of(const Json& object, const char* key) {
  const auto field = object.find(key);
  if (field == object.end() || !field->is_number()) return std::nullopt;
  return field->get<double>();
}

std::optional<TimeStamp> stamp_of(const Json& object) {
  if (const auto created = number_of(object, "created");
      created && *created > 0 && *created < 4e9) {
    // A number of this size is exact to a quarter of a microsecond.
    return TimeStamp{std::llround(*created * 1e6) * kMicrosecond, kMicrosecond,
                     TimeStamp::Zone::kUtc, 0};
  }
  for (const char* key : {"asctime", "timestamp", "@timestamp", "time"}) {
    if (const auto stamp = parse_time_stamp(text_of(object, key))) return stamp;
  }
  return std::nullopt;
}

std::string session_of(const Json& object) {
  std::string session;
  for (const char* key : {"process", "thread"}) {
    const auto field = object.find(key);
    if (field == object.end() || field->is_null()) continue;
    if (!session.empty()) session += '.';
    session += field->is_string() ? field->get<std::string>() : field->dump();
  }
  return session;
}

// As Python writes them, or as a list of its own.
std::optional<std::vector<std::string>> arguments_of(const Json& object) {
  const auto field = object.find("params");
  if (field == object.end()) return std::nullopt;
  if (field->is_string()) return python_elements(field->get_ref<const std::string&>());
  if (!field->is_array()) return std::nullopt;
  std::vector<std::string> arguments;
  for (const Json& argument : *field) {
    if (argument.is_structured()) return std::nullopt;
    arguments.push_back(argument.is_string() ? argument.get<std::string>() : argument.dump());
  }
  return arguments;
}

void take_object(DjangoImport& import, const Json& object, std::uint64_t line) {
  Statement statement = {.line = line, .sql = text_of(object, "sql")};
  const auto message = parse_django_message(text_of(object, "message"));
  if (statement.sql.empty() && !message) return import.import().skip(kForeignRows, line);
  const auto stamp = stamp_of(object);
  if (!stamp) {
    return import.import().malformed(line, "has no time: neither \"created\" nor \"asctime\"");
  }
  const auto seconds = number_of(object, "duration");
  if (seconds && *seconds >= 0 && *seconds < 1e8) {
    statement.dur_ns = std::llround(*seconds * 1e9);
  } else if (message) {
    statement.dur_ns = message->dur_ns;
  }
  statement.arguments = arguments_of(object);
  statement.alias = text_of(object, "alias");
  if (statement.sql.empty()) {
    statement.sql = message->sql;
    statement.arguments = python_elements(message->args);
    statement.alias = message->alias;
  }
  statement.stamp = *stamp;
  const std::string session = session_of(object);
  statement.session = session;
  import.add(statement);
}

bool is_json(std::string_view head) {
  return head.starts_with('{');
}

}  // namespace

Trace read_django(PeekedSource& source, std::string_view file, const ImportOptions& options) {
  DjangoImport import(file, options);
  LineReader lines(source);
  if (is_json(source.head())) {
    while (const auto line = lines.next()) {
      if (line->empty()) continue;
      import.import().count_row();
      const Json object = Json::parse(*line, nullptr, false);
      if (lines.was_cut() || !object.is_object()) {
        import.import().malformed(lines.line(), "is not a JSON object of up to 16 MiB");
        continue;
      }
      take_object(import, object, lines.line());
    }
    return import.finish();
  }
  TextLog log(import);
  while (const auto line = lines.next()) log.line(*line, lines.line());
  log.flush();
  return import.finish();
}

TraceFormat::Fit fits_django(std::string_view head) {
  using Fit = TraceFormat::Fit;
  const auto has = [&](std::string_view text) { return head.find(text) != std::string_view::npos; };
  if (is_json(head)) {
    const bool has_fields = has("\"sql\"") && has("\"duration\"") &&
                            (has("\"created\"") || has("\"asctime\"") || has("\"params\""));
    return has_fields || has("django.db.backends") ? Fit::kYes : Fit::kNo;
  }
  // Also without a time, so that reading can say what is missing.
  if (!has("; args=")) return Fit::kNo;
  for (std::size_t i = 0; i < kLinesToJudge && !head.empty(); ++i) {
    const std::size_t end = head.find('\n');
    if (find_django_message(head.substr(0, std::min(end, kLongestPrefix)))) return Fit::kYes;
    head.remove_prefix(end == std::string_view::npos ? head.size() : end + 1);
  }
  return Fit::kNo;
}

}  // namespace switchyard
