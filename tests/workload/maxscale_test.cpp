#include <string>

#include "catch.h"
#include "workload/recording.h"

namespace switchyard {
namespace {

constexpr std::int64_t kT = 1'795'381'012;  // 2026-11-22 20:56:52 UTC

TEST_CASE("MaxScale: columns are taken by name, and what lies between them is the query") {
  const Trace trace = read_recording(
      "Service,Session,Date,User@Host,Reply_time,Query,Num_rows,Reply_size,Error_msg,Server\n"
      "RW,17,2026-11-22 20:56:52,u@h,2,SELECT a, b FROM t WHERE id = 7,3,120,,db2\n"
      "RW,18,2026-11-22 20:56:53,u@h,1000,insert into t values (1, 'a,b'),0,11,Lock wait,db1\n");
  REQUIRE(trace.size() == 2);
  CHECK(letters_of(trace) == "rl");
  const std::size_t read = 0;
  CHECK(statement_of(trace, read) == "SELECT a, b FROM t WHERE id = ?");
  CHECK(trace.names().keys[trace.columns().key[read]] == "t/7");
  CHECK(session_of(trace, read) == "17");
  CHECK(trace.columns().dur_ns[read] == 2'000'000);
  CHECK(trace.columns().rows[read] == 3);
  CHECK(trace.columns().bytes[read] == 120);
  CHECK(trace.names().nodes[trace.columns().node[read]] == "db2");
  CHECK((trace.columns().flags[1] & kFlagError) != 0);
  CHECK(trace.columns().dur_ns[1] == kSecond);
}

TEST_CASE("MaxScale: seconds are spread in the order of the replies") {
  const std::string header = "Date,User@Host,Query,Total_reply_time\n";
  const Trace trace = read_recording(header +
                                     "2026-11-22 20:56:52,u@a,select 1,0\n"
                                     "2026-11-22 20:56:52,u@b,select 2,0\n" +
                                     header + "2026-11-22 20:56:53,u@a,commit,0\n");
  REQUIRE(trace.size() == 3);
  CHECK(time_of(trace, 0) == kT * kSecond);
  CHECK(time_of(trace, 1) == kT * kSecond + kSecond / 2);
  CHECK(time_of(trace, 2) == (kT + 1) * kSecond);
  CHECK(trace.session_count() == 2);
  CHECK(session_of(trace, 1) == "u@b");
  CHECK(has_note(trace, "names no sessions"));
  CHECK(has_note(trace, "skipped 1 lines of column names"));
}

TEST_CASE("MaxScale: any separator, and commands that are no statements") {
  const Trace trace = read_recording(
      "Date | Query | Command\r\n"
      "2026-11-22 20:56:52 | select 'a | b' | COM_QUERY\r\n"
      "2026-11-22 20:56:52 | update t set a=? | COM_STMT_PREPARE\r\n"
      "2026-11-22 20:56:52 | update t set a=? | COM_STMT_EXECUTE\r\n"
      "2026-11-22 20:56:52 |  | COM_QUERY\r\n"
      "garbage\r\n");
  REQUIRE(trace.size() == 2);
  CHECK(letters_of(trace) == "rw");
  CHECK(statement_of(trace, 0) == "select ?");
  CHECK((trace.columns().flags[1] & kFlagPrepared) != 0);
  CHECK(has_note(trace, "skipped 1 commands that are no statements"));
  CHECK(has_note(trace, "skipped 1 rows without a statement"));
  CHECK(has_note(trace, "skipped 1 damaged rows (first: line 6"));
  CHECK(has_note(trace, "has no durations"));
  CHECK(trace.columns().dur_ns.empty());
}

TEST_CASE("MaxScale: without its columns it is refused") {
  CHECK(error_of("Session,User@Host\n1,2\n", of_format("maxscale")).find("Date and Query") !=
        std::string::npos);
  CHECK(error_of("Session,Query\n1,select 1\n").find("of no known format") != std::string::npos);
}

TEST_CASE("MaxScale: damaged files give a trace or an error") {
  check_damaged(
      "Session,Date,Reply_time,Query,Server\n17,2026-11-22 20:56:52,2,SELECT a, b FROM t,db2\n"
      "17,2026-11-22 20:56:53,2,commit,db2\n",
      of_format("maxscale"));
}

}  // namespace
}  // namespace switchyard
