#include "workload/readers/mysql_target.h"

#include <algorithm>

namespace switchyard {
namespace {

using Kind = SqlToken::Kind;

// Conditions nested deeper than this hold no key that anybody would look for.
constexpr std::uint32_t kDeepest = 50;

// Takes `?`, a literal, or a minus and a literal that make up all of `tokens`.
bool take_value(const MysqlTokens& tokens, SqlStatement& into) {
  // A character set may stand before a string: _utf8mb4'…'.
  const bool has_charset = tokens.size() == 2 && tokens[0].kind == Kind::kWord &&
                           tokens[0].text.starts_with('_') && tokens[1].kind == Kind::kString;
  const bool has_minus =
      tokens.size() == 2 && tokens.is_symbol(0, '-') && tokens[1].kind == Kind::kNumber;
  if (tokens.size() != 1 && !has_charset && !has_minus) return false;
  const MysqlToken& value = tokens[tokens.size() - 1];
  if (value.parameter == 0 && value.literal < 0) return false;
  into.key_parameter = value.parameter;
  into.key_literal = value.literal;
  into.is_key_negative = has_minus;
  return true;
}

bool is_column(const MysqlTokens& tokens) {
  std::size_t end = 0;
  return !tokens.name_at(0, &end).empty() && end == tokens.size();
}

bool is_and(const MysqlTokens& tokens, std::size_t i) {
  return tokens.is(i, "and") || (tokens.is_symbol(i, '&') && tokens.is_symbol(i + 1, '&'));
}

bool take_compared_key(const MysqlTokens& condition, SqlStatement& into) {
  const std::uint32_t depth = condition[0].depth;
  if (condition.size() < 3 || depth > kDeepest) return false;
  if (condition.is_symbol(0, '(') && condition.behind_parenthesis(0) == condition.size()) {
    return take_compared_key(condition.between(1, condition.size() - 1), into);
  }
  std::size_t begin = 0;
  std::vector<MysqlTokens> terms;
  for (std::size_t i = 0; i < condition.size(); ++i) {
    if (condition[i].depth != depth) continue;
    const bool is_or = condition.is_any(i, {"or", "xor"}) ||
                       (condition.is_symbol(i, '|') && condition.is_symbol(i + 1, '|'));
    if (is_or) return false;
    if (!is_and(condition, i)) continue;
    terms.push_back(condition.between(begin, i));
    begin = i + (condition.is_symbol(i, '&') ? 2 : 1);
  }
  if (!terms.empty()) {
    terms.push_back(condition.from(begin));
    return std::ranges::any_of(
        terms, [&](const MysqlTokens& term) { return take_compared_key(term, into); });
  }
  for (std::size_t i = 1; i + 1 < condition.size(); ++i) {
    if (condition[i].depth != depth || !condition.is_symbol(i, '=')) continue;
    const MysqlTokens left = condition.between(0, i);
    const MysqlTokens right = condition.from(i + 1);
    return (is_column(left) && take_value(right, into)) ||
           (is_column(right) && take_value(left, into));
  }
  return false;
}

void take_inserted_key(const MysqlTokens& tokens, SqlStatement& into) {
  for (std::size_t i = 1; i < tokens.size(); ++i) {
    if (tokens[i].depth != tokens[0].depth) continue;
    if (tokens.is_any(i, {"values", "value"}) && tokens.is_symbol(i + 1, '(')) {
      const std::size_t end = tokens.behind_parenthesis(i + 1);
      if (tokens.is_symbol(end, ',')) return;
      std::size_t value_end = i + 2;
      while (value_end < end - 1 && !tokens.is_symbol(value_end, ',')) ++value_end;
      take_value(tokens.between(i + 2, value_end), into);
      return;
    }
    if (tokens.is(i, "set")) {
      std::size_t value = i + 1;
      if (tokens.name_at(i + 1, &value).empty() || !tokens.is_symbol(value, '=')) return;
      std::size_t value_end = value + 1;
      while (value_end < tokens.size() && !tokens.is_symbol(value_end, ',') &&
             !tokens.is(value_end, "on")) {
        ++value_end;
      }
      take_value(tokens.between(value + 1, value_end), into);
      return;
    }
    if (tokens.is_any(i, {"select", "with", "table"})) return;
  }
}

}  // namespace

std::vector<std::string> common_table_names(const MysqlTokens& tokens) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (!tokens.is(i, "with") && !tokens.is_symbol(i, ',')) continue;
    std::size_t end = i + 1;
    if (tokens.is(end, "recursive")) ++end;
    const std::string name = tokens.name_at(end, &end);
    if (name.empty()) continue;
    if (tokens.is_symbol(end, '(')) end = tokens.behind_parenthesis(end);
    const bool is_body = tokens.is(end, "as") && tokens.is_symbol(end + 1, '(') &&
                         tokens.is_any(end + 2, {"select", "with", "values", "table"});
    if (is_body) names.push_back(name);
  }
  return names;
}

std::string mysql_query_table(const MysqlTokens& tokens,
                              const std::vector<std::string>& not_these) {
  if (tokens.is(0, "table")) return tokens.name_at(1);
  // FROM also stands in EXTRACT(YEAR FROM d) and its like: only that of a SELECT names tables.
  std::vector<bool> has_select;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const std::size_t depth = tokens[i].depth;
    if (has_select.size() <= depth) has_select.resize(depth + 1);
    if (tokens.is_symbol(i, '(')) {
      if (has_select.size() > depth + 1) has_select[depth + 1] = false;
      continue;
    }
    if (tokens.is(i, "select")) has_select[depth] = true;
    const bool names_table = has_select[depth] && tokens.is_any(i, {"from", "join"});
    if (!names_table) continue;
    std::size_t at = i + 1;
    while (tokens.is_symbol(at, '(')) ++at;
    if (tokens.is_any(at, {"select", "with", "values", "lateral", "json_table", "dual"})) continue;
    const std::string name = tokens.name_at(at);
    if (!name.empty() && std::ranges::find(not_these, name) == not_these.end()) return name;
  }
  return {};
}

std::string mysql_written_table(const MysqlTokens& tokens) {
  std::size_t i = 1;
  if (tokens.is(0, "load")) {
    while (i < tokens.size() && !(tokens.is(i, "into") && tokens.is(i + 1, "table"))) ++i;
    return tokens.name_at(i + 2);
  }
  while (tokens.is_any(
      i, {"low_priority", "delayed", "high_priority", "ignore", "quick", "into", "from"})) {
    ++i;
  }
  if (tokens.is_symbol(i, '(')) ++i;
  return tokens.name_at(i);
}

void find_mysql_key(const MysqlTokens& tokens, SqlStatement& into) {
  if (tokens.is_any(0, {"insert", "replace"})) return take_inserted_key(tokens, into);
  const std::uint32_t depth = tokens[0].depth;
  std::size_t begin = 0;
  while (begin < tokens.size() && !(tokens[begin].depth == depth && tokens.is(begin, "where"))) {
    ++begin;
  }
  std::size_t end = ++begin;
  while (
      end < tokens.size() &&
      !(tokens[end].depth == depth &&
        tokens.is_any(end, {"group", "order", "limit", "having", "for", "lock", "union", "except",
                            "intersect", "into", "procedure", "window", "returning"}))) {
    ++end;
  }
  take_compared_key(tokens.between(begin, end), into);
}

}  // namespace switchyard
