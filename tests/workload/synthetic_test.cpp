#include "workload/synthetic.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "catch.h"

namespace switchyard {
namespace {

SyntheticWorkload open_workload(std::uint64_t requests) {
  SyntheticWorkload workload;
  workload.requests = requests;
  workload.arrivals.rate = 1000;
  workload.sessions = 20;
  workload.read_share = 0.8;
  workload.read_service = Law::exponential(1e6);
  workload.write_service = Law::lognormal(3e6, 1);
  workload.keys = KeyLaw{100, 1.1};
  return workload;
}

template <class T>
std::vector<T> copy(std::span<const T> column) {
  return {column.begin(), column.end()};
}

template <class T>
bool same(std::span<const T> a, std::span<const T> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

std::vector<double> gaps(const Trace& trace) {
  const auto t = trace.columns().t_ns;
  std::vector<double> result;
  for (std::size_t i = 1; i < t.size(); ++i) result.push_back(static_cast<double>(t[i] - t[i - 1]));
  return result;
}

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// Variance of the number of requests in a window over its mean: 1 for a Poisson process.
double dispersion(const Trace& trace, Nanoseconds window) {
  std::vector<double> counts(static_cast<std::size_t>(trace.columns().t_ns.back() / window) + 1);
  for (const std::int64_t t : trace.columns().t_ns) ++counts[static_cast<std::size_t>(t / window)];
  counts.pop_back();  // not a whole window
  const double mean = mean_of(counts);
  double sum = 0;
  for (const double n : counts) sum += (n - mean) * (n - mean);
  return sum / static_cast<double>(counts.size()) / mean;
}

std::vector<std::int64_t> durations_of(const Trace& trace, Op op) {
  std::vector<std::int64_t> result;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    if (trace.columns().op[i] == op) result.push_back(trace.columns().dur_ns[i]);
  }
  return result;
}

TEST_CASE("The same seed gives the same trace and another seed another") {
  const SyntheticWorkload workload = open_workload(1000);
  CHECK(content_hash(generate(workload, 1)) == content_hash(generate(workload, 1)));
  CHECK(content_hash(generate(workload, 1)) != content_hash(generate(workload, 2)));
}

TEST_CASE("A trace has as many requests as asked for and says that it is synthetic") {
  const Trace trace = generate(open_workload(1234), 1);
  CHECK(trace.size() == 1234);
  CHECK(trace.info().source == "synthetic");
  CHECK(trace.columns().dur_ns.size() == 1234);
  CHECK(trace.columns().key.size() == 1234);
}

TEST_CASE("Poisson arrivals have exponential gaps of the wanted mean") {
  constexpr std::size_t n = 200'000;
  SyntheticWorkload workload = open_workload(n);
  workload.arrivals.rate = 2000;
  const Trace trace = generate(workload, 3);
  const std::vector<double> times = gaps(trace);
  // The mean of n exponentials has a relative standard error of 1 / sqrt n.
  CHECK(std::abs(mean_of(times) / 5e5 - 1) < 5 / std::sqrt(n));
  std::vector<double> tenths(10);
  for (const double gap : times) {
    const double share = 1 - std::exp(-gap / 5e5);
    ++tenths[std::min<std::size_t>(static_cast<std::size_t>(share * 10), 9)];
  }
  double chi_square = 0;
  const double expected = static_cast<double>(times.size()) / 10;
  for (const double seen : tenths) chi_square += (seen - expected) * (seen - expected) / expected;
  CHECK(chi_square < 40);  // nine degrees of freedom: one in 10^5
  CHECK(dispersion(trace, 50 * kMillisecond) == Approx(1).epsilon(0.15));
  CHECK(workload.arrivals.mean_rate() == 2000);
}

TEST_CASE("Constant arrivals have equal gaps to the end") {
  SyntheticWorkload workload = open_workload(100'000);
  workload.arrivals = {ArrivalLaw::Kind::kConstant, 3000, {}, {}, 1};
  const Trace trace = generate(workload, 3);
  // A third of a million nanoseconds cannot be an integer; no rounding may add up.
  for (const double gap : gaps(trace)) REQUIRE((gap == 333'333 || gap == 333'334));
  CHECK(trace.span_ns() == Approx(99'999 * (1e9 / 3000)).margin(1));
  CHECK(workload.arrivals.mean_rate() == 3000);
}

TEST_CASE("MMPP arrivals have the mean rate of the formula and come in bursts", "[long]") {
  SyntheticWorkload workload = open_workload(1'000'000);
  workload.arrivals.kind = ArrivalLaw::Kind::kMmpp;
  workload.arrivals.rates = {1000, 10'000};
  workload.arrivals.mean_durations_ns = {30e6, 10e6};
  // (1000 * 30 + 10000 * 10) / 40 per second.
  CHECK(workload.arrivals.mean_rate() == Approx(3250));
  const Trace trace = generate(workload, 4);
  const double rate =
      1e9 * static_cast<double>(trace.size()) / static_cast<double>(trace.span_ns());
  // A cycle holds 130 requests on average, so there are 7700; their counts have a standard
  // deviation below 110 and their lengths one of 32 of 40 ms, hence 1.4 % of the rate at most.
  CHECK(rate == Approx(3250).epsilon(0.06));
  CHECK(dispersion(trace, 20 * kMillisecond) > 10);
}

TEST_CASE("A state of an MMPP with rate 0 brings no request, and states last as long as they say") {
  SyntheticWorkload workload = open_workload(200'000);
  workload.arrivals.kind = ArrivalLaw::Kind::kMmpp;
  workload.arrivals.rates = {0, 100'000};
  workload.arrivals.mean_durations_ns = {50e6, 5e6};
  const Trace trace = generate(workload, 5);
  // Gaps above 1 ms are silences: within a burst one has probability e^-100.
  std::vector<double> silences;
  for (const double gap : gaps(trace)) {
    if (gap > 1e6) silences.push_back(gap);
  }
  // A silence is longer than 1 ms with probability e^(-1/50) and, the law having no memory, then
  // lasts 1 ms + 50 ms on average; the two gaps to the burst add 0.02 ms.
  const double n = static_cast<double>(silences.size());
  CHECK(mean_of(silences) == Approx(51e6).margin(5 * 50e6 / std::sqrt(n)));
  // 500 requests a burst, so 400 bursts; the number of bursts has about their square root as error.
  CHECK(n == Approx(400 * std::exp(-0.02)).margin(5 * 20));
}

TEST_CASE("Batches come at Poisson times and have geometric sizes", "[long]") {
  constexpr std::size_t n = 300'000;
  SyntheticWorkload workload = open_workload(n);
  workload.arrivals.kind = ArrivalLaw::Kind::kBatch;
  workload.arrivals.rate = 100;
  workload.arrivals.mean_batch_size = 3;
  CHECK(workload.arrivals.mean_rate() == 300);
  const Trace trace = generate(workload, 6);
  std::map<std::int64_t, int> batches;
  for (const std::int64_t t : trace.columns().t_ns) ++batches[t];
  const auto count = static_cast<double>(batches.size());
  // Sizes have variance b (b - 1) = 6; the last batch is cut.
  CHECK(n / count == Approx(3).margin(5 * std::sqrt(6 / count)));
  std::map<int, double> sizes;
  for (const auto& [t, size] : batches) ++sizes[size];
  for (int size = 1; size <= 6; ++size) {
    const double p = std::pow(2.0 / 3, size - 1) / 3;
    CAPTURE(size, p);
    CHECK(std::abs(sizes[size] / count - p) < 5 * std::sqrt(p * (1 - p) / count));
  }
  const double mean_gap = static_cast<double>(trace.span_ns()) / (count - 1);
  CHECK(std::abs(mean_gap / 1e7 - 1) < 5 / std::sqrt(count));
}

TEST_CASE("Batches of mean size 1 are single requests") {
  SyntheticWorkload workload = open_workload(10'000);
  workload.arrivals.kind = ArrivalLaw::Kind::kBatch;
  workload.arrivals.rate = 100;
  for (const double gap : gaps(generate(workload, 7))) REQUIRE(gap > 0);
}

TEST_CASE("The share of reads is the wanted one", "[long]") {
  constexpr std::size_t n = 200'000;
  for (const double share : {0.0, 0.25, 0.9, 1.0}) {
    SyntheticWorkload workload = open_workload(n);
    workload.read_share = share;
    const Trace trace = generate(workload, 8);
    const auto reads = static_cast<double>(std::ranges::count(trace.columns().op, Op::kRead));
    const auto writes = static_cast<double>(std::ranges::count(trace.columns().op, Op::kWrite));
    CAPTURE(share);
    CHECK(reads + writes == n);
    CHECK(std::abs(reads / n - share) <= 5 * std::sqrt(share * (1 - share) / n));
  }
}

TEST_CASE("Reads and writes last as their own laws say") {
  SyntheticWorkload workload = open_workload(10'000);
  workload.read_service = Law::constant(1e6);
  workload.write_service = Law::constant(7e6);
  const Trace trace = generate(workload, 9);
  for (const std::int64_t dur : durations_of(trace, Op::kRead)) REQUIRE(dur == 1'000'000);
  for (const std::int64_t dur : durations_of(trace, Op::kWrite)) REQUIRE(dur == 7'000'000);
}

TEST_CASE("Requests are dealt to all sessions alike") {
  constexpr std::size_t n = 200'000;
  const Trace trace = generate(open_workload(n), 10);
  std::vector<double> counts(20);
  for (const std::uint32_t session : trace.columns().session) ++counts.at(session);
  double chi_square = 0;
  for (const double seen : counts) chi_square += (seen - n / 20.0) * (seen - n / 20.0) / (n / 20.0);
  CHECK(chi_square < 60);  // 19 degrees of freedom: one in 10^5
  CHECK(trace.session_count() == 20);
}

TEST_CASE("Keys follow their law, and a trace without a law for keys has none", "[long]") {
  constexpr std::size_t n = 200'000;
  SyntheticWorkload workload = open_workload(n);
  // How often the key of each number was drawn.
  const auto uses = [&] {
    const Trace trace = generate(workload, 11);
    std::vector<double> counts(4);
    for (const std::uint32_t key : trace.columns().key) {
      ++counts.at(std::stoul(std::string(trace.names().keys[key])));
    }
    return counts;
  };
  workload.keys = KeyLaw{4, 0};
  for (const double seen : uses()) {
    CHECK(std::abs(seen / n - 0.25) < 5 * std::sqrt(0.25 * 0.75 / n));
  }
  // Shares 12/25, 6/25, 4/25, 3/25 for 1, 1/2, 1/3, 1/4.
  workload.keys = KeyLaw{4, 1};
  const std::vector<double> counts = uses();
  for (std::size_t key = 0; key < 4; ++key) {
    const double p = 12.0 / 25 / static_cast<double>(key + 1);
    CHECK(std::abs(counts[key] / n - p) < 5 * std::sqrt(p * (1 - p) / n));
  }
  workload.keys.reset();
  CHECK(generate(workload, 11).columns().key.empty());
}

TEST_CASE("A closed loop of constant times is the timetable of its clients") {
  SyntheticWorkload workload;
  workload.requests = 9;
  workload.sessions = 3;
  workload.think = Law::constant(5e6);
  workload.read_service = Law::constant(2e6);
  const Trace trace = generate(workload, 1);
  // All three ask at 5 ms, get their answer at 7 and ask again at 12 and 19.
  const std::vector<std::int64_t> expected = {5'000'000,  5'000'000,  5'000'000,
                                              12'000'000, 12'000'000, 12'000'000,
                                              19'000'000, 19'000'000, 19'000'000};
  CHECK(copy(trace.columns().t_ns) == expected);
  CHECK(copy(trace.columns().session) == std::vector<std::uint32_t>{0, 1, 2, 0, 1, 2, 0, 1, 2});
}

TEST_CASE("In a closed loop the gap between requests of a client is duration plus think time") {
  SyntheticWorkload workload = open_workload(200'000);
  workload.think = Law::uniform(2e6, 6e6);
  const Trace trace = generate(workload, 12);
  const TraceColumns& c = trace.columns();
  std::vector<double> thinks;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    if (c.next_in_session[i] == kNone) continue;
    thinks.push_back(static_cast<double>(c.t_ns[c.next_in_session[i]] - c.t_ns[i] - c.dur_ns[i]));
    REQUIRE((thinks.back() >= 2e6 && thinks.back() <= 6e6));
  }
  CHECK(thinks.size() == trace.size() - 20);
  const double n = static_cast<double>(thinks.size());
  CHECK(mean_of(thinks) == Approx(4e6).margin(5 * 4e6 / std::sqrt(12 * n)));
  // Quarters of a uniform law hold a quarter each.
  for (const double bound : {3e6, 4e6, 5e6}) {
    const auto below = static_cast<double>(
        std::ranges::count_if(thinks, [=](double think) { return think <= bound; }));
    const double p = (bound - 2e6) / 4e6;
    CHECK(std::abs(below / n - p) < 5 * std::sqrt(p * (1 - p) / n));
  }
}

TEST_CASE("Changing one property leaves what is drawn for the others alone") {
  const SyntheticWorkload base = open_workload(5000);
  const Trace before = generate(base, 13);
  const TraceColumns& b = before.columns();
  SyntheticWorkload changed = base;

  SECTION("service time of reads") {
    changed.read_service = Law::pareto(1e5, 2);
    const Trace after = generate(changed, 13);
    const TraceColumns& a = after.columns();
    CHECK(same(a.t_ns, b.t_ns));
    CHECK(same(a.session, b.session));
    CHECK(same(a.op, b.op));
    CHECK(same(a.key, b.key));
    CHECK(durations_of(after, Op::kWrite) == durations_of(before, Op::kWrite));
    CHECK(durations_of(after, Op::kRead) != durations_of(before, Op::kRead));
  }
  SECTION("service time of writes") {
    changed.write_service = Law::erlang(1e6, 3);
    const Trace after = generate(changed, 13);
    CHECK(same(after.columns().t_ns, b.t_ns));
    CHECK(same(after.columns().op, b.op));
    CHECK(durations_of(after, Op::kRead) == durations_of(before, Op::kRead));
    CHECK(durations_of(after, Op::kWrite) != durations_of(before, Op::kWrite));
  }
  SECTION("arrivals") {
    changed.arrivals.kind = ArrivalLaw::Kind::kMmpp;
    changed.arrivals.rates = {500, 5000};
    changed.arrivals.mean_durations_ns = {1e7, 1e7};
    const Trace after = generate(changed, 13);
    const TraceColumns& a = after.columns();
    CHECK_FALSE(same(a.t_ns, b.t_ns));
    CHECK(same(a.session, b.session));
    CHECK(same(a.op, b.op));
    CHECK(same(a.key, b.key));
    CHECK(same(a.dur_ns, b.dur_ns));
  }
  SECTION("keys") {
    changed.keys = KeyLaw{50, 0.7};
    const Trace after = generate(changed, 13);
    const TraceColumns& a = after.columns();
    CHECK(same(a.t_ns, b.t_ns));
    CHECK(same(a.session, b.session));
    CHECK(same(a.op, b.op));
    CHECK(same(a.dur_ns, b.dur_ns));
    CHECK_FALSE(same(a.key, b.key));
  }
  SECTION("number of sessions") {
    changed.sessions = 3;
    const Trace after = generate(changed, 13);
    const TraceColumns& a = after.columns();
    CHECK(same(a.t_ns, b.t_ns));
    CHECK(same(a.op, b.op));
    CHECK(same(a.dur_ns, b.dur_ns));
    CHECK(same(a.key, b.key));
    CHECK_FALSE(same(a.session, b.session));
  }
  SECTION("share of reads") {
    changed.read_share = 0.5;
    const Trace after = generate(changed, 13);
    const TraceColumns& a = after.columns();
    CHECK(same(a.t_ns, b.t_ns));
    CHECK(same(a.session, b.session));
    CHECK(same(a.key, b.key));
    // The n-th read lasts as long as before; a request that was a write stays one.
    const auto fewer = durations_of(after, Op::kRead);
    const auto more = durations_of(before, Op::kRead);
    REQUIRE(fewer.size() < more.size());
    CHECK(std::equal(fewer.begin(), fewer.end(), more.begin()));
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (b.op[i] == Op::kWrite) REQUIRE(a.op[i] == Op::kWrite);
    }
  }
  SECTION("number of requests") {
    changed.requests = 6000;
    const Trace after = generate(changed, 13);
    const TraceColumns& a = after.columns();
    CHECK(same(a.t_ns.first(5000), b.t_ns));
    CHECK(same(a.session.first(5000), b.session));
    CHECK(same(a.op.first(5000), b.op));
    CHECK(same(a.dur_ns.first(5000), b.dur_ns));
    CHECK(same(a.key.first(5000), b.key));
  }
}

}  // namespace
}  // namespace switchyard
