#include <algorithm>
#include <string>

#include "catch.h"
#include "workload/readers/django_message.h"
#include "workload/recording.h"

namespace switchyard {
namespace {

constexpr const char* kText = SWITCHYARD_SOURCE_DIR "/tests/data/django.log.zst";
constexpr const char* kJson = SWITCHYARD_SOURCE_DIR "/tests/data/django.jsonl.zst";

// One statement as a formatter with time, process, thread, name and level writes it.
std::string row(const std::string& time, const std::string& message,
                const std::string& thread = "140010724503616") {
  return "2026-11-22 21:01:" + time + " 10489 " + thread + " django.db.backends DEBUG " + message +
         "\n";
}

TEST_CASE("A Django row is a statement that ended at its time and took its duration") {
  const Trace trace =
      read_as("django",
              row("21,687",
                  "(0.004) SELECT * FROM \"shop_item\" WHERE \"shop_item\".\"id\" = 7; args=(7,)") +
                  row("21,700",
                      "(0.001) UPDATE shop_item SET price=%s WHERE id=%s; args=(3, 'x y')", "77"));
  REQUIRE(trace.size() == 2);
  const TraceColumns& c = trace.columns();
  CHECK(letters_of(trace) == "rw");
  // 2026-11-22 21:01:21.683 UTC by date(1).
  CHECK(trace.info().epoch_ns == 1'795'381'281'683'000'000);
  CHECK(c.dur_ns[0] == 4'000'000);
  CHECK(c.t_ns[1] == 16'000'000);
  CHECK(session_of(trace, 0) == "10489.140010724503616");
  CHECK(session_of(trace, 1) == "10489.77");
  CHECK(key_of(trace, 0) == "shop_item/7");
  CHECK(key_of(trace, 1) == "shop_item/x y");
  CHECK(has_note(trace, "taken as UTC"));
}

TEST_CASE("Django's message ends where its arguments begin, whatever its strings hold") {
  const auto sql_of = [](const std::string& text) {
    const auto message = parse_django_message(text);
    return message ? std::string(message->sql) + " | " + std::string(message->args) + " | " +
                         std::string(message->alias)
                   : "nothing";
  };
  CHECK(sql_of("(0.000) SELECT 1; args=()") == "SELECT 1 | () | ");
  CHECK(sql_of("(0.000) BEGIN; args=None; alias=other") == "BEGIN | None | other");
  CHECK(sql_of("(0.000) SELECT '; args=(1'; args=('; args=(1',)") ==
        "SELECT '; args=(1' | ('; args=(1',) | ");
  CHECK(sql_of("(0.000) SELECT 'a\nb; args=1'; args=['a\\nb; args=1', \"it's\"]; alias=default") ==
        "SELECT 'a\nb; args=1' | ['a\\nb; args=1', \"it's\"] | default");
  // What is no Python value is divided at the last place.
  CHECK(sql_of("(0.000) SELECT '; args=1'; args=(<it's>,); alias=x") ==
        "SELECT '; args=1' | (<it's>,) | x");
  CHECK(sql_of("(12345678.999) SELECT 1; args=()") == "SELECT 1 | () | ");
  CHECK(parse_django_message("(12.345) SELECT 1; args=()")->dur_ns == 12'345'000'000);
  CHECK(sql_of("(0.000) SELECT 1") == "nothing");
  CHECK(sql_of("(0.00) SELECT 1; args=()") == "nothing");
  CHECK(sql_of("SELECT 1; args=()") == "nothing");
}

TEST_CASE("Elements of Python's tuples and lists") {
  using Elements = std::vector<std::string>;
  CHECK(python_elements("()") == Elements{});
  CHECK(python_elements("(1,)") == Elements{"1"});
  CHECK(python_elements("['a, b', 'it\\'s', \"it's\", None, 2.5]") ==
        Elements{"a, b", "it's", "it's", "None", "2.5"});
  CHECK(python_elements("(datetime.date(2026, 11, 22), 'x\\ny')") ==
        Elements{"datetime.date(2026, 11, 22)", "x\ny"});
  CHECK_FALSE(python_elements("[('a', 1), ('b', 2)]"));
  CHECK_FALSE(python_elements("None"));
  CHECK_FALSE(python_elements("(1, 2"));
  CHECK_FALSE(python_elements("('a"));
  CHECK_FALSE(python_elements(""));
}

TEST_CASE("Placeholders of Python's database drivers become numbered parameters") {
  CHECK(with_numbered_parameters("a=%s AND b=%(name)s AND c='%s'", 2) ==
        "a=$1 AND b=$2 AND c='%s'");
  CHECK(with_numbered_parameters("a=? AND \"b?\"=?", 2) == "a=$1 AND \"b?\"=$2");
  // PostgreSQL's operator for JSON, with its values filled in.
  CHECK(with_numbered_parameters("data ? 'key'", 0) == "data ? 'key'");
  CHECK(with_numbered_parameters("a %size = 1", 0) == "a %size = 1");
  CHECK(with_numbered_parameters("LIKE '%user%'", 1) == "LIKE '%user%'");
}

TEST_CASE("A Django transaction without a logged end ends before the next, or before a pause") {
  const Trace trace =
      read_as("django", row("01,000", "(0.000) BEGIN; args=None") +
                            row("01,010", "(0.002) INSERT INTO t VALUES (1); args=(1,)") +
                            row("01,500", "(0.000) BEGIN; args=None") +
                            row("01,510", "(0.000) INSERT INTO t VALUES (2); args=(2,)") +
                            row("03,000", "(0.000) SELECT * FROM t; args=()") +
                            row("03,001", "(0.000) BEGIN; args=None") +
                            row("03,002", "(0.001) INSERT INTO t VALUES (3); args=(3,)"));
  CHECK(letters_of(trace) == "bwcbwcrbwc");
  const TraceColumns& c = trace.columns();
  // Each where the transaction's last statement ended.
  CHECK(c.t_ns[2] == 10'000'000);
  CHECK(c.t_ns[5] == 510'000'000);
  CHECK(c.t_ns[9] == 2'002'000'000);
  CHECK(c.dur_ns[2] == 0);
  CHECK(c.txn[1] == 1);
  CHECK(c.txn[2] == 1);
  CHECK(c.txn[4] == 2);
  CHECK(c.txn[6] == 0);
  CHECK(has_note(trace, "3 transactions whose end is not logged"));
}

TEST_CASE("A Django transaction whose end is logged ends there, after whatever pause") {
  const Trace trace = read_as(
      "django", row("01,000", "(0.000) BEGIN; args=None; alias=default") +
                    row("01,010", "(0.000) COMMIT; args=None; alias=default") +
                    row("02,000", "(0.000) BEGIN; args=None; alias=default") +
                    row("09,000", "(0.001) INSERT INTO t VALUES (2); args=(2,); alias=default") +
                    row("09,001", "(0.000) ROLLBACK; args=None; alias=default") +
                    row("09,002", "(0.000) SELECT * FROM t; args=(); alias=replica1"));
  CHECK(letters_of(trace) == "bcbwar");
  CHECK(trace.columns().txn[3] == 2);
  CHECK(trace.columns().txn[5] == 0);
  CHECK(trace.names().nodes[trace.columns().node[5]] == "replica1");
  CHECK_FALSE(has_note(trace, "end is not logged"));
}

TEST_CASE("Django's statements go on over lines, other loggers' lines do not belong to them") {
  const Trace trace = read_as(
      "django",
      "Watching for file changes\n"
      "[2026-11-22 21:01:21,100] T1 (0.001) SELECT *\n  FROM t\n\n  WHERE a = '(0.001) '; args=()\n"
      "[2026-11-22 21:01:21,200] T1 \"GET / HTTP/1.1\" 200\n"
      "Traceback (most recent call last):\n"
      "[2026-11-22 21:01:21,300] T2 (0.001) 3 times: INSERT INTO t VALUES (%s); "
      "args=[(1,), (2,), (3,)]\n");
  CHECK(letters_of(trace) == "rw");
  CHECK(trace.names().statements[trace.columns().stmt[0]] == "SELECT * FROM t WHERE a = ?");
  CHECK(session_of(trace, 0) == "T1");
  CHECK(key_of(trace, 1).empty());
  CHECK(has_note(trace, "skipped 3 lines of other loggers (first: line 1)"));
}

TEST_CASE("A Django log without times is refused with advice") {
  const std::string text = "(0.001) SELECT 1; args=()\n(0.001) SELECT 2; args=()\n";
  CHECK(formats_of(text) == std::vector<std::string_view>{"django"});
  CHECK(error_of("django", text).find("%(asctime)s") != std::string::npos);
}

TEST_CASE("Django's JSON rows have exact times, and fields that may be missing") {
  const std::string text =
      R"({"created": 1700000001.25, "process": 1, "thread": 2, "duration": 0.0000125, )"
      R"-("sql": "SELECT * FROM t WHERE id = %s", "params": "('k',)", "alias": "replica1"})-"
      "\n"
      R"({"asctime": "2023-11-14 22:13:21,5", "process": 1, "thread": "Thread-3", )"
      R"("message": "(0.010) DELETE FROM t WHERE id = 5; args=(5,); alias=default"})"
      "\n"
      R"({"created": 1700000002, "message": "GET /"})"
      "\n"
      R"({"created": 1700000003, "process": 1, "thread": 2, "duration": null, )"
      R"("sql": "SELECT * FROM t WHERE id = ?", "params": [9]})"
      "\n"
      "{\"sql\": \"SELECT 1\"}\n{\n";
  CHECK(formats_of(text) == std::vector<std::string_view>{"django"});
  const Trace trace = read_as("django", text);
  REQUIRE(trace.size() == 3);
  const TraceColumns& c = trace.columns();
  CHECK(letters_of(trace) == "rwr");
  CHECK(trace.info().epoch_ns == 1'700'000'001'249'987'500);
  CHECK(c.dur_ns[0] == 12'500);
  CHECK(c.t_ns[1] - c.t_ns[0] == 240'012'500);
  CHECK(c.dur_ns[1] == 10'000'000);
  CHECK(c.dur_ns[2] == kUnknown);
  CHECK(session_of(trace, 0) == "1.2");
  CHECK(session_of(trace, 1) == "1.Thread-3");
  CHECK(key_of(trace, 0) == "t/k");
  CHECK(key_of(trace, 1) == "t/5");
  CHECK(key_of(trace, 2) == "t/9");
  CHECK(trace.names().nodes[c.node[0]] == "replica1");
  CHECK(has_note(trace, "skipped 1 lines of other loggers"));
  CHECK(has_note(trace, "skipped 2 damaged rows (first: line 5 "));
}

// Both forms of one run. Counted by verb with Python's json: 153 SELECT, 90 UPDATE, 70 INSERT,
// 9 DELETE, 68 BEGIN, 35 SAVEPOINT, 35 RELEASE, no COMMIT.
TEST_CASE("A recorded Django run has its statements, and a commit for each BEGIN") {
  for (const char* path : {kText, kJson}) {
    CAPTURE(path);
    const Trace trace = open_trace(path, {});
    CHECK(trace.info().source == "django");
    CHECK(has_note(trace, "460 rows read, 460 statements kept"));
    CHECK_FALSE(has_note(trace, "damaged"));
    CHECK_FALSE(has_note(trace, "unknown effect"));
    CHECK(trace.session_count() == 1);
    const std::string letters = letters_of(trace);
    CHECK(trace.size() == 460 + 68);
    CHECK(std::ranges::count(letters, 'r') == 153);
    CHECK(std::ranges::count(letters, 'w') == 90 + 70 + 9);
    CHECK(std::ranges::count(letters, 'b') == 68);
    CHECK(std::ranges::count(letters, 'c') == 68);
    // No transaction begins inside another.
    std::string control = letters;
    std::erase_if(control, [](char c) { return c != 'b' && c != 'c'; });
    CHECK(control.find("bb") == std::string::npos);
    CHECK(control.find("cc") == std::string::npos);
  }
}

}  // namespace
}  // namespace switchyard
