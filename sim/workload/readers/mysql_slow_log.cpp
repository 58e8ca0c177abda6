#include "workload/readers/mysql_slow_log.h"

#include <fmt/format.h>

#include <cstdlib>

#include "core/error.h"
#include "workload/readers/mysql_banner.h"

namespace switchyard {
namespace {

using Product = MysqlSlowRecord::Product;

// Zones are that far from UTC at most, by quarters of an hour.
constexpr Nanoseconds kFarthestZone = 14 * kHour;
constexpr Nanoseconds kZoneStep = kHour / 4;
// A client may have set a timestamp of its own: one this far from the log's time is.
constexpr Nanoseconds kImplausible = 24 * kHour;
// What may wait for the first time.
constexpr std::size_t kMostWaitingBytes = std::size_t{1} << 26;

constexpr std::string_view kCommands = "administrator commands";
constexpr std::string_view kHeadless =
    "statements without a header, at the beginning of a cut file";

}  // namespace

void MysqlSlowLog::take(const MysqlSlowRecord& record) {
  import_.count_row();
  if (record.kind == MysqlSlowRecord::Kind::kHeadless) {
    return import_.skip(kHeadless, record.line);
  }
  find_time(record);
  if (!has_time_) {
    waiting_.push_back(record);
    waiting_bytes_ += record.sql.size() + sizeof(MysqlSlowRecord);
    if (waiting_bytes_ > kMostWaitingBytes) refuse_without_time();
    return;
  }
  take_waiting();
  add(record);
}

Trace MysqlSlowLog::finish() {
  if (!waiting_.empty()) refuse_without_time();
  import_.refuse_slow_only("record with long_query_time = 0");
  add_notes();
  return import_.finish("statement; set long_query_time = 0 and slow_query_log = 1 to record");
}

void MysqlSlowLog::refuse_without_time() {
  throw InputError({std::string(file_), waiting_.front().line},
                   "statements have no time (# Time: or SET timestamp=)");
}

// Sets stamp_, when the record was written, or leaves it at the last time known.
void MysqlSlowLog::find_time(const MysqlSlowRecord& record) {
  const Nanoseconds dur_ns = std::max<Nanoseconds>(record.dur_ns, 0);
  is_exact_ = true;
  if (record.start && record.start->resolution_ns < kSecond) {
    stamp_ = *record.start;
    stamp_.unix_ns += dur_ns;
    has_time_ = true;
    return;
  }
  if (record.time && record.time->resolution_ns < kSecond) {
    stamp_ = *record.time;
    has_time_ = true;
    return;
  }
  is_exact_ = false;
  find_coarse_time(record, dur_ns);
}

void MysqlSlowLog::find_coarse_time(const MysqlSlowRecord& record, Nanoseconds dur_ns) {
  const bool is_start = record.product == Product::kMariaDb || record.product == Product::kMysql8;
  std::optional<std::int64_t> set_ns = record.set_timestamp_ns;
  if (set_ns) (is_start ? has_start_stamps_ : has_end_stamps_) = true;
  if (record.start) set_ns = import_.unix_ns(*record.start, record.line);
  if (set_ns && (is_start || record.start)) *set_ns += dur_ns;
  if (record.time) {
    const std::int64_t time_ns = import_.unix_ns(*record.time, record.line);
    if (set_ns) learn_zone(time_ns - *set_ns);
    has_unknown_zone_ |= !set_ns && !has_zone_;
    time_ns_ = time_ns - zone_ns_;
  }
  if (set_ns && time_ns_ && std::abs(*set_ns - *time_ns_) > kImplausible) set_ns.reset();
  if (!set_ns && !time_ns_) return;
  std::int64_t end_ns = std::max(set_ns.value_or(INT64_MIN), time_ns_.value_or(INT64_MIN));
  // Stamps are cut, so that one may seem to be before its predecessor.
  if (has_time_ && end_ns < stamp_.unix_ns && stamp_.unix_ns - end_ns <= kSecond) {
    end_ns = stamp_.unix_ns;
  }
  stamp_ = {end_ns, kSecond, TimeStamp::Zone::kUtc, 0};
  has_time_ = true;
}

// `# Time:` is in the server's zone, the other in UTC.
void MysqlSlowLog::learn_zone(Nanoseconds difference_ns) {
  const Nanoseconds zone_ns =
      (difference_ns + (difference_ns < 0 ? -kZoneStep / 2 : kZoneStep / 2)) / kZoneStep *
      kZoneStep;
  if (std::abs(zone_ns) > kFarthestZone) return;
  zone_ns_ = zone_ns;
  has_zone_ = true;
}

void MysqlSlowLog::take_waiting() {
  if (waiting_.empty()) return;
  import_.note(
      fmt::format("invented: the first {} statements have no time; they get the first one known",
                  waiting_.size()));
  for (const MysqlSlowRecord& record : waiting_) add(record);
  waiting_ = {};
}

void MysqlSlowLog::add(const MysqlSlowRecord& record) {
  std::string_view session = record.session.empty() ? record.user_host : record.session;
  if (session.empty()) session = "unknown";
  if (record.kind == MysqlSlowRecord::Kind::kCommand) {
    if (record.sql == "Quit") import_.session_ends(session);
    return import_.skip(kCommands, record.line);
  }
  if (record.session.empty()) without_session_ = true;
  if (record.is_absurd) ++absurd_;
  if (record.was_cut) ++cut_;
  if (record.rate_limit > rate_limit_) {
    rate_limit_ = record.rate_limit;
    is_rate_of_sessions_ = record.is_rate_of_sessions;
  }
  RecordedStatement recorded = {.session = session, .line = record.line, .dur_ns = record.dur_ns};
  if (record.dur_ns != kUnknown) import_.count_duration(record.dur_ns);
  set_times(record, recorded);
  recorded.is_error = record.error != 0 || record.is_killed;
  recorded.rows = record.rows_sent > 0 ? record.rows_sent : record.rows_affected;
  if (recorded.rows == kUnknown) recorded.rows = record.rows_sent;
  recorded.bytes = record.bytes_sent;
  import_.add(recorded, classifier_.classify(record.sql));
  // A deadlock ends the whole transaction.
  constexpr std::int64_t kDeadlock = 1213;
  if (record.error == kDeadlock) import_.transaction_fails(session);
}

void MysqlSlowLog::set_times(const MysqlSlowRecord& record, RecordedStatement& recorded) {
  recorded.is_stamped_at_end = true;
  if (!is_exact_) {
    import_.set_resolution(kSecond);
    TimeStamp second = stamp_;
    second.unix_ns -= second.unix_ns % kSecond;
    recorded.stamp_ns = import_.written_ns(second, record.line);
    return;
  }
  import_.set_resolution(std::max(import_.resolution(), stamp_.resolution_ns));
  recorded.stamp_ns = import_.written_ns(stamp_, record.line);
  if (record.start) {
    recorded.is_stamped_at_end = false;
    recorded.stamp_ns -= std::max<Nanoseconds>(record.dur_ns, 0);
  }
}

void MysqlSlowLog::add_notes() {
  if (has_start_stamps_) {
    import_.note("'SET timestamp=' is taken as the start, as MySQL 8 and MariaDB write it");
  }
  if (has_end_stamps_) {
    import_.note("'SET timestamp=' is taken as the end, as MySQL 5 writes it");
  }
  if (zone_ns_ != 0) {
    import_.note(fmt::format("'# Time:' is {} of UTC, as 'SET timestamp=' tells",
                             format_duration(static_cast<double>(std::abs(zone_ns_))) +
                                 (zone_ns_ > 0 ? " ahead" : " behind")));
  }
  if (has_unknown_zone_ && !has_zone_) {
    import_.note("invented: '# Time:' is in UTC; --utc-offset tells another zone");
  }
  if (without_session_) {
    import_.note(
        "invented: statements without an Id or Thread_id (before MySQL 5.6) are one session for "
        "each user and host");
  }
  if (rate_limit_ > 1) {
    import_.note(fmt::format("only one of {} {} was recorded (Log_slow_rate_limit)", rate_limit_,
                             is_rate_of_sessions_ ? "sessions" : "queries"));
  }
  if (absurd_ > 0) {
    import_.note(
        fmt::format("{} statements have an impossible Query_time, which is left out", absurd_));
  }
  if (cut_ > 0) {
    import_.note(fmt::format("{} statements were longer than {} MiB; their ends were not looked at",
                             cut_, MysqlSlowRecords::kLongestStatement >> 20));
  }
}

Trace read_mysql_slow_log(PeekedSource& source, std::string_view file,
                          const ImportOptions& options) {
  MysqlSlowLog log(file, "mysqlslow", options);
  MysqlSlowRecords records(source);
  while (const MysqlSlowRecord* record = records.next()) log.take(*record);
  return log.finish();
}

bool looks_like_mysql_slow_log(std::string_view head) {
  return has_line_with(head, "# Query_time: ") &&
         (has_line_with(head, "# User@Host: ") || has_line_with(head, "# Time: "));
}

}  // namespace switchyard
