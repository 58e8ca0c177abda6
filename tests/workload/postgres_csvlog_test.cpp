#include "workload/readers/postgres_csvlog.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "catch.h"
#include "core/error.h"
#include "temporary_file.h"
#include "text_source.h"
#include "workload/open_trace.h"
#include "workload/recording.h"

namespace switchyard {
namespace {

constexpr const char* kBundled = SWITCHYARD_SOURCE_DIR "/data/recordings/pgbench-mix.csv.zst";

Trace read(const std::string& text, const ImportOptions& options = {},
           std::size_t piece = SIZE_MAX) {
  return read_text(read_postgres_csvlog, text, options, piece);
}

// With --strict.
void check_error(const std::string& text, const std::vector<std::string>& parts) {
  std::string message = "(no error)";
  ImportOptions options;
  options.strict = true;
  try {
    read(text, options);
  } catch (const InputError& error) {
    message = error.what();
  }
  CAPTURE(message);
  for (const std::string& part : parts) {
    CAPTURE(part);
    CHECK(message.find(part) != std::string::npos);
  }
}

// A field as PostgreSQL quotes it.
std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) result += c == '"' ? "\"\"" : std::string(1, c);
  return result + '"';
}

struct Row {
  std::string time = "2026-11-22 20:50:40.000 UTC";
  std::string session = "6b03559f.b95";
  std::string message;
  std::string detail = {};
  std::string severity = "LOG";
  std::string backend = "client backend";
  int fields = 26;
};

std::string csv(const Row& row) {
  std::vector<std::string> fields(26);
  fields[0] = row.time;
  fields[1] = "\"postgres\"";
  fields[2] = "\"bench\"";
  fields[3] = "2965";
  fields[4] = "\"127.0.0.1:47334\"";
  fields[5] = row.session;
  fields[6] = "1";
  fields[7] = "\"SELECT\"";
  fields[8] = "2026-11-22 20:50:39 UTC";
  fields[9] = "2/1572";
  fields[10] = "0";
  fields[11] = row.severity;
  fields[12] = "00000";
  fields[13] = quoted(row.message);
  if (!row.detail.empty()) fields[14] = quoted(row.detail);
  fields[22] = "\"pgbench\"";
  fields[23] = quoted(row.backend);
  fields[25] = "0";
  std::string line;
  for (int i = 0; i < row.fields; ++i) {
    if (i > 0) line += ',';
    line += fields[static_cast<std::size_t>(i)];
  }
  return line + '\n';
}

Row statement(const std::string& sql, const std::string& ms = "1.000") {
  return {.message = "duration: " + ms + " ms  statement: " + sql};
}

// The counts below were taken from the file with Python's csv module, row by row; pgbadger counts
// as many statements.
TEST_CASE("The bundled recording has the statements and sessions that other tools count") {
  const Trace trace = open_trace(kBundled, {});
  CHECK(trace.size() == 20'208);
  CHECK(trace.session_count() == 24);
  CHECK(trace.info().source == "pgcsv");
  CHECK(has_note(trace, "40692 rows read, 20208 statements kept"));

  std::array<int, kOpCount> counts{};
  for (const Op op : trace.columns().op) ++counts[static_cast<std::size_t>(op)];
  // Reads: 9029 and 661 by key, 1256 counts. Locking: SELECT … FOR UPDATE. Writes: 1394 and 1256
  // updates, 1256 inserts, 258 calls of touch_account and one of pg_reload_conf. Other: ALTER
  // SYSTEM.
  CHECK(counts == std::array<int, kOpCount>{10'946, 1'256, 4'165, 0, 1'917, 1'917, 0, 0, 7});
}

TEST_CASE("The bundled recording has the times and durations that its rows add up to") {
  const Trace trace = open_trace(kBundled, {});
  // The earliest of log_time - duration, and the distance to the latest.
  CHECK(trace.info().epoch_ns == 1'795'380'640'001'963'000);
  CHECK(trace.columns().t_ns.front() == 0);
  CHECK(trace.span_ns() == 41'256'591'000);
  std::int64_t total = 0;
  for (const std::int64_t dur : trace.columns().dur_ns) total += dur;
  CHECK(total == 1'102'004'000);
}

TEST_CASE("The bundled recording has 1917 transactions, 661 of them read only") {
  const Trace trace = open_trace(kBundled, {});
  const TraceColumns& c = trace.columns();
  std::set<std::pair<std::uint32_t, std::uint32_t>> all;
  std::set<std::pair<std::uint32_t, std::uint32_t>> read_only;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    if (c.txn[i] == 0) {
      CHECK(c.op[i] != Op::kCommit);
      continue;
    }
    all.insert({c.session[i], c.txn[i]});
    if ((c.flags[i] & kFlagReadOnlyTransaction) != 0) read_only.insert({c.session[i], c.txn[i]});
  }
  CHECK(all.size() == 1'917);
  CHECK(read_only.size() == 661);
}

TEST_CASE("Naming a function as reading moves its calls to the reads") {
  ImportOptions options;
  options.functions.reading = {"touch_account"};
  const Trace trace = open_trace(kBundled, options);
  CHECK(std::ranges::count(trace.columns().op, Op::kRead) == 10'946 + 258);
  CHECK(std::ranges::count(trace.columns().op, Op::kWrite) == 4'165 - 258);
}

TEST_CASE("A short recording of simple statements has those of its rows") {
  const Trace trace = open_trace(SWITCHYARD_SOURCE_DIR "/tests/data/postgres-tpcb.csv", {});
  // Python's csv module counts these in the file: 26 BEGIN, 25 END, 77 updates, 25 inserts and 28
  // queries, of which one calls functions of the catalogue that are not known to read.
  CHECK(trace.size() == 181);
  CHECK(trace.session_count() == 9);
  const std::string letters = letters_of(trace);
  CHECK(std::ranges::count(letters, 'b') == 26);
  CHECK(std::ranges::count(letters, 'c') == 25);
  CHECK(std::ranges::count(letters, 'r') + std::ranges::count(letters, 'w') == 77 + 25 + 28);
  // The fifth to eighth statement of session 6b035523.4ad, keys from literals.
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    if (trace.names().sessions[trace.columns().session[i]] != "6b035523.4ad") continue;
    if (keys.size() < 7) keys.push_back(key_of(trace, i));
  }
  CHECK(keys == std::vector<std::string>{"", "pgbench_accounts/171084", "pgbench_accounts/171084",
                                         "pgbench_tellers/18", "pgbench_branches/1",
                                         "pgbench_history/18", ""});
}

TEST_CASE("A recording of odd statements is read whole, errors and connections left out") {
  const Trace trace = open_trace(SWITCHYARD_SOURCE_DIR "/tests/data/postgres-odd-cases.csv", {});
  CHECK(trace.size() == 85);
  CHECK(trace.session_count() == 8);
  CHECK(has_note(trace, "122 rows read, 85 statements kept"));
  // Five ERROR rows and one WARNING.
  CHECK(has_note(trace, "skipped 6 errors, warnings and notices"));
  const TraceColumns& c = trace.columns();
  std::map<std::string, char> kinds;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    kinds[std::string(trace.names().statements[c.stmt[i]])] = letter_of(c.op[i]);
  }
  CHECK(kinds.at("select ? as looks_like_write") == 'r');
  CHECK(kinds.at("SELECT \"select\" FROM (SELECT ? AS \"select\") q") == 'r');
  CHECK(kinds.at("SELECT ? AS multi, ? AS dq") == 'r');
  CHECK(kinds.at("INSERT INTO notes(aid, body) VALUES (?, ?)") == 'w');
  CHECK(kinds.at("SELECT * INTO TEMP TABLE tcopy FROM pgbench_branches") == 'd');
  CHECK(kinds.at("ROLLBACK TO SAVEPOINT sp1") == 'x');
}

TEST_CASE("A statement starts at its row's time less its duration, to the millisecond") {
  Row first = statement("SELECT 1", "12.345");
  Row second = statement("SELECT 2", "0.001");
  second.time = "2026-11-22 20:50:41.500 UTC";
  const Trace trace = read(csv(first) + csv(second));
  // date -u -d '2026-11-22 20:50:40' +%s gives 1795380640.
  CHECK(trace.info().epoch_ns == 1'795'380'640'000'000'000 - 12'345'000);
  CHECK(trace.columns().t_ns[0] == 0);
  CHECK(trace.columns().t_ns[1] == 1'500'000'000 - 1'000 + 12'345'000);
  CHECK(trace.columns().dur_ns[0] == 12'345'000);
  CHECK(trace.columns().dur_ns[1] == 1'000);
}

TEST_CASE("Rows that are in the order of their ends come out in the order of their starts") {
  Row slow = statement("SELECT slow", "500.000");
  slow.time = "2026-11-22 20:50:40.600 UTC";
  slow.session = "a.1";
  Row quick = statement("SELECT quick", "1.000");
  quick.time = "2026-11-22 20:50:40.300 UTC";
  quick.session = "a.2";
  const Trace trace = read(csv(quick) + csv(slow));
  CHECK(trace.names().statements[trace.columns().stmt[0]] == "SELECT slow");
  CHECK(trace.names().sessions[0] == "a.1");
  CHECK(trace.span_ns() == 199'000'000);
}

TEST_CASE("Statements of one session within one millisecond keep their order") {
  // By log_time - duration alone, the COMMIT would start before what it commits.
  const Trace trace =
      read(csv(statement("BEGIN", "0.050")) + csv(statement("UPDATE t SET a = 1", "0.100")) +
           csv(statement("COMMIT", "0.400")));
  CHECK(letters_of(trace) == "bwc");
  const auto t = trace.columns().t_ns;
  CHECK(t[1] - t[0] == 50'000);
  CHECK(t[2] - t[1] == 100'000);
}

TEST_CASE("In the bundled recording no statement starts before its session's previous one ended") {
  const Trace trace = open_trace(kBundled, {});
  const TraceColumns& c = trace.columns();
  std::size_t overlapping = 0;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    const RequestIndex next = c.next_in_session[i];
    if (next != kNone && c.t_ns[next] < c.t_ns[i] + c.dur_ns[i]) ++overlapping;
  }
  CHECK(overlapping == 0);
}

TEST_CASE("Leap days and years are counted in the time of a row") {
  Row row = statement("SELECT 1", "0.000");
  row.time = "2024-02-29 23:59:59.999 UTC";
  // date -u -d '2024-02-29 23:59:59' +%s gives 1709251199.
  CHECK(read(csv(row)).info().epoch_ns == 1'709'251'199'999'000'000);
  row.time = "2023-02-29 23:59:59.999 UTC";
  check_error(csv(row), {"x.csv:1: ", "expected a time"});
}

TEST_CASE("A prepared statement counts once, with its parameters as keys") {
  const std::string sql = "SELECT a FROM t WHERE id = $1";
  const std::string detail = "parameters: $1 = '27'";
  const Trace trace =
      read(csv({.message = "duration: 0.400 ms  parse P_1: " + sql}) +
           csv({.message = "duration: 0.600 ms  bind P_1: " + sql, .detail = detail}) +
           csv({.message = "duration: 0.100 ms  execute P_1: " + sql, .detail = detail}) +
           csv({.message = "duration: 0.200 ms  execute <unnamed>: " + sql,
                .detail = "parameters: $1 = '28'"}) +
           csv({.message = "duration: 0.300 ms  execute py:0x7f/C_1: " + sql,
                .detail = "parameters: $1 = '29'"}));
  REQUIRE(trace.size() == 3);
  CHECK(has_note(trace, "skipped 2 parse and bind rows"));
  std::multiset<std::string> keys;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    CHECK(trace.names().statements[trace.columns().stmt[i]] == sql);
    CHECK((trace.columns().flags[i] & kFlagPrepared) != 0);
    keys.insert(key_of(trace, i));
  }
  CHECK(keys == std::multiset<std::string>{"t/27", "t/28", "t/29"});
}

TEST_CASE("A statement that was not prepared is not flagged so") {
  const Trace trace = read(csv(statement("SELECT 1")));
  CHECK(trace.columns().flags.empty());
}

TEST_CASE("Parameters are found by number, with doubled quotes, NULL and misleading text") {
  const auto key = [](const std::string& parameter, const std::string& detail) {
    return key_of(
        read(csv({.message = "duration: 0.1 ms  execute P: SELECT a FROM t WHERE id = " + parameter,
                  .detail = detail})),
        0);
  };
  CHECK(key("$1", "parameters: $1 = 'it''s'") == "t/it's");
  CHECK(key("$1", "parameters: $1 = ''''") == "t/'");
  CHECK(key("$2", "parameters: $1 = 'a', $2 = 'b'") == "t/b");
  CHECK(key("$2", "parameters: $1 = NULL, $2 = 'b'") == "t/b");
  CHECK(key("$1", "parameters: $1 = NULL, $2 = 'b'") == "");
  CHECK(key("$3", "parameters: $1 = 'a', $2 = 'b'") == "");
  CHECK(key("$1", "parameters: $1 = ''") == "");
  CHECK(key("$1", "") == "");
  CHECK(key("$1", "parameters: $10 = 'x', $11 = 'y', $1 = 'z'") == "t/z");
  CHECK(key("$12", "parameters: $1 = 'a', $12 = 'twelve'") == "t/twelve");
  // The text of the first parameter looks like the second.
  CHECK(key("$2", "parameters: $1 = 'say $2 = ''no''', $2 = 'yes'") == "t/yes");
  CHECK(key("$1", "Parameters: $1 = 'sixteen'") == "t/sixteen");
}

TEST_CASE("Transactions run from BEGIN to COMMIT or ROLLBACK, session by session") {
  const auto at = [](const std::string& session, int ms, const std::string& sql) {
    Row row = statement(sql, "0.100");
    row.session = session;
    row.time = fmt::format("2026-11-22 20:50:40.{} UTC", 100 + ms);
    return csv(row);
  };
  const Trace trace = read(at("a", 0, "BEGIN READ ONLY") +          //
                           at("b", 1, "SELECT 1") +                 // autocommit
                           at("a", 2, "SELECT 2") +                 //
                           at("b", 3, "BEGIN") +                    //
                           at("a", 4, "COMMIT") +                   //
                           at("a", 5, "SELECT 3") +                 // autocommit again
                           at("b", 6, "SAVEPOINT s") +              //
                           at("b", 7, "ROLLBACK TO SAVEPOINT s") +  // the transaction goes on
                           at("b", 8, "UPDATE t SET a = 1") +       //
                           at("b", 9, "ROLLBACK") +                 //
                           at("a", 10, "BEGIN") +                   //
                           at("a", 11, "SELECT 4"));                // cut off by the end of the log
  const auto txn = trace.columns().txn;
  CHECK(std::vector<std::uint32_t>(txn.begin(), txn.end()) ==
        std::vector<std::uint32_t>{1, 0, 1, 1, 1, 0, 1, 1, 1, 1, 2, 2});
  CHECK(letters_of(trace) == "brrbcrxxwabr");
  const auto flags = trace.columns().flags;
  CHECK(std::vector<int>(flags.begin(), flags.end()) ==
        std::vector<int>{1, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0});
}

TEST_CASE("A line break inside quotes belongs to its field") {
  const std::string sql = "SELECT 'one,\ntwo \"quoted\"\n\nthree'\nFROM t WHERE id = 3";
  const Trace trace = read(csv(statement(sql)) + csv(statement("SELECT 2")));
  REQUIRE(trace.size() == 2);
  CHECK(trace.names().statements[0] == "SELECT ? FROM t WHERE id = ?");
  CHECK(key_of(trace, 0) == "t/3");
}

TEST_CASE("The result does not depend on how the bytes are cut") {
  const std::string text = file_content(SWITCHYARD_SOURCE_DIR "/tests/data/postgres-odd-cases.csv");
  const std::string hash = content_hash(read(text));
  for (const std::size_t piece : {std::size_t{1}, std::size_t{13}, std::size_t{4096}}) {
    CHECK(content_hash(read(text, {}, piece)) == hash);
  }
}

TEST_CASE("Rows of 22, 23, 24 and 26 fields are read, as versions 8.4 to 17 write them") {
  for (const int fields : {22, 23, 24, 26}) {
    Row row = statement("SELECT 1");
    row.fields = fields;
    CAPTURE(fields);
    CHECK(read(csv(row)).size() == 1);
  }
}

TEST_CASE("A row with another number of fields is an error at its line") {
  for (const int fields : {5, 21, 25}) {
    Row row = statement("SELECT 3");
    row.fields = fields;
    // The first row takes lines 1 to 3, a blank line follows.
    check_error(csv(statement("SELECT '\n\n'")) + "\n" + csv(statement("SELECT 2")) + csv(row),
                {"x.csv:6: ", "has " + std::to_string(fields) + " fields", "22, 23, 24 or 26"});
  }
}

TEST_CASE("Lines that end with CR LF are counted once") {
  Row row = statement("SELECT 3");
  row.fields = 7;
  std::string text = csv(statement("SELECT 1")) + csv(statement("SELECT 2")) + csv(row);
  std::string windows;
  for (const char c : text) windows += c == '\n' ? "\r\n" : std::string(1, c);
  check_error(windows, {"x.csv:3: ", "has 7 fields"});
  text = csv(statement("SELECT 1")) + csv(statement("SELECT 2"));
  windows.clear();
  for (const char c : text) windows += c == '\n' ? "\r\n" : std::string(1, c);
  CHECK(content_hash(read(windows)) == content_hash(read(text)));
}

TEST_CASE("A time zone whose name is ambiguous is an error unless its offset is given") {
  for (const char* zone : {"CET", "MSK", "EST5EDT"}) {
    Row row = statement("SELECT 1");
    row.time = std::string("2026-11-22 20:50:40.000 ") + zone;
    check_error(csv(statement("SELECT 1")) + csv(row), {"x.csv:2: ", "--utc-offset"});
    ImportOptions options;
    options.utc_offset_ns = kHour;
    // A millisecond of service before the stamp.
    CHECK(read(csv(row), options).info().epoch_ns ==
          1'795'380'640'000'000'000 - kHour - kMillisecond);
  }
  for (const char* zone : {"GMT", "+00", "UTC"}) {
    Row row = statement("SELECT 1");
    row.time = std::string("2026-11-22 20:50:40.000 ") + zone;
    CHECK(read(csv(row)).info().epoch_ns == 1'795'380'640'000'000'000 - kMillisecond);
  }
}

TEST_CASE("A time of another shape is an error that shows the right one") {
  for (const char* time : {"yesterday", "2026-13-22 20:50:40.000 UTC", "1795380640", ""}) {
    Row row = statement("SELECT 1");
    row.time = time;
    check_error(csv(row), {"x.csv:1: ", "2026-11-22 20:50:39.922 UTC"});
  }
}

TEST_CASE("A file that ends inside quotes is an error at the row's first line") {
  const std::string whole = csv(statement("SELECT 1")) + csv(statement("SELECT 'a\nb\nc'"));
  check_error(whole.substr(0, whole.find("c'")), {"x.csv:2: ", "not closed"});
}

TEST_CASE("A quote in the middle of a field is an error at its line") {
  check_error(csv(statement("SELECT 1")) + "2026-11-22 20:50:40.000 UTC,po\"stgres\",b\n",
              {"x.csv:2: ", "has 3 fields"});
}

TEST_CASE("A log without statements is refused with the setting that makes one") {
  check_error(csv({.message = "connection received: host=127.0.0.1"}),
              {"x.csv: ", "holds no statement", "log_min_duration_statement = 0"});
  check_error("", {"x.csv: ", "log_min_duration_statement = 0"});
}

TEST_CASE("Without durations statements start at their row's time") {
  Row second = {.message = "execute P_1: SELECT 2"};
  second.time = "2026-11-22 20:50:40.250 UTC";
  const Trace trace = read(csv({.message = "statement: SELECT 1"}) + csv(second));
  REQUIRE(trace.size() == 2);
  CHECK(trace.columns().dur_ns.empty());
  CHECK(trace.columns().t_ns[1] == 250'000'000);
}

TEST_CASE("With log_duration the session's next row has the statement's duration") {
  const auto row = [](const std::string& session, const std::string& message) {
    Row r = {.message = message};
    r.session = session;
    return csv(r);
  };
  // With the extended protocol parse and bind have durations of their own, before the text.
  const Trace trace = read(row("a", "statement: BEGIN") + row("b", "duration: 0.700 ms") +
                           row("b", "duration: 0.800 ms") + row("b", "execute P: SELECT a FROM t") +
                           row("a", "duration: 0.250 ms") + row("b", "duration: 1.500 ms") +
                           row("a", "statement: SELECT b FROM t"));
  REQUIRE(trace.size() == 3);
  std::map<std::string, std::int64_t> durations;
  for (std::size_t i = 0; i < 3; ++i) {
    durations[std::string(trace.names().statements[trace.columns().stmt[i]])] =
        trace.columns().dur_ns[i];
  }
  CHECK(durations == std::map<std::string, std::int64_t>{{"BEGIN", 250'000},
                                                         {"SELECT a FROM t", 1'500'000},
                                                         {"SELECT b FROM t", kUnknown}});
  CHECK(has_note(trace, "skipped 2 durations of parse, bind and other steps"));
}

TEST_CASE("Rows that are no statements are skipped and counted by reason") {
  const Trace trace =
      read(csv({.message = "connection received: host=127.0.0.1", .backend = "not initialized"}) +
           csv({.message = "connection authorized: user=postgres"}) +
           csv({.message = "disconnection: session time: 0:00:00.032"}) +
           csv({.message = "statement: SELECT 1"}) + csv({.message = "duration: 3.000 ms"}) +
           csv({.message = "division by zero", .severity = "ERROR"}) +
           csv({.message = "checkpoint starting: time", .backend = "checkpointer"}) +
           csv({.message = "temporary file: path x, size 1"}) +
           csv({.message = "duration: 1.000 ms  plan:\nQuery Text: SELECT 1"}) +
           csv({.message = "AUDIT: SESSION,1,1,READ,SELECT"}) + csv(statement("SELECT 1")));
  CHECK(trace.size() == 1);
  CHECK(has_note(trace, "11 rows read, 1 statements kept"));
  CHECK(has_note(trace, "skipped 3 connection rows (first: line 1)"));
  CHECK(has_note(trace, "skipped 1 statement rows without a duration"));
  CHECK(has_note(trace, "skipped 1 durations of"));
  CHECK(has_note(trace, "skipped 1 errors"));
  CHECK(has_note(trace, "skipped 1 rows of background processes"));
  CHECK(has_note(trace, "skipped 1 other messages"));
  // Where a log has several forms of a statement, the one that tells most counts.
  CHECK(has_note(trace, "skipped 1 plans of statements that the log has anyway"));
  CHECK(has_note(trace, "skipped 1 audit rows of statements that the log has anyway"));
}

TEST_CASE("A log of slow statements only is refused unless the user insists") {
  std::string text;
  for (int i = 0; i < 60; ++i) text += csv(statement("SELECT 1", std::to_string(250 + i) + ".1"));
  check_error(text, {"x.csv: ", "none of its 60 statements took less than 250ms", "--partial"});
  ImportOptions options;
  options.partial = true;
  const Trace trace = read(text, options);
  CHECK(trace.size() == 60);
  CHECK(has_note(trace, "only statements of at least 250ms were recorded"));
  CHECK(read(text + csv(statement("SELECT 1", "0.3"))).size() == 61);
}

TEST_CASE("A damaged row is passed over, counted and shown, and the next is read") {
  const std::string good = csv(statement("SELECT 1"));
  const std::string open_quote = good.substr(0, good.size() - 40) + "\"\n";
  for (const std::string& bad :
       {std::string("pg_ctl: another server is running\n"), good.substr(50),
        good.substr(0, 90) + '\n', std::string("\xff\xfe\x00garbage\n", 11),
        std::string("\"\"\"\n"), open_quote}) {
    CAPTURE(bad);
    const Trace trace = read(good + bad + good + good);
    CHECK(trace.size() == 3);
    CHECK(has_note(trace, "skipped 1 damaged rows (first: line 2 "));
  }
}

TEST_CASE("A file that begins or ends in the middle of a row loses no other row") {
  const std::string two = csv(statement("SELECT 'a\nb'")) + csv(statement("SELECT 2"));
  const std::string text = two + two;
  const std::size_t first = two.find('\n');
  for (const std::size_t cut : {std::size_t{3}, std::size_t{60}, first + 1, first + 4}) {
    CAPTURE(cut);
    CHECK(read(text.substr(cut)).size() == 3);
    CHECK(read(text.substr(0, text.size() - cut)).size() == 3);
  }
}

TEST_CASE("Statements of unknown effect are counted in a note that is plain text") {
  // The note shows 60 bytes, which here end inside a letter of two bytes.
  const std::string sql = "SELECT " + std::string(40, 'x') + "_function_ż(1)";
  const Trace trace = read(csv(statement(sql)) + csv(statement("SELECT g(1)")));
  CHECK(letters_of(trace) == "ww");
  CHECK(has_note(trace, "2 statements of unknown effect"));
  CHECK(has_note(trace, "SELECT xxx"));
  CHECK(has_note(trace, "--write-function"));
  for (const std::string& note : trace.info().notes) {
    CHECK(std::ranges::all_of(note, [](char c) { return c >= ' ' && c <= '~'; }));
  }
}

TEST_CASE("The format is recognised by its first line") {
  CHECK(looks_like_postgres_csvlog(csv(statement("SELECT 1"))));
  CHECK_FALSE(looks_like_postgres_csvlog("# switchyard-trace v1\nt,session,op\n"));
  CHECK_FALSE(looks_like_postgres_csvlog("a,b,c,d,e,f,g,h,i,j,k,l,m\n"));
  CHECK_FALSE(looks_like_postgres_csvlog("2026-11-22 20:50:40.000 UTC [1] LOG:  starting\n"));
  CHECK_FALSE(looks_like_postgres_csvlog(""));
}

TEST_CASE("A file of no known format is refused with the formats there are") {
  const TemporaryDirectory directory;
  const auto message = [&](const std::string& content, const ImportOptions& options) {
    try {
      open_trace(directory.write("x.log", content), options);
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string("(no error)");
  };
  CHECK(message("hello\n", {}).find("pgcsv (PostgreSQL csvlog)") != std::string::npos);
  CHECK(message("", {}).find("is empty") != std::string::npos);
  ImportOptions options;
  options.format = "csv";
  CHECK(message("hello\n", options).find("unknown format 'csv'") != std::string::npos);
}

}  // namespace
}  // namespace switchyard
