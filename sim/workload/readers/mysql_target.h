// Where a MySQL statement goes: its table and its key.
#pragma once

#include <string>

#include "workload/readers/mysql_tokens.h"
#include "workload/readers/sql_statement.h"

namespace switchyard {

// Names of WITH name AS (…), which are no tables.
std::vector<std::string> common_table_names(const MysqlTokens& tokens);

// The first table that a query names, or that an INSERT, UPDATE, DELETE or LOAD DATA at the
// beginning of `tokens` writes; empty if there is none.
std::string mysql_query_table(const MysqlTokens& tokens, const std::vector<std::string>& not_these);
std::string mysql_written_table(const MysqlTokens& tokens);

// Fills the key of `into`: the first `column = value` that all rows must meet, or the first value
// of a single inserted row. `tokens` begins with the verb.
void find_mysql_key(const MysqlTokens& tokens, SqlStatement& into);

}  // namespace switchyard
