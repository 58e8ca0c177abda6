#include "workload/readers/import.h"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "catch.h"
#include "core/error.h"
#include "workload/recording.h"

namespace switchyard {
namespace {

constexpr std::int64_t kStart = 1'795'380'640 * kSecond;

// Statements as a log would bring them, one line each.
class Log {
 public:
  explicit Log(ImportOptions options = {})
      : options_(std::move(options)), import_("x.log", "test", options_) {}

  Log& run(const std::string& session, Nanoseconds at_ns, const std::string& sql,
           Nanoseconds dur_ns = kUnknown, bool is_error = false) {
    import_.count_row();
    RecordedStatement recorded;
    recorded.session = session;
    recorded.line = ++line_;
    recorded.stamp_ns = kStart + at_ns;
    recorded.dur_ns = dur_ns;
    recorded.is_error = is_error;
    import_.add(recorded, classifier_.classify(sql));
    return *this;
  }
  Import& import() { return import_; }
  Trace finish() { return import_.finish("statement"); }

 private:
  ImportOptions options_;
  Import import_;
  SqlClassifier classifier_{SqlDialect::kPostgres, {}};
  std::uint64_t line_ = 0;
};

std::vector<std::uint32_t> transactions_of(const Trace& trace) {
  const auto txn = trace.columns().txn;
  return {txn.begin(), txn.end()};
}

std::vector<std::string> keys_of(const Trace& trace) {
  std::vector<std::string> keys;
  for (const std::uint32_t key : trace.columns().key) {
    keys.emplace_back(key == kNone ? "-" : trace.names().keys[key]);
  }
  return keys;
}

TEST_CASE("Transaction control inside a text of several statements is made requests of its own") {
  Log log;
  log.run("a", 0, "BEGIN; UPDATE t SET x = 1 WHERE id = 1", kMillisecond)
      .run("a", 5 * kMillisecond, "SELECT 1")
      .run("a", 6 * kMillisecond, "DELETE FROM t WHERE id = 1; COMMIT")
      .run("a", 7 * kMillisecond, "SELECT 2");
  const Trace trace = log.finish();
  CHECK(letters_of(trace) == "bwrwcr");
  CHECK(transactions_of(trace) == std::vector<std::uint32_t>{1, 1, 1, 1, 1, 0});
  CHECK(trace.columns().dur_ns[0] == 0);
  CHECK(trace.columns().dur_ns[1] == kMillisecond);
  CHECK(has_note(trace, "4 rows read, 4 statements kept"));
  CHECK(has_note(trace, "invented: 2 BEGIN, COMMIT and ROLLBACK"));
}

TEST_CASE("Control that opens a text begins with it, control that closes it comes at its end") {
  const ImportOptions options;
  Import import("x.log", "test", options);
  SqlClassifier classifier(SqlDialect::kPostgres, {});
  for (const bool is_stamped_at_end : {false, true}) {
    RecordedStatement recorded;
    recorded.session = is_stamped_at_end ? "end" : "start";
    recorded.stamp_ns = kStart + (is_stamped_at_end ? 5 * kMillisecond : 0);
    recorded.is_stamped_at_end = is_stamped_at_end;
    recorded.dur_ns = 5 * kMillisecond;
    import.add(recorded, classifier.classify("BEGIN; UPDATE t SET x = 1; COMMIT"));
  }
  const Trace trace = import.finish("statement");
  const auto t = trace.columns().t_ns;
  CHECK(letters_of(trace) == "bwbwcc");
  CHECK(std::vector<std::int64_t>(t.begin(), t.end()) ==
        std::vector<std::int64_t>{0, 0, 0, 0, 5 * kMillisecond, 5 * kMillisecond});
}

TEST_CASE("The COMMIT of a transaction that failed is a ROLLBACK") {
  Log log;
  log.run("a", 0, "BEGIN").run("a", 1, "UPDATE t SET x = 1");
  log.import().transaction_fails("a");
  log.run("a", 2, "COMMIT");
  // Back at a savepoint it goes on.
  log.run("a", 3, "BEGIN").run("a", 4, "SAVEPOINT s");
  log.import().transaction_fails("a");
  log.run("a", 5, "ROLLBACK TO SAVEPOINT s").run("a", 6, "COMMIT");
  // Outside a transaction an error fails none.
  log.import().transaction_fails("a");
  log.run("a", 7, "BEGIN").run("a", 8, "COMMIT");
  CHECK(letters_of(log.finish()) == "bwabxxcbc");
}

TEST_CASE("A COMMIT that ends nothing ends a transaction that began before the recording") {
  Log log;
  log.import().session_begins("new");
  log.run("old", 0, "UPDATE t SET x = 1")
      .run("new", 1, "UPDATE t SET x = 2")
      .run("old", 2, "SELECT 1")
      .run("old", 3, "COMMIT")
      .run("new", 4, "COMMIT")
      .run("old", 5, "SELECT 2")
      .run("old", 6, "COMMIT")
      .run("other", 7, "SELECT 3")
      .run("other", 8, "ROLLBACK");
  const Trace trace = log.finish();
  // Pools send a ROLLBACK to be sure: alone it proves nothing. Nor does a second COMMIT.
  CHECK(transactions_of(trace) == std::vector<std::uint32_t>{1, 0, 1, 1, 0, 0, 0, 0, 0});
  CHECK(has_note(trace, "1 transactions began before the recording"));
}

TEST_CASE("An executed statement does what was prepared in its session") {
  Log log;
  log.run("a", 0, "PREPARE p (int) AS UPDATE t SET x = 1 WHERE id = $1")
      .run("b", 1, "PREPARE p (int) AS SELECT x FROM t WHERE id = $1")
      .run("a", 2, "EXECUTE p(7)")
      .run("b", 3, "EXECUTE p(8)")
      .run("c", 4, "EXECUTE p(9)");
  const Trace trace = log.finish();
  CHECK(letters_of(trace) == "sswrw");
  CHECK(keys_of(trace) == std::vector<std::string>{"-", "-", "t/7", "t/8", "-"});
  // What c prepared is not known.
  CHECK((trace.columns().flags[4] & kFlagUnknownClass) != 0);
  CHECK((trace.columns().flags[2] & kFlagUnknownClass) == 0);
}

TEST_CASE("Statements of one second are spread over it in the order of the file") {
  Log log;
  log.import().set_resolution(kSecond);
  log.run("a", 0, "SELECT 1", kMillisecond)
      .run("b", 0, "SELECT 2", kMillisecond)
      .run("a", 0, "SELECT 3", 600 * kMillisecond)
      .run("a", 0, "SELECT 4", kMillisecond)
      .run("b", kSecond, "SELECT 5", kMillisecond);
  const Trace trace = log.finish();
  const auto t = trace.columns().t_ns;
  // Quarters of the second; the fourth waits for its session: 500 + 600 ms, cut to the second's
  // end.
  CHECK(std::vector<std::int64_t>(t.begin(), t.end()) ==
        std::vector<std::int64_t>{0, 250 * kMillisecond, 500 * kMillisecond, kSecond, kSecond});
  CHECK(has_note(trace, "invented: times are known to 1.00s"));
}

TEST_CASE("Where a clock is set back time goes on, and another file's hours are sorted in") {
  const auto at = [](std::int64_t seconds) {
    return TimeStamp{kStart + seconds * kSecond, kMillisecond, TimeStamp::Zone::kUtc, 0};
  };
  const ImportOptions options;
  Import import("x.log", "test", options);
  CHECK(import.written_ns(at(0), 1) == kStart);
  CHECK(import.written_ns(at(100), 2) == kStart + 100 * kSecond);
  // Concurrent writers are a little out of order.
  CHECK(import.written_ns(at(99), 3) == kStart + 99 * kSecond);
  // Half an hour back: from then on half an hour is added.
  CHECK(import.written_ns(at(100 - 1800), 4) == kStart + 100 * kSecond);
  CHECK(import.written_ns(at(110 - 1800), 5) == kStart + 110 * kSecond);
  // Two hours before are those of a file that was read too late.
  CHECK(import.written_ns(at(-1800 - 7200), 6) == kStart - 7200 * kSecond);
  CHECK(import.written_ns(at(120 - 1800), 7) == kStart + 120 * kSecond);
}

TEST_CASE("Stamps that name no zone are in the zone that the user gives") {
  ImportOptions options;
  const TimeStamp none = {kStart, kSecond, TimeStamp::Zone::kNone, 0};
  const TimeStamp unclear = {kStart, kSecond, TimeStamp::Zone::kUnclear, 0};
  const TimeStamp utc = {kStart, kSecond, TimeStamp::Zone::kUtc, 0};
  CHECK(Import("x", "test", options).unix_ns(none, 1) == kStart);
  CHECK_THROWS_AS(Import("x", "test", options).unix_ns(unclear, 1), InputError);
  options.utc_offset_ns = 2 * kHour;
  CHECK(Import("x", "test", options).unix_ns(none, 1) == kStart - 2 * kHour);
  CHECK(Import("x", "test", options).unix_ns(unclear, 1) == kStart - 2 * kHour);
  CHECK(Import("x", "test", options).unix_ns(utc, 1) == kStart);
}

TEST_CASE("Hashed keys are equal where the keys are, and differ from secret to secret") {
  const auto keys = [](const std::string& secret) {
    ImportOptions options;
    options.hash_keys = secret;
    Log log(options);
    log.run("a", 0, "SELECT x FROM t WHERE id = 7")
        .run("a", 1, "SELECT x FROM t WHERE id = 8")
        .run("a", 2, "UPDATE t SET x = 1 WHERE id = 7");
    const Trace trace = log.finish();
    CHECK(has_note(trace, "keys are digests"));
    CHECK(trace.names().statements.text.find('7') == std::string_view::npos);
    return keys_of(trace);
  };
  const std::vector<std::string> known = keys("salt");
  CHECK(known[0] == known[2]);
  CHECK(known[0] != known[1]);
  CHECK(known[0].size() == std::string("t/").size() + 16);
  // printf 'salt\0007' | sha256sum
  CHECK(known[0] == "t/62a5988ca00f84fa");
  CHECK(keys("salt") == known);
  CHECK(keys("pepper") != known);
  // Without a secret one is drawn and forgotten.
  CHECK(keys("")[0] != keys("")[0]);
}

TEST_CASE("A write that failed is a locking read, a read that failed stays one") {
  Log log;
  log.run("a", 0, "UPDATE t SET x = 1", kUnknown, true).run("a", 1, "SELECT 1", kUnknown, true);
  const Trace trace = log.finish();
  CHECK(letters_of(trace) == "lr");
  CHECK((trace.columns().flags[0] & kFlagError) != 0);
  CHECK((trace.columns().flags[1] & kFlagError) != 0);
}

}  // namespace
}  // namespace switchyard
