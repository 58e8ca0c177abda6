#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "catch.h"
#include "workload/recording.h"

namespace switchyard {
namespace {

constexpr std::int64_t kT = 1'795'381'012;  // 2026-11-22 20:56:52 UTC

TEST_CASE("General log: every statement of a recorded run is read") {
  // Rows as pt-query-digest 3.2.1 counts them, statements as grep counts Query and Execute.
  const Trace prepared = read_data("mariadb-sysbench.general.log.zst");
  CHECK(has_note(prepared, "7920 rows read, 7582 statements kept"));
  const std::string ops = letters_of(prepared);
  CHECK(std::ranges::count(ops, 'r') == 379 * 14);
  CHECK(std::ranges::count(ops, 'w') == 379 * 4);
  const Trace odd = read_data("mariadb-odd.general.log");
  CHECK(has_note(odd, "75 rows read, 66 statements kept"));
  CHECK(has_note(odd, "the first 72 rows have no time"));
  CHECK(has_note(odd, "1 EXECUTE statements"));
  CHECK(has_note(odd, "1 statements run by functions"));
}

TEST_CASE("General log: it tells of the same statements as the slow log of the same run") {
  // Without those that one of them lacks: the setting that begins the recording.
  const std::string slow = letters_of(read_data("mariadb-odd.slow.log"));
  const std::string general = letters_of(read_data("mariadb-odd.general.log"));
  CHECK(general == "x" + slow);
}

TEST_CASE("General log: a file without any time is refused") {
  const std::string log =
      file_content(SWITCHYARD_SOURCE_DIR "/tests/data/mariadb-explained.general.log");
  CHECK(error_of(log).find(":4: rows have no time") != std::string::npos);
}

TEST_CASE("General log: old form, where times stand only when the second changes") {
  const Trace trace = read_recording(
      "261122 20:56:52\t     42 Connect     root@localhost on db1\n"
      "\t\t     42 Query       SELECT a\n     FROM t\n\n\t   WHERE b = 1\n"
      "\t\t     43 Init DB     db2\n"
      "261122 20:56:53\t     43 Query       update t set a=1\n"
      "\t\t     42 Quit        \n"
      "\t\t     42 Connect     root@localhost on db1\n"
      "\t\t     42 Query\tselect 2\n");
  REQUIRE(trace.size() == 3);
  CHECK(letters_of(trace) == "rwr");
  CHECK(statement_of(trace, 0) == "SELECT a FROM t WHERE b = ?");
  CHECK(time_of(trace, 0) == kT * kSecond);
  CHECK(time_of(trace, 1) == (kT + 1) * kSecond);
  CHECK(time_of(trace, 2) == (kT + 1) * kSecond + kSecond / 2);
  // The number is another session after Quit.
  CHECK(trace.session_count() == 3);
  CHECK(has_note(trace, "skipped 3 connection rows"));
  CHECK(trace.columns().dur_ns.empty());
}

TEST_CASE("General log: form of MySQL 5.7 and later, with microseconds") {
  const Trace trace = read_recording(
      "/usr/sbin/mysqld, Version: 8.0.36 (x). started with:\n"
      "Tcp port: 3306  Unix socket: /x\nTime                 Id Command    Argument\n"
      "2026-11-22T20:56:52.000100Z\t    8 Prepare\tselect a from t where b = ?\n"
      "2026-11-22T20:56:52.000200Z\t    8 Execute\tselect a from t where b = 7\n"
      "2026-11-22T21:56:52.000300+01:00\t    8 Close stmt\t\n"
      "2026-11-22T20:56:52.000400Z\t    8 Query\tinsert into t values ('\n"
      "2026-11-22T20:56:52.000500Z is no row')\n");
  REQUIRE(trace.size() == 2);
  CHECK(letters_of(trace) == "rw");
  CHECK(time_of(trace, 0) == kT * kSecond + 200'000);
  CHECK(time_of(trace, 1) == kT * kSecond + 400'000);
  CHECK((trace.columns().flags[0] & kFlagPrepared) != 0);
  CHECK((trace.columns().flags[1] & kFlagPrepared) == 0);
  CHECK(trace.names().keys[trace.columns().key[0]] == "t/7");
}

TEST_CASE("General log: what SQL prepares is counted when it runs") {
  const std::string time = "2026-11-22T20:56:52.000100Z\t    8 ";
  const Trace trace = read_recording(
      time + "Query\tprepare s from 'update t set a=?'\n" + time + "Prepare\tupdate t set a=?\n" +
      time + "Query\texecute s using @a\n" + time + "Execute\tupdate t set a=1\n");
  CHECK(letters_of(trace) == "sw");
}

TEST_CASE("General log: a file cut in front is read when its format is named") {
  const std::string log = "ends here\n2026-11-22T20:56:52.000100Z\t    8 Query\tselect 1\n";
  CHECK(error_of(log).find("of no known format") != std::string::npos);
  CHECK(has_note(read_recording(log, of_format("mysqlgeneral")), "lines before the first row"));
}

TEST_CASE("General log: damaged files give a trace or an error") {
  check_damaged(file_content(SWITCHYARD_SOURCE_DIR "/tests/data/mariadb-odd.general.log"),
                of_format("mysqlgeneral"));
}

const std::string kMariaDbNames =
    "start_time\tuser_host\tquery_time\tlock_time\trows_sent\trows_examined\tdb\tlast_insert_id\t"
    "insert_id\tserver_id\tsql_text\tthread_id\trows_affected\n";

TEST_CASE("Log tables: MariaDB's slow_log as mysql --batch writes it, newest first") {
  const Trace trace = read_recording(
      kMariaDbNames +
      "2026-11-22 20:56:52.305379\tr[r] @ l "
      "[]\t00:00:00.000260\t00:00:00.000133\t0\t0\tsb\t0\t0\t1\t"
      "insert into notes\\n(body) values('a\\tb')\t35\t1\n"
      "2026-11-22 20:56:52.205129\tr[r] @ l []\t00:00:00.100232\t00:00:00.0\t1\t0\t\t0\t0\t1\t"
      "select sleep(0.1)\t35\t0\n"
      "broken\n");
  REQUIRE(trace.size() == 2);
  CHECK(letters_of(trace) == "rw");
  CHECK(time_of(trace, 0) == kT * kSecond + 205'129'000);
  CHECK(time_of(trace, 1) == kT * kSecond + 305'379'000);
  CHECK(trace.columns().dur_ns[0] == 100'232'000);
  CHECK(trace.columns().rows[1] == 1);
  CHECK(statement_of(trace, 1) == "insert into notes (body) values(?)");
  CHECK(trace.names().keys[trace.columns().key[1]] == "notes/a\tb");
  CHECK(has_note(trace, "start_time is the start"));
  CHECK(has_note(trace, "skipped 1 damaged rows (first: line 4 has 1 fields"));
}

TEST_CASE("Log tables: many rows in any order give one trace, those of a moment apart included") {
  constexpr int kRows = 25'000;
  std::vector<std::string> rows;
  for (int i = 0; i < kRows; ++i) {
    rows.push_back(
        fmt::format("2026-11-22 20:{:02}:{:02}.{}00000\tr\t00:00:00.000050\tselect {}\t{}\t0\n",
                    i / 600, i / 10 % 60, i % 10, i, i % 5));
  }
  const auto hash = [&] {
    std::string text = "start_time\tuser_host\tquery_time\tsql_text\tthread_id\trows_affected\n";
    for (const std::string& row : rows) text += row;
    const Trace trace = read_recording(text);
    CHECK(trace.size() == kRows);
    return content_hash(trace);
  };
  const std::string in_order = hash();
  for (std::size_t i = 0; i + 1 < rows.size(); i += 2) std::swap(rows[i], rows[i + 1]);
  CHECK(hash() == in_order);
  std::ranges::sort(rows, std::greater<>());
  CHECK(hash() == in_order);
}

TEST_CASE("Log tables: MySQL's slow_log as CSV, stamped with the end") {
  const Trace trace = read_recording(
      "\"start_time\",\"user_host\",\"query_time\",\"rows_sent\",\"sql_text\",\"thread_id\"\n"
      "\"2026-11-22 20:56:53.5\",\"r\",\"00:00:01.500000\",\"1\",\"select "
      "\"\"a\"\",\n'b'\",\"8\"\n");
  REQUIRE(trace.size() == 1);
  CHECK(time_of(trace, 0) == kT * kSecond);
  CHECK(trace.columns().dur_ns[0] == 1'500'000'000);
  CHECK(statement_of(trace, 0) == "select ?, ?");
  CHECK(has_note(trace, "taken as the end"));
}

TEST_CASE("Log tables: starts of whole seconds are spread") {
  std::string rows = "start_time,query_time,sql_text,thread_id,rows_affected\n";
  for (int i = 0; i < 4; ++i) rows += "2026-11-22 20:56:52,00:00:00.0,select 1,8,0\n";
  const Trace trace = read_recording(rows);
  REQUIRE(trace.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(time_of(trace, i) == kT * kSecond + static_cast<std::int64_t>(i) * kSecond / 4);
  }
}

TEST_CASE("Log tables: general_log") {
  const Trace trace = read_recording(
      "event_time\tuser_host\tthread_id\tserver_id\tcommand_type\targument\n"
      "2026-11-22 20:56:52.407618\tr\t35\t1\tQuit\t\n"
      "2026-11-22 20:56:52.305762\tr\t35\t1\tQuery\tselect sleep(0.1)\n");
  REQUIRE(trace.size() == 1);
  CHECK(time_of(trace, 0) == kT * kSecond + 305'762'000);
  CHECK(has_note(trace, "skipped 1 connection rows"));
  ImportOptions ahead;
  ahead.utc_offset_ns = kHour;
  CHECK(time_of(read_recording("event_time,thread_id,command_type,argument\n"
                               "2026-11-22 21:56:52,35,Query,select 1\n",
                               ahead),
                0) == kT * kSecond);
  CHECK(error_of("a,b\n1,2\n", of_format("mysqltable")).find("column names") != std::string::npos);
}

}  // namespace
}  // namespace switchyard
