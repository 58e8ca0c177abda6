#include <string>

#include "catch.h"
#include "workload/recording.h"

namespace switchyard {
namespace {

constexpr std::int64_t kT = 1'795'381'011;  // 2026-11-22 20:56:51 UTC

std::string stamp(std::int64_t second = kT) {
  return "SET timestamp=" + std::to_string(second) + ";\n";
}

// As MariaDB writes it.
std::string maria(const std::string& id, const std::string& sql,
                  const std::string& seconds = "0.001", std::int64_t second = kT) {
  return "# User@Host: root[root] @ localhost []\n# Thread_id: " + id +
         "  Schema: sb  QC_hit: No\n# Query_time: " + seconds +
         "  Lock_time: 0.0  Rows_sent: 1  Rows_examined: 5\n# Rows_affected: 0  Bytes_sent: 58\n" +
         stamp(second) + sql + ";\n";
}

// As MySQL 5.6 writes it.
std::string mysql5(const std::string& sql, const std::string& seconds = "0.001") {
  return "# User@Host: a[a] @ host [10.0.0.1]  Id:    17\n# Query_time: " + seconds +
         "  Lock_time: 0.000000 Rows_sent: 3  Rows_examined: 0\n" + sql;
}

TEST_CASE("Slow log: every statement of a recorded run is read") {
  // Counts of pt-query-digest 3.2.1.
  CHECK(read_data("mariadb-odd.slow.log").size() == 65);
  CHECK(read_data("mariadb-explained.slow.log").size() == 5);
  const Trace sysbench = read_data("mariadb-sysbench.slow.log.zst");
  CHECK(sysbench.size() == 7581);
  // 379 transactions of ten point reads, four range reads and four writes each, as oltp_read_write
  // of sysbench makes them.
  const std::string ops = letters_of(sysbench);
  CHECK(std::ranges::count(ops, 'r') == 379 * 14);
  CHECK(std::ranges::count(ops, 'w') == 379 * 4);
  CHECK(std::ranges::count(ops, 'b') == 379);
  CHECK(std::ranges::count(ops, 'c') == 379);
  CHECK(sysbench.info().source == "mysqlslow");
}

TEST_CASE("Slow log: odd statements keep their kinds") {
  const Trace trace = read_data("mariadb-odd.slow.log");
  CHECK(letters_of(trace) ==
        "rrblwxwxc"
        "brc"
        "bla"
        "srwc"
        "ssrlll"
        "www"
        "rrrw"
        "ssws"
        "dwr"
        "lrs"
        "rlrr"
        "wwww"
        "xxxx"
        "rsww"
        "rr"
        "bxa"
        "rx");
}

TEST_CASE("Slow log: its fields become those of the request") {
  const Trace trace = read_recording(maria("28", "SELECT c FROM t WHERE id=7", "0.000113"));
  REQUIRE(trace.size() == 1);
  CHECK(trace.columns().dur_ns[0] == 113'000);
  CHECK(trace.columns().rows[0] == 1);
  CHECK(trace.columns().bytes[0] == 58);
  CHECK(session_of(trace, 0) == "28");
  CHECK(trace.names().keys[trace.columns().key[0]] == "t/7");
  CHECK(statement_of(trace, 0) == "SELECT c FROM t WHERE id=?");
}

TEST_CASE("Slow log: a line that looks like a header is one only behind a semicolon") {
  const Trace trace =
      read_recording(maria("1", "select 'a\n# Time: 200101 1:00:00\n# User@Host: x[x] @ y []\n'") +
                     maria("1", "select 1;\nselect 2") + maria("1", "### one ###\nselect 3"));
  REQUIRE(trace.size() == 3);
  CHECK(statement_of(trace, 0) == "select ?");
  CHECK(statement_of(trace, 1) == "select ?; select ?");
  CHECK(statement_of(trace, 2) == "select ?");
}

TEST_CASE("Slow log: banners, old headers on one line and cut ends") {
  const std::string banner =
      "/usr/sbin/mysqld, Version: 5.0.38-log (x). started with:\n"
      "Tcp port: 3306  Unix socket: /x\nTime                 Id Command    Argument\n";
  const std::string maria_banner =
      "mariadbd, Version: 10.11.19-MariaDB (x). started with:\n"
      "Tcp port: 3306  Unix socket: /x\nTime\t\t    Id Command\tArgument\n";
  const Trace trace = read_recording(
      banner +
      "# Time: 071218 11:48:27 # User@Host: [SQL_SLAVE] @  []\n# Thread_id: 10\n"
      "# Query_time: 0.000012  Lock_time: 0.0  Rows_sent: 0  Rows_examined: 0\nBEGIN;\n" +
      banner + banner + mysql5("update t\nset a=1;\n") + maria_banner + mysql5("select 1"));
  CHECK(letters_of(trace) == "bwr");
  // A file that begins in the middle of a record.
  const Trace cut = read_recording("insert into t values (1);\n" + maria("1", "select 1") +
                                   "# User@Host: a[a] @ b []  Id: 3\n");
  CHECK(letters_of(cut) == "r");
  CHECK(has_note(cut, "skipped 1 statements without a header"));
  const Trace tail = read_recording("# Filesort: No\n# Query_time: 1  Lock_time: 0\n" + stamp() +
                                        "select 1;\n" + maria("2", "select 2"),
                                    of_format("mysqlslow"));
  CHECK(letters_of(tail) == "rr");
}

TEST_CASE("Slow log: use and SET timestamp are the server's in front, the client's behind") {
  const Trace trace = read_recording(
      mysql5("use db;\n" + stamp() + "set timestamp=5;\n") + mysql5(stamp() + "use `b`;\n") +
      mysql5("use `c`;\n") +
      mysql5("SET insert_id=3," + stamp().substr(4) + "insert into t values (1);\n"));
  REQUIRE(trace.size() == 4);
  CHECK(statement_of(trace, 0) == "set timestamp=?");
  CHECK(statement_of(trace, 1) == "use `b`");
  CHECK(statement_of(trace, 2) == "use `c`");
  CHECK(letters_of(trace) == "sssw");
  // A time that a client has set does not move its statement by years.
  const Trace moved = read_recording("# Time: 261122 20:56:51\n" + maria("1", "select 1") +
                                     maria("1", "select 2", "0.1", 1'000));
  CHECK(moved.span_ns() <= kSecond);
}

TEST_CASE("Slow log: administrator commands are no statements, and Quit ends a session") {
  const std::string quit = mysql5(stamp() + "# administrator command: Quit;\n");
  const Trace trace =
      read_recording(mysql5(stamp() + "select 1;\n") + quit + mysql5(stamp() + "select 2;\n") +
                     mysql5("# administrator command: Prepare;\n"));
  REQUIRE(trace.size() == 2);
  CHECK(trace.session_count() == 2);
  CHECK(has_note(trace, "skipped 2 administrator commands"));
  CHECK(error_of(quit).find("holds no statement") != std::string::npos);
}

TEST_CASE("Slow log: SET timestamp is the start for MariaDB and MySQL 8, the end for MySQL 5") {
  const std::string banner8 = "/x/mysqld, Version: 8.0.15 (x). started with:\n";
  const std::string three = "3.000000";
  const Trace mariadb = read_recording(maria("1", "select sleep(3)", three));
  CHECK(time_of(mariadb, 0) == kT * kSecond);
  CHECK(has_note(mariadb, "taken as the start"));
  const Trace mysql8 = read_recording(banner8 + mysql5(stamp() + "select sleep(3);\n", three));
  CHECK(time_of(mysql8, 0) == kT * kSecond);
  const Trace five = read_recording(mysql5(stamp() + "select sleep(3);\n", three));
  CHECK(time_of(five, 0) == (kT - 3) * kSecond);
  CHECK(has_note(five, "taken as the end"));
}

TEST_CASE("Slow log: ISO stamps are ends to the microsecond, and Start: goes before them") {
  const std::string time = "# Time: 2026-11-22T21:56:51.250000+01:00\n";
  const Trace iso = read_recording(time + mysql5(stamp() + "select 1;\n", "0.25"));
  CHECK(time_of(iso, 0) == kT * kSecond);
  CHECK(has_note(iso, "known to 1.00us"));
  const Trace extra = read_recording(
      time +
      "# User@Host: a[a] @ localhost []  Id:     8\n"
      "# Query_time: 0.250000  Lock_time: 0.000000 Rows_sent: 4  Rows_examined: 1 Thread_id: 8 "
      "Errno: 1064 Killed: 0 Bytes_received: 0 Bytes_sent: 57 Read_first: 0 "
      "Start: 2026-11-22T20:56:51.000007Z End: 2026-11-22T20:56:51.250007Z\n" +
      stamp() + "update t set a=1;\n");
  CHECK(time_of(extra, 0) == kT * kSecond + 7'000);
  CHECK(extra.columns().rows[0] == 4);
  CHECK(extra.columns().bytes[0] == 57);
  // What failed changed nothing.
  CHECK(letters_of(extra) == "l");
  CHECK((extra.columns().flags[0] & kFlagError) != 0);
}

TEST_CASE("Slow log: times of whole seconds are spread in the order of the file") {
  std::string text = "# Time: 261122 20:56:51\n";
  for (int i = 0; i < 4; ++i) text += maria(std::to_string(i), "select 1", "0.001");
  // It ended in the next second, having begun in the one before.
  text += "# Time: 261122 20:56:52\n" + maria("9", "select 2", "0.001", kT);
  const Trace trace = read_recording(text);
  REQUIRE(trace.size() == 5);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(trace.columns().t_ns[i] == static_cast<std::int64_t>(i) * kSecond / 4);
  }
  CHECK(trace.columns().t_ns[4] == kSecond);
  CHECK(session_of(trace, 4) == "9");
}

TEST_CASE("Slow log: the zone of # Time: is learnt from SET timestamp") {
  // The server's clock is an hour ahead of UTC; the second statement has no stamp of its own.
  const Trace trace =
      read_recording("# Time: 261122 21:56:51\n" + mysql5(stamp() + "select 1;\n", "0") +
                     "# Time: 261122 21:56:53\n" + mysql5("select 2;\n", "0"));
  REQUIRE(trace.size() == 2);
  CHECK(time_of(trace, 0) == kT * kSecond);
  CHECK(time_of(trace, 1) == (kT + 2) * kSecond);
  CHECK(has_note(trace, "ahead of UTC"));
  const Trace unknown = read_recording("# Time: 261122  8:56:51\n" + mysql5("select 2;\n"));
  CHECK(has_note(unknown, "'# Time:' is in UTC"));
}

TEST_CASE("Slow log: statements before the first time get it") {
  const Trace trace = read_recording(mysql5("select 1;\n", "0") + "# Time: 261122 20:56:51\n" +
                                     mysql5("select 2;\n", "0"));
  REQUIRE(trace.size() == 2);
  CHECK(time_of(trace, 0) == kT * kSecond);
  CHECK(has_note(trace, "the first 1 statements have no time"));
  CHECK(error_of(mysql5("select 1;\n")).find(":1: statements have no time") != std::string::npos);
}

TEST_CASE("Slow log: impossible durations are left out, commas are decimal points") {
  const Trace trace = read_recording(maria("1", "select 1", "18446744073708.796870.000036") +
                                     maria("1", "select 2", "0,25"));
  REQUIRE(trace.size() == 2);
  CHECK(trace.columns().dur_ns[0] == kUnknown);
  CHECK(trace.columns().dur_ns[1] == kSecond / 4);
  CHECK(has_note(trace, "1 statements have an impossible Query_time"));
}

TEST_CASE("Slow log: without ids there is a session for each user and host") {
  const auto old = [](const std::string& user) {
    return "# User@Host: " + user + "\n# Query_time: 2  Lock_time: 0  Rows_sent: 1\n" + stamp() +
           "select 1;\n";
  };
  const Trace trace =
      read_recording(old("a[a] @ h []") + old("b[b] @  [10.0.0.2]") + old("a[a] @ h []") + old(""));
  CHECK(trace.session_count() == 3);
  CHECK(session_of(trace, 0) == "a@h");
  CHECK(session_of(trace, 1) == "b@10.0.0.2");
  CHECK(trace.names().sessions[2] == "unknown");
  CHECK(has_note(trace, "one session for each user and host"));
}

TEST_CASE("Slow log: a sample says so") {
  const std::string sampled =
      "# User@Host: a[a] @ h []  Id: 4\n# Query_time: 0.1  Lock_time: 0\n"
      "# Log_slow_rate_type: session  Log_slow_rate_limit: 20\n" +
      stamp() + "select 1;\n";
  CHECK(has_note(read_recording(sampled), "only one of 20 sessions"));
}

TEST_CASE("Slow log: one that holds slow statements only is no workload") {
  std::string text;
  for (int i = 0; i < 50; ++i) text += maria("1", "select 1", "0.01");
  CHECK(error_of(text).find("long_query_time = 0") != std::string::npos);
  ImportOptions partial;
  partial.partial = true;
  CHECK(has_note(read_recording(text, partial), "at least 10.0ms"));
  CHECK(error_of(text + maria("1", "select 1", "0.009")).empty());
}

TEST_CASE("Slow log: transactions follow MySQL's implicit commits") {
  const Trace trace = read_recording(maria("1", "begin") + maria("1", "update t set a=1") +
                                     maria("1", "create table u (a int)") + maria("1", "select 1") +
                                     maria("1", "set autocommit=0") + maria("1", "delete from t") +
                                     maria("1", "set autocommit=1") + maria("1", "select 2"));
  CHECK(letters_of(trace) == "bwcdrswcsr");
  const auto txn = trace.columns().txn;
  CHECK(std::vector<std::uint32_t>(txn.begin(), txn.end()) ==
        std::vector<std::uint32_t>{1, 1, 1, 0, 0, 0, 2, 2, 0, 0});
  CHECK(has_note(trace, "2 COMMIT that DDL"));
}

TEST_CASE("Slow log: statements of many megabytes keep their kind") {
  std::string rows = "insert into t values (1,'" + std::string(20'000'000, 'x') + "')";
  const Trace one_line = read_recording(maria("1", rows) + maria("1", "select 1"));
  CHECK(letters_of(one_line) == "wr");
  CHECK(has_note(one_line, "longer than 16 MiB"));
  for (std::size_t i = 0; i < rows.size(); i += 1'000) {
    if (i > 100) rows[i] = '\n';
  }
  CHECK(letters_of(read_recording(maria("1", rows) + maria("1", "select 1"))) == "wr");
}

TEST_CASE("Slow log: damaged files give a trace or an error") {
  check_damaged(file_content(SWITCHYARD_SOURCE_DIR "/tests/data/mariadb-odd.slow.log"),
                of_format("mysqlslow"));
}

}  // namespace
}  // namespace switchyard
