// The grammar of the messages in which PostgreSQL, auto_explain and pgaudit log statements.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/time.h"
#include "workload/trace.h"

namespace switchyard {

struct PostgresMessage {
  // In the order of preference: where a log holds several, the first tells most.
  enum class Kind : std::uint8_t {
    kDurations,     // duration and text
    kStatements,    // text alone
    kPlans,         // auto_explain's
    kAudit,         // pgaudit's
    kLoneDuration,  // duration alone
    kNothing,
  };
  Kind kind = Kind::kNothing;
  Nanoseconds dur_ns = kUnknown;
  bool is_prepared = false;       // executed by the extended protocol
  bool is_parse_or_bind = false;  // a step before its execution
  std::string_view sql;           // or the plan, with the text in it
};

PostgresMessage parse_postgres_message(std::string_view text);

struct AuditMessage {
  std::string statement_id;  // within the session
  std::string audit_class;   // READ, WRITE, FUNCTION, ROLE, DDL, MISC
  std::string statement;
  std::string parameters;  // comma-separated, or empty
};

// Of a message that begins with "AUDIT: ".
std::optional<AuditMessage> parse_audit_message(std::string_view text);

// "parameters: $1 = '27', $2 = NULL": the value of a parameter, unquoted; empty for NULL or none.
std::string parameter_value(std::string_view detail, std::uint32_t number);

// "27,,'x'" as pgaudit lists parameters: the value of one, counted from 1.
std::string listed_value(std::string_view list, std::uint32_t number);

}  // namespace switchyard
