#include "workload/readers/sql_lexer.h"

#include <string>
#include <vector>

#include "catch.h"

namespace switchyard {
namespace {

NormalizedSql normalized(std::string_view sql, SqlDialect dialect = SqlDialect::kPostgres) {
  NormalizedSql result;
  normalize_sql(sql, dialect, result);
  return result;
}

void check(std::string_view sql, std::string_view text, const std::vector<std::string>& values,
           SqlDialect dialect = SqlDialect::kPostgres) {
  CAPTURE(sql);
  const NormalizedSql result = normalized(sql, dialect);
  CHECK(result.text == text);
  std::vector<std::string> found;
  for (const std::string_view literal : result.literals) {
    found.push_back(value_of_literal(literal, dialect));
  }
  CHECK(found == values);
}

TEST_CASE("Literals of PostgreSQL are taken out with their values") {
  check("SELECT 1", "SELECT ?", {"1"});
  check("select 'it''s', E'a\\'b', $$x'y$$, $q$ $$ $q$, B'01' ;", "select ?, ?, ?, ?, ?",
        {"it's", "a'b", "x'y", " $$ ", "01"});
  check("WHERE a=-1.5e-7 AND b = .5 OR c = 0x1F", "WHERE a=-? AND b = ? OR c = ?",
        {"1.5e-7", ".5", "0x1F"});
  check("a1 = $1 AND \"q'1\" = $22", "a1 = $1 AND \"q'1\" = $22", {});
  // A backslash is a character like any other.
  check("SELECT 'a\\', b", "SELECT ?, b", {"a\\"});
  check("SELECT t.name1, schema2.f(3)", "SELECT t.name1, schema2.f(?)", {"3"});
}

TEST_CASE("Literals of MySQL are taken out with their values") {
  const auto dialect = SqlDialect::kMysql;
  check("SELECT \"a\"\"b\", 'c\\'d', `e'f`, x'00'", "SELECT ?, ?, `e'f`, ?", {"a\"b", "c'd", "00"},
        dialect);
  check("WHERE a = ? AND b = @v AND c = @@global.x", "WHERE a = ? AND b = @v AND c = @@global.x",
        {}, dialect);
  check("SELECT 1 # one\n, 2 -- two\n, 3--4", "SELECT ? , ? , ?--?", {"1", "2", "3", "4"}, dialect);
  check("SELECT /*!40001 SQL_NO_CACHE */ a /*M! b */ /* c */ FROM t",
        "SELECT SQL_NO_CACHE a b FROM t", {}, dialect);
}

TEST_CASE("Comments and blanks are folded, nested comments of PostgreSQL too") {
  check("  SELECT\n\t a -- x\n  FROM/* y /* z */ */t ; ; ", "SELECT a FROM t", {});
  check("/* a */", "", {});
  check("", "", {});
}

TEST_CASE("What is not closed ends with the text") {
  for (const char* sql :
       {"SELECT 'abc", "SELECT \"abc", "SELECT $$abc", "SELECT $x$abc$y$", "SELECT E'abc\\",
        "SELECT /* abc", "SELECT 1e", "SELECT $", "SELECT 1."}) {
    CAPTURE(sql);
    CHECK(normalized(sql).text.starts_with("SELECT"));
    CHECK(normalized(sql, SqlDialect::kMysql).text.starts_with("SELECT"));
    for (const std::string_view literal : normalized(sql).literals) {
      CHECK(value_of_literal(literal, SqlDialect::kPostgres).size() <= literal.size());
    }
  }
}

}  // namespace
}  // namespace switchyard
