// The guard causal: reads only where what they depend on has been applied.
#include "core/error.h"
#include "replay/harness.h"
#include "routers/guarded.h"

namespace switchyard::testing {
namespace {

RunTally run_guarded(const std::vector<Row>& rows, ClusterSpec cluster, const std::string& guard,
                     const ParameterTexts& router_parameters = {}) {
  Candidate candidate = candidate_of("round_robin", router_parameters);
  candidate.guards.push_back({guard, {}});
  return run(by_hand(rows), cluster, candidate, options_of(LoopMode::kSession));
}

// Two nodes, of which the replica applies commits so long after they are made.
ClusterSpec behind_by(Nanoseconds delay) {
  ClusterSpec cluster = cluster_of(2, 1);
  cluster.replication.delay = Law::constant(static_cast<double>(delay));
  return cluster;
}

}  // namespace

TEST_CASE("causal: what was never answered is not waited for") {
  ClusterSpec cluster = cluster_of(2, 8);
  cluster.replication.mode = ReplicationMode::kSemiSync;
  cluster.replication.delay = Law::constant(1e6);
  cluster.replication.ack_delay = Law::constant(100e6);
  cluster.replication.apply_service = Law::constant(50e6);
  ReplayOptions options = options_of(LoopMode::kOpen);
  options.timeout_ns = 5 * kMillisecond;
  Candidate candidate = candidate_of("random_replica");
  candidate.guards = {{"causal", {}}};
  std::vector<Row> rows;
  for (int i = 0; i < 50; ++i) {
    rows.push_back({2 * i * 10 * kMillisecond, "s", 'w', 100'000, "k"});
    rows.push_back({(2 * i + 1) * 10 * kMillisecond, "s", 'r', 100'000, "k"});
  }
  const RunTally tally = run(by_hand(rows), cluster, candidate, options);
  CHECK(tally.timed_out == 50);
  CHECK(tally.read_ns.count() == 50);
}

TEST_CASE("causal select: only where the session's position has been reached") {
  Told told;
  const auto router = guarded("causal", {{"mode", "select"}});
  told.at = {100, 99, 100};
  // No write yet: anywhere.
  CHECK(six_reads(*router, view_of(told)) == kInTurn);
  router->on_response(answer_to_write(0, 0, 100));
  CHECK(six_reads(*router, view_of(told)) == Nodes(6, 2));
  // The turn goes on where it was.
  CHECK(six_reads(*router, view_of(told), 0, 1) == Nodes{2, 1, 2, 1, 2, 1});
  told.at = {100, 99, 99};
  CHECK(six_reads(*router, view_of(told)) == kPrimaryAlone);
  CHECK(router->choose(read_of(0), view_of(told), 0).reason == Reason::kCausal);
  // An older answer that comes late does not take it back.
  router->on_response(answer_to_write(0, 0, 50));
  CHECK(six_reads(*router, view_of(told)) == kPrimaryAlone);
}

TEST_CASE("causal with scope all: every session sees what any was told") {
  Told told;
  told.at = {100, 99, 100};
  const auto router = guarded("maxscale.causal_reads_fast_global");
  router->on_response(answer_to_write(0, 0, 100));
  CHECK(six_reads(*router, view_of(told), 0, 9) == Nodes(6, 2));
  const auto own = guarded("maxscale.causal_reads_fast");
  own->on_response(answer_to_write(0, 0, 100));
  CHECK(six_reads(*own, view_of(told), 0, 9) == kInTurn);
}

TEST_CASE("causal: one primary's commits are not compared with another's") {
  Told told;
  const auto router = guarded("causal", {{"mode", "select"}});
  Response response = answer_to_write(0, 0, 100);
  response.position.origin = NodeId{1};
  router->on_response(response);
  told.at = {0, 0, 0};
  told.at_of_others = {100, 99, 100};
  CHECK(six_reads(*router, view_of(told)) == Nodes(6, 2));
  // Who has written on both needs both, in whatever order.
  router->on_response(answer_to_write(0, 0, 7));
  CHECK(six_reads(*router, view_of(told)) == kPrimaryAlone);
  told.at = {7, 7, 6};
  CHECK(six_reads(*router, view_of(told)) == kPrimaryAlone);
  told.at[2] = 7;
  CHECK(six_reads(*router, view_of(told)) == Nodes(6, 2));
}

TEST_CASE("causal wait: the read waits at the node chosen, then goes to the primary") {
  Told told;
  told.at = {100, 99, 99};
  const auto router = guarded("causal", {{"timeout", "10s"}});
  router->on_response(answer_to_write(0, 0, 100));
  std::vector<Position> awaited;
  ClusterView view = view_of(told);
  view.awaited = &awaited;
  const Decision decision = router->choose(read_of(0), view, kSecond);
  CHECK(decision.kind == Decision::Kind::kWaitFor);
  CHECK(decision.node == NodeId{1});
  CHECK(decision.reason == Reason::kCausal);
  REQUIRE(awaited.size() == 1);
  CHECK(awaited[0].number == 100);
  CHECK(decision.until_ns == 11 * kSecond);
  Query again = read_of(0);
  again.waited_out = true;
  CHECK(router->choose(again, view, 11 * kSecond).node == NodeId{0});
  CHECK(router->choose(again, view, 11 * kSecond).reason == Reason::kCausal);
  // For all that the session wrote, on whatever primary.
  Response response = answer_to_write(0, 0, 55);
  response.position.origin = NodeId{2};
  router->on_response(response);
  CHECK(router->choose(read_of(0), view, kSecond).kind == Decision::Kind::kWaitFor);
  REQUIRE(awaited.size() == 2);
  CHECK(awaited[0].number == 100);
  CHECK(awaited[1].number == 55);
}

TEST_CASE("causal with scope cluster: first the primary is asked, then what it has is needed") {
  Told told;
  told.at = {100, 99, 100};
  std::vector<Position> awaited;
  ClusterView view = view_of(told);
  view.awaited = &awaited;
  const std::vector<Position> has = {{NodeId{0}, 100}, {NodeId{2}, 55}};
  ProbeAnswer answer;
  answer.node = NodeId{0};
  answer.reached = has;
  Query told_query = read_of(0);
  told_query.probe = &answer;
  for (const char* preset :
       {"maxscale.causal_reads_universal", "maxscale.causal_reads_fast_universal"}) {
    const auto router = guarded(preset, {{"timeout", "4s"}});
    CHECK(router->wants().probes);
    // Whatever the session has written itself.
    router->on_response(answer_to_write(0, 0, 100));
    for (int i = 0; i < 2; ++i) {
      const Decision ask = router->choose(read_of(0), view, kSecond);
      CHECK(ask.kind == Decision::Kind::kProbe);
      CHECK(ask.node == NodeId{0});
      CHECK(ask.until_ns == 5 * kSecond);
      CHECK(ask.reason == Reason::kCausal);
    }
    Query write = read_of(0);
    write.kind = RequestClass::kWrite;
    CHECK(router->choose(write, view, 0).kind == Decision::Kind::kNode);
  }
  const auto waits = guarded("maxscale.causal_reads_universal", {{"timeout", "4s"}});
  const Decision wait = waits->choose(told_query, view, 2 * kSecond);
  CHECK(wait.kind == Decision::Kind::kWaitFor);
  CHECK(wait.node == NodeId{1});
  CHECK(wait.until_ns == 6 * kSecond);
  REQUIRE(awaited.size() == 2);
  CHECK(awaited[0].number == 100);
  CHECK(awaited[1].number == 55);
  CHECK(waits->choose(told_query, view, 2 * kSecond).node == NodeId{2});
  const auto selects = guarded("maxscale.causal_reads_fast_universal");
  for (int i = 0; i < 6; ++i) CHECK(selects->choose(told_query, view, 0).node == NodeId{2});
  told.at = {100, 99, 99};
  CHECK(selects->choose(told_query, view, 0).node == NodeId{0});
  // As long as nothing was committed, anywhere.
  answer.reached = {};
  CHECK(waits->choose(told_query, view, 0).node == NodeId{1});
  CHECK(waits->choose(told_query, view, 0).node == NodeId{2});
}

TEST_CASE("causal with scope cluster: a primary that refuses or is silent, a replica too late") {
  Told told;
  const std::vector<Position> has = {{NodeId{0}, 100}};
  for (const char* mode : {"wait", "select"}) {
    for (const bool fails : {false, true}) {
      const auto router = guarded(
          "causal",
          {{"mode", mode}, {"scope", "cluster"}, {"on_timeout", fails ? "error" : "primary"}});
      const auto check = [&](const Query& query) {
        const Decision decision = router->choose(query, view_of(told), 0);
        CHECK(decision.reason == Reason::kCausal);
        CHECK((decision.kind == Decision::Kind::kReject) == fails);
        if (!fails) CHECK(decision.node == NodeId{0});
      };
      ProbeAnswer refusal;
      refusal.up = false;
      Query query = read_of(0);
      query.probe = &refusal;
      check(query);
      query.probe = nullptr;
      query.waited_out = true;
      check(query);
      ProbeAnswer answer;
      answer.reached = has;
      query.probe = &answer;
      check(query);
    }
  }
}

TEST_CASE("causal wait: what waited too long goes to the primary or fails") {
  Told told;
  const auto after_timeout = [&](const char* guard, const ParameterTexts& given, bool read_only) {
    const auto router = guarded(guard, given);
    router->on_response(answer_to_write(0, 0, 100));
    Query query = read_of(0);
    query.waited_out = true;
    query.transaction = read_only ? 1 : 0;
    query.read_only_transaction = read_only;
    return router->choose(query, view_of(told), 0);
  };
  const auto fails = [](const Decision& decision) {
    CHECK(decision.reason == Reason::kCausal);
    CHECK((decision.kind == Decision::Kind::kReject || decision.node == NodeId{0}));
    return decision.kind == Decision::Kind::kReject;
  };
  for (const bool read_only : {false, true}) {
    CHECK_FALSE(fails(after_timeout("causal", {}, read_only)));
    CHECK(fails(after_timeout("causal", {{"on_timeout", "error"}}, read_only)));
    // MaxScale: an error (1792) where the primary would refuse what may be in the transaction.
    for (const char* preset : {"maxscale.causal_reads_local", "maxscale.causal_reads_global"}) {
      CHECK(fails(after_timeout(preset, {}, read_only)) == read_only);
    }
    CHECK_FALSE(fails(after_timeout("mysqlrouter.wait_for_my_writes", {}, read_only)));
  }
}

TEST_CASE("causal wait: with a timeout of 0 a read looks whether it has to wait, and does not") {
  Told told;
  told.at = {100, 99, 100};
  for (const bool fails : {false, true}) {
    const auto router = guarded("mysqlrouter.wait_for_my_writes",
                                {{"timeout", "0s"}, {"on_timeout", fails ? "error" : "primary"}});
    router->on_response(answer_to_write(0, 0, 100));
    // In turn: the first replica lacks a commit, the second does not.
    const Decision late = router->choose(read_of(0), view_of(told), 0);
    CHECK(late.kind == (fails ? Decision::Kind::kReject : Decision::Kind::kNode));
    CHECK(late.node == (fails ? kNoNode : NodeId{0}));
    CHECK(late.reason == Reason::kCausal);
    const Decision reached = router->choose(read_of(0), view_of(told), 0);
    CHECK(reached.kind == Decision::Kind::kNode);
    CHECK(reached.node == NodeId{2});
  }
  CHECK_THROWS_AS(guarded("causal", {{"timeout", "0s"}, {"scope", "cluster"}}), InputError);
}

TEST_CASE("causal wait, in a run: three seconds on the replica, or ten and then the primary") {
  const std::vector<Row> rows = {{0, "s", 'w', 0, "k"}, {kSecond, "s", 'r', 0, "k"}};
  const RunTally caught_up =
      run_guarded(rows, behind_by(4 * kSecond), "maxscale.causal_reads_local");
  CHECK(caught_up.nodes[1].reads == 1);
  CHECK(caught_up.router_ns == 3 * kSecond);
  const RunTally too_late =
      run_guarded(rows, behind_by(13 * kSecond), "maxscale.causal_reads_local");
  CHECK(too_late.nodes[0].reads == 1);
  CHECK(too_late.router_ns == 10 * kSecond);
  // MySQL Router moves after two.
  const RunTally moves =
      run_guarded(rows, behind_by(4 * kSecond), "mysqlrouter.wait_for_my_writes");
  CHECK(moves.nodes[0].reads == 1);
  CHECK(moves.router_ns == 2 * kSecond);
  const RunTally waits =
      run_guarded(rows, behind_by(3 * kSecond - 1), "mysqlrouter.wait_for_my_writes");
  CHECK(waits.nodes[1].reads == 1);
  CHECK(waits.router_ns == 2 * kSecond - 1);
}

TEST_CASE("causal wait, in a run: a read of a read-only transaction fails, the next one may not") {
  std::vector<Row> rows = {{0, "s", 'w', 0, "k"}};
  for (const char op : {'b', 'r', 'r', 'c'}) {
    rows.push_back({kSecond, "s", op, 0, "k", 1, "", kFlagReadOnlyTransaction});
  }
  const RunTally tally =
      run_guarded(rows, behind_by(13 * kSecond), "maxscale.causal_reads_local", {{"pin", "none"}});
  CHECK(tally.rejected == 1);
  CHECK(tally.nodes[1].reads == 1);
  // Of those that were answered; the other took ten.
  CHECK(tally.router_ns == 2 * kSecond);
}

TEST_CASE("causal select, in a run: who inserts and then counts finds one, others need global") {
  std::vector<Row> own;
  std::vector<Row> two;
  for (int i = 0; i < 100; ++i) {
    const std::string key = std::to_string(i);
    own.push_back({i * kSecond, "s", 'w', 0, key});
    own.push_back({i * kSecond + kMs, "s", 'r', 0, key});
    two.push_back({i * kSecond, "writer", 'w', 0, key});
    two.push_back({i * kSecond + kMs, "reader", 'r', 0, key});
  }
  const auto stale = [](const std::vector<Row>& rows, const char* guard) {
    return run_guarded(rows, behind_by(20 * kMs), guard).consistency.stale_reads;
  };
  CHECK(stale(own, "maxscale.causal_reads_fast") == 0);
  CHECK(stale(two, "maxscale.causal_reads_fast") == 100);
  CHECK(stale(two, "maxscale.causal_reads_fast_global") == 0);
  CHECK(stale(two, "maxscale.causal_reads_local") == 100);
  CHECK(stale(two, "maxscale.causal_reads_global") == 0);
}

TEST_CASE("causal with scope cluster, in a run: each read costs a round trip and a probe more") {
  // Ten sessions, one request at a time, with replicas that are never behind.
  std::vector<Row> rows;
  for (int i = 0; i < 100; ++i) {
    rows.push_back({i * kSecond, std::to_string(i % 10), i % 5 == 0 ? 'w' : 'r', 2 * kMs, "k"});
  }
  ClusterSpec cluster = cluster_of(3, 1);
  cluster.nodes[0].round_trip_ns = 6 * kMs;
  cluster.nodes[1].round_trip_ns = cluster.nodes[2].round_trip_ns = kMs;
  cluster.probe_service_ns = 500 * kMicrosecond;
  const auto run_with = [&](const char* guard) {
    Candidate candidate = candidate_of("round_robin");
    if (*guard != 0) candidate.guards.push_back({guard, {}});
    return run(by_hand(rows), cluster, candidate, options_of(LoopMode::kSession));
  };
  const RunTally plain = run_with("");
  CHECK(plain.read_ns.mean() == Approx(3e6));
  CHECK(plain.nodes[0].busy_ns == 20 * 2 * kMs);
  for (const char* guard :
       {"maxscale.causal_reads_universal", "maxscale.causal_reads_fast_universal"}) {
    const RunTally tally = run_with(guard);
    CHECK(tally.probes == 80);
    CHECK(tally.read_ns.mean() == Approx(3e6 + 6e6 + 0.5e6));
    CHECK(tally.router_ns == 80 * (6 * kMs + kMs / 2));
    CHECK(tally.write_ns.mean() == Approx(plain.write_ns.mean()));
    CHECK(tally.nodes[0].busy_ns == plain.nodes[0].busy_ns + 80 * kMs / 2);
    CHECK(tally.nodes[0].reads == 0);
  }
}

TEST_CASE(
    "causal with scope cluster, in a run: what others were told is seen, through any router") {
  // The reader asks 1 ms after the writer was answered, which the replica hears of 20 ms later.
  std::vector<Row> rows;
  for (int i = 0; i < 100; ++i) {
    const std::string key = std::to_string(i);
    rows.push_back({i * kSecond, "writer", 'w', 0, key});
    rows.push_back({i * kSecond + kMs, "reader", 'r', 0, key});
  }
  const auto run_with = [&](const char* guard) {
    Candidate candidate = candidate_of("round_robin");
    candidate.guards.push_back({guard, {}});
    candidate.instances = 2;  // one for each of them
    const auto chains = build_instances(candidate, behind_by(20 * kMs), 1);
    return replay(by_hand(rows), behind_by(20 * kMs), std::span(chains),
                  options_of(LoopMode::kSession));
  };
  CHECK(run_with("maxscale.causal_reads_global").consistency.stale_reads == 100);
  CHECK(run_with("maxscale.causal_reads_fast_global").consistency.stale_reads == 100);
  const RunTally waits = run_with("maxscale.causal_reads_universal");
  CHECK(waits.consistency.stale_reads == 0);
  CHECK(waits.router_ns == 100 * 19 * kMs);
  CHECK(waits.nodes[1].reads == 100);
  const RunTally selects = run_with("maxscale.causal_reads_fast_universal");
  CHECK(selects.consistency.stale_reads == 0);
  CHECK(selects.nodes[0].reads == 100);
}

TEST_CASE("causal, in a run with several primaries: a session sees what it wrote on each") {
  // Two primaries that hear of each other late, and not equally so.
  ClusterSpec cluster = cluster_of(1, 8);
  for (const char* name : {"master-a", "master-b", "slave"}) {
    NodeSpec node = cluster.nodes[0];
    node.name = name;
    node.role = name == std::string("slave") ? Role::kReplica : Role::kPrimary;
    cluster.nodes.push_back(node);
  }
  cluster.replication.delay = Law::exponential(50e6);
  std::vector<Row> rows;
  for (int i = 0; i < 2000; ++i) {
    rows.push_back({i * kSecond, "s", 'w', 0, "a"});
    rows.push_back({i * kSecond + kMs, "s", 'w', 0, "b"});
    rows.push_back({i * kSecond + 2 * kMs, "s", 'r', 0, "a"});
    rows.push_back({i * kSecond + 2 * kMs, "s", 'r', 0, "b"});
  }
  const auto missed = [&](const char* guard) {
    Candidate candidate = candidate_of("MultipleMasterSlave");
    if (*guard != 0) candidate.guards.push_back({guard, {}});
    const RunTally tally = run(by_hand(rows), cluster, candidate, options_of(LoopMode::kSession));
    CHECK(tally.completed == rows.size());
    return tally.consistency.read_your_writes_violations;
  };
  CHECK(missed("") > 1000);
  CHECK(missed("causal") == 0);
  // `select` can do no better than a primary, even if none has both writes.
  CHECK(missed("maxscale.causal_reads_fast") < missed(""));
}

}  // namespace switchyard::testing
