// What a SQL statement does: its operation, its table, and where its key is found.
//
// Texts that differ in their literals only are looked at once: PostgreSQL's by PostgreSQL's own
// grammar (libpg_query), MySQL's by its tokens. What can't be told is a write: sending a read to
// the primary costs time, sending a write to a replica fails.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workload/op.h"
#include "workload/readers/sql_lexer.h"

namespace switchyard {

struct SqlStatement {
  // Of several statements in one text, the strongest that is no transaction control.
  Op op = Op::kOther;
  std::uint8_t flags = 0;  // RequestFlag bits
  // Transaction control (b, c, a) in the same text, before and after what `op` stands for.
  std::string before;
  std::string after;
  std::string table;  // the first table named, the one written for a write; f() for a function call
  // The key is the value compared (WHERE column = value) or inserted first: the number of a
  // parameter ($1 is 1), or the position of a literal; 0 and -1 when there is none.
  std::uint32_t key_parameter = 0;
  std::int32_t key_literal = -1;
  bool is_key_negative = false;  // a minus stands before the literal
  // PREPARE name AS …, and what it does when executed; EXECUTE name; else empty.
  std::string prepares;
  std::shared_ptr<const SqlStatement> prepared;
  std::string executes;
  bool is_rollback_to = false;  // to a savepoint: a transaction that failed goes on
  bool commits_first = false;   // MySQL: what is open, as DDL and BEGIN do
  // SET autocommit = …
  std::optional<bool> autocommit;
  // For people: literals are `?`; cut after a thousand characters.
  std::string text;
};

// The user's own functions, as lower-case names without their schema.
struct SqlFunctions {
  std::vector<std::string> writing;  // SELECT f() with one of these is a write
  std::vector<std::string> reading;  // … with one of these stays a read

  bool operator==(const SqlFunctions&) const = default;
};

class SqlClassifier {
 public:
  SqlClassifier(SqlDialect dialect, SqlFunctions functions)
      : dialect_(dialect), functions_(std::move(functions)) {}

  struct Result {
    const SqlStatement& statement;               // valid until the next call
    std::span<const std::string_view> literals;  // of this text, as written; likewise
    std::string key;                             // the literal's value, or empty
    SqlDialect dialect = SqlDialect::kPostgres;
  };
  Result classify(std::string_view sql);

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };

  SqlDialect dialect_;
  SqlFunctions functions_;
  NormalizedSql normalized_;
  std::size_t cached_bytes_ = 0;
  boost::unordered_flat_map<std::string, std::unique_ptr<const SqlStatement>, Hash, std::equal_to<>>
      cache_;
};

// How far a statement binds the router: the class of several is that of the strongest.
int strength(Op op);
constexpr bool is_transaction_control(Op op) {
  return op == Op::kBegin || op == Op::kCommit || op == Op::kAbort;
}

// By PostgreSQL's grammar; `literals` are those of the text, in order.
SqlStatement parse_postgres_statement(std::string_view sql,
                                      std::span<const std::string_view> literals,
                                      const SqlFunctions& functions);

// By its tokens, which tell MySQL's and MariaDB's statements apart by their first words.
SqlStatement parse_mysql_statement(std::string_view sql, const SqlFunctions& functions);

}  // namespace switchyard
