// What all readers of recorded statements share: sessions and their transactions, times as exact as
// the recording allows, and an account of everything that was kept, skipped and assumed.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workload/import_options.h"
#include "workload/readers/sql_statement.h"
#include "workload/readers/time_stamp.h"
#include "workload/trace.h"

namespace switchyard {

// A statement as a log has it.
struct RecordedStatement {
  std::string_view session = {};
  std::uint64_t line = 0;
  std::int64_t stamp_ns = 0;  // Unix time, cut to the resolution of the stamps
  bool is_stamped_at_end = false;
  Nanoseconds dur_ns = kUnknown;
  bool is_prepared = false;
  bool is_error = false;
  std::int64_t rows = kUnknown;
  std::int64_t bytes = kUnknown;
  std::string_view node = {};  // where it ran, if the log tells
  Asking asked = {};
  // The object that the calls name, where it is not the statement's own.
  std::string_view object_table = {};
  std::string_view object_key = {};  // within that table; empty if unknown
};

class Import {
 public:
  // `file` names the input in messages; `source` becomes TraceInfo::source. Both must outlive it.
  Import(std::string_view file, std::string_view source, const ImportOptions& options);

  // A record of the input, whatever becomes of it.
  void count_row() { ++rows_; }
  // One that is not a statement, or not to be counted; `reason` names several such ("connection
  // rows").
  void skip(std::string_view reason, std::uint64_t line);
  // One that is damaged; `what` is wrong with it. Throws InputError with ImportOptions::strict.
  void malformed(std::uint64_t line, const std::string& what);
  // Something to tell about the recording as a whole.
  void note(std::string text) { notes_.push_back(std::move(text)); }

  // The time of a stamp, after the zone that the user gave for those that name none. Throws
  // InputError if the zone is unclear and the user gave none.
  std::int64_t unix_ns(const TimeStamp& stamp, std::uint64_t line);
  // The same for the time when a row was written, which never goes back in the order of rows by
  // more than concurrent writers explain: where a clock was set back, time goes on instead.
  std::int64_t written_ns(const TimeStamp& stamp, std::uint64_t line);
  // Coarser stamps than a tenth of a second make statements wait for the last of their stamp.
  void set_resolution(Nanoseconds resolution_ns) { resolution_ns_ = resolution_ns; }
  Nanoseconds resolution() const { return resolution_ns_; }

  // Requests of one session may overlap and come in any order: their times are taken as recorded.
  void set_unordered() { is_unordered_ = true; }
  // Times count from some beginning that has no date.
  void set_relative_times() { are_times_relative_ = true; }

  // A connection was opened or closed: the same name behind it is another session.
  void session_begins(std::string_view session);
  void session_ends(std::string_view session);
  // The session's transaction has failed: its COMMIT will be a ROLLBACK.
  void transaction_fails(std::string_view session);

  // For logs that do not tell where transactions end: unless a COMMIT or ROLLBACK shows up after
  // all, one ends behind the last statement before its session's next BEGIN, before a pause of
  // more than `pause_ns`, or of the recording.
  void end_unlogged_transactions(Nanoseconds pause_ns) {
    invents_commits_ = true;
    commit_pause_ns_ = pause_ns;
  }

  // `key_value` is that of a parameter; the literal's comes with `sql`.
  void add(const RecordedStatement& recorded, const SqlClassifier::Result& sql,
           std::string_view key_value = {});
  // A request of a recording without SQL: `key` is taken as it is.
  void add(const RecordedStatement& recorded, Op op, std::string_view table, std::string_view key);

  // The duration of a statement, of logs that a threshold may keep short ones from.
  void count_duration(Nanoseconds dur_ns);
  // Throws InputError if many durations were counted and none is short, unless
  // ImportOptions::partial: then a note tells. `advice` says how to record without a threshold.
  void refuse_slow_only(std::string_view advice);

  std::uint64_t kept() const { return kept_; }
  std::uint64_t reads() const { return reads_; }
  // Throws InputError if nothing was kept; `wanted` tells what the recording should hold.
  Trace finish(std::string_view wanted);

 private:
  struct Session {
    std::string name;  // in the trace
    std::uint32_t transactions = 0;
    bool is_open = false;
    bool has_failed = false;
    bool autocommit = true;
    // Until its first transaction control: that may end what began before the recording.
    bool may_be_inside = true;
    std::vector<std::size_t> rows_before_control;
    std::uint8_t flags = 0;  // of its transaction
    std::int64_t last_start_ns = INT64_MIN;
    std::int64_t free_at_ns = INT64_MIN;       // when its last statement ended
    std::int64_t recorded_end_ns = INT64_MIN;  // the same as recorded
    std::map<std::string, std::shared_ptr<const SqlStatement>, std::less<>> prepared;
  };
  struct Skip {
    std::string_view reason;
    std::uint64_t count = 0;
    std::uint64_t first_line = 0;
  };
  struct Pending {
    std::size_t row = 0;
    Session* session = nullptr;
    std::int64_t stamp_ns = 0;
    Nanoseconds before_stamp_ns = 0;  // from its start to its stamp
    Nanoseconds dur_ns = 0;
  };

  Session& session_of(std::string_view name);
  Session& new_session(std::string_view name);
  void follow_transaction(Session& session, Op& op, std::uint8_t flags);
  void adopt_rows_before(Session& session);
  void end_unlogged(const RecordedStatement& next, Session& session, Op op);
  void invent_commit(Session& session, std::int64_t stamp_ns);
  void add_row(const RecordedStatement& recorded, Session& session, TraceRow row);
  void settle(const Pending& pending, Nanoseconds slack_ns, std::int64_t earliest_ns);
  void spread_pending();
  std::string hidden(std::string_view key) const;

  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };

  std::string_view file_;
  std::string_view source_;
  const ImportOptions& options_;
  std::string secret_;
  TraceBuilder builder_;
  std::deque<Session> all_sessions_;  // a deque, since pointers to them are kept
  boost::unordered_flat_map<std::string, Session*, Hash, std::equal_to<>> sessions_;
  boost::unordered_flat_map<std::string, std::uint32_t> uses_of_name_;
  Nanoseconds resolution_ns_ = kMicrosecond;
  bool is_unordered_ = false;
  bool are_times_relative_ = false;
  std::vector<Pending> pending_;

  std::uint64_t rows_ = 0;
  std::uint64_t kept_ = 0;
  std::uint64_t reads_ = 0;
  std::uint64_t added_control_ = 0;
  std::uint64_t implied_commits_ = 0;
  std::uint64_t failed_writes_ = 0;
  bool invents_commits_ = false;
  Nanoseconds commit_pause_ns_ = 0;
  std::uint64_t invented_commits_ = 0;
  std::vector<Skip> skips_;
  Nanoseconds shortest_ns_ = INT64_MAX;
  std::uint64_t with_duration_ = 0;
  std::uint64_t malformed_ = 0;
  std::string first_malformed_;
  std::uint64_t unknown_ = 0;
  std::string first_unknown_;
  std::uint64_t adopted_ = 0;
  std::int64_t latest_written_ns_ = INT64_MIN;
  Nanoseconds clock_offset_ns_ = 0;
  std::uint64_t clock_steps_ = 0;
  std::uint64_t out_of_order_ = 0;
  std::vector<std::string> notes_;
};

}  // namespace switchyard
