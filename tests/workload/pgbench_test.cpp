#include <algorithm>
#include <array>
#include <numeric>

#include "catch.h"
#include "workload/recording.h"

namespace switchyard {
namespace {

constexpr const char* kMix = SWITCHYARD_SOURCE_DIR "/tests/data/pgbench-mix.log.zst";
constexpr const char* kRateLimit = SWITCHYARD_SOURCE_DIR "/tests/data/pgbench-rate-limit.log.zst";

TEST_CASE("A pgbench transaction is a request at the time when it was due") {
  // Client 3's row ends at …010.5 s, was due 2 ms before, and began 0.5 ms late.
  const Trace trace = read_as("pgbench",
                              "3 1 2000 0 1700000010 500000 500\n"
                              "12 1 1000 0 1700000010 600000 0\n");
  REQUIRE(trace.size() == 2);
  const TraceColumns& c = trace.columns();
  CHECK(trace.info().epoch_ns == 1'700'000'010'498'000'000);
  CHECK(c.t_ns[0] == 0);
  CHECK(c.dur_ns[0] == 1'500'000);
  CHECK(c.t_ns[1] == 101'000'000);
  CHECK(c.dur_ns[1] == 1'000'000);
  CHECK(session_of(trace, 0) == "3");
  CHECK(session_of(trace, 1) == "12");
}

TEST_CASE("Scripts of pgbench write unless an option says that they read") {
  const std::string text =
      "0 1 100 0 1700000010 100000\n"
      "0 2 100 1 1700000010 200000\n"
      "0 3 100 2 1700000010 300000\n";
  const Trace untold = read_as("pgbench", text);
  CHECK(letters_of(untold) == "www");
  CHECK(has_note(untold, "taken as writes: 0, 1, 2"));
  ImportOptions options;
  options.pgbench_scripts = {{0, Op::kRead}, {2, Op::kWrite}};
  const Trace told = read_as("pgbench", text, options);
  CHECK(letters_of(told) == "rww");
  CHECK(has_note(told, "taken as writes: 1 "));
}

TEST_CASE("Skipped transactions of pgbench are left out, failed ones are kept without duration") {
  const Trace trace = read_as("pgbench",
                              "0 1 900 0 1700000010 100000 5 0\n"
                              "0 2 skipped 0 1700000010 200000 0 0\n"
                              "0 3 failed 0 1700000010 300000 0 0\n"
                              "0 4 deadlock 0 1700000010 400000 0 1\n");
  REQUIRE(trace.size() == 3);
  const TraceColumns& c = trace.columns();
  // What failed changed nothing.
  CHECK(letters_of(trace) == "wll");
  CHECK(c.dur_ns[0] == 895'000);
  CHECK(c.dur_ns[1] == kUnknown);
  CHECK(c.t_ns[1] - c.t_ns[0] == 200'900'000);
  CHECK(c.flags[1] == kFlagError);
  CHECK(has_note(trace, "skipped 1 transactions"));
  CHECK(has_note(trace, "2 transactions failed"));
}

TEST_CASE("A pgbench client that counts from the start again is another session") {
  const Trace trace = read_as("pgbench",
                              "0 1 100 0 1700000010 100000\n"
                              "0 2 100 0 1700000010 200000\n"
                              "1 1 100 0 1700000010 200001\n"
                              "0 1 100 0 1700000020 100000\n");
  REQUIRE(trace.size() == 4);
  CHECK(trace.session_count() == 3);
  CHECK(session_of(trace, 3) == "0#2");
}

TEST_CASE("A pgbench log of sums over intervals is refused with a reason") {
  for (const std::string text :
       {"1795380557 83 106714 381610840 260 8600 30505 53780459 16 3638 0 0 0 0 0\n",
        "1345828501 5601 1542744 483552416 61 2573\n"}) {
    CAPTURE(text);
    CHECK(formats_of(text) == std::vector<std::string_view>{"pgbench"});
    CHECK(error_of("pgbench", text).find("--aggregate-interval") != std::string::npos);
  }
}

TEST_CASE("Damaged rows of a pgbench log are counted, or refused when strict") {
  const std::string good = "0 1 100 0 1700000010 100000\n";
  for (const std::string damaged :
       {"0 1 100 0 1700000010\n", "0 1 100 0 1700000010 1000000\n", "0 1 x 0 1700000010 1\n",
        "0 1 100 128 1700000010 1\n", "0 1 100 0 17 1\n", "0 1 100 0 1700000010 1 101 0\n",
        "0 1 100 0 1700000010 1 1 0 0\n", "-1 1 100 0 1700000010 1\n",
        "0 1 99999999999999999999 0 1700000010 1\n", "psql: error\n"}) {
    CAPTURE(damaged);
    const Trace trace = read_as("pgbench", good + damaged);
    CHECK(trace.size() == 1);
    CHECK(has_note(trace, "skipped 1 damaged rows (first: line 2 "));
    ImportOptions strict;
    strict.strict = true;
    CHECK(error_of("pgbench", good + damaged, strict).starts_with("recording:2: "));
    CHECK(formats_of(damaged + good) != std::vector<std::string_view>{"pgbench"});
  }
}

// The numbers of transactions by script are pgbench's own summary of the same run.
TEST_CASE("A recorded pgbench run of two threads has the transactions that its summary counts") {
  ImportOptions options;
  options.pgbench_scripts = {{0, Op::kRead}, {3, Op::kRead}};
  const Trace trace = open_trace(kMix, options);
  CHECK(trace.info().source == "pgbench");
  CHECK(trace.size() == 3022);
  CHECK(trace.session_count() == 16);
  const std::string letters = letters_of(trace);
  CHECK(std::ranges::count(letters, 'r') == 2127 + 180);
  CHECK(std::ranges::count(letters, 'w') == 352 + 294 + 69);
  CHECK(std::ranges::is_sorted(trace.columns().t_ns));
}

// Counts and sums by awk.
TEST_CASE("A recorded pgbench run with a rate limit keeps what was not skipped") {
  const Trace trace = open_trace(kRateLimit, {});
  CHECK(trace.size() == 1626);
  CHECK(has_note(trace, "skipped 25 transactions"));
  const auto dur = trace.columns().dur_ns;
  CHECK(std::accumulate(dur.begin(), dur.end(), std::int64_t{0}) ==
        std::int64_t{11'668'709} * 1000);
  CHECK(trace.info().epoch_ns == std::int64_t{1795380568370040} * 1000);
}

}  // namespace
}  // namespace switchyard
