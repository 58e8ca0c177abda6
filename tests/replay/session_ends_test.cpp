// When sessions end, as routers are told. Times in nanoseconds.
#include "catch.h"
#include "replay/harness.h"

namespace switchyard::testing {
namespace {

using Ends = std::vector<std::pair<SessionId, Nanoseconds>>;

struct Told {
  Ends ends;
  std::vector<std::size_t> responses_before;
  std::size_t responses = 0;
};

// Sends every request to one node and notes which sessions end.
class Witness : public Router {
 public:
  Witness(NodeId node, Told& told) : node_(node), told_(told) {}
  Signals wants() const override {
    Signals signals;
    signals.responses = signals.sessions = true;
    return signals;
  }
  Decision choose(const Query&, const ClusterView&, Nanoseconds) override {
    return Decision::to(node_);
  }
  void on_session_end(SessionId session, Nanoseconds now) override {
    told_.ends.emplace_back(session, now);
    told_.responses_before.push_back(told_.responses);
  }
  void on_response(const Response&) override { ++told_.responses; }

 private:
  NodeId node_;
  Told& told_;
};

Told run_witness(const std::vector<Row>& rows, const ClusterSpec& cluster,
                 const ReplayOptions& options, NodeId node = NodeId{0}) {
  Told told;
  std::vector<std::unique_ptr<Router>> routers;
  routers.push_back(std::make_unique<Witness>(node, told));
  replay(by_hand(rows), cluster, RouterChain(std::move(routers), NodeId{0}), options);
  return told;
}

constexpr SessionId kA{0};
constexpr SessionId kB{1};

}  // namespace

TEST_CASE("a session ends with the last answer that it gets, and routers are told after that") {
  // The first takes longest: in the open loop its answer is the last.
  const std::vector<Row> rows = {
      {0, "a", 'r', 100}, {10, "a", 'w', 20}, {20, "b", 'r', 30}, {30, "a", 'r', 10}};
  for (const bool by_events : {false, true}) {
    ReplayOptions options = options_of(LoopMode::kOpen);
    options.all_nodes_by_events = by_events;
    const Told open = run_witness(rows, cluster_of(1, 4), options);
    CHECK(open.ends == Ends{{kB, 50}, {kA, 100}});
    CHECK(open.responses_before == std::vector<std::size_t>{3, 4});
    // One after the other: 100, 120, 130; the other session is not concerned.
    for (const LoopMode loop : {LoopMode::kSession, LoopMode::kClosed}) {
      options.loop = loop;
      CHECK(run_witness(rows, cluster_of(1, 4), options).ends == Ends{{kB, 50}, {kA, 130}});
    }
  }
}

TEST_CASE("a session ends with a failure too, but not before it is tried again, nor without any") {
  ReplayOptions options = options_of(LoopMode::kSession);
  ClusterSpec cluster = cluster_of(2, 1);
  cluster.nodes[1].round_trip_ns = 10;
  const std::vector<Row> writes = {{0, "a", 'r', 5}, {100, "a", 'w', 5}};
  // Refused by a replica, after the way there and back.
  CHECK(run_witness(writes, cluster, options, NodeId{1}).ends == Ends{{kA, 110}});
  // Tried again twice, 50 ns after each refusal.
  options.retries = 2;
  options.retry_after_ns = 50;
  CHECK(run_witness(writes, cluster, options, NodeId{1}).ends == Ends{{kA, 230}});
  // Its client gives up 30 ns after it asked.
  options.retries = 0;
  options.timeout_ns = 30;
  const std::vector<Row> reads = {{0, "a", 'r', 5}, {100, "a", 'r', 500}};
  CHECK(run_witness(reads, cluster_of(1, 1), options).ends == Ends{{kA, 130}});
  // No answer comes from a node that is silent, and nobody gives up.
  FaultSpec silent;
  silent.nodes = {NodeId{1}};
  silent.at_ns = 50;
  silent.silent = true;
  cluster.faults = {silent};
  options.timeout_ns = 0;
  CHECK(run_witness(reads, cluster, options, NodeId{1}).ends.empty());
}

TEST_CASE("a session's router instance alone is told of its end") {
  std::vector<Told> told(2);
  std::vector<RouterChain> chains;
  for (Told& one : told) {
    std::vector<std::unique_ptr<Router>> routers;
    routers.push_back(std::make_unique<Witness>(NodeId{0}, one));
    chains.emplace_back(std::move(routers), NodeId{0});
  }
  replay(by_hand({{0, "a", 'r', 5}, {10, "b", 'r', 5}, {20, "c", 'r', 5}}), cluster_of(1, 1),
         std::span(chains), options_of(LoopMode::kOpen));
  CHECK(told[0].ends == Ends{{kA, 5}, {SessionId{2}, 25}});
  CHECK(told[1].ends == Ends{{kB, 15}});
}

}  // namespace switchyard::testing
