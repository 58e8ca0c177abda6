// The engine on workloads small enough to work out by hand. Times in nanoseconds.
#include "catch.h"
#include "core/error.h"
#include "replay/harness.h"

namespace switchyard::testing {
namespace {

// Sends every request to one node and notes what it is told.
class Witness : public Router {
 public:
  explicit Witness(NodeId node) : node_(node) {}
  Signals wants() const override {
    Signals signals;
    signals.responses = true;
    signals.outstanding = true;
    signals.sessions = true;
    return signals;
  }
  Decision choose(const Query&, const ClusterView& view, Nanoseconds) override {
    seen_outstanding.push_back((*view.outstanding)[node_]);
    return Decision::to(node_);
  }
  void on_session_start(SessionId session, Nanoseconds now) override {
    sessions.emplace_back(session, now);
  }
  void on_dispatch(const Dispatch& dispatch) override { dispatched.push_back(dispatch.now_ns); }
  void on_response(const Response& response) override { responses.push_back(response); }

  std::vector<std::uint32_t> seen_outstanding;
  std::vector<std::pair<SessionId, Nanoseconds>> sessions;
  std::vector<Nanoseconds> dispatched;
  std::vector<Response> responses;

 private:
  NodeId node_;
};

struct Run {
  RunTally tally;
  std::unique_ptr<Witness> owned;  // of the chain
  Witness* witness = nullptr;
  std::unique_ptr<RouterChain> chain;
};

Run run_witness(const ReplayWorkload& workload, const ClusterSpec& cluster,
                const ReplayOptions& options, NodeId node = NodeId{0}) {
  Run result;
  auto witness = std::make_unique<Witness>(node);
  result.witness = witness.get();
  std::vector<std::unique_ptr<Router>> routers;
  routers.push_back(std::move(witness));
  result.chain = std::make_unique<RouterChain>(std::move(routers), NodeId{0});
  result.tally = replay(workload, cluster, *result.chain, options);
  return result;
}

std::vector<Nanoseconds> response_times(const Run& run) {
  std::vector<Nanoseconds> times;
  for (const Response& response : run.witness->responses) times.push_back(response.now_ns);
  return times;
}

using Times = std::vector<Nanoseconds>;

// One worker; 100 of work at 0, then 10 more at 20 and at 30, all of one session.
const std::vector<Row> kOneSession = {{0, "a", 'r', 100}, {20, "a", 'r', 10}, {30, "a", 'r', 10}};

}  // namespace

TEST_CASE("open loop: requests arrive as recorded, whatever happened before") {
  for (const bool by_events : {false, true}) {
    ReplayOptions options = options_of(LoopMode::kOpen);
    options.all_nodes_by_events = by_events;
    const Run run = run_witness(by_hand(kOneSession), cluster_of(1, 1), options);
    CHECK(run.witness->dispatched == Times{0, 20, 30});
    CHECK(response_times(run) == Times{100, 110, 120});
    CHECK(run.witness->seen_outstanding == std::vector<std::uint32_t>{0, 1, 2});
    CHECK(run.tally.read_ns.max() == 100);
    CHECK(run.tally.held_ns == 0);
    CHECK(run.tally.nodes[0].max_waiting == 2);
    // Waits of 80 and 80.
    CHECK(run.tally.nodes[0].waiting_ns == 160);
    CHECK(run.tally.nodes[0].busy_ns == 120);
  }
}

TEST_CASE("session loop: a request waits for its session, and is timed from when it was due") {
  for (const bool by_events : {false, true}) {
    ReplayOptions options = options_of(LoopMode::kSession);
    options.all_nodes_by_events = by_events;
    const Run run = run_witness(by_hand(kOneSession), cluster_of(1, 1), options);
    CHECK(run.witness->dispatched == Times{0, 100, 110});
    CHECK(response_times(run) == Times{100, 110, 120});
    CHECK(run.witness->seen_outstanding == std::vector<std::uint32_t>{0, 0, 0});
    // From 0, 20 and 30: latencies 100, 90, 90, of which 80 and 80 were held back.
    CHECK(run.tally.read_ns.mean() == Approx(280.0 / 3));
    CHECK(run.tally.held_ns == 160);
    CHECK(run.tally.nodes[0].waiting_ns == 0);
  }
}

TEST_CASE("session loop: sessions do not hold each other back") {
  const Run run = run_witness(
      by_hand({{0, "a", 'r', 100}, {20, "b", 'r', 10}, {30, "a", 'r', 10}, {40, "b", 'r', 10}}),
      cluster_of(1, 8), options_of(LoopMode::kSession));
  CHECK(run.witness->dispatched == Times{0, 20, 40, 100});
  REQUIRE(run.witness->sessions.size() == 2);
  CHECK(run.witness->sessions[1].second == 20);
}

TEST_CASE("closed loop: the recorded think time follows the simulated response") {
  // Think times 20 - 15 = 5 and 50 - 20 - 10 = 20; the node is twice as slow as the recorded one.
  ClusterSpec cluster = cluster_of(1, 1);
  cluster.nodes[0].speed = 0.5;
  for (const bool by_events : {false, true}) {
    ReplayOptions options = options_of(LoopMode::kClosed);
    options.all_nodes_by_events = by_events;
    const auto workload = by_hand({{0, "a", 'r', 15}, {20, "a", 'r', 10}, {50, "a", 'r', 10}});
    const Run run = run_witness(workload, cluster, options);
    // 0-30, think 5, 35-55, think 20, 75-95.
    CHECK(run.witness->dispatched == Times{0, 35, 75});
    CHECK(response_times(run) == Times{30, 55, 95});
    CHECK(run.tally.read_ns.max() == 30);
    options.think_scale = 2;
    CHECK(run_witness(workload, cluster, options).witness->dispatched == Times{0, 40, 100});
  }
}

TEST_CASE("speed divides the recorded gaps and not the service") {
  ReplayOptions options = options_of(LoopMode::kOpen);
  options.speed = 4;
  const Run run =
      run_witness(by_hand({{1000, "a", 'r', 8}, {1100, "b", 'r', 8}}), cluster_of(1, 1), options);
  CHECK(run.witness->dispatched == Times{0, 25});
  CHECK(run.tally.service_ns == 16);
}

TEST_CASE("the round trip adds half each way, and a node's queue sees requests when they arrive") {
  ClusterSpec cluster = cluster_of(1, 1);
  cluster.nodes[0].round_trip_ns = 20;
  for (const bool by_events : {false, true}) {
    ReplayOptions options = options_of(LoopMode::kOpen);
    options.all_nodes_by_events = by_events;
    const Run run =
        run_witness(by_hand({{0, "a", 'r', 100}, {50, "b", 'r', 10}}), cluster, options);
    // At the node 10-110 and 60…110-120; answers 10 later.
    CHECK(response_times(run) == Times{120, 130});
    CHECK(run.tally.wire_ns == 40);
    CHECK(run.tally.wait_ns.max() == 50);
  }
}

TEST_CASE("writes reach every other node after the delay and take their workers") {
  ClusterSpec cluster = cluster_of(3, 1);
  cluster.replication.delay = Law::constant(5);
  cluster.replication.apply_service = Law::constant(40);
  // The write runs 0-10 on the primary and is applied 15-55 elsewhere. The read of node 1 at 20
  // waits for that until 55.
  const auto workload = by_hand({{0, "a", 'w', 10}, {20, "b", 'r', 10}});
  for (const bool by_events : {false, true}) {
    ReplayOptions options = options_of(LoopMode::kOpen);
    options.all_nodes_by_events = by_events;
    const auto tally = run(workload, cluster, candidate_of("round_robin"), options);
    CHECK(tally.nodes[0].applies == 0);
    CHECK(tally.nodes[1].applies == 1);
    CHECK(tally.nodes[2].applies == 1);
    CHECK(tally.read_ns.max() == 45);
    // From the commit at 10 to the end of the apply at 55.
    CHECK(tally.nodes[1].max_apply_lag_ns == 45);
    CHECK(tally.nodes[1].busy_ns == 50);

    ClusterSpec free = cluster;
    free.replication.apply_competes = false;
    const auto unhindered = run(workload, free, candidate_of("round_robin"), options);
    CHECK(unhindered.read_ns.max() == 10);
    CHECK(unhindered.nodes[1].max_apply_lag_ns == 45);
    CHECK(unhindered.nodes[1].busy_ns == 10);
  }
}

TEST_CASE("one apply worker applies one write at a time, in the order of commits") {
  ClusterSpec cluster = cluster_of(2, 8);
  cluster.replication.apply_share = 2;
  // Commits at 10 and 12; applies of 20 and 10: 10-30, 30-40 with one worker, 12-22 with two.
  const auto workload = by_hand({{0, "a", 'w', 10}, {7, "b", 'w', 5}});
  for (const bool by_events : {false, true}) {
    ReplayOptions options = options_of(LoopMode::kOpen);
    options.all_nodes_by_events = by_events;
    const auto one = run(workload, cluster, candidate_of("primary_only"), options);
    CHECK(one.nodes[1].apply_lag_ns == 20 + 28);
    cluster.replication.apply_workers = 2;
    const auto two = run(workload, cluster, candidate_of("primary_only"), options);
    CHECK(two.nodes[1].apply_lag_ns == 20 + 10);
    cluster.replication.apply_workers = 1;
  }
}

TEST_CASE("locking reads and transaction control change nothing elsewhere, DDL does") {
  ClusterSpec cluster = cluster_of(2, 8);
  cluster.replication.apply_service = Law::constant(1);
  const auto tally = run(by_hand({{0, "a", 'b', 1},
                                  {10, "a", 'l', 1},
                                  {20, "a", 'c', 1},
                                  {30, "a", 'd', 1},
                                  {40, "a", 's', 1},
                                  {50, "a", 'x', 1}}),
                         cluster, candidate_of("round_robin"), options_of(LoopMode::kOpen));
  CHECK(tally.nodes[1].applies == 1);
  CHECK(tally.nodes[0].writes == 2);
  CHECK(tally.nodes[0].control == 4);
  CHECK(tally.nodes[1].control == 0);
}

TEST_CASE("a write sent to a replica is refused and counted") {
  const Run run = run_witness(by_hand({{0, "a", 'w', 10}, {5, "a", 'r', 10}}), cluster_of(2, 1),
                              options_of(LoopMode::kOpen), NodeId{1});
  CHECK(run.tally.failed == 1);
  CHECK(run.tally.completed == 1);
  CHECK(run.tally.nodes[1].errors == 1);
  CHECK(run.tally.nodes[1].busy_ns == 10);
  CHECK(run.tally.nodes[0].applies == 0);
  REQUIRE(run.witness->responses.size() == 2);
  CHECK(run.witness->responses[0].status == Status::kRefused);
}

TEST_CASE("as shipped, the save of an object goes back to the replica it was loaded from") {
  // Read key k on some node, write it: with Django's hint the write follows the read. Writes of a
  // key that the session has not read go to default.
  std::vector<Row> rows;
  for (int i = 0; i < 4000; ++i) {
    const std::string key = std::to_string(i);
    rows.push_back({i * 100, "a", 'r', 1, key});
    rows.push_back({i * 100 + 50, "a", 'w', 1, key});
    rows.push_back({i * 100 + 60, "a", 'w', 1, "new" + key});
  }
  const auto tally = run(by_hand(rows), cluster_of(4, 8), candidate_of("MasterSlaveAsShipped"),
                         options_of(LoopMode::kOpen));
  // (n-1)/n of the saves: 3/4 of 4000, four standard deviations are 110.
  CHECK(static_cast<double>(tally.failed) == Approx(3000).margin(110));
  CHECK(tally.nodes[0].writes == 8000 - tally.failed);
  const auto documented = run(by_hand(rows), cluster_of(4, 8), candidate_of("MasterSlave"),
                              options_of(LoopMode::kOpen));
  CHECK(documented.failed == 0);
}

TEST_CASE("no router at all is Django without routers: default, or the object's own database") {
  const auto tally = run(by_hand({{0, "a", 'r', 1, "k"}, {10, "a", 'w', 1, "k"}}), cluster_of(3, 1),
                         candidate_of(""), options_of(LoopMode::kOpen));
  CHECK(tally.nodes[0].reads == 1);
  CHECK(tally.nodes[0].writes == 1);
}

TEST_CASE("a full queue rejects at once") {
  ClusterSpec cluster = cluster_of(1, 1);
  cluster.nodes[0].queue_limit = 1;
  for (const bool by_events : {false, true}) {
    ReplayOptions options = options_of(LoopMode::kOpen);
    options.all_nodes_by_events = by_events;
    // One in service until 100, one waiting, the third is one too many; at 100 there is room again.
    const auto tally = run(
        by_hand({{0, "a", 'r', 100}, {1, "b", 'r', 10}, {2, "c", 'r', 10}, {100, "d", 'r', 10}}),
        cluster, candidate_of("primary_only"), options);
    CHECK(tally.rejected == 1);
    CHECK(tally.completed == 3);
    CHECK(tally.nodes[0].errors == 1);
  }
}

TEST_CASE("a client that gives up goes on, the node finishes the work all the same") {
  for (const bool by_events : {false, true}) {
    ReplayOptions options = options_of(LoopMode::kSession);
    options.all_nodes_by_events = by_events;
    options.timeout_ns = 50;
    const Run run =
        run_witness(by_hand({{0, "a", 'w', 80}, {10, "a", 'r', 10}, {200, "a", 'r', 5}}),
                    cluster_of(2, 1), options);
    // The write ends at 80, after its client left at 50; the read waits for the worker until 80.
    CHECK(run.witness->dispatched == Times{0, 50, 200});
    CHECK(run.tally.timed_out == 1);
    CHECK(run.tally.completed == 2);
    CHECK(run.tally.read_ns.max() == 80);
    CHECK(run.tally.nodes[0].busy_ns == 95);
    CHECK(run.tally.nodes[1].applies == 1);
  }
}

TEST_CASE("a router may ask to wait, or reject") {
  class Postpone : public Router {
   public:
    Decision choose(const Query& query, const ClusterView&, Nanoseconds now) override {
      if (query.kind == RequestClass::kWrite) return Decision::reject();
      return now < 40 ? Decision::wait_until(40) : Decision::to(NodeId{0});
    }
  };
  std::vector<std::unique_ptr<Router>> routers;
  routers.push_back(std::make_unique<Postpone>());
  const RouterChain chain(std::move(routers), NodeId{0});
  const auto tally = replay(by_hand({{0, "a", 'r', 10}, {5, "b", 'w', 10}}), cluster_of(1, 1),
                            chain, options_of(LoopMode::kSession));
  CHECK(tally.read_ns.max() == 50);
  CHECK(tally.router_ns == 40);
  CHECK(tally.rejected == 1);
}

TEST_CASE("timers come at their time and do not keep a run alive") {
  class Ticking : public Router {
   public:
    explicit Ticking(std::vector<Nanoseconds>& ticks) : ticks_(ticks) {}
    Signals wants() const override {
      Signals signals;
      signals.timers = true;
      return signals;
    }
    Decision choose(const Query&, const ClusterView&, Nanoseconds) override {
      return Decision::to(NodeId{0});
    }
    Nanoseconds next_timer() const override { return next_; }
    void on_timer(const ClusterView&, Nanoseconds now) override {
      ticks_.push_back(now);
      next_ += 30;
    }

   private:
    std::vector<Nanoseconds>& ticks_;
    Nanoseconds next_ = 30;
  };
  std::vector<Nanoseconds> ticks;
  std::vector<std::unique_ptr<Router>> routers;
  routers.push_back(std::make_unique<Ticking>(ticks));
  const RouterChain chain(std::move(routers), NodeId{0});
  replay(by_hand({{0, "a", 'r', 1}, {100, "a", 'r', 1}}), cluster_of(1, 1), chain,
         options_of(LoopMode::kOpen));
  CHECK(ticks == Times{30, 60, 90});
}

TEST_CASE("a router that names a node that does not exist is an error") {
  class Astray : public Router {
   public:
    Decision choose(const Query&, const ClusterView&, Nanoseconds) override {
      return Decision::to(NodeId{2});
    }
  };
  std::vector<std::unique_ptr<Router>> routers;
  routers.push_back(std::make_unique<Astray>());
  const RouterChain chain(std::move(routers), NodeId{0});
  CHECK_THROWS_AS(
      replay(by_hand({{0, "a", 'r', 1}}), cluster_of(2, 1), chain, options_of(LoopMode::kOpen)),
      InputError);
}

TEST_CASE(
    "what comes before the warm-up's end does not count, and work that spans it counts in part") {
  ReplayOptions options = options_of(LoopMode::kOpen);
  options.measured.from_ns = 50;
  const auto tally = run(by_hand({{0, "a", 'r', 80}, {60, "b", 'r', 40}}), cluster_of(1, 1),
                         candidate_of("primary_only"), options);
  CHECK(tally.completed == 1);
  CHECK(tally.read_ns.max() == 60);
  // 50-80 of the first and 80-120 of the second.
  CHECK(tally.nodes[0].busy_ns == 70);
  CHECK(tally.measured_from_ns == 50);
  CHECK(tally.measured_to_ns == 120);
}

TEST_CASE("what arrives after the measured time does not count, and work counts up to its end") {
  ReplayOptions options = options_of(LoopMode::kOpen);
  options.measured = {50, 100};
  // One worker: the first works from 0 to 80, the second from 80 to 120, the third from 120 to 150.
  const auto workload = by_hand({{0, "a", 'r', 80}, {60, "b", 'r', 40}, {100, "c", 'r', 30}});
  const auto tally = run(workload, cluster_of(1, 1), candidate_of("primary_only"), options);
  CHECK(tally.completed == 1);
  CHECK(tally.read_ns.max() == 60);
  CHECK(tally.nodes[0].busy_ns == 50);
  // The second waits from 60 to 80; the third comes too late to be waiting in time.
  CHECK(tally.nodes[0].waiting_ns == 20);
  CHECK(tally.measured_from_ns == 50);
  CHECK(tally.measured_to_ns == 100);
  // Leaving out is all that it does: the same happens.
  CHECK(tally.event_checksum ==
        run(workload, cluster_of(1, 1), candidate_of("primary_only"), options_of(LoopMode::kOpen))
            .event_checksum);
}

TEST_CASE("service times are drawn where the recording has none, the same for every candidate") {
  TraceBuilder builder;
  for (int i = 0; i < 1000; ++i) {
    TraceRow row;
    row.t_ns = i * kMillisecond;
    row.session = "a";
    row.op = Op::kRead;
    builder.add(row);
  }
  const Trace trace = builder.finish({});
  CHECK_THROWS_AS(prepare(trace, std::nullopt, 1), InputError);
  const auto workload = prepare(trace, Law::constant(500), 1);
  CHECK(workload.notes.size() == 1);
  const auto tally =
      run(workload, cluster_of(2, 1), candidate_of("round_robin"), options_of(LoopMode::kOpen));
  CHECK(tally.service_ns == 500'000);
}

TEST_CASE("a stop request ends the run by Interrupted") {
  SyntheticWorkload spec;
  spec.requests = 100'000;
  spec.arrivals.rate = 1000;
  const std::atomic<bool> stop{true};
  RunControl control;
  control.stop = &stop;
  const ClusterSpec cluster = cluster_of(1, 1);
  const auto chain = build_chain(candidate_of("primary_only"), cluster, 1);
  CHECK_THROWS_AS(replay(synthetic(spec), cluster, chain, options_of(LoopMode::kOpen), control),
                  Interrupted);
}

TEST_CASE("a write that a replica refuses is not outstanding afterwards") {
  // Sends everything to the replica and notes how much it has outstanding there.
  class Watcher : public Router {
   public:
    explicit Watcher(std::vector<std::uint32_t>& seen) : seen_(seen) {}
    Signals wants() const override {
      Signals signals;
      signals.outstanding = true;
      return signals;
    }
    Decision choose(const Query& /*query*/, const ClusterView& view, Nanoseconds /*now*/) override {
      seen_.push_back((*view.outstanding)[NodeId{1}]);
      return Decision::to(NodeId{1});
    }

   private:
    std::vector<std::uint32_t>& seen_;
  };
  const auto workload =
      by_hand({{0, "a", 'w', 10}, {5, "a", 'r', 10}, {10, "a", 'r', 10}, {18, "a", 'r', 1}});
  for (const bool by_events : {false, true}) {
    std::vector<std::uint32_t> seen;
    std::vector<std::unique_ptr<Router>> routers;
    routers.push_back(std::make_unique<Watcher>(seen));
    ReplayOptions options = options_of(LoopMode::kOpen);
    options.all_nodes_by_events = by_events;
    const RunTally tally =
        replay(workload, cluster_of(2, 8), RouterChain(std::move(routers), NodeId{0}), options);
    CHECK(tally.failed == 1);
    // The reads run 5-15 and 10-20.
    CHECK(seen == std::vector<std::uint32_t>{0, 0, 1, 1});
  }
}

}  // namespace switchyard::testing
