#include "workload/readers/postgres_textlog.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>

#include "core/error.h"
#include "workload/readers/line_reader.h"
#include "workload/readers/log_line_prefix.h"
#include "workload/readers/postgres_log.h"

namespace switchyard {
namespace {

constexpr std::size_t kLinesToGuess = 500;
constexpr std::size_t kLongestEntry = std::size_t{1} << 24;
constexpr std::string_view kForeignLines = "lines of other programs";

// "Nov 22 20:48:35 host postgres[4211]: [9-1] text", or with an ISO stamp.
struct SyslogLine {
  TimeStamp stamp;
  std::string_view process;
  bool is_continued = false;  // a part behind the first
  std::string_view text;
};

std::optional<SyslogLine> parse_syslog_line(std::string_view line, int year) {
  auto stamp = parse_syslog_stamp(line, year);
  if (!stamp) stamp = parse_time_stamp(line);
  if (!stamp) return std::nullopt;
  SyslogLine result;
  result.stamp = *stamp;
  const std::string_view rest = line.substr(stamp->size);
  const std::size_t open = rest.find('[');
  const std::size_t close = rest.find("]: [", open);
  if (open == std::string_view::npos || close == std::string_view::npos) return std::nullopt;
  result.process = rest.substr(open + 1, close - open - 1);
  const std::size_t dash = rest.find('-', close);
  const std::size_t end = rest.find("] ", close + 4);
  if (dash == std::string_view::npos || end == std::string_view::npos || dash > end) {
    return std::nullopt;
  }
  result.is_continued = rest.substr(dash + 1, end - dash - 1) != "1";
  result.text = rest.substr(end + 2);
  return result;
}

int this_year() {
  const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  return static_cast<int>(std::chrono::year_month_day(today).year());
}

// Puts entries together from lines, and hands each on when the next begins.
class Entries {
 public:
  explicit Entries(PostgresLog& log) : log_(log) {}

  void begin(const LogLinePrefix::Match& match, const TimeStamp& stamp, std::string_view session,
             std::uint64_t line) {
    if (match.severity == "DETAIL") return append_to(detail_, match.message);
    if (match.severity == "CONTEXT") return append_to(context_, match.message);
    if (match.severity == "STATEMENT" || match.severity == "HINT" || match.severity == "QUERY") {
      return append_to(other_, match.message);
    }
    flush();
    is_open_ = true;
    line_ = line;
    stamp_ = stamp;
    session_ = session;
    severity_ = match.severity;
    backend_type_ = match.backend_type;
    append_to(message_, match.message);
  }

  void go_on(std::string_view text, bool on_new_line) {
    if (last_->size() + text.size() >= kLongestEntry) return;
    if (on_new_line) *last_ += '\n';
    *last_ += text;
  }

  bool is_open() const { return is_open_; }

  void flush() {
    if (is_open_) {
      log_.row({.line = line_,
                .stamp = stamp_,
                .session = session_,
                .severity = severity_,
                .message = message_,
                .detail = detail_,
                .context = context_,
                .backend_type = backend_type_});
    }
    is_open_ = false;
    for (std::string* text : {&message_, &detail_, &context_, &other_}) text->clear();
  }

 private:
  void append_to(std::string& part, std::string_view text) {
    last_ = &part;
    part += text.substr(0, kLongestEntry);
  }

  PostgresLog& log_;
  bool is_open_ = false;
  std::uint64_t line_ = 0;
  TimeStamp stamp_;
  std::string session_;
  std::string severity_;
  std::string backend_type_;
  std::string message_;
  std::string detail_;
  std::string context_;
  std::string other_;  // what is not needed
  std::string* last_ = &other_;
};

std::vector<std::string_view> first_lines(std::string_view head) {
  std::vector<std::string_view> lines;
  while (lines.size() < kLinesToGuess) {
    const std::size_t end = head.find('\n');
    if (end == std::string_view::npos) break;
    lines.push_back(head.substr(0, end));
    head.remove_prefix(end + 1);
  }
  if (lines.empty() && !head.empty()) lines.push_back(head);
  return lines;
}

std::vector<std::string_view> syslog_texts(std::string_view head) {
  std::vector<std::string_view> texts;
  for (const std::string_view line : first_lines(head)) {
    if (const auto parsed = parse_syslog_line(line, 2000)) texts.push_back(parsed->text);
  }
  return texts;
}

LogLinePrefix prefix_for(const std::vector<std::string_view>& lines, std::string_view file,
                         const ImportOptions& options) {
  if (!options.log_line_prefix.empty()) return LogLinePrefix(options.log_line_prefix);
  auto guess = guess_log_line_prefix(lines);
  if (guess) return *guess;
  throw InputError(fmt::format(
      "{}: no usual log_line_prefix fits its lines; say which it was recorded with, as in "
      "--log-line-prefix '%m [%p] '",
      file));
}

}  // namespace

Trace read_postgres_textlog(PeekedSource& source, std::string_view file,
                            const ImportOptions& options) {
  const std::string_view head = source.head();
  const LogLinePrefix prefix = prefix_for(first_lines(head), file, options);
  if (!prefix.has_time()) {
    throw InputError(fmt::format("{}: its log_line_prefix '{}' holds no time (%m, %t or %n)", file,
                                 prefix.setting()));
  }
  PostgresLog log(file, "pgtext", options);
  log.import().note(fmt::format("log_line_prefix '{}'", prefix.setting()));
  if (!prefix.has_session()) {
    log.import().note(
        "invented: the log names neither sessions (%c) nor processes (%p); all is "
        "one session");
  }
  Entries entries(log);
  LineReader lines(source);
  while (const auto line = lines.next()) {
    if (line->starts_with('\t') && entries.is_open()) {
      entries.go_on(line->substr(1), true);
      continue;
    }
    const auto match = prefix.match(*line);
    if (!match || !match->stamp) {
      // An empty line stands in the middle of a statement.
      if (!line->empty()) log.import().skip(kForeignLines, lines.line());
      continue;
    }
    const std::string_view session = match->session.empty() ? match->process : match->session;
    entries.begin(*match, *match->stamp, session, lines.line());
  }
  entries.flush();
  return log.finish();
}

Trace read_postgres_syslog(PeekedSource& source, std::string_view file,
                           const ImportOptions& options) {
  const std::string_view head = source.head();
  const int year = options.year.value_or(this_year());
  // A prefix is usually empty there, since syslog has stamps and processes of its own.
  const LogLinePrefix prefix =
      options.log_line_prefix.empty()
          ? guess_log_line_prefix(syslog_texts(head)).value_or(LogLinePrefix(""))
          : LogLinePrefix(options.log_line_prefix);
  PostgresLog log(file, "pgsyslog", options);
  log.import().note(fmt::format("log_line_prefix '{}'", prefix.setting()));
  if (!options.year && parse_syslog_stamp(head, year)) {
    log.import().note(fmt::format("invented: the year {}; --year tells another", year));
  }
  Entries entries(log);
  LineReader lines(source);
  std::string text;
  while (const auto line = lines.next()) {
    const auto parsed = parse_syslog_line(*line, year);
    if (!parsed) {
      log.import().skip(kForeignLines, lines.line());
      continue;
    }
    // syslog writes a tab as #011.
    static constexpr std::string_view kTab = "#011";
    const bool has_tab = parsed->text.starts_with(kTab);
    if (parsed->is_continued && entries.is_open()) {
      const auto match = has_tab ? std::nullopt : prefix.match(parsed->text);
      if (!match) {
        entries.go_on(has_tab ? parsed->text.substr(kTab.size()) : parsed->text, has_tab);
        continue;
      }
    }
    const auto match = prefix.match(parsed->text);
    if (!match) {
      log.import().skip(kForeignLines, lines.line());
      continue;
    }
    const std::string_view session = match->session.empty() ? parsed->process : match->session;
    entries.begin(*match, match->stamp.value_or(parsed->stamp), session, lines.line());
  }
  entries.flush();
  return log.finish();
}

bool looks_like_postgres_textlog(std::string_view head) {
  const auto lines = first_lines(head.substr(0, 1 << 14));
  if (!lines.empty() && parse_syslog_line(lines.front(), 2000)) return false;
  return guess_log_line_prefix(lines).has_value();
}

bool looks_like_postgres_syslog(std::string_view head) {
  const auto lines = first_lines(head);
  return !lines.empty() && parse_syslog_line(lines.front(), 2000) &&
         head.find("postgres[") != std::string_view::npos;
}

}  // namespace switchyard
