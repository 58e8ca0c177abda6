#include "workload/readers/import.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "core/digest.h"
#include "core/error.h"

namespace switchyard {
namespace {

// Stamps this coarse put many statements at one instant: they are spread instead.
constexpr Nanoseconds kCoarse = kSecond / 10;
// How far a log may be out of order by itself: rows of concurrent sessions are written in turn.
constexpr Nanoseconds kJitter = 2 * kSecond;
// A clock is set back by no more than this (the end of summer time); what is earlier still is from
// another file.
constexpr Nanoseconds kLargestStep = kHour;
// A session that runs this many statements before it ends a transaction was not inside one.
constexpr std::size_t kMostAdopted = 10'000;
// A log of so many statements without one as short as this was recorded with a threshold.
constexpr std::uint64_t kEnoughToJudge = 50;
constexpr Nanoseconds kNothingShorter = 10 * kMillisecond;

std::string random_secret() {
  std::random_device device;
  std::string secret;
  for (int i = 0; i < 8; ++i) secret += fmt::format("{:08x}", device());
  return secret;
}

// Notes are UTF-8 on one line; what is quoted of a log may be neither.
std::string printable(std::string_view text) {
  std::string result(text.substr(0, 60));
  std::ranges::replace_if(
      result, [](char c) { return c < ' ' || c > '~'; }, ' ');
  return result;
}

}  // namespace

Import::Import(std::string_view file, std::string_view source, const ImportOptions& options)
    : file_(file), source_(source), options_(options) {
  if (options.hash_keys) {
    secret_ = options.hash_keys->empty() ? random_secret() : *options.hash_keys;
  }
}

void Import::skip(std::string_view reason, std::uint64_t line) {
  const auto known = std::ranges::find(skips_, reason, &Skip::reason);
  if (known != skips_.end()) {
    ++known->count;
  } else {
    skips_.push_back({reason, 1, line});
  }
}

void Import::malformed(std::uint64_t line, const std::string& what) {
  if (options_.strict) throw InputError({std::string(file_), line}, what);
  if (malformed_++ == 0) first_malformed_ = fmt::format("line {} {}", line, what);
}

void Import::count_duration(Nanoseconds dur_ns) {
  shortest_ns_ = std::min(shortest_ns_, dur_ns);
  ++with_duration_;
}

void Import::refuse_slow_only(std::string_view advice) {
  if (with_duration_ < kEnoughToJudge || shortest_ns_ < kNothingShorter) return;
  const std::string shortest = format_duration(static_cast<double>(shortest_ns_));
  if (!options_.partial) {
    throw InputError(
        fmt::format("{}: none of its {} statements took less than {}: recorded with a threshold, "
                    "it is no workload; {}, or pass --partial to take the slow statements for all",
                    file_, with_duration_, shortest, advice));
  }
  note(fmt::format("only statements of at least {} were recorded", shortest));
}

std::int64_t Import::unix_ns(const TimeStamp& stamp, std::uint64_t line) {
  if (stamp.zone == TimeStamp::Zone::kUtc) return stamp.unix_ns;
  if (options_.utc_offset_ns) return stamp.unix_ns - *options_.utc_offset_ns;
  if (stamp.zone == TimeStamp::Zone::kUnclear) {
    throw InputError({std::string(file_), line},
                     "the time zone's name is ambiguous; say what it stands for, as in "
                     "--utc-offset +01:00, or record in UTC");
  }
  return stamp.unix_ns;
}

std::int64_t Import::written_ns(const TimeStamp& stamp, std::uint64_t line) {
  const std::int64_t stamped_ns = unix_ns(stamp, line);
  const std::int64_t time_ns = stamped_ns + clock_offset_ns_;
  const Nanoseconds back_ns = latest_written_ns_ == INT64_MIN ? 0 : latest_written_ns_ - time_ns;
  if (back_ns > kLargestStep + kJitter) {
    ++out_of_order_;
    return time_ns;
  }
  if (back_ns <= kJitter + resolution_ns_) {
    latest_written_ns_ = std::max(latest_written_ns_, time_ns);
    return time_ns;
  }
  ++clock_steps_;
  clock_offset_ns_ += back_ns;
  return latest_written_ns_;
}

Import::Session& Import::new_session(std::string_view name) {
  std::uint32_t& uses = uses_of_name_[std::string(name)];
  ++uses;
  Session& session = all_sessions_.emplace_back();
  session.name = uses == 1 ? std::string(name) : fmt::format("{}#{}", name, uses);
  sessions_.insert_or_assign(std::string(name), &session);
  return session;
}

Import::Session& Import::session_of(std::string_view name) {
  const auto known = sessions_.find(name);
  return known != sessions_.end() ? *known->second : new_session(name);
}

void Import::session_begins(std::string_view name) {
  const auto known = sessions_.find(name);
  // The log tells of a connection several times before its first statement.
  if (known != sessions_.end() && known->second->last_start_ns == INT64_MIN) return;
  new_session(name).may_be_inside = false;
}

void Import::session_ends(std::string_view name) {
  sessions_.erase(std::string(name));
}

void Import::transaction_fails(std::string_view name) {
  Session& session = session_of(name);
  session.has_failed = session.is_open;
}

void Import::adopt_rows_before(Session& session) {
  session.may_be_inside = false;
  if (session.rows_before_control.empty()) return;
  session.is_open = true;
  ++session.transactions;
  ++adopted_;
  for (const std::size_t row : session.rows_before_control) {
    builder_.set_transaction(row, session.transactions);
  }
  session.rows_before_control = {};
}

// Before the row of `op` is added. A COMMIT that ends nothing ends what began before the recording;
// one of a failed transaction is a ROLLBACK.
void Import::follow_transaction(Session& session, Op& op, std::uint8_t flags) {
  const bool is_end = op == Op::kCommit || op == Op::kAbort;
  const bool opens =
      op == Op::kBegin || (!session.autocommit && class_of(op) != RequestClass::kControl);
  if (opens && !session.is_open) {
    session.is_open = true;
    session.has_failed = false;
    ++session.transactions;
    session.flags = flags & (kFlagReadOnlyTransaction | kFlagSerializable);
  }
  if (op == Op::kCommit && !session.is_open && session.may_be_inside) adopt_rows_before(session);
  if (op == Op::kCommit && session.is_open && session.has_failed) op = Op::kAbort;
  if (opens || is_end) {
    session.may_be_inside = false;
    session.rows_before_control = {};
  }
}

void Import::end_unlogged(const RecordedStatement& next, Session& session, Op op) {
  if (op == Op::kCommit || op == Op::kAbort) invents_commits_ = false;
  if (!invents_commits_ || !session.is_open) return;
  const std::int64_t start_ns =
      next.stamp_ns - (next.is_stamped_at_end ? std::max<Nanoseconds>(next.dur_ns, 0) : 0);
  const Nanoseconds pause_ns = start_ns - session.recorded_end_ns - resolution_ns_;
  if (op != Op::kBegin && pause_ns <= commit_pause_ns_) return;
  // Where times wait to be spread, the end of the last statement is not known yet.
  invent_commit(session, resolution_ns_ >= kCoarse ? next.stamp_ns : session.free_at_ns);
}

void Import::invent_commit(Session& session, std::int64_t stamp_ns) {
  TraceRow row;
  row.op = session.has_failed ? Op::kAbort : Op::kCommit;
  add_row({.session = session.name, .stamp_ns = stamp_ns, .dur_ns = 0}, session, row);
  ++invented_commits_;
}

void Import::add(const RecordedStatement& recorded, const SqlClassifier::Result& sql,
                 std::string_view key_value) {
  builder_.order_ties_by_session();
  Session& session = session_of(recorded.session);
  const SqlStatement* statement = &sql.statement;
  std::string key = key_value.empty() ? sql.key : std::string(key_value);
  if (!statement->prepares.empty()) session.prepared[statement->prepares] = statement->prepared;
  if (!statement->executes.empty()) {
    const auto prepared = session.prepared.find(statement->executes);
    if (prepared != session.prepared.end() && prepared->second != nullptr) {
      statement = prepared->second.get();
      const std::size_t number = statement->key_parameter;
      if (number > 0 && number <= sql.literals.size()) {
        key = value_of_literal(sql.literals[number - 1], sql.dialect);
      }
    }
  }
  if (statement->is_rollback_to) session.has_failed = false;
  if ((statement->flags & kFlagUnknownClass) != 0 && unknown_++ == 0) {
    first_unknown_ = printable(sql.statement.text);
  }

  end_unlogged(recorded, session, statement->op);

  // Coarse stamps stay together, to be spread.
  const Nanoseconds dur_ns =
      resolution_ns_ >= kCoarse ? 0 : std::max<Nanoseconds>(recorded.dur_ns, 0);
  const std::int64_t start_ns = recorded.stamp_ns - (recorded.is_stamped_at_end ? dur_ns : 0);
  const auto add_control = [&](char letter, std::int64_t at_ns) {
    RecordedStatement control = recorded;
    control.stamp_ns = at_ns;
    control.is_stamped_at_end = false;
    control.dur_ns = 0;
    control.is_error = false;
    TraceRow row;
    row.op = *op_of_letter(letter);
    ++added_control_;
    follow_transaction(session, row.op, statement->flags);
    add_row(control, session, row);
  };
  if (statement->commits_first && session.is_open) {
    add_control(letter_of(Op::kCommit), start_ns);
    --added_control_;
    ++implied_commits_;
  }
  if (statement->autocommit) session.autocommit = *statement->autocommit;
  for (const char letter : statement->before) add_control(letter, start_ns);

  TraceRow row;
  row.op = statement->op;
  follow_transaction(session, row.op, statement->flags);
  // What failed changed nothing, but it went where writes go.
  if (recorded.is_error && replicates(row.op)) {
    row.op = Op::kLockingRead;
    ++failed_writes_;
  }
  row.flags = statement->flags;
  row.table = statement->table;
  row.stmt = sql.statement.text;
  const bool has_key = !key.empty() && !statement->table.empty();
  const std::string full_key = has_key ? statement->table + '/' + hidden(key) : std::string();
  row.key = full_key;
  if (session.may_be_inside && session.rows_before_control.size() < kMostAdopted) {
    session.rows_before_control.push_back(builder_.size());
  }
  add_row(recorded, session, row);
  ++kept_;
  for (const char letter : statement->after) add_control(letter, start_ns + dur_ns);
}

void Import::add(const RecordedStatement& recorded, Op op, std::string_view table,
                 std::string_view key) {
  TraceRow row;
  row.op = op;
  if (recorded.is_error && replicates(op)) {
    row.op = Op::kLockingRead;
    ++failed_writes_;
  }
  row.table = table;
  const std::string digest = secret_.empty() ? std::string() : hidden(key);
  row.key = secret_.empty() ? key : digest;
  add_row(recorded, session_of(recorded.session), row);
  ++kept_;
}

void Import::add_row(const RecordedStatement& recorded, Session& session, TraceRow row) {
  const bool is_waiting = resolution_ns_ >= kCoarse;
  if (is_waiting && !pending_.empty() && pending_.back().stamp_ns != recorded.stamp_ns) {
    spread_pending();
  }
  const Nanoseconds dur_ns = std::max<Nanoseconds>(recorded.dur_ns, 0);
  row.session = session.name;
  row.t_ns = recorded.stamp_ns;
  row.dur_ns = recorded.dur_ns;
  row.rows = recorded.rows;
  row.bytes = recorded.bytes;
  row.node = recorded.node;
  row.asked = recorded.asked;
  row.object_table = recorded.object_table;
  const std::string object =
      recorded.object_key.empty()
          ? std::string()
          : fmt::format("{}/{}", recorded.object_table, hidden(recorded.object_key));
  row.object = object;
  row.txn = session.is_open ? session.transactions : 0;
  row.flags = static_cast<std::uint8_t>(row.flags | (session.is_open ? session.flags : 0) |
                                        (recorded.is_prepared ? kFlagPrepared : 0) |
                                        (recorded.is_error ? kFlagError : 0));
  const Pending pending = {builder_.size(), &session, recorded.stamp_ns,
                           recorded.is_stamped_at_end ? dur_ns : 0, dur_ns};
  builder_.add(row);
  if (returns_rows(row.op)) ++reads_;
  if (row.op == Op::kCommit || row.op == Op::kAbort) session.is_open = false;
  session.recorded_end_ns = recorded.stamp_ns + (recorded.is_stamped_at_end ? 0 : dur_ns);
  // So that it counts as used before its times are settled.
  session.last_start_ns = std::max(session.last_start_ns, INT64_MIN + 1);
  if (is_waiting) {
    pending_.push_back(pending);
  } else {
    settle(pending, resolution_ns_, pending.stamp_ns - pending.before_stamp_ns);
  }
}

// Stamps are cut, so that statements within one would change places; a session runs them one after
// the other, in the order of its rows.
void Import::settle(const Pending& pending, Nanoseconds slack_ns, std::int64_t earliest_ns) {
  Session& session = *pending.session;
  if (is_unordered_) return builder_.set_time(pending.row, earliest_ns);
  const std::int64_t within = std::clamp(session.free_at_ns, earliest_ns, earliest_ns + slack_ns);
  const std::int64_t start = std::max(within, session.last_start_ns);
  session.last_start_ns = start;
  session.free_at_ns = start + pending.dur_ns;
  builder_.set_time(pending.row, start);
}

// The statements of one stamp, evenly over its time in the order of the file, but none before its
// session's previous one has ended.
void Import::spread_pending() {
  const auto n = static_cast<Nanoseconds>(pending_.size());
  for (Nanoseconds i = 0; i < n; ++i) {
    const Pending& pending = pending_[static_cast<std::size_t>(i)];
    const Nanoseconds share_ns = resolution_ns_ / n * i;
    settle(pending, resolution_ns_ - share_ns,
           pending.stamp_ns + share_ns - pending.before_stamp_ns);
  }
  pending_.clear();
}

std::string Import::hidden(std::string_view key) const {
  if (secret_.empty() || key.empty()) return std::string(key);
  Sha256 digest;
  digest.update(secret_);
  digest.update(std::string_view("\0", 1));
  digest.update(key);
  return digest.finish().substr(0, 16);
}

Trace Import::finish(std::string_view wanted) {
  if (kept_ == 0) {
    throw InputError(fmt::format("{}: holds no {}{}", file_, wanted,
                                 malformed_ > 0 ? "; " + first_malformed_ : std::string()));
  }
  spread_pending();
  if (invents_commits_) {
    for (Session& session : all_sessions_) {
      if (session.is_open) invent_commit(session, session.free_at_ns);
    }
    spread_pending();
  }
  TraceInfo info;
  info.source = source_;
  std::vector<std::string>& notes = info.notes;
  notes.push_back(fmt::format("{} rows read, {} statements kept", rows_, kept_));
  for (const Skip& skip : skips_) {
    notes.push_back(
        fmt::format("skipped {} {} (first: line {})", skip.count, skip.reason, skip.first_line));
  }
  if (malformed_ > 0) {
    notes.push_back(fmt::format("skipped {} damaged rows (first: {})", malformed_,
                                printable(first_malformed_)));
  }
  if (unknown_ > 0) {
    notes.push_back(fmt::format(
        "{} statements of unknown effect taken as writes (first: {}); name your functions with "
        "--write-function and --read-function",
        unknown_, first_unknown_));
  }
  if (failed_writes_ > 0) {
    notes.push_back(fmt::format("{} writes failed; taken as locking reads, which change nothing",
                                failed_writes_));
  }
  if (adopted_ > 0) {
    notes.push_back(fmt::format(
        "{} transactions began before the recording; their statements since then are in them",
        adopted_));
  }
  if (added_control_ > 0) {
    notes.push_back(fmt::format(
        "invented: {} BEGIN, COMMIT and ROLLBACK that stood in one text with other statements are "
        "requests of their own, taking no time",
        added_control_));
  }
  if (invented_commits_ > 0) {
    notes.push_back(fmt::format(
        "invented: {} transactions whose end is not logged; each ends behind the last statement "
        "before its session's next BEGIN, or before a pause of more than {}",
        invented_commits_, format_duration(static_cast<double>(commit_pause_ns_))));
  }
  if (implied_commits_ > 0) {
    notes.push_back(
        fmt::format("invented: {} COMMIT that DDL, BEGIN and their like imply are requests of "
                    "their own, taking "
                    "no time",
                    implied_commits_));
  }
  if (clock_steps_ > 0) {
    notes.push_back(fmt::format("invented: the clock was set back {} times; time goes on instead",
                                clock_steps_));
  }
  if (out_of_order_ > 0) {
    notes.push_back(fmt::format(
        "{} rows are earlier than those before them by more than an hour: sorted by time",
        out_of_order_));
  }
  const std::string resolution = format_duration(static_cast<double>(resolution_ns_));
  if (resolution_ns_ >= kCoarse) {
    notes.push_back(
        fmt::format("invented: times are known to {}; statements of one stamp are "
                    "spread evenly over it, in the order of the file",
                    resolution));
  } else {
    notes.push_back(fmt::format("times are known to {}", resolution));
  }
  if (options_.hash_keys) notes.emplace_back("keys are digests");
  notes.insert(notes.end(), notes_.begin(), notes_.end());
  const std::int64_t first_ns = builder_.move_epoch_to_first();
  info.epoch_ns = are_times_relative_ ? 0 : first_ns;
  return builder_.finish(std::move(info));
}

}  // namespace switchyard
