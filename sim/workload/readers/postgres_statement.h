// What a PostgreSQL statement does: operation, table, and where its key is found.
//
// PostgreSQL's own grammar (libpg_query) parses the text once; results are cached by text, so a
// prepared statement that ran a million times is parsed once. What can't be told is a write:
// sending a read to the primary costs time, sending a write to a replica fails.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "workload/op.h"

namespace switchyard {

struct PostgresStatement {
  Op op = Op::kOther;
  std::uint8_t flags = 0;  // RequestFlag bits
  std::string table;       // the first table named, or empty
  // The key is the value compared (WHERE column = value) or inserted first: a literal, or the
  // number of a parameter ($1 is 1); 0 and empty when there is none.
  std::uint32_t key_parameter = 0;
  std::string key_literal;
};

class PostgresClassifier {
 public:
  // `write_functions` and `read_functions` are lower-case names of the user's own functions.
  PostgresClassifier(std::vector<std::string> write_functions,
                     std::vector<std::string> read_functions);

  // The reference is valid until the next call.
  const PostgresStatement& classify(std::string_view sql);

 private:
  std::vector<std::string> write_functions_;
  std::vector<std::string> read_functions_;
  boost::unordered_flat_map<std::string, PostgresStatement> cache_;
};

}  // namespace switchyard
