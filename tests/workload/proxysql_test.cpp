#include <string>
#include <vector>

#include "catch.h"
#include "workload/recording.h"

namespace switchyard {
namespace {

constexpr std::int64_t kT = 1'795'381'012;  // 2026-11-22 20:56:52 UTC

std::string json(const std::string& fields, const std::string& event = "COM_QUERY") {
  return R"({"client":"10.0.0.9:40840","digest":"0x1","event":")" + event +
         R"(","hostgroup_id":1,"schemaname":"sb","thread_id":7,"username":"u",)" + fields + "}\n";
}

const std::string kTimes =
    R"("starttime_timestamp_us":1795381012000100,"endtime_timestamp_us":1795381012000350)";

TEST_CASE("ProxySQL: JSON tells start, duration, session and server") {
  const Trace trace = read_recording(
      json(kTimes + R"(,"duration_us":250,"rows_affected":0,"rows_sent":3,"server":"db2:3306",)"
                    R"("query":"SELECT c FROM t WHERE id=7")") +
      json(kTimes + R"(,"rows_affected":2,"rows_sent":0,"query":"update t set a=1","errno":1205)"));
  REQUIRE(trace.size() == 2);
  CHECK(letters_of(trace) == "rl");
  CHECK(time_of(trace, 0) == kT * kSecond + 100'000);
  CHECK(trace.columns().dur_ns[0] == 250'000);
  CHECK(trace.columns().dur_ns[1] == 250'000);
  CHECK(trace.columns().rows[0] == 3);
  CHECK(trace.columns().rows[1] == 2);
  CHECK(session_of(trace, 0) == "7");
  CHECK(trace.names().nodes[trace.columns().node[0]] == "db2:3306");
  CHECK(trace.columns().node[1] == kNone);
  CHECK(trace.names().keys[trace.columns().key[0]] == "t/7");
  CHECK((trace.columns().flags[1] & kFlagError) != 0);
}

TEST_CASE("ProxySQL: JSON of prepared statements, with parameters where they are logged") {
  const std::string text = R"(,"query":"UPDATE t SET k=? WHERE id=?")";
  const Trace trace = read_recording(
      json(kTimes + text, "COM_STMT_PREPARE") + json(kTimes + text, "COM_STMT_EXECUTE") +
      json(kTimes + text +
               R"(,"parameters":[{"type":"INT","value":"5"},{"type":"INT","value":"42"}])",
           "COM_STMT_EXECUTE"));
  REQUIRE(trace.size() == 2);
  CHECK((trace.columns().flags[0] & kFlagPrepared) != 0);
  CHECK(trace.columns().key[0] == kNone);
  CHECK(trace.names().keys[trace.columns().key[1]] == "t/42");
  CHECK(has_note(trace, "skipped 1 preparations"));
}

TEST_CASE("ProxySQL: damaged JSON is told of") {
  const std::string good = json(kTimes + R"(,"query":"select 1")");
  const Trace trace = read_recording(good + "{\n" + json(R"("query":"select 2")") +
                                     json(kTimes + R"(,"query":"x")", "AUTH_OK"));
  CHECK(trace.size() == 1);
  CHECK(has_note(trace, "skipped 2 damaged rows (first: line 2 is not a JSON object)"));
  CHECK(has_note(trace, "skipped 1 events that are no statements"));
  check_damaged(good + good + good, of_format("proxysql"));
}

// As MySQL encodes lengths.
std::string integer(std::uint64_t value) {
  const auto bytes = [&](int n) {
    std::string text;
    for (int i = 0; i < n; ++i) text += static_cast<char>(value >> (8 * i));
    return text;
  };
  if (value < 0xFB) return bytes(1);
  if (value < 0x1'0000) return '\xFC' + bytes(2);
  if (value < 0x100'0000) return '\xFD' + bytes(3);
  return '\xFE' + bytes(8);
}
std::string string(const std::string& text) {
  return integer(text.size()) + text;
}

struct Event {
  int type = 0;
  std::string server = {};
  std::string query = {};
  std::uint64_t thread = 7;
  std::uint64_t start_us = 1'795'381'012'000'100;
  std::uint64_t end_us = 1'795'381'012'000'350;
};

std::string binary(const Event& event, bool has_insert_id, bool is_length_wrong = true) {
  std::string body(1, static_cast<char>(event.type));
  body += integer(event.thread) + string("user") + string("schema") + string("10.0.0.9:4000");
  body += integer(event.server.empty() ? UINT64_MAX : 3);
  if (!event.server.empty()) body += string(event.server);
  body += integer(event.start_us) + integer(event.end_us);
  if (event.type != 0) body += integer(11);
  body += integer(2);
  if (has_insert_id) body += integer(70'000);
  body += integer(0) + integer(0x1234'5678'9ABC'DEF0) + string(event.query);
  const std::size_t length = body.size() + (event.type == 0 && is_length_wrong ? 1 : 0);
  std::string record;
  for (int i = 0; i < 8; ++i) record += static_cast<char>(length >> (8 * i));
  return record + body;
}

std::string binary_log(bool has_insert_id, bool is_length_wrong = true) {
  std::string log;
  const std::vector<Event> events = {
      {.server = "db2:3306", .query = "SELECT c FROM t WHERE id=7"},
      {.query = "update t set a=1 where id=8", .thread = 900},
      {.type = 17, .server = "db1", .query = "delete from t where id=?"},
      {.type = 16, .server = "db1", .query = "delete from t where id=?"},
      {.server = "db1", .query = "insert into t values (9, '" + std::string(100'000, 'x') + "')"},
      {.query = "commit\n"}};
  for (const Event& event : events) log += binary(event, has_insert_id, is_length_wrong);
  return log;
}

TEST_CASE("ProxySQL: binary records of both layouts, whatever their length says") {
  for (const bool has_insert_id : {true, false}) {
    for (const bool is_length_wrong : {true, false}) {
      CAPTURE(has_insert_id, is_length_wrong);
      const Trace trace = read_recording(binary_log(has_insert_id, is_length_wrong));
      REQUIRE(trace.size() == 5);
      CHECK(letters_of(trace) == "rwwwc");
      CHECK(time_of(trace, 0) == kT * kSecond + 100'000);
      CHECK(trace.columns().dur_ns[0] == 250'000);
      CHECK(trace.columns().rows[0] == 2);
      CHECK(session_of(trace, 1) == "900");
      CHECK(trace.names().nodes[trace.columns().node[0]] == "db2:3306");
      CHECK(trace.columns().node[1] == kNone);
      CHECK((trace.columns().flags[2] & kFlagPrepared) != 0);
      CHECK(statement_of(trace, 1) == "update t set a=? where id=?");
      CHECK(has_note(trace, "skipped 1 preparations"));
      CHECK(trace.info().source == "proxysqlbin");
    }
  }
}

TEST_CASE("ProxySQL: a binary log that is cut or damaged is read up to there") {
  const std::string log = binary_log(true);
  const std::string first =
      binary({.server = "db2:3306", .query = "SELECT c FROM t WHERE id=7"}, true);
  const Trace cut = read_recording(log.substr(0, first.size() + 20));
  CHECK(cut.size() == 1);
  CHECK(has_note(cut, "skipped 1 damaged rows (first: line 2 is not complete)"));
  const Trace damaged =
      read_recording(first + first + std::string(50, '\xFF') + first, of_format("proxysqlbin"));
  CHECK(damaged.size() == 2);
  CHECK(has_note(damaged, "what follows is left out"));
  CHECK(error_of("no log at all", of_format("proxysqlbin")).find("does not begin") !=
        std::string::npos);
  check_damaged(first + first + first + first, of_format("proxysqlbin"));
}

}  // namespace
}  // namespace switchyard
