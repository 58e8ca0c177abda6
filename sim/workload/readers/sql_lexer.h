// SQL as tokens, enough to find literals, names and keywords without a grammar.
//
// Sources: PostgreSQL manual, "Lexical Structure" (standard_conforming_strings = on); MySQL
// reference manual, "Language Structure" (ANSI_QUOTES and NO_BACKSLASH_ESCAPES off).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard {

enum class SqlDialect : std::uint8_t { kPostgres, kMysql };

struct SqlToken {
  enum class Kind : std::uint8_t {
    kWord,        // keyword or plain name
    kQuotedName,  // "name", `name`
    kNumber,
    kString,     // any form, quotes and prefix included
    kParameter,  // $1, ?, %s, @variable
    kSymbol,     // one character
    kEnd,
  };
  Kind kind = Kind::kEnd;
  std::string_view text;
  bool after_gap = false;  // blanks or a comment stand before it
};

class SqlLexer {
 public:
  SqlLexer(std::string_view sql, SqlDialect dialect) : sql_(sql), dialect_(dialect) {}

  // Comments are passed over, but what MySQL reads in /*! … */ is not. Never fails: a literal that
  // is not closed ends with the text.
  SqlToken next();

 private:
  bool skip_gap();
  char at(std::size_t i) const { return i < sql_.size() ? sql_[i] : '\0'; }
  SqlToken cut(SqlToken::Kind kind, std::size_t end);
  std::size_t end_of_quoted(std::size_t begin, char quote, bool has_escapes) const;
  std::size_t end_of_number(std::size_t begin) const;
  std::size_t end_of_word(std::size_t begin) const;
  SqlToken dollar();

  std::string_view sql_;
  SqlDialect dialect_;
  std::size_t position_ = 0;
};

// `lower` is in lower case; only ASCII letters count as the same.
bool equals_ignoring_case(std::string_view text, std::string_view lower);

// A literal's value: without quotes, prefix and escapes.
std::string value_of_literal(std::string_view literal, SqlDialect dialect);

// A statement with its literals taken out, so that those that differ in nothing else are one.
struct NormalizedSql {
  // Comments dropped, blanks folded, literals as `?`, no `;` at the end.
  std::string text;
  std::vector<std::string_view> literals;  // views of the statement
};

// Reuses what `into` has.
void normalize_sql(std::string_view sql, SqlDialect dialect, NormalizedSql& into);

}  // namespace switchyard
