#include "workload/readers/postgres_log.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace switchyard {
namespace {

// What a log holds shows within its first rows.
constexpr std::size_t kRowsToDecide = 5'000;
constexpr std::size_t kBytesToDecide = std::size_t{8} << 20;
constexpr std::string_view kConnectionRows = "connection rows";
constexpr std::string_view kBackgroundRows = "rows of background processes";
constexpr std::string_view kErrorRows = "errors, warnings and notices";
constexpr std::string_view kOtherRows = "other messages";
constexpr std::string_view kParseRows =
    "parse and bind rows of statements whose execution is counted";
constexpr std::string_view kLoneStatements =
    "statement rows without a duration (set log_min_duration_statement = 0)";
constexpr std::string_view kLoneDurations = "durations of parse, bind and other steps";
constexpr std::string_view kPlanRows = "plans of statements that the log has anyway";
constexpr std::string_view kAuditRows = "audit rows of statements that the log has anyway";
constexpr std::string_view kNestedRows = "statements run by functions";

}  // namespace

void PostgresLog::row(const PostgresRow& row) {
  import_.count_row();
  if (kind_) return take(row);
  first_rows_.push_back(keep(row));
  first_bytes_ += first_rows_.back().text.size();
  if (first_rows_.size() >= kRowsToDecide || first_bytes_ >= kBytesToDecide) decide_kind();
}

PostgresLog::KeptRow PostgresLog::keep(const PostgresRow& row) {
  KeptRow kept = {row, {}};
  for (const std::string_view part :
       {row.session, row.severity, row.message, row.detail, row.context, row.backend_type}) {
    kept.text += part;
  }
  return kept;
}

void PostgresLog::decide_kind() {
  PostgresMessage::Kind best = PostgresMessage::Kind::kNothing;
  for (KeptRow& kept : first_rows_) {
    std::string_view rest = kept.text;
    for (std::string_view* part : {&kept.row.session, &kept.row.severity, &kept.row.message,
                                   &kept.row.detail, &kept.row.context, &kept.row.backend_type}) {
      *part = rest.substr(0, part->size());
      rest.remove_prefix(part->size());
    }
    if (kept.row.severity == "LOG") {
      best = std::min(best, parse_postgres_message(kept.row.message).kind);
    }
  }
  kind_ = best;
  for (const KeptRow& kept : first_rows_) take(kept.row);
  first_rows_.clear();
  first_rows_.shrink_to_fit();
}

void PostgresLog::take(const PostgresRow& row) {
  const bool is_client = row.backend_type.empty() || row.backend_type == "client backend" ||
                         row.backend_type == "not initialized";
  if (!is_client) return import_.skip(kBackgroundRows, row.line);
  import_.set_resolution(std::max(import_.resolution(), row.stamp.resolution_ns));
  if (row.severity != "LOG") return take_error(row);
  if (row.message.starts_with("connection ")) {
    import_.session_begins(row.session);
    return import_.skip(kConnectionRows, row.line);
  }
  if (row.message.starts_with("disconnection")) {
    flush_session(row.session);
    import_.session_ends(row.session);
    return import_.skip(kConnectionRows, row.line);
  }
  take_message(row, parse_postgres_message(row.message));
}

void PostgresLog::take_error(const PostgresRow& row) {
  const bool has_failed =
      row.severity == "ERROR" || row.severity == "FATAL" || row.severity == "PANIC";
  if (has_failed) {
    const auto open = open_.find(std::string(row.session));
    if (open != open_.end() && !open->second.sql.empty()) {
      open->second.recorded.is_error = true;
      flush(open->second);
    }
    import_.transaction_fails(row.session);
  }
  import_.skip(kErrorRows, row.line);
}

void PostgresLog::take_message(const PostgresRow& row, const PostgresMessage& message) {
  using Kind = PostgresMessage::Kind;
  switch (message.kind) {
    case Kind::kDurations:
      if (message.is_parse_or_bind) return import_.skip(kParseRows, row.line);
      import_.count_duration(message.dur_ns);
      // Also where it is rare beside rows of another kind: nothing else tells of this statement.
      return add_ended(row, message, message.sql);
    case Kind::kStatements:
      if (kind_ != Kind::kStatements) return import_.skip(kLoneStatements, row.line);
      return begin(row, message);
    case Kind::kLoneDuration: {
      const auto open = open_.find(std::string(row.session));
      if (open == open_.end() || open->second.sql.empty()) {
        return import_.skip(kLoneDurations, row.line);
      }
      open->second.recorded.dur_ns = message.dur_ns;
      return flush(open->second);
    }
    case Kind::kPlans:
      return take_plan(row, message);
    case Kind::kAudit:
      return take_audit(row);
    case Kind::kNothing:
      return import_.skip(kOtherRows, row.line);
  }
}

// Stamped with its end.
void PostgresLog::add_ended(const PostgresRow& row, const PostgresMessage& message,
                            std::string_view sql) {
  const RecordedStatement recorded = {.session = row.session,
                                      .line = row.line,
                                      .stamp_ns = import_.written_ns(row.stamp, row.line),
                                      .is_stamped_at_end = true,
                                      .dur_ns = message.dur_ns,
                                      .is_prepared = message.is_prepared};
  add(recorded, sql, row.detail);
}

// Stamped with its start; it waits for its duration, or for its failure.
void PostgresLog::begin(const PostgresRow& row, const PostgresMessage& message) {
  Open& open = open_[std::string(row.session)];
  flush(open);
  open.recorded = {.line = row.line,
                   .stamp_ns = import_.written_ns(row.stamp, row.line),
                   .is_prepared = message.is_prepared};
  open.session = row.session;
  open.sql = message.sql;
  open.detail = row.detail;
}

void PostgresLog::take_plan(const PostgresRow& row, const PostgresMessage& message) {
  if (kind_ != PostgresMessage::Kind::kPlans) return import_.skip(kPlanRows, row.line);
  if (!row.context.empty()) return import_.skip(kNestedRows, row.line);
  static constexpr std::string_view kMark = "Query Text: ";
  const std::string_view plan = message.sql;
  if (plan.starts_with(kMark)) {
    // The plan's first line is the first that names its cost.
    const std::size_t cost = plan.find("  (cost=");
    const std::size_t end = cost == std::string_view::npos ? cost : plan.rfind('\n', cost);
    return add_ended(row, message, plan.substr(kMark.size(), end - kMark.size()));
  }
  const auto tree = nlohmann::json::parse(plan, nullptr, false);
  if (!tree.is_object() || !tree.contains("Query Text") || !tree["Query Text"].is_string()) {
    return import_.malformed(row.line, "holds a plan without its query");
  }
  add_ended(row, message, tree["Query Text"].get<std::string>());
}

void PostgresLog::take_audit(const PostgresRow& row) {
  if (kind_ != PostgresMessage::Kind::kAudit) return import_.skip(kAuditRows, row.line);
  const auto audit = parse_audit_message(row.message);
  if (!audit) return import_.malformed(row.line, "holds an audit entry that is not complete");
  Open& open = open_[std::string(row.session)];
  // The parts of one statement follow one another.
  if (open.sql.empty() || open.audit_id != audit->statement_id) {
    flush(open);
    open.recorded = {.line = row.line, .stamp_ns = import_.written_ns(row.stamp, row.line)};
    open.session = row.session;
    open.audit_id = audit->statement_id;
    open.is_audit = true;
    open.sql = audit->statement;
    open.detail = audit->parameters;
  } else {
    import_.skip("further audit rows of one statement", row.line);
  }
  open.audit_writes |=
      audit->audit_class == "WRITE" || audit->audit_class == "DDL" || audit->audit_class == "ROLE";
}

void PostgresLog::flush(Open& open) {
  if (open.sql.empty()) return;
  open.recorded.session = open.session;
  if (open.is_audit) {
    add_audited(open);
  } else {
    add(open.recorded, open.sql, open.detail);
  }
  open.sql.clear();
  open.audit_writes = false;
}

void PostgresLog::add(const RecordedStatement& recorded, std::string_view sql,
                      std::string_view detail) {
  const SqlClassifier::Result result = classifier_.classify(sql);
  const std::uint32_t number = result.statement.key_parameter;
  import_.add(recorded, result, number > 0 ? parameter_value(detail, number) : std::string());
}

// The classes say which functions write: their calls are neither unknown nor always writes.
void PostgresLog::add_audited(const Open& open) {
  const SqlClassifier::Result result = classifier_.classify(open.sql);
  const std::uint32_t number = result.statement.key_parameter;
  const std::string key = number > 0 ? listed_value(open.detail, number) : std::string();
  if ((result.statement.flags & kFlagUnknownClass) == 0) {
    return import_.add(open.recorded, result, key);
  }
  SqlStatement told = result.statement;
  told.flags = static_cast<std::uint8_t>(told.flags & ~kFlagUnknownClass);
  if (!open.audit_writes) told.op = Op::kRead;
  import_.add(open.recorded, {told, result.literals, result.key, result.dialect}, key);
}

void PostgresLog::flush_session(std::string_view session) {
  const auto open = open_.find(std::string(session));
  if (open == open_.end()) return;
  flush(open->second);
  open_.erase(open);
}

Trace PostgresLog::finish() {
  if (!kind_) decide_kind();
  std::vector<Open*> rest;
  for (auto& [session, open] : open_) rest.push_back(&open);
  std::ranges::sort(rest, {}, [](const Open* open) { return open->recorded.line; });
  for (Open* open : rest) flush(*open);
  import_.refuse_slow_only("record with log_min_duration_statement = 0");
  if (import_.reads() == 0) {
    import_.note("holds no reads: log_statement = 'mod' or 'ddl' leaves them out");
  }
  return import_.finish(
      "statement; set log_min_duration_statement = 0 (and log_statement = 'none') to record");
}

}  // namespace switchyard
