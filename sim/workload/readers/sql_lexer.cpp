#include "workload/readers/sql_lexer.h"

#include <algorithm>
#include <array>

namespace switchyard {
namespace {

enum CharClass : std::uint8_t { kBlank = 1, kDigit = 2, kWordStart = 4, kWordPart = 8 };

constexpr std::array<std::uint8_t, 256> kClasses = [] {
  std::array<std::uint8_t, 256> table{};
  for (const char c : {' ', '\t', '\n', '\r', '\f', '\v'}) {
    table[static_cast<unsigned char>(c)] = kBlank;
  }
  for (unsigned c = '0'; c <= '9'; ++c) table[c] = kDigit | kWordPart;
  for (unsigned c = 'a'; c <= 'z'; ++c) table[c] = kWordStart | kWordPart;
  for (unsigned c = 'A'; c <= 'Z'; ++c) table[c] = kWordStart | kWordPart;
  for (unsigned c = 128; c < 256; ++c) table[c] = kWordStart | kWordPart;
  table['_'] = kWordStart | kWordPart;
  table['$'] = kWordPart;
  return table;
}();

bool is(char c, std::uint8_t classes) {
  return (kClasses[static_cast<unsigned char>(c)] & classes) != 0;
}

// Letters that, right before a quote, belong to the string: E'…', B'…', X'…', N'…'.
bool is_string_prefix(std::string_view word) {
  if (word.size() != 1) return false;
  const char c = static_cast<char>(word.front() | 0x20);
  return c == 'e' || c == 'b' || c == 'x' || c == 'n';
}

// What a backslash and this stand for; most stand for themselves.
char unescaped(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case 'b':
      return '\b';
    default:
      return c;
  }
}

}  // namespace

SqlToken SqlLexer::cut(SqlToken::Kind kind, std::size_t end) {
  const SqlToken token = {kind, sql_.substr(position_, end - position_), false};
  position_ = end;
  return token;
}

bool SqlLexer::skip_gap() {
  const std::size_t begin = position_;
  for (;;) {
    while (position_ < sql_.size() && is(sql_[position_], kBlank)) ++position_;
    const char c = at(position_);
    const char following = at(position_ + 1);
    const bool is_mysql = dialect_ == SqlDialect::kMysql;
    const bool line_comment =
        (c == '-' && following == '-' &&
         (!is_mysql || position_ + 2 >= sql_.size() || is(at(position_ + 2), kBlank))) ||
        (c == '#' && is_mysql);
    if (line_comment) {
      position_ = std::min(sql_.find('\n', position_), sql_.size());
    } else if (c == '/' && following == '*' && is_mysql &&
               (at(position_ + 2) == '!' || sql_.substr(position_ + 2, 2) == "M!")) {
      // What stands in it is read, up to the version number in front.
      position_ = sql_.find('!', position_) + 1;
      while (is(at(position_), kDigit)) ++position_;
    } else if (c == '/' && following == '*') {
      std::size_t depth = 1;
      position_ += 2;
      while (position_ < sql_.size() && depth > 0) {
        const std::string_view two = sql_.substr(position_, 2);
        if (two == "/*" && !is_mysql) ++depth;
        if (two == "*/") --depth;
        position_ += two == "*/" || (two == "/*" && !is_mysql) ? 2 : 1;
      }
    } else if (c == '*' && following == '/' && is_mysql) {
      position_ += 2;
    } else {
      return position_ > begin;
    }
  }
}

SqlToken SqlLexer::next() {
  const bool after_gap = skip_gap();
  SqlToken token;
  const char c = at(position_);
  if (position_ >= sql_.size()) {
    token = {SqlToken::Kind::kEnd, {}, after_gap};
  } else if (is(c, kWordStart)) {
    const std::size_t end = end_of_word(position_);
    const bool has_prefix =
        is_string_prefix(sql_.substr(position_, end - position_)) && at(end) == '\'';
    if (has_prefix) {
      const bool has_escapes = (c | 0x20) == 'e' || dialect_ == SqlDialect::kMysql;
      token = cut(SqlToken::Kind::kString, end_of_quoted(end, '\'', has_escapes));
    } else {
      token = cut(SqlToken::Kind::kWord, end);
    }
  } else if (is(c, kDigit) || (c == '.' && is(at(position_ + 1), kDigit))) {
    token = cut(SqlToken::Kind::kNumber, end_of_number(position_));
  } else if (c == '\'') {
    token =
        cut(SqlToken::Kind::kString, end_of_quoted(position_, c, dialect_ == SqlDialect::kMysql));
  } else if (c == '"' && dialect_ == SqlDialect::kMysql) {
    token = cut(SqlToken::Kind::kString, end_of_quoted(position_, c, true));
  } else if (c == '"' || (c == '`' && dialect_ == SqlDialect::kMysql)) {
    token = cut(SqlToken::Kind::kQuotedName, end_of_quoted(position_, c, false));
  } else if (c == '$' && dialect_ == SqlDialect::kPostgres) {
    token = dollar();
  } else if (c == '@' && dialect_ == SqlDialect::kMysql) {
    std::size_t end = position_ + 1;
    while (at(end) == '@' || at(end) == '.' || is(at(end), kWordPart)) ++end;
    token = cut(SqlToken::Kind::kParameter, end);
  } else if (c == '?' && dialect_ == SqlDialect::kMysql) {
    token = cut(SqlToken::Kind::kParameter, position_ + 1);
  } else {
    token = cut(SqlToken::Kind::kSymbol, position_ + 1);
  }
  token.after_gap = after_gap;
  return token;
}

std::size_t SqlLexer::end_of_word(std::size_t begin) const {
  std::size_t end = begin;
  while (end < sql_.size() && is(sql_[end], kWordPart)) ++end;
  return end;
}

std::size_t SqlLexer::end_of_quoted(std::size_t begin, char quote, bool has_escapes) const {
  std::size_t end = begin + 1;
  while (end < sql_.size()) {
    const char c = sql_[end];
    if (c == '\\' && has_escapes) {
      end += 2;
    } else if (c != quote) {
      ++end;
    } else if (at(end + 1) == quote) {
      end += 2;
    } else {
      return end + 1;
    }
  }
  return sql_.size();
}

std::size_t SqlLexer::end_of_number(std::size_t begin) const {
  std::size_t end = begin;
  while (end < sql_.size() && (is(sql_[end], kWordPart) || sql_[end] == '.')) {
    const bool has_exponent = (sql_[end] | 0x20) == 'e' && at(begin + 1) != 'x';
    ++end;
    if (has_exponent && (at(end) == '+' || at(end) == '-') && is(at(end + 1), kDigit)) ++end;
  }
  return end;
}

// A parameter ($1) or a string in dollar quotes ($tag$ … $tag$).
SqlToken SqlLexer::dollar() {
  if (is(at(position_ + 1), kDigit)) {
    std::size_t end = position_ + 1;
    while (is(at(end), kDigit)) ++end;
    return cut(SqlToken::Kind::kParameter, end);
  }
  std::size_t tag_end = position_ + 1;
  while (at(tag_end) != '$' && is(at(tag_end), kWordPart)) ++tag_end;
  if (at(tag_end) != '$') return cut(SqlToken::Kind::kSymbol, position_ + 1);
  const std::string_view tag = sql_.substr(position_, tag_end + 1 - position_);
  const std::size_t close = sql_.find(tag, tag_end + 1);
  return cut(SqlToken::Kind::kString,
             close == std::string_view::npos ? sql_.size() : close + tag.size());
}

bool equals_ignoring_case(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower, [](char x, char y) {
    return (x >= 'A' && x <= 'Z' ? static_cast<char>(x + 32) : x) == y;
  });
}

std::string value_of_literal(std::string_view literal, SqlDialect dialect) {
  if (literal.empty()) return {};
  if (literal.front() == '$') {
    const std::size_t tag_size = literal.find('$', 1) + 1;
    if (literal.size() < 2 * tag_size) return {};
    return std::string(literal.substr(tag_size, literal.size() - 2 * tag_size));
  }
  bool has_escapes = dialect == SqlDialect::kMysql;
  if (literal.size() > 1 && literal[1] == '\'' && literal.front() != '\'') {
    has_escapes |= (literal.front() | 0x20) == 'e';
    literal.remove_prefix(1);
  }
  const char quote = literal.front();
  if (quote != '\'' && quote != '"') return std::string(literal);
  std::string value;
  for (std::size_t i = 1; i < literal.size(); ++i) {
    if (literal[i] == quote) {
      if (i + 1 >= literal.size() || literal[i + 1] != quote) break;
      ++i;
    } else if (literal[i] == '\\' && has_escapes && i + 1 < literal.size()) {
      value += unescaped(literal[++i]);
      continue;
    }
    value += literal[i];
  }
  return value;
}

void normalize_sql(std::string_view sql, SqlDialect dialect, NormalizedSql& into) {
  into.text.clear();
  into.literals.clear();
  SqlLexer lexer(sql, dialect);
  for (SqlToken token = lexer.next(); token.kind != SqlToken::Kind::kEnd; token = lexer.next()) {
    if (token.after_gap && !into.text.empty()) into.text += ' ';
    if (token.kind == SqlToken::Kind::kNumber || token.kind == SqlToken::Kind::kString) {
      into.literals.push_back(token.text);
      into.text += '?';
    } else {
      into.text += token.text;
    }
  }
  while (!into.text.empty() && (into.text.back() == ';' || into.text.back() == ' ')) {
    into.text.pop_back();
  }
}

}  // namespace switchyard
