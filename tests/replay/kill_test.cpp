// Stops each node at each moment at which something happens in a small run.
#include <set>

#include "catch.h"
#include "replay/harness.h"
#include "replay/naive_ledger.h"

namespace switchyard::testing {
namespace {

constexpr Nanoseconds kDowntime = 3'000'000;

// Sessions that write and read two keys, one transaction, then a request so late that all is over.
std::vector<Row> recording() {
  return {{0, "a", 'w', 300'000, "k"},          {100'000, "b", 'r', 200'000, "k"},
          {400'000, "a", 'r', 200'000, "k"},    {500'000, "c", 'b', 10'000, "", 1},
          {600'000, "c", 'w', 200'000, "k", 1}, {700'000, "b", 'w', 400'000, "m"},
          {900'000, "c", 'w', 200'000, "m", 1}, {1'200'000, "c", 'c', 50'000, "", 1},
          {1'300'000, "a", 'r', 100'000, "m"},  {1'400'000, "b", 'r', 100'000, "k"},
          {1'600'000, "b", 'w', 300'000, "k"},  {2'100'000, "a", 'w', 100'000, "m"},
          {2'600'000, "c", 'r', 100'000, "m"},  {100'000'000, "d", 'r', 1'000, "k"}};
}

ClusterSpec cluster_with(ReplicationMode mode) {
  ClusterSpec cluster = cluster_of(3, 1);
  cluster.replication.mode = mode;
  cluster.replication.delay = Law::constant(250'000);
  cluster.replication.ack_delay = Law::constant(120'000);
  cluster.replication.apply_service = Law::constant(150'000);
  cluster.failover.detect_after_ns = 100'000;
  return cluster;
}

// Notes when anything happens, and that nothing happens twice.
class Moments : public NaiveLedger {
 public:
  using NaiveLedger::NaiveLedger;
  void committed(RequestIndex write, NodeId origin, Nanoseconds commit_ns,
                 Nanoseconds ack_ns) override {
    times.insert(commit_ns);
    const bool is_new = has.insert({write, origin}).second;
    CHECK(is_new);
    on_node.push_back({origin, commit_ns});
    writes.insert(write);
    NaiveLedger::committed(write, origin, commit_ns, ack_ns);
  }
  void acknowledged(RequestIndex write, Nanoseconds ack_ns) override {
    times.insert(ack_ns);
    NaiveLedger::acknowledged(write, ack_ns);
  }
  void applied(RequestIndex write, NodeId node, Nanoseconds time) override {
    times.insert(time);
    const bool is_new = has.insert({write, node}).second;
    CHECK(is_new);
    on_node.push_back({node, time});
    NaiveLedger::applied(write, node, time);
  }
  void discarded(RequestIndex write, Nanoseconds now) override {
    writes.erase(write);
    NaiveLedger::discarded(write, now);
  }
  void read_started(RequestIndex read, NodeId node, Nanoseconds issued_ns,
                    Nanoseconds start_ns) override {
    times.insert({issued_ns, start_ns});
    on_node.push_back({node, start_ns});
    NaiveLedger::read_started(read, node, issued_ns, start_ns);
  }

  std::set<Nanoseconds> times;
  std::set<std::pair<RequestIndex, NodeId>> has;
  std::set<RequestIndex> writes;  // that are not lost
  std::vector<std::pair<NodeId, Nanoseconds>> on_node;
};

struct Kill {
  ClusterSpec cluster;
  NodeId node{};
  Nanoseconds at_ns = 0;
};

// Returns the acknowledged writes that were lost.
std::uint64_t check_kill(const Kill& kill, const ReplayWorkload& workload,
                         const ReplayOptions& options, bool forever) {
  ClusterSpec cluster = kill.cluster;
  FaultSpec fault;
  fault.nodes = {kill.node};
  fault.at_ns = kill.at_ns;
  if (!forever) fault.lasts_ns = kDowntime;
  cluster.faults.push_back(fault);
  Moments moments(workload.trace, cluster.nodes.size());
  const RouterChain chain = build_chain(
      candidate_of("random_replica", {{"include_primary", "true"}}), cluster, options.seed);
  const RunTally tally = replay(workload, cluster, chain, options, {nullptr, nullptr, &moments});
  INFO("node " << index(kill.node) << " down at " << kill.at_ns << (forever ? " for ever" : ""));
  CHECK(tally.arrived() == workload.trace.size());
  const ConsistencyTally naive = moments.judge();
  const ConsistencyTally& c = tally.consistency;
  CHECK(c.stale_reads == naive.stale_reads);
  CHECK(c.read_your_writes_violations == naive.read_your_writes_violations);
  CHECK(c.monotonic_read_violations == naive.monotonic_read_violations);
  CHECK(c.lost_acknowledged_writes == naive.lost_acknowledged_writes);
  CHECK(c.write_conflicts == 0);
  const Nanoseconds end = forever ? kNever : kill.at_ns + kDowntime;
  for (const auto& [node, time] : moments.on_node) {
    const bool while_down = node == kill.node && time > kill.at_ns && time < end;
    CHECK_FALSE(while_down);
  }
  // At the end all nodes that are up have the same history.
  for (std::size_t i = 0; i < cluster.nodes.size(); ++i) {
    if (forever && node_id(i) == kill.node) continue;
    for (const RequestIndex write : moments.writes) {
      INFO("write " << write << " on node " << i);
      CHECK(moments.has.contains({write, node_id(i)}));
    }
  }
  return c.lost_acknowledged_writes;
}

std::uint64_t kill_everywhere(const ClusterSpec& cluster, bool forever) {
  const ReplayWorkload workload = by_hand(recording());
  ReplayOptions options = options_of(LoopMode::kSession);
  options.all_nodes_by_events = true;
  Moments quiet(workload.trace, cluster.nodes.size());
  const RouterChain chain = build_chain(
      candidate_of("random_replica", {{"include_primary", "true"}}), cluster, options.seed);
  replay(workload, cluster, chain, options, {nullptr, nullptr, &quiet});
  REQUIRE(quiet.times.size() > 12);
  std::uint64_t lost = 0;
  for (const Nanoseconds time : quiet.times) {
    for (const Nanoseconds at : {time - 1, time, time + 1}) {
      if (at < 0 || at > 50'000'000) continue;
      for (std::size_t node = 0; node < cluster.nodes.size(); ++node) {
        lost += check_kill({cluster, node_id(node), at}, workload, options, forever);
      }
    }
  }
  return lost;
}

}  // namespace

TEST_CASE(
    "whenever a node stops for a while, nothing is done twice, by the dead or for ever lost") {
  for (const auto mode :
       {ReplicationMode::kAsync, ReplicationMode::kSemiSync, ReplicationMode::kSync}) {
    const std::uint64_t lost = kill_everywhere(cluster_with(mode), false);
    // Without a successor the primary keeps what it has committed.
    CHECK(lost == 0);
  }
}

TEST_CASE(
    "whenever a node stops and may be replaced, only async commits are lost after their ack") {
  for (const bool forever : {false, true}) {
    for (const auto mode :
         {ReplicationMode::kAsync, ReplicationMode::kSemiSync, ReplicationMode::kSync}) {
      ClusterSpec cluster = cluster_with(mode);
      cluster.failover.promote_after_ns = 400'000;
      const std::uint64_t lost = kill_everywhere(cluster, forever);
      if (mode == ReplicationMode::kAsync) {
        CHECK(lost > 0);
      } else {
        CHECK(lost == 0);
      }
    }
  }
}

}  // namespace switchyard::testing
