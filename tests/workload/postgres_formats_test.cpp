#include <map>
#include <string>
#include <utility>
#include <vector>

#include "catch.h"
#include "core/error.h"
#include "text_source.h"
#include "workload/open_trace.h"
#include "workload/readers/postgres_jsonlog.h"
#include "workload/readers/postgres_textlog.h"
#include "workload/recording.h"

namespace switchyard {
namespace {

std::string data(const std::string& name) {
  return SWITCHYARD_SOURCE_DIR "/tests/data/" + name;
}

// Counted in the files with Python's csv module: rows with "duration: … statement:" or an
// execution; "statement:" or "execute" rows; plans without a context; statements by session and
// statement id. pgbadger counts the first and the sixth alike, pgreplay the third.
TEST_CASE("Each recording has as many statements as its file has by another count") {
  for (const auto& [file, statements] : std::map<std::string, std::string>{
           {"postgres-mix-simple.csv.zst", "5038 statements kept"},
           {"postgres-odd-cases.csv", "85 statements kept"},
           {"postgres-log-duration.csv.zst", "927 statements kept"},
           {"postgres-odd-statements.csv.zst", "85 statements kept"},
           {"postgres-plans-json.csv.zst", "172 statements kept"},
           {"postgres-default-prefix.log.zst", "261 statements kept"},
           {"postgres-plans-text.log.zst", "161 statements kept"},
           {"postgres-audit.csv.zst", "286 statements kept"}}) {
    CAPTURE(file);
    CHECK(has_note(open_trace(data(file), {}), statements));
  }
}

TEST_CASE("The same run recorded as csv, JSON and text gives the same trace") {
  for (const std::string name : {"postgres-odd-cases", "postgres-odd-statements",
                                 "postgres-mix-simple", "postgres-log-duration"}) {
    const std::string end = name == "postgres-odd-cases" ? "" : ".zst";
    const Trace csv = open_trace(data(name + ".csv" + end), {});
    const Trace json = open_trace(data(name + ".json" + end), {});
    const Trace text = open_trace(data(name + ".log" + end), {});
    CAPTURE(name);
    CHECK(csv.info().source == "pgcsv");
    CHECK(json.info().source == "pgjson");
    CHECK(text.info().source == "pgtext");
    CHECK(content_hash(json) == content_hash(csv));
    CHECK(content_hash(text) == content_hash(csv));
  }
}

TEST_CASE("Statements that failed are flagged, and their writes change nothing") {
  const Trace trace = open_trace(data("postgres-odd-statements.csv.zst"), {});
  std::vector<std::string> failed;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    if ((trace.columns().flags[i] & kFlagError) == 0) continue;
    failed.push_back(letter_of(trace.columns().op[i]) + (": " + statement_of(trace, i)));
    CHECK_FALSE(replicates(trace.columns().op[i]));
  }
  // As many ERROR rows follow a statement of their session without a duration between.
  CHECK(failed.size() == 6);
  CHECK(std::find(failed.begin(), failed.end(), "r: SELECT ?/?") != failed.end());
  CHECK(std::find(failed.begin(), failed.end(), "l: COPY notes(aid, body) FROM STDIN") !=
        failed.end());
}

TEST_CASE("What a function did is told by the classes of an audit") {
  const Trace trace = open_trace(data("postgres-audit.csv.zst"), {});
  const std::string letters = letters_of(trace);
  // By statement: 187 READ, 43 WRITE, 3 of FUNCTION, READ and WRITE, 1 DDL, 52 MISC (26 BEGIN, 26
  // COMMIT). Of the reads, those FOR UPDATE lock.
  CHECK(std::count(letters.begin(), letters.end(), 'r') +
            std::count(letters.begin(), letters.end(), 'l') ==
        187);
  CHECK(std::count(letters.begin(), letters.end(), 'w') == 43 + 3);
  CHECK_FALSE(has_note(trace, "unknown effect"));
  // "AUDIT: …,UPDATE pgbench_accounts SET abalance = abalance + $1 WHERE aid = $2;,"-4613,32",1"
  bool found = false;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    const std::uint32_t key = trace.columns().key[i];
    found |= key != kNone && trace.names().keys[key] == "pgbench_accounts/32";
  }
  CHECK(found);
}

TEST_CASE("Plans have the statement's text and duration") {
  const Trace trace = open_trace(data("postgres-plans-text.log.zst"), {});
  // The file's first: duration 0.055 ms, SELECT abalance FROM pgbench_accounts WHERE aid = 26.
  const std::uint32_t key = trace.columns().key[0];
  REQUIRE(key != kNone);
  CHECK(trace.names().keys[key] == "pgbench_accounts/26");
  CHECK(trace.columns().dur_ns[0] == 55'000);
  CHECK(statement_of(trace, 0) == "SELECT abalance FROM pgbench_accounts WHERE aid = ?");
}

Trace text_log(const std::string& text, ImportOptions options = {}) {
  options.strict = true;
  return read_text(read_postgres_textlog, text, options);
}

TEST_CASE("Entries go on behind a tab, and details belong to the entry before them") {
  const Trace trace = text_log(
      "2026-11-22 20:50:40.000 UTC [7] LOG:  duration: 2.000 ms  execute P: SELECT a\n"
      "\tFROM t\n"
      "\n"
      "\t\n"
      "\tWHERE id = $1\n"
      "2026-11-22 20:50:40.000 UTC [7] DETAIL:  parameters: $1 = 'two\n"
      "\tlines'\n"
      "could not open the door\n"
      "2026-11-22 20:50:40.010 UTC [7] LOG:  duration: 1.000 ms  statement: SELECT b\n"
      "2026-11-22 20:50:40.020 UTC [7] ERROR:  no\n"
      "2026-11-22 20:50:40.020 UTC [7] STATEMENT:  SELECT c\n");
  REQUIRE(trace.size() == 2);
  CHECK(statement_of(trace, 0) == "SELECT a FROM t WHERE id = $1");
  CHECK(trace.names().keys[trace.columns().key[0]] == "t/two\nlines");
  CHECK(has_note(trace, "skipped 1 lines of other programs (first: line 8)"));
  CHECK(has_note(trace, "log_line_prefix '%m [%p] '"));
}

TEST_CASE("A process id that is used again is another session") {
  const std::string at = "2026-11-22 20:50:4";
  const Trace trace =
      text_log(at + "0.000 UTC [7] LOG:  connection received: host=[local]\n" + at +
               "0.001 UTC [7] LOG:  connection authorized: user=u database=d\n" + at +
               "0.100 UTC [7] LOG:  duration: 1.000 ms  statement: BEGIN\n" + at +
               "0.200 UTC [7] LOG:  disconnection: session time: 0:00:00.200 user=u\n" + at +
               "1.000 UTC [7] LOG:  connection received: host=[local]\n" + at +
               "1.100 UTC [7] LOG:  duration: 1.000 ms  statement: SELECT 1\n");
  REQUIRE(trace.size() == 2);
  CHECK(trace.session_count() == 2);
  CHECK(trace.names().sessions[1] == "7#2");
  // The transaction ended with its connection.
  CHECK(trace.columns().txn[1] == 0);
}

TEST_CASE("A recording through syslog is put together from its parts") {
  ImportOptions options;
  options.year = 2026;
  options.strict = true;
  const std::string text =
      "Nov 22 20:50:40 db1 postgres[41]: [5-1] LOG:  duration: 2.000 ms  statement: SELECT a\n"
      "Nov 22 20:50:40 db1 postgres[41]: [5-2] #011FROM t WHERE i\n"
      "Nov 22 20:50:40 db1 postgres[41]: [5-3] d = 5\n"
      "Nov 22 20:50:40 db1 cron[9]: (root) CMD\n"
      "Nov 22 20:50:41 db1 postgres[42]: [1-1] LOG:  duration: 1.000 ms  execute x: SELECT $1\n"
      "Nov 22 20:50:41 db1 postgres[42]: [1-2] DETAIL:  parameters: $1 = '1'\n";
  CHECK(looks_like_postgres_syslog(text));
  CHECK_FALSE(looks_like_postgres_textlog(text));
  const Trace trace = read_text(read_postgres_syslog, text, options);
  REQUIRE(trace.size() == 2);
  CHECK(statement_of(trace, 0) == "SELECT a FROM t WHERE id = ?");
  CHECK(trace.names().keys[0] == "t/5");
  CHECK(trace.names().sessions[0] == "41");
  CHECK(trace.names().sessions[1] == "42");
  CHECK(has_note(trace, "times are known to 1.00s"));
  CHECK(has_note(trace, "skipped 1 lines of other programs"));
}

TEST_CASE("Damaged lines of a JSON log are counted and the rest is read") {
  const std::string row =
      R"({"timestamp":"2026-11-22 20:50:40.000 UTC","session_id":"a.1","error_severity":"LOG",)"
      R"("message":"duration: 1.000 ms  statement: SELECT 1","backend_type":"client backend"})";
  const std::string text = row + "\n{\"timestamp\":\n[1]\n\n{\"timestamp\":7}\n" + row;
  CHECK(looks_like_postgres_jsonlog(text));
  const Trace trace = read_text(read_postgres_jsonlog, text);
  CHECK(trace.size() == 2);
  CHECK(has_note(trace, "skipped 3 damaged rows (first: line 2 is not a JSON object)"));
  ImportOptions strict;
  strict.strict = true;
  CHECK_THROWS_AS(read_text(read_postgres_jsonlog, text, strict), InputError);
}

}  // namespace
}  // namespace switchyard
