// Staleness, conflicts and transactions on histories small enough to follow by hand.
#include <deque>

#include "catch.h"
#include "core/error.h"
#include "replay/harness.h"

namespace switchyard::testing {
namespace {

// Sends each read and write where the script says.
class Scripted : public Router {
 public:
  explicit Scripted(std::deque<std::size_t> nodes) : nodes_(std::move(nodes)) {}
  Decision choose(const Query& /*query*/, const ClusterView& /*view*/,
                  Nanoseconds /*now*/) override {
    const std::size_t node = nodes_.front();
    nodes_.pop_front();
    return Decision::to(node_id(node));
  }

 private:
  std::deque<std::size_t> nodes_;
};

RunTally run_scripted(const std::vector<Row>& rows, const ClusterSpec& cluster,
                      std::deque<std::size_t> nodes, LoopMode loop = LoopMode::kOpen) {
  validate(cluster);
  std::vector<std::unique_ptr<Router>> routers;
  routers.push_back(std::make_unique<Scripted>(std::move(nodes)));
  return replay(by_hand(rows), cluster, RouterChain(std::move(routers), NodeId{0}),
                options_of(loop));
}

// Idle nodes whose writes reach each other 100 ns after their commit.
ClusterSpec delayed_cluster(std::size_t nodes, std::size_t primaries = 1) {
  ClusterSpec cluster = cluster_of(nodes, 8);
  for (std::size_t i = 0; i < primaries; ++i) cluster.nodes[i].role = Role::kPrimary;
  cluster.replication.delay = Law::constant(100);
  return cluster;
}

}  // namespace

TEST_CASE("a read is stale while its node lacks an acknowledged write of its key") {
  // Commits at 10 and 30 reach the replica at 110 and 130.
  const std::vector<Row> rows = {{0, "w", 'w', 10, "k"},  {20, "w", 'w', 10, "k"},
                                 {50, "r", 'r', 1, "k"},  {60, "r", 'r', 1, "other"},
                                 {109, "r", 'r', 1, "k"}, {120, "r", 'r', 1, "k"},
                                 {130, "r", 'r', 1, "k"}};
  const ConsistencyTally c =
      run_scripted(rows, delayed_cluster(2), {0, 0, 1, 1, 1, 1, 1}).consistency;
  CHECK(c.reads_checked == 5);
  CHECK(c.stale_reads == 3);
  // At 50 and 109 two versions are missing, the older since 10; at 120 one, since 30.
  CHECK(c.stale_age_ns.max() == 99);
  CHECK(c.stale_age_ns.mean() == Approx((40 + 99 + 90) / 3.0));
  CHECK(c.stale_versions.mean() == Approx((2 + 2 + 1) / 3.0));
  CHECK(c.read_your_writes_violations == 0);
  CHECK(c.monotonic_read_violations == 0);
  REQUIRE(c.evidence.size() == 3);
  CHECK(c.evidence[0].request == 2);
  CHECK(c.evidence[0].other == 0);
  CHECK(c.evidence[0].node == NodeId{1});
  CHECK(c.evidence[0].age_ns == 40);
  CHECK(c.evidence[2].other == 1);
}

TEST_CASE("the primary itself shows a write at once, and what nobody was told of is not missed") {
  ClusterSpec cluster = delayed_cluster(2);
  // The write commits at 10 + 200 and is acknowledged at 410.
  cluster.nodes[0].round_trip_ns = 400;
  const std::vector<Row> rows = {
      {0, "w", 'w', 10, "k"}, {250, "r", 'r', 1, "k"}, {300, "p", 'r', 1, "k"}};
  CHECK(run_scripted(rows, cluster, {0, 1, 0}).consistency.stale_reads == 0);
  // Told of it at 10, as it would be without the round trip, the reader would miss it.
  cluster.nodes[0].round_trip_ns = 0;
  const std::vector<Row> sooner = {
      {0, "w", 'w', 10, "k"}, {50, "r", 'r', 1, "k"}, {50, "p", 'r', 1, "k"}};
  CHECK(run_scripted(sooner, cluster, {0, 1, 0}).consistency.stale_reads == 1);
}

TEST_CASE("staleness is judged when service starts, not when the read arrives") {
  ClusterSpec cluster = delayed_cluster(2);
  cluster.nodes[1].workers = 1;
  // The read of `k` waits on the replica until 150; the write is there since 110.
  const std::vector<Row> rows = {
      {0, "w", 'w', 10, "k"}, {20, "x", 'r', 130, "other"}, {50, "r", 'r', 1, "k"}};
  CHECK(run_scripted(rows, cluster, {0, 1, 1}).consistency.stale_reads == 0);
}

TEST_CASE("a session that misses its own write is told apart from one that misses another's") {
  const std::vector<Row> rows = {{0, "a", 'w', 10, "k"},
                                 {50, "a", 'r', 1, "k"},
                                 {50, "b", 'r', 1, "k"},
                                 {150, "a", 'r', 1, "k"}};
  const ConsistencyTally c = run_scripted(rows, delayed_cluster(2), {0, 1, 1, 1}).consistency;
  CHECK(c.stale_reads == 2);
  CHECK(c.read_your_writes_violations == 1);
}

TEST_CASE("a session goes back when it reads an older version than it has read before") {
  // Both sessions read on the primary what the replica lacks; only `a` then reads the replica.
  const std::vector<Row> rows = {{0, "w", 'w', 10, "k"}, {20, "a", 'r', 1, "k"},
                                 {30, "b", 'r', 1, "k"}, {50, "a", 'r', 1, "k"},
                                 {60, "b", 'r', 1, "k"}, {70, "c", 'r', 1, "k"}};
  const ConsistencyTally c = run_scripted(rows, delayed_cluster(2), {0, 0, 0, 1, 0, 1}).consistency;
  CHECK(c.monotonic_read_violations == 1);
  CHECK(c.stale_reads == 2);
}

TEST_CASE("two primaries that write a key without knowing of each other lose an update") {
  const ClusterSpec cluster = delayed_cluster(2, 2);
  // Commits: 10 on node 0, 30 on node 1 (which learns of the first at 110), 40 on node 0 (which
  // learns of the second at 130), 310 on node 1, which knows all.
  const std::vector<Row> rows = {{0, "a", 'w', 10, "k"},
                                 {20, "b", 'w', 10, "k"},
                                 {30, "a", 'w', 10, "k"},
                                 {300, "b", 'w', 10, "k"},
                                 {305, "a", 'w', 10, "other"}};
  const ConsistencyTally c = run_scripted(rows, cluster, {0, 1, 0, 1, 0}).consistency;
  // The second does not know the first, the third not the second.
  CHECK(c.write_conflicts == 2);
  CHECK(c.conflicting_pairs == 2);
  CHECK(c.lost_updates == 2);
  const ConsistencyTally one_writer = run_scripted(rows, cluster, {0, 0, 0, 0, 0}).consistency;
  CHECK(one_writer.write_conflicts == 0);
  CHECK(one_writer.lost_updates == 0);
}

TEST_CASE("with each commit on its own way the last writer wins") {
  ClusterSpec cluster = delayed_cluster(2);
  cluster.replication.order = ReplicationOrder::kAny;
  cluster.replication.delay = Law::uniform(0, 1000);
  // Whichever of the two arrives first, the replica never shows the first once it has the second.
  const std::vector<Row> rows = {
      {0, "w", 'w', 10, "k"}, {20, "w", 'w', 10, "k"}, {2000, "r", 'r', 1, "k"}};
  CHECK(run_scripted(rows, cluster, {0, 0, 1}).consistency.stale_reads == 0);
}

TEST_CASE("a transaction's writes take effect with its commit, and never when it is rolled back") {
  const auto rows = [](char end) {
    return std::vector<Row>{{0, "a", 'b', 1, "", 1},    {10, "a", 'w', 10, "k", 1},
                            {50, "r", 'r', 1, "k", 0},  {200, "a", end, 10, "", 1},
                            {250, "r", 'r', 1, "k", 0}, {400, "r", 'r', 1, "k", 0}};
  };
  const ClusterSpec cluster = delayed_cluster(2);
  // Committed at 210: not there yet at 50, missing at 250, applied at 310.
  const RunTally committed = run_scripted(rows('c'), cluster, {0, 1, 1, 1});
  CHECK(committed.consistency.stale_reads == 1);
  CHECK(committed.consistency.evidence.at(0).age_ns == 40);
  CHECK(committed.nodes[1].applies == 1);
  const RunTally rolled_back = run_scripted(rows('a'), cluster, {0, 1, 1, 1});
  CHECK(rolled_back.consistency.stale_reads == 0);
  CHECK(rolled_back.nodes[1].applies == 0);
}

TEST_CASE("a write whose transaction's end was not recorded takes effect by itself") {
  const std::vector<Row> rows = {{0, "a", 'w', 10, "k", 5}, {50, "r", 'r', 1, "k", 0}};
  CHECK(run_scripted(rows, delayed_cluster(2), {0, 1}).consistency.stale_reads == 1);
}

TEST_CASE("transactions that are split over primaries, or whose reads leave them, are counted") {
  const std::vector<Row> rows = {{0, "a", 'w', 1, "k", 1},  {10, "a", 'w', 1, "l", 1},
                                 {20, "a", 'w', 1, "m", 1}, {30, "a", 'c', 1, "", 1},
                                 {40, "a", 'w', 1, "k", 2}, {50, "a", 'r', 1, "l", 2},
                                 {60, "a", 'c', 1, "", 2},  {70, "a", 'w', 1, "k", 3},
                                 {80, "a", 'r', 1, "l", 3}, {90, "a", 'c', 1, "", 3}};
  const ConsistencyTally c =
      run_scripted(rows, delayed_cluster(3, 2), {0, 1, 0, 0, 2, 0, 0}).consistency;
  CHECK(c.split_transactions == 1);  // the first
  CHECK(c.left_transactions == 2);   // the first and the second
}

TEST_CASE("a client waits for the receipt of its write on so many nodes, or for its applies") {
  ClusterSpec cluster = delayed_cluster(3);
  cluster.replication.apply_service = Law::constant(40);
  const std::vector<Row> rows = {{0, "a", 'w', 10, "k"}, {5, "a", 'w', 10, "k"}};
  const auto latencies = [&](ReplicationMode mode, bool by_events) {
    cluster.replication.mode = mode;
    cluster.replication.acks = 2;
    ReplayOptions options = options_of(LoopMode::kSession);
    options.all_nodes_by_events = by_events;
    const RunTally tally = run(by_hand(rows), cluster, candidate_of("primary_only"), options);
    CHECK(tally.completed == 2);
    return std::pair{tally.write_ns.max(), tally.acks_ns};
  };
  for (const bool by_events : {false, true}) {
    // The second is issued when the first is acknowledged, and timed from 5.
    CHECK(latencies(ReplicationMode::kAsync, by_events) ==
          std::pair<std::int64_t, std::int64_t>{15, 0});
    CHECK(latencies(ReplicationMode::kSemiSync, by_events) ==
          std::pair<std::int64_t, std::int64_t>{110 + 110 - 5, 200});
    CHECK(latencies(ReplicationMode::kSync, by_events) ==
          std::pair<std::int64_t, std::int64_t>{150 + 150 - 5, 280});
  }
}

TEST_CASE("a session never misses its own write where the write waits for every node's apply") {
  ClusterSpec cluster = cluster_of(3, 2);
  cluster.replication.delay = Law::exponential(5e6);
  cluster.replication.apply_service = Law::exponential(1e6);
  SyntheticWorkload spec;
  spec.requests = 20'000;
  spec.sessions = 4;
  spec.read_share = 0.5;
  spec.keys = KeyLaw{5, 0.5};
  spec.arrivals.rate = 400;
  spec.read_service = spec.write_service = Law::exponential(1e6);
  const ReplayWorkload workload = synthetic(spec);
  const Candidate router = candidate_of("random_replica", {{"include_primary", "true"}});
  const auto violations = [&](ReplicationMode mode) {
    cluster.replication.mode = mode;
    cluster.replication.acks = 2;
    return run(workload, cluster, router, options_of(LoopMode::kSession))
        .consistency.read_your_writes_violations;
  };
  CHECK(violations(ReplicationMode::kSync) == 0);
  // The same recording shows them where nothing is waited for.
  CHECK(violations(ReplicationMode::kAsync) > 100);
}

TEST_CASE("a recording without keys is not said to be fresh") {
  const ConsistencyTally c =
      run_scripted({{0, "a", 'w', 10}, {50, "b", 'r', 1}}, delayed_cluster(2), {0, 1}).consistency;
  CHECK_FALSE(c.checked);
  CHECK(c.reads_checked == 0);
}

TEST_CASE("a write can't wait for more nodes than there are") {
  ClusterSpec cluster = delayed_cluster(3);
  cluster.replication.mode = ReplicationMode::kSemiSync;
  cluster.replication.acks = 2;
  CHECK_NOTHROW(validate(cluster));
  cluster.replication.acks = 3;
  CHECK_THROWS_AS(validate(cluster), InputError);
}

}  // namespace switchyard::testing
