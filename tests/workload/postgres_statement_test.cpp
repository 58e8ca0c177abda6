#include "workload/readers/sql_statement.h"

#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "catch.h"
#include "workload/trace.h"

namespace switchyard {
namespace {

// A result of its own: the classifier's refers to what it keeps.
struct Classified : SqlStatement {
  std::string key;
};

Classified classify(SqlClassifier& classifier, std::string_view sql) {
  SqlClassifier::Result result = classifier.classify(sql);
  return {result.statement, std::move(result.key)};
}

Classified classify(std::string_view sql) {
  SqlClassifier classifier(SqlDialect::kPostgres, {});
  return classify(classifier, sql);
}

void check_op(char letter, const std::vector<std::string>& statements) {
  for (const std::string& sql : statements) {
    CAPTURE(sql);
    CHECK(letter_of(classify(sql).op) == letter);
  }
}

bool is_unknown(const SqlStatement& statement) {
  return (statement.flags & kFlagUnknownClass) != 0;
}

void check_key(std::string_view sql, std::string_view table, std::string_view literal,
               std::uint32_t parameter = 0) {
  const Classified statement = classify(sql);
  CAPTURE(sql);
  CHECK(statement.table == table);
  CHECK(statement.key == literal);
  CHECK(statement.key_parameter == parameter);
}

TEST_CASE("Plain queries are reads") {
  check_op('r', {"SELECT 1", "select * from t where id = 1;", "(SELECT 1)", "(((select 1)))",
                 "VALUES (1), (2)", "TABLE t", "WITH c AS (SELECT 1) SELECT * FROM c",
                 "(SELECT 1) UNION (SELECT 2)", "SELECT a FROM t ORDER BY a LIMIT 5 OFFSET 2",
                 "EXPLAIN SELECT * FROM t", "EXPLAIN ANALYZE SELECT * FROM t", "COPY t TO STDOUT",
                 "COPY (SELECT a FROM t) TO STDOUT", "SHOW work_mem", "FETCH 3 FROM cur",
                 "SELECT CURRENT_TIMESTAMP, current_user, coalesce(a, 1) FROM t",
                 "SELECT last_value FROM notes_id_seq"});
}

TEST_CASE("Queries that lock rows or tables are locking reads") {
  check_op('l', {"SELECT * FROM t FOR UPDATE", "SELECT * FROM t FOR NO KEY UPDATE",
                 "SELECT * FROM t FOR SHARE", "SELECT * FROM t FOR KEY SHARE",
                 "SELECT * FROM t WHERE false FOR UPDATE SKIP LOCKED",
                 "SELECT * FROM (SELECT * FROM t FOR UPDATE) q",
                 "WITH c AS (SELECT * FROM t FOR SHARE) SELECT * FROM c", "LOCK TABLE t",
                 "LOCK TABLE t IN SHARE MODE", "EXPLAIN ANALYZE SELECT * FROM t FOR UPDATE"});
}

TEST_CASE("Statements that change rows are writes") {
  check_op('w', {"INSERT INTO t VALUES (1)", "UPDATE t SET a = 1", "DELETE FROM t WHERE false",
                 "MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN DO NOTHING",
                 "WITH c AS (SELECT 1) UPDATE t SET a = 1", "COPY t FROM STDIN", "CALL bump(1)",
                 "DO $$ BEGIN PERFORM 1; END $$", "NOTIFY c, 'x'",
                 "EXPLAIN ANALYZE UPDATE t SET a = 1", "EXPLAIN (ANALYZE) DELETE FROM t",
                 "PREPARE TRANSACTION 'x'", "COMMIT PREPARED 'x'", "ROLLBACK PREPARED 'x'"});
}

TEST_CASE("A query that writes somewhere inside is a write") {
  check_op('w', {"WITH i AS (INSERT INTO t VALUES (1) RETURNING a) SELECT * FROM i",
                 "WITH d AS (DELETE FROM t RETURNING *) SELECT count(*) FROM d",
                 "SELECT * FROM a UNION SELECT nextval('s')",
                 "SELECT 1 WHERE EXISTS (SELECT setval('s', 1))",
                 "COPY (DELETE FROM t RETURNING *) TO STDOUT"});
}

TEST_CASE("Statements that change the schema or maintain it are DDL") {
  check_op('d',
           {"CREATE TABLE t (a int)", "CREATE TEMP TABLE t (a int)", "ALTER TABLE t ADD b int",
            "DROP TABLE t", "CREATE INDEX CONCURRENTLY ON t (a)", "TRUNCATE t",
            "CREATE VIEW v AS SELECT 1", "CREATE TABLE t AS SELECT 1", "SELECT * INTO t2 FROM t",
            "GRANT SELECT ON t TO PUBLIC", "COMMENT ON TABLE t IS 'x'", "VACUUM t", "ANALYZE t",
            "REINDEX TABLE t", "REFRESH MATERIALIZED VIEW m", "ALTER TABLE t RENAME TO u"});
}

TEST_CASE("Transaction control has its own kinds") {
  check_op('b', {"BEGIN", "BEGIN READ ONLY", "START TRANSACTION ISOLATION LEVEL SERIALIZABLE"});
  check_op('c', {"COMMIT", "END", "COMMIT AND CHAIN"});
  check_op('a', {"ROLLBACK", "ABORT"});
  // Savepoints leave the transaction open.
  check_op('x', {"SAVEPOINT a", "ROLLBACK TO SAVEPOINT a", "RELEASE SAVEPOINT a"});
}

TEST_CASE("Statements about the session are of their own kind") {
  check_op('s', {"SET search_path = public", "SET LOCAL work_mem = '4MB'", "RESET ALL",
                 "DISCARD ALL", "LISTEN c", "UNLISTEN *", "PREPARE r AS SELECT 1", "DEALLOCATE r",
                 "DECLARE c CURSOR FOR SELECT 1", "CLOSE c", "SET TRANSACTION READ ONLY"});
}

TEST_CASE("Statements about the server are other") {
  check_op('x', {"CHECKPOINT", "LOAD 'auto_explain'", "ALTER SYSTEM SET work_mem = '4MB'"});
}

TEST_CASE("A statement of nothing is other and not a write") {
  check_op('x', {"", ";", " ; ;", "-- ping", "/* nothing */"});
  CHECK(classify("-- ping").flags == 0);
}

TEST_CASE("Literals, comments and quoted names do not fool the classifier") {
  check_op('r', {"select 'update x'", "select 'a''; delete from t; --'", "select $$insert into t$$",
                 "/* update t set a = 1 */ select 1", "-- delete from t\nselect 1",
                 "/* nested /* delete */ insert */ select 1", "select \"update\" from \"delete\"",
                 "select 1 as \"for update\"", "select 'x'\n'for update'",
                 "select E'\\'; update t set a = 1; --'"});
  check_op('w', {"/* select */ update t set a = 1", "-- select 1\nupdate t set a = 'select'",
                 "insert into t values ('select 1')"});
}

TEST_CASE("Several statements in one text are of the strongest kind and are flagged") {
  const SqlStatement write = classify("SELECT 1; UPDATE t SET a = 1; SELECT 3");
  CHECK(letter_of(write.op) == 'w');
  CHECK((write.flags & kFlagMultiStatement) != 0);
  const SqlStatement reads = classify("SELECT 1; SELECT 2");
  CHECK(letter_of(reads.op) == 'r');
  CHECK((reads.flags & kFlagMultiStatement) != 0);
  CHECK(letter_of(classify("SELECT 1; DROP TABLE t").op) == 'd');
  CHECK(letter_of(classify("SET a.b = 1; SELECT 1").op) == 's');
  CHECK((classify("SELECT ';'").flags & kFlagMultiStatement) == 0);
}

TEST_CASE("Transaction control beside other statements is told apart from what they do") {
  struct Case {
    const char* sql;
    char op;
    const char* before;
    const char* after;
  };
  for (const Case& c : {Case{"BEGIN; SELECT 1", 'r', "b", ""},
                        {"BEGIN; UPDATE t SET a = 1; COMMIT", 'w', "b", "c"},
                        {"DELETE FROM t; ROLLBACK", 'w', "", "a"},
                        {"COMMIT; BEGIN", 'c', "", "b"},
                        {"COMMIT AND CHAIN", 'c', "", "b"},
                        {"COMMIT; BEGIN; SELECT 1", 'r', "cb", ""},
                        {"BEGIN; SAVEPOINT s", 'x', "b", ""},
                        {"BEGIN", 'b', "", ""}}) {
    CAPTURE(c.sql);
    const SqlStatement statement = classify(c.sql);
    CHECK(letter_of(statement.op) == c.op);
    CHECK(statement.before == c.before);
    CHECK(statement.after == c.after);
  }
}

TEST_CASE("PREPARE tells what its statement will do, EXECUTE which it is") {
  const SqlStatement prepare = classify("PREPARE w (int) AS UPDATE t SET a = 1 WHERE id = $1");
  CHECK(letter_of(prepare.op) == 's');
  CHECK(prepare.prepares == "w");
  REQUIRE(prepare.prepared != nullptr);
  CHECK(letter_of(prepare.prepared->op) == 'w');
  CHECK(prepare.prepared->table == "t");
  CHECK(prepare.prepared->key_parameter == 1);
  CHECK(classify("EXECUTE w(7)").executes == "w");
}

TEST_CASE("Statements that differ in their literals only are kept with the key of each") {
  SqlClassifier classifier(SqlDialect::kPostgres, {});
  CHECK(classify(classifier, "SELECT a FROM t WHERE b = 'x' AND id > 3").key == "x");
  CHECK(classify(classifier, "SELECT  a FROM t /* c */ WHERE b = 'it''s' AND id > 4;").key ==
        "it's");
  CHECK(classify(classifier, "SELECT a FROM t WHERE b = $$y$$ AND id > 5").key == "y");
  CHECK(classify(classifier, "SELECT a FROM t WHERE id = -5").key == "-5");
  CHECK(classify(classifier, "SELECT a FROM t WHERE id = -17").key == "-17");
  CHECK(classify(classifier, "SELECT a FROM t WHERE id = 17").key == "17");
  // Where literals decide what a statement does, each text counts for itself.
  CHECK(letter_of(classify(classifier, "EXPLAIN (ANALYZE 0) DELETE FROM t").op) == 'r');
  CHECK(letter_of(classify(classifier, "EXPLAIN (ANALYZE 1) DELETE FROM t").op) == 'w');
}

TEST_CASE("The text for people holds no literal") {
  CHECK(classify("SELECT a,  b FROM t\n WHERE c = 'secret' AND d = 42 -- why\n;").text ==
        "SELECT a, b FROM t WHERE c = ? AND d = ?");
  CHECK(classify("ALTER USER bob PASSWORD 'secret'").text == "ALTER USER bob PASSWORD ?");
  const std::string text = classify("SELECT " + std::string(2'000, 'a')).text;
  CHECK(text.size() < 1'010);
}

TEST_CASE("A function that is not known to read makes a write that is flagged") {
  for (const char* sql :
       {"SELECT touch_account(1)", "SELECT * FROM f(1)", "SELECT a FROM t WHERE f(a)",
        "SELECT nextval('s')", "SELECT pg_advisory_lock(1)", "SELECT max(f(a)) FROM t"}) {
    CAPTURE(sql);
    CHECK(letter_of(classify(sql).op) == 'w');
    CHECK(is_unknown(classify(sql)));
  }
}

TEST_CASE("Functions that only compute leave a read a read without a flag") {
  for (const char* sql : {"SELECT count(*), max(a), lower(b) FROM t", "SELECT now(), random()",
                          "SELECT pg_catalog.lower('X')", "SELECT extract(year FROM now())",
                          "SELECT substring(a FROM 2), trim(b), position('x' IN c) FROM t"}) {
    CAPTURE(sql);
    CHECK(letter_of(classify(sql).op) == 'r');
    CHECK_FALSE(is_unknown(classify(sql)));
  }
}

TEST_CASE("A text that cannot be parsed is a write that is flagged") {
  for (const char* sql : {"garbage here", "SELECT FROM WHERE", "SELECT 'open", "DELETE t"}) {
    CAPTURE(sql);
    CHECK(letter_of(classify(sql).op) == 'w');
    CHECK(is_unknown(classify(sql)));
  }
}

TEST_CASE("A text in another encoding than UTF-8 is understood all the same") {
  const SqlStatement statement = classify("SELECT 'caf\xE9' FROM t WHERE id = 5");
  CHECK(letter_of(statement.op) == 'r');
  CHECK(statement.table == "t");
  CHECK(classify("SELECT 'caf\xE9' FROM t WHERE id = 5").key == "5");
  CHECK(letter_of(classify("SELECT 'café'").op) == 'r');
}

TEST_CASE("The execution of a prepared statement counts as a write") {
  CHECK(letter_of(classify("EXECUTE r(1)").op) == 'w');
  CHECK(is_unknown(classify("EXECUTE r(1)")));
}

TEST_CASE("The user's lists decide about functions") {
  SqlClassifier classifier(SqlDialect::kPostgres,
                           {.writing = {"touch_account", "lower"}, .reading = {"peek_account"}});
  const SqlStatement read = classify(classifier, "SELECT peek_account(1)");
  CHECK(letter_of(read.op) == 'r');
  CHECK_FALSE(is_unknown(read));
  const SqlStatement write = classify(classifier, "SELECT touch_account(1)");
  CHECK(letter_of(write.op) == 'w');
  CHECK_FALSE(is_unknown(write));
  // Unquoted names fold to lower case, and a schema does not hide a function.
  CHECK(letter_of(classify(classifier, "SELECT app.Peek_Account(1)").op) == 'r');
  // The user knows better than the built-in list.
  CHECK(letter_of(classify(classifier, "SELECT lower('x')").op) == 'w');
  CHECK(letter_of(classify(classifier, "SELECT peek_account(touch_account(1))").op) == 'w');
  CHECK(is_unknown(classify(classifier, "SELECT peek_account(other(1))")));
}

TEST_CASE("A repeated text gives the same answer") {
  SqlClassifier classifier(SqlDialect::kPostgres, {});
  for (int i = 0; i < 3; ++i) {
    CHECK(letter_of(classify(classifier, "SELECT a FROM t WHERE id = $1").op) == 'r');
    CHECK(letter_of(classify(classifier, "UPDATE t SET a = 1 WHERE id = 5").op) == 'w');
    CHECK(classify(classifier, "UPDATE t SET a = 1 WHERE id = 5").key == "5");
  }
}

TEST_CASE("Options of a transaction become flags") {
  CHECK(classify("BEGIN").flags == 0);
  CHECK(classify("BEGIN READ WRITE").flags == 0);
  CHECK(classify("BEGIN READ ONLY").flags == kFlagReadOnlyTransaction);
  CHECK(classify("START TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY").flags ==
        kFlagReadOnlyTransaction);
  CHECK(classify("BEGIN ISOLATION LEVEL SERIALIZABLE").flags == kFlagSerializable);
  CHECK(classify("BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY").flags ==
        (kFlagSerializable | kFlagReadOnlyTransaction));
  CHECK(classify("BEGIN ISOLATION LEVEL READ COMMITTED").flags == 0);
}

TEST_CASE("The key is the value that a column is compared with") {
  check_key("SELECT a FROM t WHERE id = 7", "t", "7");
  check_key("SELECT a FROM t WHERE 7 = id", "t", "7");
  check_key("SELECT a FROM t WHERE id = 0", "t", "0");
  check_key("SELECT a FROM t WHERE id = -5", "t", "-5");
  check_key("SELECT a FROM t WHERE id = 99999999999", "t", "99999999999");
  check_key("SELECT a FROM t WHERE name = 'it''s'", "t", "it's");
  check_key("SELECT a FROM t WHERE id = $2 AND b = $1", "t", "", 2);
  check_key("SELECT a FROM t WHERE id = $1::int", "t", "", 1);
  check_key("SELECT a FROM t WHERE b > 3 AND id = 4", "t", "4");
  check_key("UPDATE t SET a = 1 WHERE id = 8", "t", "8");
  check_key("DELETE FROM s.t WHERE id = $3", "t", "", 3);
  check_key("SELECT a FROM t WHERE id = 9 FOR UPDATE", "t", "9");
}

TEST_CASE("An inserted row has its first value as key, several rows have none") {
  check_key("INSERT INTO t (id, a) VALUES (5, 'x')", "t", "5");
  check_key("INSERT INTO t VALUES ($1, $2)", "t", "", 1);
  check_key("INSERT INTO t VALUES (1), (2)", "t", "");
  check_key("INSERT INTO t SELECT a FROM s WHERE id = 3", "t", "");
  check_key("INSERT INTO t DEFAULT VALUES", "t", "");
}

TEST_CASE("A condition that does not pin one row gives no key") {
  check_key("SELECT a FROM t WHERE id > 7", "t", "");
  check_key("SELECT a FROM t WHERE id = 7 OR id = 8", "t", "");
  check_key("SELECT a FROM t WHERE NOT id = 7", "t", "");
  check_key("SELECT a FROM t WHERE id IN (7)", "t", "");
  check_key("SELECT a FROM t WHERE id = other", "t", "");
  check_key("SELECT a FROM t WHERE id <> 7", "t", "");
  check_key("SELECT a FROM t", "t", "");
}

TEST_CASE("The table is the one that a statement is about") {
  check_key("UPDATE a SET x = b.y FROM b WHERE a.id = 5", "a", "5");
  check_key("WITH c AS (SELECT 9 AS a) UPDATE accounts SET b = 0 FROM c WHERE aid = c.a",
            "accounts", "");
  check_key("DELETE FROM a USING b WHERE a.id = 5", "a", "5");
  check_key("INSERT INTO a SELECT * FROM b", "a", "");
  check_key("SELECT (SELECT y FROM s LIMIT 1) FROM t", "t", "");
  check_key("SELECT 1 FROM t TABLESAMPLE SYSTEM (10)", "t", "");
  check_key("SELECT 1", "", "");
}

// PostgreSQL 15 itself is the judge: each statement was sent to a hot standby.
TEST_CASE("No statement that a standby refuses to run is classed as a read") {
  std::ifstream file(SWITCHYARD_SOURCE_DIR "/tests/data/postgres-standby-oracle.tsv");
  std::string line;
  REQUIRE(std::getline(file, line));
  REQUIRE(line.starts_with("statement\tstandby"));
  int refused = 0;
  int needless = 0;
  std::string which;
  while (std::getline(file, line)) {
    std::string sql = line.substr(0, line.find('\t'));
    const std::string verdict = line.substr(sql.size() + 1, 5);
    // A line break inside a statement is written as \n.
    if (const std::size_t at = sql.find("\\n"); at != std::string::npos) {
      sql[at] = '\n';
      sql.erase(at + 1, 1);
    }
    const Op op = classify(sql).op;
    if (!verdict.starts_with("ok")) {
      CAPTURE(sql);
      CHECK(letter_of(op) != 'r');
      ++refused;
    } else if (class_of(op) == RequestClass::kWrite) {
      ++needless;
      which += "\n  " + sql;
    }
  }
  INFO(needless << " accepted statements are sent to a primary:" << which);
  CHECK(refused == 44);
  CHECK(needless <= 30);
}

}  // namespace
}  // namespace switchyard
