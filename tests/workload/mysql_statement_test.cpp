#include <string>
#include <string_view>
#include <vector>

#include "catch.h"
#include "workload/readers/sql_statement.h"
#include "workload/trace.h"

namespace switchyard {
namespace {

SqlClassifier classifier() {
  return {SqlDialect::kMysql, {.writing = {"touch"}, .reading = {"price_of"}}};
}

char op_of(std::string_view sql) {
  SqlClassifier mysql = classifier();
  return letter_of(mysql.classify(sql).statement.op);
}

bool is_unknown(std::string_view sql) {
  SqlClassifier mysql = classifier();
  return (mysql.classify(sql).statement.flags & kFlagUnknownClass) != 0;
}

struct Expected {
  char op;
  std::string_view sql;
};

void check(const std::vector<Expected>& statements) {
  for (const Expected& expected : statements) {
    CAPTURE(expected.sql);
    CHECK(op_of(expected.sql) == expected.op);
    CHECK_FALSE(is_unknown(expected.sql));
  }
}

// "table/key", or "table", or "".
std::string target(std::string_view sql) {
  SqlClassifier mysql = classifier();
  const SqlClassifier::Result result = mysql.classify(sql);
  const std::uint32_t parameter = result.statement.key_parameter;
  const std::string key = parameter > 0 ? "?" + std::to_string(parameter) : result.key;
  return result.statement.table + (key.empty() ? "" : "/" + key);
}

TEST_CASE("MySQL: what reads is a read, whatever its literals, names and comments hold") {
  check({
      {'r', "SELECT c FROM sbtest1 WHERE id=7"},
      {'r', "/* app:web */ SELECT 1"},
      {'r', "-- update t\nselect 1"},
      {'r', "# delete from t\nselect 1"},
      {'r', "((select 1) union (select 2))"},
      {'r', "select 'x; update t set a=1 for update', \"for update\", `for update` from t"},
      {'r', "select a from t where b = 'it''s \\' for update'"},
      {'r', "with c as (select 1 as x) select x from c"},
      {'r',
       "with recursive c(n) as (select 1 union all select n+1 from c where n<9) select * from c"},
      {'r', "values row(1,2), row(3,4)"},
      {'r', "table t"},
      {'r', "select * from notes into outfile '/x/out.txt'"},
      {'r', "select a into @v from t"},
      {'r', "select * from t into dumpfile 'x'"},
      {'r', "SELECT /*+ x */ 1 /*!50000 , 2 */"},
      {'r', "select count( * ), max(a), date_format(d,'%Y') from t where a in (1,2) and (b or c)"},
      {'r', "select t.a from t join u using(id) where exists (select 1 from v) and not (a)"},
      {'r', "select * from (select 1 as a) as x(b), (select 2) y(c)"},
      {'r', "select sum(a) over (partition by b order by c) from t window w as (order by d)"},
      {'r', "select cast(a as decimal(10,2)), extract(year from d), if(a,b,c) from t"},
      {'r', "select @x := @x + 1"},
      {'r', "select price_of(3)"},
      {'r', "show tables"},
      {'r', "show slave status"},
      {'r', "describe t"},
      {'r', "explain select 1"},
      {'r', "EXPLAIN UPDATE sbtest1 SET k=1 WHERE id=1"},
      {'r', "explain format=json update t set a=1"},
      {'r', "explain analyze select 1"},
      {'r', "DO SLEEP(0.01)"},
      {'r', "checksum table t"},
  });
}

TEST_CASE("MySQL: what needs a primary without changing a row is a locking read") {
  check({
      {'l', "SELECT k FROM sbtest1 WHERE id=7 FOR UPDATE"},
      {'l', "select k from t for update skip locked"},
      {'l', "select k from t for share of t nowait"},
      {'l', "SELECT k FROM sbtest1 WHERE id=8 LOCK IN SHARE MODE"},
      {'l', "select * from (select a from t for update) x"},
      {'l', "SELECT GET_LOCK('l', 1)"},
      {'l', "select release_lock ('l')"},
      {'l', "select last_insert_id()"},
      {'l', "select last_insert_id(id+1) from t"},
      {'l', "do release_lock('l')"},
      {'l', "SHOW MASTER STATUS"},
      {'l', "show binary logs"},
      {'l', "LOCK TABLES notes WRITE, sbtest1 READ"},
      {'l', "select previous value for s"},
  });
}

TEST_CASE("MySQL: what changes rows is a write") {
  check({
      {'w', "insert into t values (1)"},
      {'w', "INSERT INTO notes(body) VALUES ('r') RETURNING id"},
      {'w', "replace into t(id, body) values (1, 'x')"},
      {'w', "update t set a = 1"},
      {'w', "delete from t"},
      {'w', "with c as (select 1 as x) update t, c set a = x"},
      {'w', "with c as (select 1 as x) delete t from t join c"},
      {'w', "load data local infile 'x' into table t"},
      {'w', "call bump(3)"},
      {'w', "select touch(4)"},
      {'w', "SELECT NEXTVAL(sq)"},
      {'w', "select next value for sq"},
      {'w', "ANALYZE FORMAT=JSON UPDATE sbtest1 SET k=1 WHERE id=1"},
      {'w', "analyze delete from t"},
      {'w', "BEGIN NOT ATOMIC UPDATE t SET k=1; UPDATE t SET k=2; END"},
      {'w', "set @x = touch(1)"},
      {'w', "set statement max_statement_time=1 for update t set a=1"},
      {'w', "/*!50003 insert into t values (1) */"},
      {'w', "execute immediate 'update t set a=1'"},
  });
}

TEST_CASE("MySQL: definitions, transactions, session state and the rest") {
  check({
      {'d', "create table t (a int)"},
      {'d', "CREATE TEMPORARY TABLE tt AS SELECT 1 AS a"},
      {'d', "alter table t add index (a)"},
      {'d', "truncate t"},
      {'d', "analyze table t"},
      {'d', "optimize local table t"},
      {'d', "grant select on *.* to u"},
      {'d', "create procedure bump(a int) begin update t set k=1; commit; end"},
      {'b', "BEGIN"},
      {'b', "begin work"},
      {'b', "start transaction with consistent snapshot"},
      {'b', "XA START 'x1'"},
      {'c', "commit"},
      {'a', "rollback work"},
      {'a', "xa rollback 'x1'"},
      {'x', "rollback to savepoint s1"},
      {'x', "ROLLBACK WORK TO s1"},
      {'x', "savepoint s1"},
      {'x', "release savepoint s1"},
      {'x', "xa end 'x1'"},
      {'x', "handler t read first"},
      {'x', "kill query 5"},
      {'x', "flush tables"},
      {'x', "set global slow_query_log=1"},
      {'x', "set @@global.x = 1"},
      {'x', "start slave"},
      {'s', "set names utf8"},
      {'s', "/*!40101 SET NAMES utf8 */"},
      {'s', "SET TRANSACTION READ ONLY"},
      {'s', "use `sb`"},
      {'s', "unlock tables"},
      {'s', "prepare st from 'update t set a=?'"},
      {'s', "deallocate prepare st"},
      {'s', "show warnings"},
  });
}

TEST_CASE("MySQL: what can't be told is a write and says so") {
  for (const std::string_view sql :
       {"select f(1)", "select db.count(1)", "select `now`()", "execute st", "frobnicate"}) {
    CAPTURE(sql);
    CHECK(op_of(sql) == 'w');
    CHECK(is_unknown(sql));
  }
  CHECK_FALSE(is_unknown("insert into t (a, b) values (f(1), 2)"));
}

TEST_CASE("MySQL: the table is the first named, or the one written") {
  CHECK(target("select * from `my db`.`a``b`, u") == "a`b");
  CHECK(target("select extract(day from d) from t") == "t");
  CHECK(target("select (select max(a) from u) from t") == "u");
  CHECK(target("with c as (select * from v) select * from c join w") == "v");
  CHECK(target("select 1") == "");
  CHECK(target("select 1 from dual") == "");
  CHECK(target("insert ignore into db.t select * from u") == "t");
  CHECK(target("insert low_priority t values (1)") == "t/1");
  CHECK(target("update low_priority ignore t set a=1") == "t");
  CHECK(target("delete t1, t2 from t1 join t2") == "t1");
  CHECK(target("load data infile 'x' replace into table t fields terminated by ','") == "t");
  CHECK(target("create unique index i on t (a)") == "t");
  CHECK(target("drop table if exists db.t") == "t");
  CHECK(target("call bump(3)") == "bump()");
  CHECK(target("select touch(4)") == "touch()");
}

TEST_CASE("MySQL: the key is the value that all rows must have") {
  CHECK(target("select c from t where id=10083") == "t/10083");
  CHECK(target("SELECT c FROM t WHERE (t.`id` = 'a\\'b') LIMIT 1") == "t/a'b");
  CHECK(target("select c from t where a > 1 and 5 = b and c = 6") == "t/5");
  CHECK(target("select c from t where a between 1 and 2 and b = -3 order by c") == "t/-3");
  CHECK(target("select c from t where (a = 1 or b = 2) and c = 3") == "t/3");
  CHECK(target("select c from t where a = 1 or b = 2") == "t");
  CHECK(target("select c from t where a <> 1 and b in (2) and not c = 3 and d <= 4") == "t");
  CHECK(target("select c from t where a = b") == "t");
  CHECK(target("select c from t where a = 1 + 1") == "t");
  CHECK(target("select c from t where a = _utf8'x'") == "t/x");
  CHECK(target("update t set k=k+1 where id=?") == "t/?1");
  CHECK(target("update t set k=? where id=?") == "t/?2");
  CHECK(target("delete from t where id = 4") == "t/4");
  CHECK(target("insert into t (id, k) values (7, 8)") == "t/7");
  CHECK(target("insert into t (id, k) values (7, 8), (9, 10)") == "t");
  CHECK(target("insert into t values (-7)") == "t/-7");
  CHECK(target("insert into t values (null, 5)") == "t");
  CHECK(target("insert into t set id = 7, k = 8") == "t/7");
}

TEST_CASE("MySQL: the key of a text seen before is that of the text at hand") {
  SqlClassifier mysql = classifier();
  CHECK(mysql.classify("select c from t where id=1").key == "1");
  CHECK(mysql.classify("select c from t where id=2").key == "2");
}

TEST_CASE("MySQL: several statements in one text") {
  SqlClassifier mysql = classifier();
  const auto of = [&](std::string_view sql) { return SqlStatement(mysql.classify(sql).statement); };
  SqlStatement s = of("begin; update t set a=1 where id=3; commit");
  CHECK(s.op == Op::kWrite);
  CHECK(s.before == "b");
  CHECK(s.after == "c");
  CHECK(s.table == "t");
  CHECK((s.flags & kFlagMultiStatement) != 0);
  CHECK(of("select 1; delete from u; select 2").table == "u");
  CHECK(of("begin; commit").op == Op::kBegin);
  CHECK(of("begin; commit").after == "c");
  CHECK(of("commit and chain").after == "b");
  CHECK(of("rollback and no chain").after.empty());
  CHECK((of("select 1;").flags & kFlagMultiStatement) == 0);
  CHECK(of("set autocommit=0; update t set a=1").autocommit == false);
  // A routine's body is part of its definition.
  const SqlStatement routine =
      of("create definer=`a`@`b` trigger g before insert on t for each row begin commit; end");
  CHECK(routine.op == Op::kDdl);
  CHECK(routine.after.empty());
}

TEST_CASE("MySQL: what statements do to transactions") {
  SqlClassifier mysql = classifier();
  const auto of = [&](std::string_view sql) { return SqlStatement(mysql.classify(sql).statement); };
  CHECK((of("START TRANSACTION READ ONLY").flags & kFlagReadOnlyTransaction) != 0);
  CHECK((of("start transaction with consistent snapshot, read only").flags &
         kFlagReadOnlyTransaction) != 0);
  CHECK((of("start transaction read write").flags & kFlagReadOnlyTransaction) == 0);
  CHECK(of("rollback to s1").is_rollback_to);
  CHECK(of("SET autocommit=0").autocommit == false);
  CHECK(of("set session autocommit = on").autocommit == true);
  CHECK(of("set @@session.autocommit := 0, names = 1").autocommit == false);
  CHECK_FALSE(of("set @autocommit = 0").autocommit.has_value());
  CHECK_FALSE(of("set global autocommit = 0").autocommit.has_value());
  CHECK(of("create table t (a int)").commits_first);
  CHECK(of("begin").commits_first);
  CHECK(of("lock tables t write").commits_first);
  CHECK_FALSE(of("create temporary table t (a int)").commits_first);
  CHECK_FALSE(of("update t set a=1").commits_first);
}

TEST_CASE("MySQL: prepared statements in SQL") {
  SqlClassifier mysql = classifier();
  const SqlStatement prepare =
      mysql.classify("PREPARE St FROM 'UPDATE sbtest1 SET k=k+? WHERE id=?'").statement;
  CHECK(prepare.prepares == "st");
  REQUIRE(prepare.prepared != nullptr);
  CHECK(prepare.prepared->op == Op::kWrite);
  CHECK(prepare.prepared->table == "sbtest1");
  const SqlStatement lines =
      mysql.classify("prepare l from 'select 1\\nfrom t\\tfor update'").statement;
  REQUIRE(lines.prepared != nullptr);
  CHECK(lines.prepared->op == Op::kLockingRead);
  CHECK(lines.prepared->table == "t");
  CHECK(SqlStatement(mysql.classify("EXECUTE st USING @a, @b").statement).executes == "st");
  CHECK(SqlStatement(mysql.classify("prepare x from @text").statement).prepared == nullptr);
}

TEST_CASE("MySQL: a text of any shape is classified") {
  std::string deep = "select a from t where ";
  for (int i = 0; i < 100'000; ++i) deep += '(';
  deep += "a=1";
  CHECK(op_of(deep) == 'r');
  std::string list = "select a from t where a in (1";
  for (int i = 0; i < 600'000; ++i) list += ",1";
  CHECK(op_of(list + ")") == 'w');
  CHECK(is_unknown(list + ")"));
  for (const std::string_view sql : {"", ";", ";;", "'", "`", "/*!", "with", "set", "(", "create",
                                     "prepare x from", "insert into t values (", "where ="}) {
    CAPTURE(sql);
    CHECK_NOTHROW(op_of(sql));
  }
}

}  // namespace
}  // namespace switchyard
