// The plain engine takes short cuts where a run needs nothing else. Here it must agree with the
// general one, which simulates every completion by an event, wherever it may run.
#include "catch.h"
#include "measure/report.h"
#include "replay/harness.h"
#include "replay/run_needs.h"

namespace switchyard::testing {
namespace {

struct PlainScenario {
  ReplayWorkload workload;
  ClusterSpec cluster;
  Candidate candidate;
  ReplayOptions options;
};

template <class T>
const T& one_of(RandomStream& random, const std::vector<T>& list) {
  return list[random.next_below(static_cast<std::uint32_t>(list.size()))];
}

PlainScenario plain_scenario(std::uint64_t seed) {
  RandomStream random(seed, RandomPurpose::kArrivals, 98);
  PlainScenario s;
  s.options.seed = seed;
  s.options.loop =
      one_of(random, std::vector{LoopMode::kOpen, LoopMode::kSession, LoopMode::kClosed});
  s.options.ledger = random.next_below(4) > 0;
  s.options.measured.from_ns = one_of(random, std::vector<Nanoseconds>{0, kSecond / 5});
  s.options.measured.until_ns =
      one_of(random, std::vector<Nanoseconds>{kNever, kSecond / 2, kSecond / 4});

  s.cluster = cluster_of(1 + random.next_below(6), 1);
  double capacity = 0;
  for (NodeSpec& node : s.cluster.nodes) {
    node.workers = one_of(random, std::vector<std::uint32_t>{1, 2, 5, 40});
    node.speed = one_of(random, std::vector{0.5, 1.0, 1.7});
    capacity += node.workers * node.speed;
  }
  ReplicationSpec& replication = s.cluster.replication;
  replication.delay =
      Law::constant(one_of(random, std::vector<double>{0, 1, 300'000, 8'000'000, 90'000'000}));
  replication.apply_workers = 1 + random.next_below(3);
  replication.apply_competes = random.next_below(2) == 0;
  replication.apply_service = one_of(
      random,
      std::vector{Law(), Law::constant(400'000.4), Law::exponential(5e5), Law::lognormal(5e5, 2)});
  replication.apply_share = one_of(random, std::vector{0.0, 0.5, 1.0});

  SyntheticWorkload workload;
  workload.requests = 3'000;
  workload.sessions = 1 + random.next_below(60);
  workload.read_share = one_of(random, std::vector{0.0, 0.5, 0.9, 1.0});
  workload.read_service = Law::exponential(2e6);
  workload.write_service = Law::lognormal(3e6, 1.5);
  workload.arrivals.rate = capacity / 2e-3 * (0.1 + 1.1 * random.next_unit());
  if (random.next_below(3) > 0) workload.keys = KeyLaw{1 + random.next_below(200), 0.9};
  if (s.options.loop == LoopMode::kClosed) workload.think = Law::exponential(4e6);
  s.workload = synthetic(workload, seed);
  s.candidate = candidate_of(
      one_of(random, std::vector<std::string>{"MasterSlave", "round_robin", "random_all",
                                              "least_outstanding", "d_choices"}));
  return s;
}

std::string fingerprint_of(RunTally tally, const ClusterSpec& cluster) {
  std::vector<RunTally> tallies;
  tallies.push_back(std::move(tally));
  return summarize("", {}, std::move(tallies), cluster).fingerprint;
}

}  // namespace

TEST_CASE("the plain engine and the one by events give the same run to the nanosecond") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    PlainScenario s = plain_scenario(seed);
    INFO("seed " << seed << ", router " << s.candidate.name);
    REQUIRE(is_plain(s.workload, s.cluster,
                     build_chain(s.candidate, s.cluster, seed, s.workload.trace.names().tables),
                     s.options));
    const RunTally plain = run(s.workload, s.cluster, s.candidate, s.options);
    s.options.all_nodes_by_events = true;
    const RunTally by_events = run(s.workload, s.cluster, s.candidate, s.options);
    REQUIRE(plain.event_checksum == by_events.event_checksum);
    REQUIRE(plain.wait_ns.count() == plain.completed);
    REQUIRE(plain.wait_ns.mean() == by_events.wait_ns.mean());
    REQUIRE(plain.wait_ns.quantile(0.5) == by_events.wait_ns.quantile(0.5));
    REQUIRE(fingerprint_of(plain, s.cluster) == fingerprint_of(by_events, s.cluster));
  }
}

// One worker a node, so that the second write waits for the first: commits at 10 and 30 ms reach
// the replica 5 ms later, where each takes 4 ms, besides or behind what the replica has to do.
TEST_CASE("commits reach a replica in the plain engine after the delay and their apply") {
  ClusterSpec cluster = cluster_of(2, 1);
  cluster.replication.delay = Law::constant(5e6);
  cluster.replication.apply_service = Law::constant(4e6);
  const ReplayWorkload workload = by_hand({{0, "a", 'w', 10 * kMillisecond},
                                           {kMillisecond, "b", 'w', 20 * kMillisecond},
                                           {14 * kMillisecond, "c", 'r', 3 * kMillisecond}});
  const ReplayOptions options = options_of(LoopMode::kOpen);
  const Candidate candidate = candidate_of("random_all", {{"include_primary", "false"}});
  for (const bool competes : {false, true}) {
    cluster.replication.apply_competes = competes;
    REQUIRE(is_plain(workload, cluster, build_chain(candidate, cluster, 1, {}), options));
    const RunTally tally = run(workload, cluster, candidate, options);
    CAPTURE(competes);
    CHECK(tally.nodes[1].reads == 1);
    CHECK(tally.nodes[1].applies == 2);
    // The read keeps the only worker from 14 to 17 ms, so that the first apply ends at 21 ms
    // instead of 19; the second one finds nothing before it.
    CHECK(tally.nodes[1].max_apply_lag_ns == (competes ? 11 : 9) * kMillisecond);
    CHECK(tally.nodes[1].apply_lag_ns == (competes ? 20 : 18) * kMillisecond);
    CHECK(tally.wait_ns.count() == 3);
    CHECK(tally.wait_ns.max() == 9 * kMillisecond);
    CHECK(tally.wait_ns.mean() == 3e6);
    CHECK(tally.wait_ns.quantile(0.6) == 0);
  }
}

TEST_CASE("a waiting time of no length, at the start of a series, adds nothing") {
  TimeSeries series(1, 1'000'000);
  series.add_waiting(0, 0, 0);
  CHECK(series.used().empty());
  series.add_waiting(0, 0, 5);
  series.add_waiting(0, 5, 5);
  REQUIRE(series.used().size() == 1);
  CHECK(series.used().front().waiting_ns.front() == 5);
}

TEST_CASE("a waiting time across stretches of a series is split at their borders") {
  TimeSeries series(1, 65'000);
  const Nanoseconds length = series.bucket_ns();
  series.add_waiting(0, length - 10, 2 * length + 30);
  series.add_waiting(0, length, 2 * length);
  const std::vector<TimeSeries::Bucket> used = series.used();
  REQUIRE(used.size() == 3);
  CHECK(used[0].waiting_ns.front() == 10);
  CHECK(used[1].waiting_ns.front() == 2 * length);
  CHECK(used[2].waiting_ns.front() == 30);
}

}  // namespace switchyard::testing
