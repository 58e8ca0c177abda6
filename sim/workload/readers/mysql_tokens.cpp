#include "workload/readers/mysql_tokens.h"

#include <algorithm>

namespace switchyard {
namespace {

constexpr std::size_t kMostTokens = 1'000'000;
constexpr MysqlToken kNothing = {};

std::string without_quotes(std::string_view name) {
  if (name.size() < 2 || name.front() != '`') return std::string(name);
  std::string result;
  for (std::size_t i = 1; i + 1 < name.size(); ++i) {
    result += name[i];
    if (name[i] == '`') ++i;
  }
  return result;
}

}  // namespace

std::vector<MysqlToken> mysql_tokens(std::string_view sql, bool& was_cut) {
  std::vector<MysqlToken> tokens;
  SqlLexer lexer(sql, SqlDialect::kMysql);
  std::int32_t literals = 0;
  std::uint32_t parameters = 0;
  std::uint32_t depth = 0;
  was_cut = false;
  for (SqlToken token = lexer.next(); token.kind != SqlToken::Kind::kEnd; token = lexer.next()) {
    if (tokens.size() == kMostTokens) {
      was_cut = true;
      break;
    }
    if (token.text == ")" && depth > 0) --depth;
    MysqlToken& added = tokens.emplace_back();
    added.kind = token.kind;
    added.text = token.text;
    added.depth = depth;
    if (token.kind == SqlToken::Kind::kNumber || token.kind == SqlToken::Kind::kString) {
      added.literal = literals++;
    }
    if (token.text == "?") added.parameter = ++parameters;
    if (token.text == "(") ++depth;
  }
  return tokens;
}

const MysqlToken& MysqlTokens::operator[](std::size_t i) const {
  return i < tokens_.size() ? tokens_[i] : kNothing;
}

bool MysqlTokens::is(std::size_t i, std::string_view word) const {
  const MysqlToken& token = (*this)[i];
  return token.kind == SqlToken::Kind::kWord && equals_ignoring_case(token.text, word);
}

bool MysqlTokens::is_any(std::size_t i, std::initializer_list<std::string_view> words) const {
  return std::ranges::any_of(words, [&](std::string_view word) { return is(i, word); });
}

bool MysqlTokens::is_symbol(std::size_t i, char symbol) const {
  const MysqlToken& token = (*this)[i];
  return token.kind == SqlToken::Kind::kSymbol && token.text.front() == symbol;
}

bool MysqlTokens::is_name(std::size_t i) const {
  const SqlToken::Kind kind = (*this)[i].kind;
  return kind == SqlToken::Kind::kWord || kind == SqlToken::Kind::kQuotedName;
}

std::string MysqlTokens::name_at(std::size_t i, std::size_t* end) const {
  if (!is_name(i)) return {};
  while (is_symbol(i + 1, '.') && is_name(i + 2)) i += 2;
  if (end != nullptr) *end = i + 1;
  return without_quotes((*this)[i].text);
}

std::size_t MysqlTokens::behind_parenthesis(std::size_t i) const {
  const std::uint32_t depth = (*this)[i].depth;
  for (++i; i < size(); ++i) {
    if (is_symbol(i, ')') && (*this)[i].depth <= depth) return i + 1;
  }
  return i;
}

MysqlTokens MysqlTokens::between(std::size_t begin, std::size_t end) const {
  end = std::min(end, size());
  begin = std::min(begin, end);
  return MysqlTokens(tokens_.subspan(begin, end - begin));
}

}  // namespace switchyard
