// What guards have in common, and what stays on one node.
#include "core/error.h"
#include "replay/harness.h"
#include "routers/chain.h"
#include "routers/guarded.h"

namespace switchyard::testing {

TEST_CASE("guards narrow each other's choice") {
  Told told;
  told.at = {100, 100, 99};
  told.lag = {0, 5 * kSecond, 0};
  const auto router = router_of("lag_bounded", {}, guarded("causal", {{"mode", "select"}}));
  // One is late, the other lacks the session's write.
  router->on_response(answer_to_write(0, 0, 100));
  CHECK(six_reads(*router, view_of(told)) == kPrimaryAlone);
  CHECK(six_reads(*router, view_of(told), 0, 1) == Nodes(6, 2));
}

TEST_CASE("a router that takes no heed of a guard's choice is overruled") {
  Told told;
  told.lag = {0, 5 * kSecond, 0};
  const auto router = guarded("lag_bounded", {}, "MasterSlave");
  std::vector<int> reads(3);
  for (int i = 0; i < 3000; ++i) ++reads[index(router->choose(read_of(0), view_of(told), 0).node)];
  CHECK(reads[1] == 0);
  CHECK(reads[0] > 1900);
  CHECK(reads[2] > 900);
}

TEST_CASE("a guard's choice is no loss to a router that keeps to one node") {
  Told told;
  told.at = {100, 99, 100};
  const auto router = guarded("causal", {{"mode", "select"}}, "mysqlrouter.next_available");
  router->on_response(answer_to_write(0, 0, 100));
  CHECK(six_reads(*router, view_of(told)) == Nodes(6, 2));
  told.at = {100, 100, 99};
  CHECK(six_reads(*router, view_of(told)) == Nodes(6, 1));
  // Nor to another session, which depends on nothing.
  CHECK(six_reads(*router, view_of(told), 0, 1) == Nodes(6, 1));
}

TEST_CASE("no guard lets another wait at a node that it leaves out") {
  ClusterSpec cluster = cluster_of(3, 8);
  FaultSpec stall;
  stall.kind = FaultKind::kStallReplication;
  stall.nodes = {NodeId{1}};
  cluster.faults = {stall};
  Candidate candidate = candidate_of("MasterSlave");
  candidate.guards = {{"lag_bounded", {{"limit", "1ms"}}}, {"causal", {}}};
  std::vector<Row> rows;
  for (int i = 0; i < 200; ++i) {
    rows.push_back({2 * i * 10 * kMs, "s", 'w', kMs, "k"});
    rows.push_back({(2 * i + 1) * 10 * kMs, "s", 'r', kMs, "k"});
  }
  const RunTally tally = run(by_hand(rows), cluster, candidate, options_of(LoopMode::kOpen));
  CHECK(tally.read_ns.max() < 5 * kMs);
  CHECK(tally.nodes[1].reads == 0);
  CHECK(tally.nodes[2].reads > 20);
}

TEST_CASE("a session need not stay where a guard has sent it") {
  ClusterSpec cluster = cluster_of(3, 8);
  Candidate candidate = candidate_of("round_robin", {{"pin", "session"}});
  candidate.guards = {{"sticky_primary", {{"duration", "50ms"}}}};
  std::vector<Row> rows = {{0, "s", 'w', kMs, "k"}, {10 * kMs, "s", 'r', kMs, "k"}};
  for (int i = 1; i <= 5; ++i) rows.push_back({i * kSecond, "s", 'r', kMs, "k"});
  const RunTally tally = run(by_hand(rows), cluster, candidate, options_of(LoopMode::kOpen));
  CHECK(tally.nodes[0].reads == 1);
  CHECK(tally.nodes[1].reads == 5);
}

TEST_CASE("guards hear of a new primary") {
  const auto router = guarded("sticky_primary", {});
  router->on_topology(
      std::vector<NodeState>{
          {false, Role::kReplica}, {true, Role::kReplica}, {true, Role::kPrimary}},
      0);
  router->on_response(answer_to_write(0, 0));
  CHECK(router->choose(read_of(0), {}, 1).node == NodeId{2});
  Query write = read_of(0);
  write.kind = RequestClass::kWrite;
  CHECK(router->choose(write, {}, 1).node == NodeId{2});
}

TEST_CASE("a router is no guard, nor a guard a router") {
  CHECK_THROWS_WITH(find_strategy("causal"),
                    "'causal' is a guard, which stands before a router: name it under guards = "
                    "[\"causal\"]");
  CHECK_THROWS_WITH(
      find_guard("d_choices"),
      "'d_choices' is a router, not a guard: name it under routers = [\"d_choices\"]");
  CHECK_THROWS_AS(find_guard("sticky"), InputError);
}

TEST_CASE("two writes of one transaction: half of the time on two masters, or pinned to one") {
  ClusterSpec cluster = cluster_of(1, 1);
  for (const char* name : {"master-a", "master-b", "slave"}) {
    NodeSpec node = cluster.nodes[0];
    node.name = name;
    node.role = name == std::string("slave") ? Role::kReplica : Role::kPrimary;
    cluster.nodes.push_back(node);
  }
  std::vector<Row> rows;
  constexpr int kTransactions = 20'000;
  for (int i = 0; i < kTransactions; ++i) {
    const auto txn = static_cast<std::uint32_t>(i + 1);
    for (const char op : {'b', 'w', 'r', 'w', 'c'}) rows.push_back({i * kMs, "s", op, 0, "k", txn});
  }
  const auto tally_with = [&](const char* pin) {
    return run(by_hand(rows), cluster, candidate_of("MultipleMasterSlave", {{"pin", pin}}),
               options_of(LoopMode::kSession));
  };
  const RunTally none = tally_with("none");
  const double split = static_cast<double>(none.consistency.split_transactions) / kTransactions;
  CHECK(split == Approx(0.5).margin(4 * std::sqrt(0.25 / kTransactions)));
  CHECK(none.nodes[0].control == 2 * kTransactions);
  const RunTally pinned = tally_with("transaction");
  CHECK(pinned.consistency.split_transactions == 0);
  CHECK(pinned.consistency.left_transactions == 0);
  // Begin and end are there too, and the read between the writes.
  CHECK(pinned.nodes[0].control == 0);
  CHECK(pinned.nodes[1].control + pinned.nodes[2].control == 2 * kTransactions);
  CHECK(pinned.nodes[3].reads == 0);
  // A session keeps to one master for all its writes.
  const RunTally session = tally_with("session");
  CHECK((session.nodes[1].writes == 0 || session.nodes[2].writes == 0));
}

TEST_CASE("a pinned session reads from one replica until that is noticed to be down") {
  ClusterSpec cluster = cluster_of(4, 8);
  FaultSpec fault;
  fault.nodes = {NodeId{1}, NodeId{2}};
  fault.at_ns = 500 * kMs;
  cluster.faults = {fault};
  std::vector<Row> rows;
  for (int i = 0; i < 1000; ++i) {
    for (const char* session : {"a", "b", "c"}) rows.push_back({i * kMs, session, 'r', 0});
  }
  const RunTally tally =
      run(by_hand(rows), cluster, candidate_of("round_robin", {{"pin", "session"}}),
          options_of(LoopMode::kSession));
  CHECK(tally.nodes[1].reads == 500);
  CHECK(tally.nodes[2].reads == 500);
  CHECK(tally.nodes[3].reads == 1000 + 2 * 500);
}

TEST_CASE("a read-only transaction stays on a replica, any other on the primary") {
  TraceBuilder builder;
  for (int i = 0; i < 100; ++i) {
    for (const char op : {'b', 'r', 'r', 'c'}) {
      TraceRow row;
      row.t_ns = i * kMs;
      row.session = "s";
      row.op = *op_of_letter(op);
      row.txn = static_cast<std::uint32_t>(i + 1);
      row.flags = i % 2 == 0 ? kFlagReadOnlyTransaction : 0;
      builder.add(row);
    }
  }
  const RunTally tally = run(prepare(builder.finish({}), Law::constant(0), 1), cluster_of(2, 1),
                             candidate_of("random_replica"), options_of(LoopMode::kSession));
  CHECK(tally.nodes[0].reads == 100);
  CHECK(tally.nodes[1].reads == 100);
  CHECK(tally.nodes[1].control == 100);
  CHECK(tally.consistency.left_transactions == 0);
}

TEST_CASE("a session that is pinned writes to the new primary once that is noticed") {
  ClusterSpec cluster = cluster_of(3, 8);
  FaultSpec down;
  down.nodes = {NodeId{0}};
  down.at_ns = 10 * kMs;
  down.lasts_ns = 20 * kMs;
  cluster.faults = {down};
  cluster.failover.promote_after_ns = kMs;
  std::vector<Row> rows = {{0, "a", 'w', 0, "k"}};
  for (int i = 0; i < 100; ++i) rows.push_back({(50 + i) * kMs, "a", 'w', 0, "k"});
  const RunTally tally =
      run(by_hand(rows), cluster, candidate_of("round_robin", {{"pin", "session"}}),
          options_of(LoopMode::kSession));
  CHECK(tally.failed == 0);
  CHECK(tally.nodes[1].writes == 100);
}

TEST_CASE("guards have their say about a pinned session's reads") {
  ClusterSpec cluster = cluster_of(3, 8);
  cluster.replication.delay = Law::constant(50e6);
  std::vector<Row> rows;
  for (int i = 0; i < 20; ++i) {
    rows.push_back({i * 100 * kMs, "a", 'w', 0, "k"});
    rows.push_back({i * 100 * kMs + 10 * kMs, "a", 'r', 0, "k"});
    rows.push_back({i * 100 * kMs + 80 * kMs, "a", 'r', 0, "k"});
  }
  const auto with = [&](const char* guard) {
    Candidate candidate = candidate_of("round_robin", {{"pin", "session"}});
    if (*guard != 0) candidate.guards.push_back({guard, {}});
    return run(by_hand(rows), cluster, candidate, options_of(LoopMode::kSession));
  };
  CHECK(with("").consistency.read_your_writes_violations == 20);
  const RunTally causal = with("causal");
  CHECK(causal.consistency.read_your_writes_violations == 0);
  // Waiting, and still all on one replica.
  CHECK((causal.nodes[1].reads == 40 || causal.nodes[2].reads == 40));
  CHECK(with("sticky_primary").consistency.read_your_writes_violations == 0);
}

TEST_CASE("a read-only transaction that waits for its position stays together, or moves as one") {
  TraceBuilder builder;
  Nanoseconds now = 0;
  const auto add = [&](char op, std::uint32_t txn) {
    TraceRow row;
    row.t_ns = now;
    row.session = "s";
    row.op = *op_of_letter(op);
    row.key = "k";
    row.txn = txn;
    row.flags = txn != 0 ? kFlagReadOnlyTransaction : 0;
    builder.add(row);
    now += kMs;
  };
  for (std::uint32_t i = 1; i <= 100; ++i) {
    add('w', 0);
    for (const char op : {'b', 'r', 'r', 'c'}) add(op, i);
    now += 100 * kMs;
  }
  const ReplayWorkload workload = prepare(builder.finish({}), Law::constant(0), 1);
  ClusterSpec cluster = cluster_of(3, 8);
  cluster.replication.delay = Law::exponential(20e6);
  Candidate candidate = candidate_of("round_robin");
  candidate.guards.push_back({"causal", {{"timeout", "50ms"}}});
  const RunTally waits = run(workload, cluster, candidate, options_of(LoopMode::kSession));
  CHECK(waits.consistency.left_transactions == 0);
  CHECK(waits.consistency.read_your_writes_violations == 0);
  // Replicas that never catch up: BEGIN waits, gives up, and the transaction is the primary's.
  FaultSpec stall;
  stall.kind = FaultKind::kStallReplication;
  stall.nodes = {NodeId{1}, NodeId{2}};
  cluster.faults = {stall};
  const RunTally moves = run(workload, cluster, candidate, options_of(LoopMode::kSession));
  CHECK(moves.arrived() == 500);
  CHECK(moves.nodes[0].reads == 200);
}

}  // namespace switchyard::testing
