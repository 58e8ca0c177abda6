// What routers see of nodes by probes and beside answers, and several routers side by side. One
// unit of time is a millisecond.
#include "catch.h"
#include "replay/harness.h"

namespace switchyard::testing {
namespace {

constexpr Nanoseconds kMs = kMillisecond;

struct Heard {
  std::vector<ProbeAnswer> answers;
  std::vector<Response> responses;
};

// Sends everything to node 1 and probes that, at its timers and once with each request.
class Prober : public Router {
 public:
  Prober(Heard& heard, std::vector<Nanoseconds> times) : heard_(heard), times_(std::move(times)) {}
  Signals wants() const override {
    Signals signals;
    signals.responses = signals.server = signals.probes = signals.timers = true;
    return signals;
  }
  Decision choose(const Query&, const ClusterView&, Nanoseconds) override {
    return Decision::to(NodeId{1});
  }
  Nanoseconds next_timer() const override { return times_.empty() ? kNever : times_.front(); }
  void on_timer(const ClusterView& /*view*/, Nanoseconds /*now*/) override {
    times_.erase(times_.begin());
    due_ = true;
  }
  std::span<const NodeId> take_probes() override {
    return std::exchange(due_, false) ? std::span(kNode) : std::span<const NodeId>();
  }
  void on_probe(const ProbeAnswer& answer) override { heard_.answers.push_back(answer); }
  void on_response(const Response& response) override { heard_.responses.push_back(response); }

 private:
  static constexpr std::array<NodeId, 1> kNode = {NodeId{1}};
  Heard& heard_;
  std::vector<Nanoseconds> times_;
  bool due_ = false;
};

RunTally run_prober(const std::vector<Row>& rows, const ClusterSpec& cluster,
                    const std::vector<Nanoseconds>& times, Heard& heard) {
  std::vector<std::unique_ptr<Router>> routers;
  routers.push_back(std::make_unique<Prober>(heard, times));
  ReplayOptions options = options_of(LoopMode::kOpen);
  return replay(by_hand(rows), cluster, RouterChain(std::move(routers), NodeId{0}), options);
}

Row read_at(Nanoseconds at, Nanoseconds service) {
  return {at, "s" + std::to_string(at), 'r', service};
}

}  // namespace

TEST_CASE("a probe takes the round trip, and tells what the node had when it arrived") {
  ClusterSpec cluster = cluster_of(2, 1);
  cluster.nodes[1].round_trip_ns = 2 * kMs;
  Heard heard;
  // In the node from 1 to 11, 2 to 16 and 20 to 26 ms.
  const std::vector<Row> rows = {read_at(0, 10 * kMs), read_at(kMs, 5 * kMs),
                                 read_at(19 * kMs, 6 * kMs)};
  const RunTally tally = run_prober(rows, cluster, {0, 2 * kMs, 14 * kMs, 18 * kMs}, heard);
  CHECK(tally.probes == 4);
  REQUIRE(heard.answers.size() == 4);
  const auto& at = heard.answers;
  CHECK(at[0].sent_ns == 0);
  CHECK(at[0].now_ns == 2 * kMs);
  CHECK(at[1].in_flight == 2);  // at 3 ms
  CHECK(at[1].latency_ns == 0);
  // At 15 ms one is left; the other met none and took 10 ms.
  CHECK(at[2].in_flight == 1);
  CHECK(at[2].latency_ns == 10 * kMs);
  // At 19 ms there is none. Of those that met as few, one took 10 ms; the other met one.
  CHECK(at[3].in_flight == 0);
  CHECK(at[3].latency_ns == 10 * kMs);
}

TEST_CASE("a node tells the median time of recent requests that met as many as it has now") {
  const ClusterSpec cluster = cluster_of(2, 8);
  Heard heard;
  // Eight workers, so each takes its own time: alone 1, 3 and 8 ms, beside another 2 ms.
  const std::vector<Row> rows = {read_at(0, kMs),
                                 read_at(10 * kMs, 3 * kMs),
                                 read_at(20 * kMs, 8 * kMs),
                                 read_at(21 * kMs, 2 * kMs),
                                 read_at(40 * kMs, 9 * kMs),
                                 read_at(41 * kMs, 9 * kMs)};
  run_prober(rows, cluster, {30 * kMs, 40 * kMs + 1, 41 * kMs + 1}, heard);
  REQUIRE(heard.answers.size() == 3);
  CHECK(heard.answers[0].latency_ns == 3 * kMs);
  CHECK(heard.answers[1].in_flight == 1);
  CHECK(heard.answers[1].latency_ns == 2 * kMs);
  // Nothing met two before: the nearest is one.
  CHECK(heard.answers[2].in_flight == 2);
  CHECK(heard.answers[2].latency_ns == 2 * kMs);
}

TEST_CASE("a probe's work is done behind what waits, and its answer does not wait for it") {
  ClusterSpec cluster = cluster_of(2, 1);
  cluster.probe_service_ns = 4 * kMs;
  cluster.nodes[1].speed = 2;
  Heard heard;
  // Two workers' worth of speed: 5 ms of work for each, and 2 for the probe between them.
  const RunTally tally =
      run_prober({read_at(0, 10 * kMs), read_at(2 * kMs, 10 * kMs)}, cluster, {kMs}, heard);
  REQUIRE(heard.answers.size() == 1);
  CHECK(heard.answers[0].now_ns == kMs);
  CHECK(tally.read_ns.max() == 10 * kMs);  // from 2 to 5 + 2 + 5
  CHECK(tally.nodes[1].busy_ns == 12 * kMs);
  CHECK(tally.completed == 2);
}

TEST_CASE("a node never works more than its time, on probes that outlast the run neither") {
  ClusterSpec cluster = cluster_of(2, 1);
  cluster.probe_service_ns = 100 * kMs;
  Heard heard;
  const RunTally tally =
      run_prober({read_at(0, kMs), read_at(10 * kMs, kMs)}, cluster, {0, kMs, 2 * kMs}, heard);
  CHECK(tally.nodes[1].busy_ns == 302 * kMs);
  CHECK(tally.measured_to_ns - tally.measured_from_ns >= 302 * kMs);
}

TEST_CASE("a node that is down refuses a probe, a silent one never answers") {
  ClusterSpec cluster = cluster_of(2, 1);
  FaultSpec fault;
  fault.nodes = {NodeId{1}};
  fault.at_ns = 5 * kMs;
  fault.lasts_ns = 10 * kMs;
  for (const bool silent : {false, true}) {
    fault.silent = silent;
    cluster.faults = {fault};
    cluster.probe_service_ns = 20 * kMs;  // lost with the node
    Heard heard;
    const RunTally tally = run_prober({read_at(0, kMs), read_at(30 * kMs, kMs)}, cluster,
                                      {kMs, 10 * kMs, 20 * kMs}, heard);
    REQUIRE(heard.answers.size() == (silent ? 2 : 3));
    CHECK(heard.answers.front().up);
    CHECK(heard.answers[1].up == silent);
    CHECK(heard.answers.back().up);
    // Probed at 1 ms, stopped at 5; and again from 20 to 40 ms.
    CHECK(tally.nodes[1].busy_ns == (1 + 4 + 20 + 1) * kMs);
  }
}

TEST_CASE("beside its answer a node tells what waits there and how long it worked") {
  const ClusterSpec cluster = cluster_of(2, 1);
  Heard heard;
  const std::vector<Row> rows = {read_at(0, 10 * kMs), read_at(kMs, 2 * kMs),
                                 read_at(2 * kMs, 3 * kMs), read_at(3 * kMs, 4 * kMs)};
  run_prober(rows, cluster, {}, heard);
  REQUIRE(heard.responses.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(heard.responses[i].service_ns == rows[i].dur_ns);
    // When one ends the next begins.
    CHECK(heard.responses[i].waiting == std::array<std::uint32_t, 4>{2, 1, 0, 0}[i]);
  }
}

TEST_CASE("heartbeats are sent as long as requests are to come, and end with them") {
  std::vector<Row> rows = {read_at(0, kMs), read_at(10'500 * kMs, kMs)};
  const ClusterSpec cluster = cluster_of(4, 1);
  const auto probes = [&](LoopMode loop, std::uint32_t instances) {
    Candidate candidate = candidate_of("latency_window", {{"heartbeat", "1s"}});
    candidate.instances = instances;
    const auto chains = build_instances(candidate, cluster, 1);
    return replay(by_hand(rows), cluster, std::span(chains), options_of(loop)).probes;
  };
  // At 0 to 10 s, four nodes each.
  CHECK(probes(LoopMode::kOpen, 1) == 44);
  CHECK(probes(LoopMode::kOpen, 3) == 3 * 44);
  rows = {{0, "s", 'r', kMs}, {10'500 * kMs, "s", 'r', kMs}};
  CHECK(probes(LoopMode::kSession, 1) == 44);
  CHECK(probes(LoopMode::kClosed, 2) == 2 * 44);
}

TEST_CASE("a run with heartbeats ends though a session waits for ever") {
  ClusterSpec cluster = cluster_of(2, 1);
  FaultSpec fault;
  fault.nodes = {NodeId{1}};
  fault.silent = true;
  fault.at_ns = 5 * kMs;
  cluster.faults = {fault};
  ReplayOptions options = options_of(LoopMode::kSession);
  const RunTally tally =
      run(by_hand({{0, "s", 'r', kMs}, {10 * kMs, "s", 'r', kMs}, {20 * kMs, "s", 'r', kMs}}),
          cluster, candidate_of("latency_window", {{"health_checks", "false"}}), options);
  CHECK(tally.completed == 1);
}

TEST_CASE("the oracle asks no node whose queue is full while another has room") {
  ClusterSpec cluster = cluster_of(2, 1);
  cluster.nodes[0].queue_limit = 1;
  cluster.nodes[1].speed = 0.2;
  std::vector<Row> rows;
  for (int i = 0; i < 300; ++i) rows.push_back(read_at(i * kMs * 2 / 3, kMs));
  for (const bool by_events : {false, true}) {
    ReplayOptions options = options_of(LoopMode::kOpen);
    options.all_nodes_by_events = by_events;
    const RunTally tally = run(by_hand(rows), cluster, candidate_of("oracle"), options);
    CHECK(tally.rejected == 0);
    CHECK(tally.completed == 300);
  }
}

TEST_CASE("router instances share out the sessions, and count only their own requests") {
  // Session number i asks at i ms, for so long that nothing ends before the last has asked.
  std::vector<Row> rows;
  for (int i = 0; i < 6; ++i) rows.push_back({i * kMs, std::to_string(i), 'r', 100 * kMs});
  const ClusterSpec cluster = cluster_of(4, 8);
  const auto reads = [&](std::uint32_t instances) {
    Candidate candidate = candidate_of("least_outstanding", {{"tie", "first"}});
    candidate.instances = instances;
    const auto chains = build_instances(candidate, cluster, 1);
    const RunTally tally =
        replay(by_hand(rows), cluster, std::span(chains), options_of(LoopMode::kOpen));
    return std::vector{tally.nodes[1].reads, tally.nodes[2].reads, tally.nodes[3].reads};
  };
  CHECK(reads(1) == std::vector<std::uint64_t>{2, 2, 2});
  // Sessions 0, 2, 4 and 1, 3, 5: each router sends one to each node.
  CHECK(reads(2) == std::vector<std::uint64_t>{2, 2, 2});
  // Pairs: each of the three sends its two to the first two.
  CHECK(reads(3) == std::vector<std::uint64_t>{3, 3, 0});
  // All herd.
  CHECK(reads(6) == std::vector<std::uint64_t>{6, 0, 0});
}

TEST_CASE("router instances that only draw at random do as one does, with draws of their own") {
  SyntheticWorkload spec;
  spec.requests = 60'000;
  spec.arrivals.rate = 1000;
  spec.sessions = 30;
  const ReplayWorkload workload = synthetic(spec);
  const ClusterSpec cluster = cluster_of(4, 8);
  std::vector<std::uint64_t> checksums;
  for (const std::uint32_t instances : {1U, 2U, 10U, 100U}) {
    Candidate candidate = candidate_of("random_replica");
    candidate.instances = instances;
    const auto chains = build_instances(candidate, cluster, 1);
    const RunTally tally =
        replay(workload, cluster, std::span(chains), options_of(LoopMode::kOpen));
    std::uint64_t all = 0;
    for (const NodeTally& node : tally.nodes) all += node.reads;
    for (std::size_t i = 1; i < 4; ++i) {
      const double share = static_cast<double>(tally.nodes[i].reads) / static_cast<double>(all);
      CHECK(share == Approx(1.0 / 3).margin(4 * std::sqrt(2.0 / 9 / static_cast<double>(all))));
    }
    checksums.push_back(tally.event_checksum);
  }
  CHECK(checksums[0] != checksums[1]);
  CHECK(checksums[1] != checksums[2]);
}

}  // namespace switchyard::testing
