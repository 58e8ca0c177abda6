// Queries that have a node asked by a probe before they are placed. One unit of time is a
// millisecond.
#include <optional>

#include "catch.h"
#include "core/error.h"
#include "replay/harness.h"

namespace switchyard::testing {
namespace {

constexpr Nanoseconds kMs = kMillisecond;

// Has each read ask the primary, and wait for `limit` at most; then sends it to node 1, or all to
// the primary.
class Asker : public Router {
 public:
  struct Asked {
    Nanoseconds now_ns = 0;
    bool waited_out = false;
    std::optional<ProbeAnswer> answer;
    std::vector<Position> reached;
  };
  Asker(std::vector<Asked>& asked, Nanoseconds limit, bool to_primary)
      : asked_(asked), limit_(limit), to_primary_(to_primary) {}
  Signals wants() const override {
    Signals signals;
    signals.positions = signals.probes = true;
    return signals;
  }
  Decision choose(const Query& query, const ClusterView&, Nanoseconds now) override {
    if (query.kind == RequestClass::kWrite) return Decision::to(NodeId{0});
    if (query.probe == nullptr && !query.waited_out) {
      return Decision::probe(NodeId{0}, now + limit_);
    }
    asked_.push_back({now, query.waited_out, {}, {}});
    if (query.probe != nullptr) {
      asked_.back().answer = *query.probe;
      asked_.back().reached.assign(query.probe->reached.begin(), query.probe->reached.end());
    }
    return Decision::to(node_id(to_primary_ ? 0 : 1));
  }
  void on_probe(const ProbeAnswer& /*answer*/) override { FAIL("told of a query's own probe"); }

 private:
  std::vector<Asked>& asked_;
  Nanoseconds limit_;
  bool to_primary_;
};

struct AskerRun {
  std::vector<Asker::Asked> asked;
  RunTally tally;
};

AskerRun run_asker(const std::vector<Row>& rows, const ClusterSpec& cluster, Nanoseconds limit,
                   ReplayOptions options = options_of(LoopMode::kOpen), bool to_primary = false) {
  AskerRun run;
  std::vector<std::unique_ptr<Router>> routers;
  routers.push_back(std::make_unique<Asker>(run.asked, limit, to_primary));
  run.tally = replay(by_hand(rows), cluster, RouterChain(std::move(routers), NodeId{0}), options);
  return run;
}

FaultSpec primary_down(Nanoseconds at, Nanoseconds lasts, bool silent) {
  FaultSpec fault;
  fault.nodes = {NodeId{0}};
  fault.at_ns = at;
  fault.lasts_ns = lasts;
  fault.silent = silent;
  return fault;
}

Row read_at(Nanoseconds at, Nanoseconds service) {
  return {at, "s" + std::to_string(at), 'r', service};
}

}  // namespace

TEST_CASE("a query's own probe waits its turn, and tells what was committed when it arrived") {
  ClusterSpec cluster = cluster_of(2, 1);
  cluster.nodes[0].round_trip_ns = 2 * kMs;
  cluster.probe_service_ns = 4 * kMs;
  // The writes arrive at 1 and 7 ms. The probe arrives at 6, is at work until 10 and holds up the
  // second write, which commits at 11, when its answer comes.
  const AskerRun run = run_asker(
      {{0, "w", 'w', kMs}, {5 * kMs, "r", 'r', kMs}, {6 * kMs, "w", 'w', kMs}}, cluster, kSecond);
  REQUIRE(run.asked.size() == 1);
  REQUIRE(run.asked[0].answer);
  CHECK(run.asked[0].now_ns == 11 * kMs);
  CHECK(run.asked[0].answer->now_ns == 11 * kMs);
  CHECK(run.asked[0].answer->sent_ns == 5 * kMs);
  CHECK(run.asked[0].answer->up);
  CHECK_FALSE(run.asked[0].waited_out);
  REQUIRE(run.asked[0].reached.size() == 1);
  CHECK(run.asked[0].reached[0].origin == NodeId{0});
  CHECK(run.asked[0].reached[0].number == 1);
  CHECK(run.tally.probes == 1);
  CHECK(run.tally.router_ns == 6 * kMs);
  CHECK(run.tally.read_ns.max() == 7 * kMs);
  CHECK(run.tally.write_ns.max() == 6 * kMs);
  CHECK(run.tally.nodes[0].busy_ns == 6 * kMs);
}

TEST_CASE("a query asks again in time when its probe is not answered, and late answers are lost") {
  ClusterSpec cluster = cluster_of(2, 1);
  cluster.nodes[0].round_trip_ns = 10 * kMs;
  // One after the other, so that the second's probe is under way when the first's answer comes.
  const std::vector<Row> rows = {read_at(0, kMs), read_at(6 * kMs, kMs), read_at(20 * kMs, kMs)};
  const AskerRun late = run_asker(rows, cluster, 8 * kMs);
  REQUIRE(late.asked.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(late.asked[i].now_ns == rows[i].t_ns + 8 * kMs);
    CHECK(late.asked[i].waited_out);
    CHECK_FALSE(late.asked[i].answer);
  }
  CHECK(late.tally.probes == 3);
  CHECK(late.tally.completed == 3);
  const AskerRun in_time = run_asker(rows, cluster, 10 * kMs + 1);
  REQUIRE(in_time.asked.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(in_time.asked[i].now_ns == rows[i].t_ns + 10 * kMs);
    CHECK_FALSE(in_time.asked[i].waited_out);
  }
}

TEST_CASE("a query's own probe of a node that is down is refused, of a silent one waited out") {
  ClusterSpec cluster = cluster_of(2, 1);
  cluster.nodes[0].round_trip_ns = 2 * kMs;
  cluster.probe_service_ns = 4 * kMs;
  ReplayOptions options = options_of(LoopMode::kOpen);
  options.timeout_ns = 100 * kMs;
  // The first probe is at work from 1 to 5 ms, the second arrives at 21.
  const std::vector<Row> rows = {read_at(0, kMs), read_at(20 * kMs, kMs)};
  cluster.faults = {primary_down(4 * kMs, 30 * kMs, false)};
  const AskerRun down = run_asker(rows, cluster, 50 * kMs, options);
  REQUIRE(down.asked.size() == 2);
  for (const Asker::Asked& asked : down.asked) {
    REQUIRE(asked.answer);
    CHECK_FALSE(asked.answer->up);
  }
  CHECK(down.asked[0].now_ns == 5 * kMs);
  CHECK(down.asked[1].now_ns == 22 * kMs);
  CHECK(down.tally.completed == 2);
  CHECK(down.tally.nodes[0].busy_ns == 3 * kMs);
  cluster.faults = {primary_down(4 * kMs, 30 * kMs, true)};
  const AskerRun silent = run_asker(rows, cluster, 50 * kMs, options);
  REQUIRE(silent.asked.size() == 2);
  CHECK(silent.asked[0].now_ns == 50 * kMs);
  CHECK(silent.asked[1].now_ns == 70 * kMs);
  for (const Asker::Asked& asked : silent.asked) {
    CHECK(asked.waited_out);
    CHECK_FALSE(asked.answer);
  }
  // A client that gives up while its query waits is told so, and its router never asked again.
  options.timeout_ns = 40 * kMs;
  const AskerRun given_up = run_asker(rows, cluster, 50 * kMs, options);
  CHECK(given_up.asked.empty());
  CHECK(given_up.tally.timed_out == 2);
}

TEST_CASE("a query that is tried again asks again, and its session goes on") {
  ClusterSpec cluster = cluster_of(2, 1);
  cluster.faults = {primary_down(5 * kMs, 10 * kMs, false)};
  ReplayOptions options = options_of(LoopMode::kSession);
  options.retries = 3;
  options.retry_after_ns = 6 * kMs;
  // Refused at 6 and 12 ms, served at 18.
  const AskerRun run =
      run_asker({{0, "s", 'r', kMs}, {6 * kMs, "s", 'r', kMs}, {7 * kMs, "s", 'r', kMs}}, cluster,
                kSecond, options, true);
  CHECK(run.tally.completed == 3);
  CHECK(run.tally.retries == 2);
  CHECK(run.tally.probes == 1 + 3 + 1);
  REQUIRE(run.asked.size() == 5);
  CHECK_FALSE(run.asked[1].answer->up);
  CHECK_FALSE(run.asked[2].answer->up);
  CHECK(run.asked[3].answer->up);
  CHECK(run.asked[3].now_ns == 18 * kMs);
  CHECK(run.asked[4].now_ns == 19 * kMs);
}

TEST_CASE("a router can't have a query ask without having asked for probes, nor until the past") {
  class Wrong : public Router {
   public:
    explicit Wrong(bool wants) : wants_(wants) {}
    Signals wants() const override {
      Signals signals;
      signals.probes = wants_;
      signals.timers = true;
      return signals;
    }
    Decision choose(const Query&, const ClusterView&, Nanoseconds now) override {
      return Decision::probe(NodeId{0}, wants_ ? now : now + 1);
    }

   private:
    bool wants_;
  };
  for (const bool wants : {false, true}) {
    std::vector<std::unique_ptr<Router>> routers;
    routers.push_back(std::make_unique<Wrong>(wants));
    const RouterChain chain(std::move(routers), NodeId{0});
    CHECK_THROWS_AS(
        replay(by_hand({read_at(0, kMs)}), cluster_of(2, 1), chain, options_of(LoopMode::kOpen)),
        InputError);
  }
}

}  // namespace switchyard::testing
