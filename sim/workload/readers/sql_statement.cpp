#include "workload/readers/sql_statement.h"

#include <algorithm>
#include <array>

namespace switchyard {
namespace {

// Beyond this many different texts, or bytes of them, the cache starts afresh.
constexpr std::size_t kCacheLimit = 100'000;
constexpr std::size_t kCacheBytes = std::size_t{1} << 26;
constexpr std::size_t kTextLimit = 1'000;

// Whether literals are data here. In others (SET, EXPLAIN (ANALYZE 0), PREPARE …) they may decide
// what the statement does.
bool literals_are_data(std::string_view sql, SqlDialect dialect) {
  static constexpr std::array<std::string_view, 9> kVerbs = {
      "select", "insert", "update", "delete", "with", "values", "merge", "replace", "execute"};
  SqlLexer lexer(sql, dialect);
  SqlToken first = lexer.next();
  while (first.text == "(") first = lexer.next();
  return std::ranges::any_of(
      kVerbs, [&](std::string_view verb) { return equals_ignoring_case(first.text, verb); });
}

// Cut between characters, so that it stays valid UTF-8 where it was.
std::string shortened(std::string_view text) {
  if (text.size() <= kTextLimit) return std::string(text);
  std::size_t end = kTextLimit;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "…";
}

}  // namespace

int strength(Op op) {
  switch (op) {
    case Op::kRead:
      return 1;
    case Op::kSession:
      return 2;
    case Op::kOther:
      return 3;
    case Op::kBegin:
    case Op::kCommit:
    case Op::kAbort:
      return 4;
    case Op::kLockingRead:
      return 5;
    case Op::kWrite:
      return 6;
    case Op::kDdl:
      return 7;
  }
  return 0;
}

SqlClassifier::Result SqlClassifier::classify(std::string_view sql) {
  normalize_sql(sql, dialect_, normalized_);
  const std::span<const std::string_view> literals = normalized_.literals;
  const bool by_text = !literals.empty() && !literals_are_data(sql, dialect_);
  if (cache_.size() > kCacheLimit || cached_bytes_ > kCacheBytes) {
    cache_.clear();
    cached_bytes_ = 0;
  }
  auto slot = cache_.find(by_text ? sql : std::string_view(normalized_.text));
  if (slot == cache_.end()) {
    SqlStatement statement = dialect_ == SqlDialect::kPostgres
                                 ? parse_postgres_statement(sql, literals, functions_)
                                 : parse_mysql_statement(sql, functions_);
    statement.text = shortened(normalized_.text);
    slot = cache_
               .emplace(by_text ? std::string(sql) : normalized_.text,
                        std::make_unique<const SqlStatement>(std::move(statement)))
               .first;
    cached_bytes_ += slot->first.size();
  }
  const SqlStatement& statement = *slot->second;
  Result result = {statement, literals, {}, dialect_};
  if (statement.key_literal >= 0 &&
      static_cast<std::size_t>(statement.key_literal) < literals.size()) {
    result.key =
        value_of_literal(literals[static_cast<std::size_t>(statement.key_literal)], dialect_);
    if (statement.is_key_negative) result.key.insert(0, 1, '-');
  }
  return result;
}

}  // namespace switchyard
