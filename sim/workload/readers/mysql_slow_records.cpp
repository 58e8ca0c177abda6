#include "workload/readers/mysql_slow_records.h"

#include <charconv>

#include "workload/readers/mysql_banner.h"
#include "workload/readers/sql_lexer.h"

namespace switchyard {
namespace {

constexpr std::string_view kTime = "# Time:";
constexpr std::string_view kUser = "# User@Host:";
constexpr std::string_view kCommand = "# administrator command: ";
// No statement takes longer; what claims to is the difference of a clock that was set.
constexpr std::int64_t kLongestSeconds = 366 * 24 * 3600;

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::int64_t integer(std::string_view text, std::int64_t otherwise) {
  std::int64_t value = otherwise;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  return result.ec == std::errc() && value >= 0 ? value : otherwise;
}

// "0.000058", "2", "0,25": seconds.
std::optional<Nanoseconds> duration(std::string_view text) {
  std::int64_t seconds = 0;
  const char* const end = text.data() + text.size();
  auto [at, error] = std::from_chars(text.data(), end, seconds);
  if (error != std::errc() || seconds < 0 || seconds > kLongestSeconds) return std::nullopt;
  Nanoseconds fraction_ns = 0;
  if (at != end && (*at == '.' || *at == ',')) {
    Nanoseconds digit_ns = kSecond;
    for (++at; at != end && *at >= '0' && *at <= '9'; ++at) {
      digit_ns /= 10;
      fraction_ns += digit_ns * (*at - '0');
    }
  }
  if (at != end) return std::nullopt;
  return seconds * kSecond + fraction_ns;
}

// "SET timestamp=N;" as the server writes it, perhaps with ids in front; N may have a fraction.
std::optional<std::int64_t> set_timestamp_ns(std::string_view line) {
  if (!line.starts_with("SET ") || !line.ends_with(';')) return std::nullopt;
  line.remove_prefix(4);
  line.remove_suffix(1);
  for (const std::string_view name : {"last_insert_id=", "insert_id="}) {
    if (!line.starts_with(name)) continue;
    const std::size_t comma = line.find(',');
    if (comma == std::string_view::npos) return std::nullopt;
    line.remove_prefix(comma + 1);
  }
  constexpr std::string_view kName = "timestamp=";
  if (!line.starts_with(kName)) return std::nullopt;
  line.remove_prefix(kName.size());
  const std::size_t point = line.find('.');
  std::int64_t seconds = 0;
  const char* const end = line.data() + std::min(point, line.size());
  const auto result = std::from_chars(line.data(), end, seconds);
  // What 64 bits of nanoseconds hold.
  constexpr std::int64_t kLatest = 9'000'000'000;
  if (result.ptr != end || result.ec != std::errc() || seconds < 0 || seconds > kLatest) {
    return std::nullopt;
  }
  const std::string fraction =
      point == std::string_view::npos ? "0" : "0" + std::string(line.substr(point));
  const auto fraction_ns = duration(fraction);
  return fraction_ns ? std::optional(seconds * kSecond + *fraction_ns) : std::nullopt;
}

MysqlSlowRecord::Product product_of(std::string_view version_line) {
  using Product = MysqlSlowRecord::Product;
  if (version_line.find("MariaDB") != std::string_view::npos) return Product::kMariaDb;
  constexpr std::string_view kMark = ", Version: ";
  const std::int64_t major =
      integer(version_line.substr(version_line.find(kMark) + kMark.size()), 0);
  return major >= 8 ? Product::kMysql8 : Product::kMysql5;
}

}  // namespace

void MysqlSlowRecords::begin() {
  std::string sql = std::move(record_.sql);
  sql.clear();
  record_ = {};
  record_.sql = std::move(sql);
  record_.product = product_;
  preamble_.clear();
  part_ = Part::kNothing;
  has_query_time_ = false;
}

bool MysqlSlowRecords::begins_record(std::string_view line) const {
  return line.starts_with("# ") && (line.starts_with(kTime) || line.starts_with(kUser));
}

const MysqlSlowRecord* MysqlSlowRecords::next() {
  begin();
  if (!pending_line_.empty()) {
    take_header(pending_line_);
    pending_line_.clear();
  }
  while (const auto line = lines_.next()) {
    const bool may_end = after_semicolon_ || part_ == Part::kNothing || part_ == Part::kHeader;
    after_semicolon_ = lines_.was_cut() || line->ends_with(';');
    if (may_end && line->starts_with("# ")) {
      if (line->starts_with(kCommand) && part_ != Part::kStatement) {
        record_.kind = MysqlSlowRecord::Kind::kCommand;
        record_.sql = trimmed(line->substr(kCommand.size(), line->find(';') - kCommand.size()));
        after_semicolon_ = true;
        return &record_;
      }
      const bool is_complete = part_ >= Part::kPreamble || has_query_time_;
      if (is_complete && begins_record(*line)) {
        if (finish()) {
          pending_line_ = *line;
          return &record_;
        }
        begin();
      }
    }
    if (may_end && is_mysql_banner_line(*line)) {
      if (is_mysql_version_line(*line)) product_ = product_of(*line);
      const bool is_statement = finish();
      after_semicolon_ = true;
      if (is_statement) return &record_;
      begin();
      continue;
    }
    const bool is_header = line->starts_with('#') && part_ <= Part::kHeader;
    if (is_header) {
      take_header(*line);
    } else if (part_ != Part::kNothing || !line->empty()) {
      take_body(*line);
    }
  }
  return finish() ? &record_ : nullptr;
}

// Whether there is a statement: the parts of it so far.
bool MysqlSlowRecords::finish() {
  if (part_ < Part::kPreamble) return false;
  std::string& sql = record_.sql;
  if (sql.empty()) {
    sql = preamble_;
    record_.set_timestamp_ns.reset();
  }
  while (sql.ends_with('\n') || sql.ends_with(' ')) sql.pop_back();
  if (sql.ends_with(';')) sql.pop_back();
  if (!has_query_time_) record_.kind = MysqlSlowRecord::Kind::kHeadless;
  part_ = Part::kNothing;
  return true;
}

void MysqlSlowRecords::take_header(std::string_view line) {
  if (part_ == Part::kNothing) record_.line = lines_.line();
  part_ = Part::kHeader;
  after_semicolon_ = true;
  if (line.starts_with(kTime)) return take_time(line);
  if (line.starts_with(kUser)) return take_user(line);
  static constexpr std::string_view kOfInterest = "TSQRBL";
  if (line.size() > 2 && kOfInterest.find(line[2]) != std::string_view::npos) take_values(line);
}

// "# Time: 071218 11:48:27 # User@Host: …" was one line once.
void MysqlSlowRecords::take_time(std::string_view line) {
  std::string_view stamp = line.substr(kTime.size());
  const std::size_t user = line.find(kUser);
  if (user != std::string_view::npos) take_user(line.substr(user));
  stamp = trimmed(stamp.substr(0, user == std::string_view::npos ? user : user - kTime.size()));
  record_.time = parse_time_stamp(stamp);
  if (!record_.time) record_.time = parse_short_stamp(stamp);
}

// "# User@Host: root[root] @ localhost [127.0.0.1]  Id:    17"
void MysqlSlowRecords::take_user(std::string_view line) {
  line.remove_prefix(kUser.size());
  const std::size_t id = line.rfind("Id:");
  if (id != std::string_view::npos) {
    record_.session = trimmed(line.substr(id + 3));
    return;
  }
  const std::string_view text = trimmed(line);
  const std::size_t bracket = text.find('[');
  const std::size_t at = text.find(" @ ");
  record_.user_host = trimmed(text.substr(0, bracket));
  if (record_.user_host.empty() && bracket != std::string_view::npos) {
    record_.user_host = text.substr(bracket + 1, text.find(']') - bracket - 1);
  }
  if (at != std::string_view::npos) {
    const std::string_view host = text.substr(at + 3);
    record_.user_host += '@';
    record_.user_host += trimmed(host.starts_with(' ') ? host.substr(host.find('[') + 1)
                                                       : host.substr(0, host.find('[')));
    if (record_.user_host.ends_with(']')) record_.user_host.pop_back();
  }
}

// "Name: value", where the value may be missing.
void MysqlSlowRecords::take_values(std::string_view line) {
  using Product = MysqlSlowRecord::Product;
  std::string_view key;
  std::size_t at = 2;
  while (at < line.size()) {
    if (line[at] == ' ') {
      ++at;
      continue;
    }
    const std::size_t end = std::min(line.find(' ', at), line.size());
    const std::string_view word = line.substr(at, end - at);
    at = end;
    if (word.ends_with(':')) {
      key = word.substr(0, word.size() - 1);
      if (key == "QC_hit") product_ = record_.product = Product::kMariaDb;
      continue;
    }
    if (key == "Query_time") {
      has_query_time_ = true;
      const auto dur_ns = duration(word);
      record_.dur_ns = dur_ns.value_or(kUnknown);
      record_.is_absurd = !dur_ns;
    } else if (key == "Thread_id" || key == "Id") {
      record_.session = word;
    } else if (key == "Rows_sent") {
      record_.rows_sent = integer(word, kUnknown);
    } else if (key == "Rows_affected") {
      record_.rows_affected = integer(word, kUnknown);
    } else if (key == "Bytes_sent") {
      record_.bytes_sent = integer(word, kUnknown);
    } else if (key == "Last_errno" || key == "Errno") {
      record_.error = integer(word, 0);
    } else if (key == "Killed") {
      record_.is_killed = integer(word, 0) != 0;
    } else if (key == "Start") {
      record_.start = parse_time_stamp(word);
    } else if (key == "Log_slow_rate_type") {
      record_.is_rate_of_sessions = word == "session";
    } else if (key == "Log_slow_rate_limit") {
      record_.rate_limit = integer(word, 1);
    }
    key = {};
  }
}

void MysqlSlowRecords::take_body(std::string_view line) {
  if (part_ == Part::kNothing) record_.line = lines_.line();
  if (part_ <= Part::kPreamble && take_preamble(line)) {
    part_ = Part::kPreamble;
    preamble_ = line;
    return;
  }
  part_ = Part::kStatement;
  std::string& sql = record_.sql;
  const std::size_t room = kLongestStatement - std::min(kLongestStatement, sql.size());
  record_.was_cut |= lines_.was_cut() || line.size() >= room;
  if (room == 0) return;
  if (!sql.empty()) sql += '\n';
  sql += line.substr(0, room - 1);
}

// `use db;` and `SET timestamp=…;`, in this order, each once: a second one is the client's.
bool MysqlSlowRecords::take_preamble(std::string_view line) {
  if (record_.set_timestamp_ns) return false;
  record_.set_timestamp_ns = set_timestamp_ns(line);
  if (record_.set_timestamp_ns) return true;
  return part_ < Part::kPreamble && line.ends_with(';') && line.size() > 4 &&
         equals_ignoring_case(line.substr(0, 4), "use ");
}

}  // namespace switchyard
