// Routers in shared libraries: what they are told and what they may answer.
#include "plugin/telling_library.h"

namespace switchyard::testing {
namespace {

class SomePositions : public Positions {
 public:
  bool reached(NodeId node, const Position& position) const override {
    return position.number <= 2 + index(node) && position.origin == NodeId{0};
  }
  std::uint64_t missing(NodeId node) const override { return 10 * index(node); }
  Nanoseconds lag_ns(NodeId node) const override { return 100 * static_cast<int>(index(node)); }
  bool lag_is_known(NodeId node) const override { return node != NodeId{2}; }
  Nanoseconds last_write_ns(NodeId node) const override {
    return 1000 + static_cast<int>(index(node));
  }
};

}  // namespace

TEST_CASE("a router in a library is made from nodes, parameters, tables and random numbers") {
  Telling telling;
  StringTable tables;
  tables.intern("users");
  tables.intern("notes");
  const std::vector<NodeInfo> nodes = three_nodes();
  const StrategyInfo& info = find_strategy(kTelling);
  RandomStream random(kSeed, RandomPurpose::kRouter);
  const auto router = info.make(
      {nodes, NodeId{1}, random, nullptr, nullptr, 4, tables.view()},
      parameters_of(kTelling, info,
                    {{"count", "7"}, {"window", "2s"}, {"colour", "red"}, {"pin", "session"}}));
  const std::uint32_t first = random.next_u32();
  const std::uint32_t second = random.next_below(1000);
  CHECK(telling.told() ==
        "create main,0,1.5,0 default,1,1,250 third,1,2,7 default 1 of 4 routers; 7,7,0 0.5,0,0.5 "
        "true,1,0 red,0,0 2s,2000000000,0 ,0,0; tables users notes; random " +
            std::to_string(first) + " " + std::to_string(second) + " 0\n");
  CHECK(telling->asked_abi == SWITCHYARD_ROUTER_ABI);
  CHECK(telling->living == 1);
}

TEST_CASE("a router in a library lives exactly as long as ours does") {
  Telling telling;
  {
    const auto one = make(kTelling, three_nodes());
    const auto other = make(kTelling, three_nodes());
    CHECK(telling->living == 2);
    other->finish();
    CHECK(telling->living == 1);
  }
  CHECK(telling->living == 0);
}

TEST_CASE("a router in a library is told what a query is and what can be seen") {
  Telling telling;
  const auto router = make(kTelling, three_nodes());
  telling.told();
  Outstanding outstanding = outstanding_of({2, 0, 5});
  const SomePositions positions;
  const std::vector<std::uint8_t> eligible = {0, 1, 1};
  std::vector<Position> awaited;
  ClusterView view;
  view.outstanding = &outstanding;
  view.positions = &positions;
  view.awaited = &awaited;
  view.eligible = eligible.data();
  view.needs_position = true;
  const std::vector<Position> reached = {{NodeId{0}, 8}, {NodeId{2}, 1}};
  const ProbeAnswer answer = {70, 60, NodeId{2}, false, 9, 33, reached};
  Query query;
  query.kind = RequestClass::kWrite;
  query.op = Op::kDdl;
  query.session = SessionId{4};
  query.key = KeyId{5};
  query.table = TableId{6};
  query.transaction = 7;
  query.read_only_transaction = true;
  query.origin = NodeId{2};
  query.waited_out = true;
  query.asked_ns = 80;
  query.probe = &answer;
  telling->answer.node = 2;
  telling->answer.reason = SWITCHYARD_LAGGING;
  const Decision decision = router->choose(query, view, 90);
  CHECK(decision.kind == Decision::Kind::kNode);
  CHECK(decision.node == NodeId{2});
  CHECK(decision.reason == Reason::kLagging);
  CHECK(telling.told() ==
        "choose at 90 kind 1 op d session 4 key 5 table 6 transaction 7 reads 1 origin 2 waited 1 "
        "asked 80 probe of 2 at 70 sent 60 up 0 in flight 9 latency 33 0/8 2/1 view 3: "
        "no o2 m0 l0 w1000 r0 yes o0 m10 l100 w1001 r1 yes o5 m20 l-1 w1002 r1 needs position\n");
  // What is not there.
  view.eligible = nullptr;
  view.needs_position = false;
  router->choose({}, view, 0);
  CHECK(telling.told() ==
        "choose at 0 kind 0 op r session 0 key 4294967295 table 4294967295 transaction 0 reads 0 "
        "origin 4294967295 waited 0 asked 0 view 3: any o2 m0 l0 w1000 r0 any o0 m10 l100 w1001 r1 "
        "any o5 m20 l-1 w1002 r1\n");
}

TEST_CASE("a router in a library is told what happens") {
  Telling telling;
  const auto router = make(kTelling, three_nodes());
  telling.told();
  const SomePositions positions;
  Outstanding outstanding = outstanding_of({0, 1, 0});
  ClusterView view;
  view.outstanding = &outstanding;
  view.positions = &positions;
  router->on_session_start(SessionId{3}, 10);
  router->on_dispatch(
      {11, NodeId{2}, SessionId{3}, KeyId{1}, TableId{2}, RequestClass::kControl, Op::kCommit, 5});
  router->on_response({12,
                       NodeId{0},
                       SessionId{3},
                       kNoKey,
                       TableId{2},
                       RequestClass::kWrite,
                       Op::kWrite,
                       6,
                       Status::kLost,
                       40,
                       {NodeId{0}, 77},
                       8,
                       9});
  const std::vector<NodeState> states = {
      {false, Role::kPrimary}, {true, Role::kPrimary}, {true, Role::kReplica}};
  router->on_topology(states, 13);
  router->on_observation(positions, 14);
  router->on_probe({15, 14, NodeId{1}, true, 2, 3, {}});
  router->on_timer(view, 16);
  router->on_session_end(SessionId{3}, 17);
  CHECK(telling.told() ==
        "start of 3 at 10\n"
        "dispatch at 11 to 2 session 3 key 1 table 2 kind 2 op c transaction 5\n"
        "response at 12 of 0 session 3 key 4294967295 table 2 kind 1 op w transaction 6 status 6 "
        "latency 40 position 0/77 waiting 8 service 9\n"
        "topology at 13: 0,0 1,0 1,1\n"
        "observation at 14 view 3: any m0 l0 w1000 r0 any m10 l100 w1001 r1 any m20 l-1 w1002 r1\n"
        "answer: probe of 1 at 15 sent 14 up 1 in flight 2 latency 3\n"
        "timer at 16 view 3: any o0 m0 l0 w1000 r0 any o1 m10 l100 w1001 r1 any o0 m20 l-1 w1002 "
        "r1\n"
        "end of 3 at 17\n");
}

TEST_CASE("a router in a library gets the signals that it wants, and no others") {
  Telling telling;
  const auto all = make(kTelling, three_nodes())->wants();
  CHECK((all.outstanding && all.responses && all.sessions && all.timers && all.origin &&
         all.positions && all.server && all.probes));
  CHECK_FALSE(all.truth);
  const auto only = [&](std::uint32_t signals) {
    telling->signals = signals;
    return make(kTelling, three_nodes())->wants();
  };
  CHECK(only(SWITCHYARD_OUTSTANDING).outstanding);
  CHECK(only(SWITCHYARD_RESPONSES).responses);
  CHECK(only(SWITCHYARD_SESSIONS).sessions);
  CHECK(only(SWITCHYARD_TIMERS).timers);
  CHECK(only(SWITCHYARD_ORIGIN).origin);
  CHECK(only(SWITCHYARD_POSITIONS).positions);
  CHECK(only(SWITCHYARD_SERVER).server);
  CHECK(only(SWITCHYARD_PROBES).probes);
  const Signals none = only(0);
  CHECK_FALSE((none.outstanding || none.responses || none.sessions || none.timers || none.origin ||
               none.positions || none.server || none.probes));
  // Though another router of the chain may want them.
  telling->next_timer = 5;
  telling->probe_count = 1;
  const auto router = make(kTelling, three_nodes());
  telling.told();
  const SomePositions positions;
  Outstanding outstanding = outstanding_of({2, 0, 5});
  router->choose({}, {.outstanding = &outstanding, .positions = &positions}, 1);
  CHECK(telling.told().ends_with("view 3: any any any\n"));
  respond(*router, 0, 1, 1);
  dispatch(*router, 0);
  router->on_session_start(SessionId{0}, 1);
  router->on_session_end(SessionId{0}, 1);
  router->on_observation(positions, 1);
  router->on_probe({});
  CHECK(telling.told().empty());
  CHECK(router->next_timer() == kNever);
  CHECK(router->take_probes().empty());
}

TEST_CASE("every answer of a router in a library is understood") {
  Telling telling;
  const auto router = make(kTelling, three_nodes());
  std::vector<Position> awaited;
  ClusterView view;
  const SomePositions positions;
  Outstanding outstanding = outstanding_of({0, 0, 0});
  view.outstanding = &outstanding;
  view.positions = &positions;
  view.awaited = &awaited;
  const auto answer = [&](std::uint32_t kind) {
    telling->answer.kind = kind;
    return router->choose({}, view, 100);
  };
  CHECK(answer(SWITCHYARD_NO_ANSWER).kind == Decision::Kind::kNoAnswer);
  CHECK(answer(SWITCHYARD_FAIL).kind == Decision::Kind::kFail);
  telling->answer.reason = SWITCHYARD_LIMITED;
  CHECK(answer(SWITCHYARD_REJECT).kind == Decision::Kind::kReject);
  CHECK(answer(SWITCHYARD_REJECT).reason == Reason::kLimited);
  telling->answer.until_ns = 101;
  const Decision wait = answer(SWITCHYARD_WAIT);
  CHECK(wait.kind == Decision::Kind::kWait);
  CHECK(wait.until_ns == 101);
  telling->answer.node = 1;
  const Decision probe = answer(SWITCHYARD_PROBE);
  CHECK(probe.kind == Decision::Kind::kProbe);
  CHECK(probe.node == NodeId{1});
  CHECK(probe.until_ns == 101);
  telling->answer.reason = SWITCHYARD_CAUSAL;
  telling->answer.awaited_count = 2;
  telling->awaited[0] = {5, 0, 0};
  telling->awaited[1] = {6, 2, 0};
  const Decision wait_for = answer(SWITCHYARD_WAIT_FOR);
  CHECK(wait_for.kind == Decision::Kind::kWaitFor);
  CHECK(wait_for.node == NodeId{1});
  CHECK(wait_for.reason == Reason::kCausal);
  REQUIRE(awaited.size() == 2);
  CHECK(awaited[0].number == 5);
  CHECK(awaited[1].origin == NodeId{2});
  telling->next_timer = 500;
  CHECK(router->next_timer() == 500);
  telling->probe_count = 2;
  telling->probes[0] = 2;
  telling->probes[1] = 0;
  const std::span<const NodeId> probes = router->take_probes();
  CHECK(std::vector(probes.begin(), probes.end()) == std::vector{NodeId{2}, NodeId{0}});
}

TEST_CASE("what makes no sense among the answers of a router in a library is an error") {
  Telling telling;
  const auto router = make(kTelling, three_nodes());
  Outstanding outstanding = outstanding_of({0, 0, 0});
  const SomePositions positions;
  std::vector<Position> awaited;
  ClusterView view;
  view.outstanding = &outstanding;
  view.positions = &positions;
  view.awaited = &awaited;
  const std::string who = "router '" + kTelling + "' (telling) ";
  const auto error = [&](const switchyard_decision& answer) {
    telling->answer = answer;
    return error_in([&] { router->choose({}, view, 100); });
  };
  switchyard_decision answer = {};
  answer.node = 3;
  CHECK(error(answer) == who + "chose node number 3, but the cluster's nodes are 0 to 2");
  answer.node = SWITCHYARD_NONE;
  CHECK(error(answer) == who + "chose no node, but the cluster's nodes are 0 to 2");
  answer.node = 0;
  answer.kind = 7;
  CHECK(contains(error(answer), "gave 7 as the kind of its decision"));
  answer.kind = SWITCHYARD_TO_NODE;
  answer.reason = 10;
  CHECK(contains(error(answer), "gave 10 as its reason"));
  answer.reason = 0;
  for (const std::uint32_t kind : {SWITCHYARD_WAIT, SWITCHYARD_WAIT_FOR, SWITCHYARD_PROBE}) {
    answer.kind = kind;
    answer.until_ns = 100;
    CHECK(error(answer) ==
          who + "asked at 100 ns to wait until 100 ns, which is not in the future");
    answer.until_ns = -5;
    CHECK(contains(error(answer), "until -5 ns"));
  }
  answer.until_ns = 200;
  answer.node = 4;
  CHECK(contains(error(answer), "asks node number 4"));
  answer.kind = SWITCHYARD_WAIT_FOR;
  CHECK(contains(error(answer), "waits for node number 4"));
  answer.node = 1;
  answer.awaited_count = 4;
  CHECK(contains(error(answer), "waits for 4 positions, but there is room for 3"));
  answer.awaited_count = 1;
  telling->awaited[0] = {1, 9, 0};
  CHECK(contains(error(answer), "waits for a commit of node number 9"));

  telling->probe_count = 4;
  CHECK(contains(error_in([&] { router->take_probes(); }), "wants to probe 4 nodes at once"));
  telling->probe_count = 1;
  telling->probes[0] = 3;
  CHECK(contains(error_in([&] { router->take_probes(); }), "probes node number 3"));
  // It would be called for ever.
  telling->next_timer = 100;
  CHECK(contains(error_in([&] { router->on_timer(view, 100); }),
                 "wants its next timer at 100 ns, when it is 100 ns already"));

  telling->signals = 0;
  const auto plain = make(kTelling, three_nodes());
  for (const std::uint32_t kind : {SWITCHYARD_WAIT_FOR, SWITCHYARD_PROBE}) {
    telling->answer.kind = kind;
    CHECK(contains(error_in([&] { plain->choose({}, view, 100); }), "among its signals"));
  }
}

}  // namespace switchyard::testing
