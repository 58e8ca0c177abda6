#include "workload/summary.h"

#include <numeric>
#include <string>

#include "catch.h"

namespace switchyard {
namespace {

TraceRow row(std::int64_t t_ns, std::string_view session, Op op) {
  TraceRow result;
  result.t_ns = t_ns;
  result.session = session;
  result.op = op;
  return result;
}

bool names_missing(const TraceSummary& summary, std::string_view what) {
  for (const std::string& missing : summary.missing) {
    if (missing.starts_with(what)) return true;
  }
  return false;
}

TEST_CASE("A summary counts requests by operation and sessions") {
  TraceBuilder builder;
  const std::string letters = "rrrllwdbbcasx";
  for (std::size_t i = 0; i < letters.size(); ++i) {
    builder.add(
        row(static_cast<std::int64_t>(i), i % 2 == 0 ? "a" : "b", *op_of_letter(letters[i])));
  }
  const TraceSummary summary = summarize(builder.finish({}));
  CHECK(summary.requests == 13);
  CHECK(summary.sessions == 2);
  // In the order r l w d b c a s x.
  CHECK(summary.per_op == std::array<std::uint64_t, kOpCount>{3, 2, 1, 1, 2, 1, 1, 1, 1});
}

TEST_CASE("A summary counts the calls of routers that are recorded") {
  TraceBuilder builder;
  for (const char* asked : {"wW", "", "=2", "-", "rRr*"}) {
    TraceRow r = row(1, "a", Op::kRead);
    r.asked = *parse_asking(asked);
    builder.add(r);
  }
  const TraceSummary summary = summarize(builder.finish({}));
  CHECK(summary.asked_as_recorded == 4);
  CHECK(summary.recorded_calls == 5);
}

TEST_CASE("Rate, span and busy servers come from times and durations") {
  TraceBuilder builder;
  // Five requests over 2 s, which hold 3 s of work: 2.5 a second, 1.5 servers busy.
  for (int i = 0; i < 5; ++i) {
    TraceRow r = row(1'000'000'000 + i * 500'000'000LL, "a", i < 3 ? Op::kRead : Op::kWrite);
    r.dur_ns = i < 3 ? 400'000'000 : 900'000'000;
    builder.add(r);
  }
  const TraceSummary summary = summarize(builder.finish({}));
  CHECK(summary.span_ns == 2 * kSecond);
  CHECK(summary.mean_rate == Approx(2.5));
  CHECK(summary.mean_busy == Approx(1.5));
  CHECK(summary.with_duration == 5);
  CHECK(summary.read_dur_ns.count() == 3);
  CHECK(summary.read_dur_ns.mean() == 4e8);
  CHECK(summary.write_dur_ns.count() == 2);
  CHECK(summary.write_dur_ns.mean() == 9e8);
}

TEST_CASE("Unknown durations are left out, and control statements are neither reads nor writes") {
  TraceBuilder builder;
  TraceRow begin = row(0, "a", Op::kBegin);
  begin.dur_ns = 5'000;
  TraceRow locking = row(1, "a", Op::kLockingRead);
  locking.dur_ns = 7'000;
  TraceRow ddl = row(2, "a", Op::kDdl);
  ddl.dur_ns = 9'000;
  builder.add(begin);
  builder.add(locking);
  builder.add(ddl);
  builder.add(row(1'000'000, "a", Op::kRead));
  const TraceSummary summary = summarize(builder.finish({}));
  CHECK(summary.with_duration == 3);
  CHECK(summary.read_dur_ns.count() == 0);
  // A locking read needs the primary, so it counts with the writes.
  CHECK(summary.write_dur_ns.count() == 2);
  CHECK(summary.write_dur_ns.mean() == 8'000);
  CHECK(summary.mean_busy == Approx(21'000 / 1e6));
}

TEST_CASE("Peak to mean finds the busiest second") {
  TraceBuilder builder;
  // One request a second for ten seconds, and ten more within the fourth: 21 over 10 s.
  for (int i = 0; i <= 10; ++i) builder.add(row(i * kSecond, "a", Op::kRead));
  for (int i = 1; i <= 10; ++i) builder.add(row(3 * kSecond + i * kMillisecond, "a", Op::kRead));
  const TraceSummary summary = summarize(builder.finish({}));
  CHECK(summary.peak_to_mean == Approx(11 / 2.1));
}

TEST_CASE("Peak to mean of a short recording goes by tenths of it") {
  TraceBuilder builder;
  // 100 ms: eleven evenly spaced requests, and nine more in the tenth that begins at 50 ms.
  for (int i = 0; i <= 10; ++i) builder.add(row(i * 10 * kMillisecond, "a", Op::kRead));
  for (int i = 1; i <= 9; ++i) {
    builder.add(row(50 * kMillisecond + i * kMillisecond, "a", Op::kRead));
  }
  CHECK(summarize(builder.finish({})).peak_to_mean == Approx(10 / 2.0));
}

TEST_CASE("Requests at one instant have no rate, and their peak is the mean") {
  TraceBuilder builder;
  builder.add(row(5, "a", Op::kRead));
  builder.add(row(5, "a", Op::kRead));
  const TraceSummary summary = summarize(builder.finish({}));
  CHECK(summary.span_ns == 0);
  CHECK(summary.mean_rate == 0);
  CHECK(summary.mean_busy == 0);
  CHECK(summary.peak_to_mean == 1);
}

TEST_CASE("Shares of hot keys are of the requests that have a key") {
  TraceBuilder builder;
  // 200 keys with one use each, k0 with 50 more and k1 with 30 more, and 20 requests without a key.
  std::int64_t t = 0;
  const auto add = [&](const std::string& key) {
    TraceRow r = row(t++, "a", Op::kRead);
    r.key = key;
    builder.add(r);
  };
  for (int i = 0; i < 200; ++i) add("k" + std::to_string(i));
  for (int i = 0; i < 50; ++i) add("k0");
  for (int i = 0; i < 30; ++i) add("k1");
  for (int i = 0; i < 20; ++i) add("");
  const TraceSummary summary = summarize(builder.finish({}));
  CHECK(summary.keys == 200);
  CHECK(summary.keyed_requests == 280);
  CHECK(summary.hottest_key_share == Approx(51.0 / 280));
  CHECK(summary.hottest_percent_key_share == Approx((51.0 + 31.0) / 280));
}

TEST_CASE("Explicit transactions are counted once each, session by session") {
  TraceBuilder builder;
  std::int64_t t = 0;
  const auto add = [&](std::string_view session, std::uint32_t txn) {
    TraceRow r = row(t++, session, Op::kWrite);
    r.txn = txn;
    builder.add(r);
  };
  // The two sessions alternate; number 1 of one is not number 1 of the other.
  add("a", 1);
  add("b", 1);
  add("a", 1);
  add("b", 0);
  add("a", 0);
  add("b", 2);
  add("a", 2);
  add("a", 3);
  const TraceSummary summary = summarize(builder.finish({}));
  CHECK(summary.transactions == 5);
}

TEST_CASE("Columns that are missing are named, and those that are there are not") {
  TraceBuilder bare;
  bare.add(row(0, "a", Op::kRead));
  const TraceSummary poor = summarize(bare.finish({}));
  for (const char* what : {"durations", "keys", "transactions", "tables"}) {
    CHECK(names_missing(poor, what));
  }
  TraceBuilder full;
  TraceRow r = row(0, "a", Op::kRead);
  r.dur_ns = 1;
  r.key = "k";
  r.table = "t";
  r.txn = 1;
  full.add(r);
  const TraceSummary rich = summarize(full.finish({}));
  CHECK(rich.missing.empty());
  CHECK(rich.tables == 1);
}

TEST_CASE("A rate over time counts reads and writes in stretches of equal length") {
  TraceBuilder builder;
  // Reads at 0, 1 … 9 ms, writes at 0 and 9 ms of which the last stands for three, and a BEGIN.
  for (int i = 0; i < 10; ++i) builder.add(row(kSecond + i * kMillisecond, "a", Op::kRead));
  builder.add(row(kSecond, "a", Op::kLockingRead));
  TraceRow thrice = row(kSecond + 9 * kMillisecond, "b", Op::kWrite);
  thrice.count = 3;
  builder.add(thrice);
  builder.add(row(kSecond, "b", Op::kBegin));
  const Trace trace = builder.finish({});
  const RateOverTime rate = rate_over_time(trace, 3);
  CHECK(rate.stretch_ns == 3 * kMillisecond + 1);
  // 0 to 3 ms, 4 to 6 ms and 7 to 9 ms.
  CHECK(rate.reads == std::vector<std::uint64_t>{4, 3, 3});
  CHECK(rate.writes == std::vector<std::uint64_t>{1, 0, 3});
}

TEST_CASE("A rate over no time is one stretch, and one of no requests none") {
  TraceBuilder builder;
  for (int i = 0; i < 3; ++i) builder.add(row(5, "a", Op::kWrite));
  const RateOverTime rate = rate_over_time(builder.finish({}), 100);
  CHECK(rate.reads == std::vector<std::uint64_t>{0});
  CHECK(rate.writes == std::vector<std::uint64_t>{3});
  CHECK(rate_over_time(Trace(), 100) == RateOverTime{});
}

TEST_CASE("A rate over time has at most as many stretches as asked for and loses no request") {
  for (int requests = 1; requests < 40; ++requests) {
    TraceBuilder builder;
    for (int i = 0; i < requests; ++i) builder.add(row(i * 7, "a", Op::kRead));
    const Trace trace = builder.finish({});
    for (std::size_t most = 1; most < 50; ++most) {
      const RateOverTime rate = rate_over_time(trace, most);
      CHECK(rate.reads.size() <= most);
      CHECK(std::accumulate(rate.reads.begin(), rate.reads.end(), std::uint64_t{0}) ==
            static_cast<std::uint64_t>(requests));
    }
  }
}

}  // namespace
}  // namespace switchyard
