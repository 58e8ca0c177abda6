// The tokens of one MySQL statement, with what finding its parts takes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workload/readers/sql_lexer.h"

namespace switchyard {

struct MysqlToken {
  SqlToken::Kind kind = SqlToken::Kind::kEnd;
  std::string_view text;
  std::int32_t literal = -1;    // its position among the literals of the whole text
  std::uint32_t parameter = 0;  // of a `?`, counting from 1
  std::uint32_t depth = 0;      // parentheses around it; one of a pair counts as outside
};

// All tokens of a text. Those behind a million are left out: `was_cut` tells.
std::vector<MysqlToken> mysql_tokens(std::string_view sql, bool& was_cut);

// A range of them; any position may be asked for, and behind the end there is nothing.
class MysqlTokens {
 public:
  explicit MysqlTokens(std::span<const MysqlToken> tokens) : tokens_(tokens) {}

  std::size_t size() const { return tokens_.size(); }
  const MysqlToken& operator[](std::size_t i) const;
  // A keyword, given in lower case.
  bool is(std::size_t i, std::string_view word) const;
  bool is_any(std::size_t i, std::initializer_list<std::string_view> words) const;
  bool is_symbol(std::size_t i, char symbol) const;
  // A plain or quoted name.
  bool is_name(std::size_t i) const;

  // The last part of a name (`db`.`t` is t) that begins at `i`, without quotes, and where it ends;
  // empty if there is none.
  std::string name_at(std::size_t i, std::size_t* end = nullptr) const;
  // Behind the parenthesis that closes the one at `i`.
  std::size_t behind_parenthesis(std::size_t i) const;
  MysqlTokens from(std::size_t begin) const { return between(begin, size()); }
  MysqlTokens between(std::size_t begin, std::size_t end) const;

 private:
  std::span<const MysqlToken> tokens_;
};

}  // namespace switchyard
