// least_outstanding against the systems' own tests and rules; and boards of counts, which d_choices
// shares.
#include "core/error.h"
#include "replay/harness.h"
#include "routers/rig.h"

namespace switchyard::testing {
namespace {

const ParameterTexts kWithPrimary = {{"include_primary", "true"}};
const ParameterTexts kHaproxy = {{"weights", "haproxy"}};
const ParameterTexts kNginx = {{"weights", "ratio"}, {"tie", "swrr"}};

// A second router's node: the primary is last and gets nothing.
std::string picks(const std::string& name, const std::vector<double>& weights,
                  const std::vector<int>& counts, int count, const ParameterTexts& given = {}) {
  Outstanding outstanding = outstanding_of(counts);
  return reads(*make(name, weighted(weights), given), count, {.outstanding = &outstanding});
}

ParameterTexts operator+(ParameterTexts a, const ParameterTexts& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// Sessions that read by turns: "0123" are one read each of these four.
std::string reads_of_sessions(Router& router, const std::string& sessions) {
  std::string nodes;
  for (const char session : sessions) {
    Query query;
    query.session = static_cast<SessionId>(static_cast<std::uint32_t>(session - '0'));
    nodes += letter(router.choose(query, {}, 0));
  }
  return nodes;
}
void start(Router& router, std::uint32_t first, std::uint32_t count) {
  for (std::uint32_t i = first; i < first + count; ++i) {
    router.on_session_start(static_cast<SessionId>(i), 0);
  }
}
void end(Router& router, std::uint32_t session) {
  router.on_session_end(static_cast<SessionId>(session), 0);
}

}  // namespace

TEST_CASE("least outstanding: Envoy's full-scan vectors") {
  const auto nodes = primary_and(4);
  const auto router = make("envoy.full_scan", nodes, kWithPrimary);
  Outstanding fourth_least = outstanding_of({4, 3, 2, 1, 5});
  const Decision decision = read(*router, {.outstanding = &fourth_least});
  CHECK(decision.node == NodeId{3});
  CHECK(decision.reason == Reason::kPicked);
  CHECK(write(*router).reason == Reason::kPrimary);
  Outstanding three_tied = outstanding_of({3, 3, 1, 1, 1});
  const auto shares = read_shares(*router, 5, {.outstanding = &three_tied}, 1'000'000);
  CHECK(shares[0] + shares[1] == 0);
  for (std::size_t i = 2; i < 5; ++i) CHECK(shares[i] == Approx(1.0 / 3).margin(0.005));
}

TEST_CASE("least outstanding: PgDog's and PgCat's own tests, a node that is busy is avoided") {
  for (const char* name : {"pgdog.least_active_connections", "pgcat.loc", "envoy.full_scan"}) {
    CHECK(picks(name, {1, 1}, {1, 0}, 5) == "bbbbb");
    CHECK(picks(name, {1, 1}, {0, 1}, 5) == "aaaaa");
  }
}

TEST_CASE("least outstanding: ties go to the first or to the least recently used if asked") {
  CHECK(picks("least_outstanding", {1, 1, 1}, {1, 1, 1}, 5, {{"tie", "first"}}) == "aaaaa");
  CHECK(picks("maxscale.least_current_operations", {1, 1, 1}, {1, 1, 1}, 6) == "abcabc");
}

TEST_CASE("least outstanding: MaxScale's rule, the least busy and of those the longest unused") {
  const char* name = "maxscale.least_current_operations";
  CHECK(picks(name, {1, 1, 1}, {3, 1, 2}, 1) == "b");
  const auto router = make(name, weighted({1, 1, 1}));
  const auto pick_at = [&](Nanoseconds now, const std::vector<int>& counts) {
    Outstanding outstanding = outstanding_of(counts);
    return reads(*router, 1, {.outstanding = &outstanding}, now);
  };
  CHECK(pick_at(3 * kSecond, {1, 0, 2}) == "b");
  CHECK(pick_at(5 * kSecond, {0, 1, 2}) == "a");
  CHECK(pick_at(6 * kSecond, {1, 1, 2}) == "b");
}

TEST_CASE(
    "least outstanding: MaxScale's primary serves reads if it may, or if no replica is left") {
  const char* name = "maxscale.least_current_operations";
  const auto nodes = primary_and(2);
  Outstanding outstanding = outstanding_of({0, 7, 9});
  const ClusterView view{.outstanding = &outstanding};
  const auto router = make(name, nodes);
  CHECK(letter(read(*router, view)) == 'b');
  CHECK(letter(read(*make("maxscale.master_accept_reads", nodes), view)) == 'a');
  router->on_topology(states_of(nodes, {1, 2}), 0);
  CHECK(letter(read(*router, view)) == 'a');
  CHECK(read(*router, view).reason == Reason::kNoReplica);
}

TEST_CASE("without replicas to connect to, ten sessions are ten on the primary (MaxScale)") {
  // max_slave_connections = 0.
  const auto router = make("maxscale.least_router_connections", primary_and(3));
  router->on_topology(states_of(primary_and(3), {1, 2, 3}), 0);
  start(*router, 0, 10);
  CHECK(reads_of_sessions(*router, "0123456789") == std::string(10, 'a'));
  // The same while they are up, but none may be connected to.
  auto nodes = primary_and(3);
  for (std::size_t i = 1; i < 4; ++i) nodes[i].weight = 0;
  const auto none = make("maxscale.least_router_connections", nodes, {{"weights", "ratio"}});
  start(*none, 0, 10);
  CHECK(reads_of_sessions(*none, "0123456789") == std::string(10, 'a'));
}

TEST_CASE("least connections: a session goes to the node with the fewest, and stays there") {
  const ParameterTexts first = {{"count", "connections"}, {"tie", "first"}};
  const auto router = make("least_outstanding", weighted({1, 1, 1}), first);
  CHECK(router->wants().sessions);
  CHECK_FALSE(router->wants().outstanding);
  start(*router, 0, 8);
  CHECK(reads_of_sessions(*router, "0123") == "abca");
  CHECK(reads_of_sessions(*router, "0000333312") == "aaaaaaaabc");
  // It is a session that counts, not what it asks: two on the first, one on each of the others.
  CHECK(reads_of_sessions(*router, "456") == "bca");
  // Those that end make room; one that was never connected makes none.
  end(*router, 1);
  end(*router, 4);
  end(*router, 7);
  CHECK(reads_of_sessions(*router, "0362") == "aaac");
  start(*router, 8, 2);
  CHECK(reads_of_sessions(*router, "89") == "bb");
}

TEST_CASE("least connections: PgDog's, hold one connection and the next comes from the other") {
  for (const char* name :
       {"aws.least_connections", "maxscale.readconnroute", "maxscale.least_router_connections",
        "maxscale.least_global_connections", "haproxy.leastconn"}) {
    INFO(name);
    const auto router = make(name, weighted({1, 1}));
    start(*router, 0, 3);
    const std::string two = reads_of_sessions(*router, "01");
    CHECK((two == "ab" || two == "ba"));
    CHECK(reads_of_sessions(*router, "0101") == two + two);
    end(*router, 0);
    CHECK(reads_of_sessions(*router, "2") == two.substr(0, 1));
  }
  // The one longest unused among equals.
  const auto router = make("maxscale.least_router_connections", weighted({1, 1, 1}));
  start(*router, 0, 6);
  CHECK(reads_of_sessions(*router, "012345") == "abcabc");
}

TEST_CASE(
    "finding 3: least_router_connections and least_global_connections are one rule in MaxScale") {
  for (const auto& counts : {std::vector{0, 0, 0}, {3, 1, 2}, {5, 5, 0}}) {
    std::vector<std::string> chosen;
    for (const char* name :
         {"maxscale.least_router_connections", "maxscale.least_global_connections"}) {
      const auto router = make(name, weighted({1, 1, 1}));
      start(*router, 0, 9);
      Outstanding outstanding = outstanding_of(counts);
      std::string nodes = reads(*router, 1, {.outstanding = &outstanding});
      nodes += reads_of_sessions(*router, "123");
      end(*router, 2);
      chosen.push_back(nodes + reads_of_sessions(*router, "45678"));
    }
    CHECK(chosen[0] == chosen[1]);
    // A free place at the third node is taken first, whatever is under way.
    CHECK(chosen[0] == "abcacbcab");
  }
}

TEST_CASE("least connections by weight, as nginx and HAProxy compare") {
  const ParameterTexts connections = {{"count", "connections"}, {"tie", "first"}};
  // At 1/1 and 3/3 a tie, at 2/1 and 4/3 none.
  const auto ratio = make("least_outstanding", weighted({1, 3}),
                          connections + ParameterTexts{{"weights", "ratio"}});
  start(*ratio, 0, 8);
  CHECK(reads_of_sessions(*ratio, "0123456") == "abbbabb");
  // HAProxy: one that has none comes first; then (1 + 1) * 256 / 1 = 512 against 170, 256, 341, 426
  // and 512 for one to five at weight 3.
  const auto haproxy = make("least_outstanding", weighted({1, 3}), connections + kHaproxy);
  start(*haproxy, 0, 8);
  CHECK(reads_of_sessions(*haproxy, "0123456") == "abbbbba");
  const auto none = make("least_outstanding", weighted({0, 1}), connections + kHaproxy);
  start(*none, 0, 3);
  CHECK(reads_of_sessions(*none, "012") == "bbb");
}

TEST_CASE("least connections: sessions move when their node is lost, or a guard leaves it out") {
  const ParameterTexts first = {{"count", "connections"}, {"tie", "first"}};
  const auto nodes = weighted({1, 1, 1});
  const auto router = make("least_outstanding", nodes, first);
  start(*router, 0, 9);
  CHECK(reads_of_sessions(*router, "012345") == "abcabc");
  router->on_topology(states(3, {1}), 0);
  CHECK(reads_of_sessions(*router, "14") == "ac");
  // Back, it has none and gets the next three.
  router->on_topology(states(3, {}), 0);
  CHECK(reads_of_sessions(*router, "14") == "ac");
  CHECK(reads_of_sessions(*router, "678") == "bbb");
  // Of three each, the first's move to the second.
  const std::vector<std::uint8_t> not_first = {0, 1, 1, 1};
  Query query;
  query.session = SessionId{0};
  ClusterView narrowed;
  narrowed.eligible = not_first.data();
  CHECK(letter(router->choose(query, narrowed, 0)) == 'b');
  CHECK(reads_of_sessions(*router, "0") == "b");
  // Without any replica these three are the primary's; then one is left on the first node, three on
  // the second and two on the third.
  router->on_topology(states(3, {0, 1, 2}), 0);
  CHECK(reads_of_sessions(*router, "012") == "ddd");
  router->on_topology(states(3, {}), 0);
  CHECK(reads_of_sessions(*router, "012") == "aac");
}

TEST_CASE("least connections are not looked at now and then") {
  CHECK_THROWS_AS(make("haproxy.leastconn", weighted({1, 1}), {{"refresh_every", "1s"}}),
                  InputError);
}

TEST_CASE("least connections, in a run: as many sessions on each node, until they end") {
  // Thirty sessions, of which every third asks ten times as often.
  std::vector<Row> rows;
  for (int i = 0; i < 100; ++i) {
    for (int session = 0; session < 30; ++session) {
      if (session % 3 > 0 && i % 10 > 0) continue;
      rows.push_back({i * kSecond + session * kMs, std::to_string(session), 'r', 0});
    }
  }
  const auto run_with = [](const std::vector<Row>& list, std::size_t nodes) {
    const RunTally tally =
        run(by_hand(list), cluster_of(nodes, 8),
            candidate_of("least_outstanding", {{"count", "connections"}, {"tie", "first"}}),
            options_of(LoopMode::kSession));
    std::vector<std::uint64_t> reads;
    for (const NodeTally& node : tally.nodes) reads.push_back(node.reads);
    return reads;
  };
  // The busy ones all meet on one node.
  CHECK(run_with(rows, 4) == std::vector<std::uint64_t>{0, 1000, 100, 100});
  // When v comes x has ended: it has the first node to itself, and w, which finds one session on
  // each, joins it there.
  const std::vector<Row> four = {{0, "x", 'r', kSecond},      {kMs, "y", 'r', 0},
                                 {2 * kSecond, "v", 'r', 0},  {3 * kSecond, "w", 'r', 0},
                                 {10 * kSecond, "y", 'r', 0}, {10 * kSecond, "v", 'r', 0},
                                 {11 * kSecond, "w", 'r', 0}};
  CHECK(run_with(four, 3) == std::vector<std::uint64_t>{0, 5, 2});
}

TEST_CASE("least outstanding by weight: nginx compares quotients, HAProxy its keys") {
  // 2/1 against 4/3.
  CHECK(picks("nginx.least_conn", {1, 3}, {2, 4}, 3) == "bbb");
  CHECK(picks("least_outstanding", {1, 3}, {2, 4}, 3) == "aaa");
  // Equal quotients are ties: 1/1, 3/3 and 2/2.
  CHECK(picks("least_outstanding", {1, 3, 2}, {1, 3, 2}, 3,
              {{"weights", "ratio"}, {"tie", "first"}}) == "aaa");
  // HAProxy: 3 * 256 / 1 = 768 against 5 * 256 / 3 = 426; 2 * 256 / 3 = 170 against 128.
  CHECK(picks("least_outstanding", {1, 3}, {2, 4}, 3, kHaproxy) == "bbb");
  CHECK(picks("least_outstanding", {3, 4}, {1, 1}, 3, kHaproxy) == "bbb");
  // Idle ones tie whatever their weights, and a busy one of the largest weight is behind them.
  const std::string idle = picks("least_outstanding", {1, 256, 256}, {0, 0, 1}, 2000, kHaproxy);
  CHECK(std::ranges::count(idle, 'a') == Approx(1000).margin(4 * std::sqrt(500.)));
  CHECK(std::ranges::count(idle, 'c') == 0);
  // Rounded down: 2 * 256 / 201 and 2 * 256 / 250 are both 2, where the quotients differ.
  const std::string rounded = picks("least_outstanding", {201, 250}, {1, 1}, 200, kHaproxy);
  CHECK(std::set<char>(rounded.begin(), rounded.end()).size() == 2);
}

TEST_CASE("least outstanding: nginx's ties take smooth turns among those tied") {
  // All idle: as smooth_wrr does.
  CHECK(picks("nginx.least_conn", {5, 1, 1}, {0, 0, 0}, 7) == "aabacaa");
  CHECK(picks("least_outstanding", {5, 1, 1}, {2, 2, 2}, 7, {{"tie", "swrr"}}) == "aabacaa");
  // The first is busy: the other two alternate, and its turn is as it was when it is back.
  const auto router = make("nginx.least_conn", weighted({1, 1, 1}));
  Outstanding idle = outstanding_of({0, 0, 0});
  Outstanding busy = outstanding_of({1, 0, 0});
  CHECK(reads(*router, 1, {.outstanding = &idle}) == "a");
  CHECK(reads(*router, 4, {.outstanding = &busy}) == "bcbc");
  CHECK(reads(*router, 3, {.outstanding = &idle}) == "bca");
  // Alone, a node has no turn.
  Outstanding one_idle = outstanding_of({0, 1, 1});
  CHECK(reads(*router, 2, {.outstanding = &one_idle}) == "aa");
  CHECK(reads(*router, 3, {.outstanding = &idle}) == "bca");
}

TEST_CASE("least outstanding by weight: weight 0 takes no read, and no other weight none at all") {
  const char* name = "least_outstanding";
  for (const ParameterTexts& given : {kNginx, kHaproxy}) {
    CHECK(picks(name, {0, 1}, {0, 9}, 3, given) == "bbb");
    const auto nodes = weighted({0, 1});
    const auto router = make(name, nodes, given + ParameterTexts{{"fallback", "reject"}});
    router->on_topology(states_of(nodes, {1}), 0);
    Outstanding idle = outstanding_of({0, 0});
    const Decision decision = read(*router, {.outstanding = &idle});
    CHECK(decision.kind == Decision::Kind::kReject);
    CHECK(decision.reason == Reason::kNoReplica);
    CHECK_THROWS_AS(make(name, weighted({1.5, 1}), given), InputError);
  }
  // Without weights it is a node like any other.
  CHECK(picks("least_outstanding", {0, 1}, {0, 9}, 3) == "aaa");
}

TEST_CASE("a board shows the counts of its last refresh, for both strategies that look at one") {
  for (const char* name : {"least_outstanding", "d_choices"}) {
    INFO(name);
    ParameterTexts parameters = {{"refresh_every", "10ms"}};
    if (name[0] == 'l') parameters.emplace_back("tie", "first");
    const auto router = make(name, weighted({1, 1}), parameters);
    CHECK(router->wants().timers);
    CHECK(router->wants().outstanding);
    CHECK(router->next_timer() == 10 * kMs);
    Outstanding first = outstanding_of({3, 1});
    Outstanding later = outstanding_of({3, 9});
    router->on_timer({.outstanding = &first}, 10 * kMs);
    CHECK(router->next_timer() == 20 * kMs);
    CHECK(reads(*router, 20, {.outstanding = &later}) == std::string(20, 'b'));
    router->on_timer({.outstanding = &later}, 20 * kMs);
    CHECK(reads(*router, 20, {.outstanding = &first}) == std::string(20, 'a'));

    CHECK(make(name, weighted({1, 1}))->next_timer() == kNever);
    CHECK_FALSE(make(name, weighted({1, 1}))->wants().timers);
    CHECK_THROWS_AS(make(name, weighted({1, 1}), {{"refresh_every", "99us"}}), InputError);
  }
}

TEST_CASE("a board goes with ties and weights of every kind") {
  Outstanding counts = outstanding_of({2, 4});
  Outstanding none = outstanding_of({0, 0});
  const ParameterTexts board = {{"refresh_every", "1s"}};
  for (const auto& [name, given] : {std::pair{"least_outstanding", kNginx + board},
                                    {"least_outstanding", kHaproxy + board},
                                    {"nginx.random_two", board}}) {
    const auto router = make(name, weighted({1, 3}), given);
    router->on_timer({.outstanding = &counts}, kSecond);
    CHECK(reads(*router, 20, {.outstanding = &none}) == std::string(20, 'b'));
  }
}

TEST_CASE("in a run a board shows what was under way at its time, behind guards too") {
  // Posted at 10 ms: the first read, which ends at 12 ms, on the first node. So the second read
  // goes to the other node though both are idle. At 20 ms only that one is under way.
  const ReplayWorkload workload =
      by_hand({{0, "s", 'r', 12 * kMs}, {15 * kMs, "t", 'r', 12 * kMs}, {25 * kMs, "u", 'r', kMs}});
  for (const bool guarded : {false, true}) {
    Candidate candidate =
        candidate_of("least_outstanding",
                     {{"include_primary", "true"}, {"tie", "first"}, {"refresh_every", "10ms"}});
    if (guarded) candidate.guards.push_back({"sticky_primary", {}});
    const RunTally tally = run(workload, cluster_of(2, 1), candidate, options_of(LoopMode::kOpen));
    CHECK(tally.nodes[0].reads == 2);
    CHECK(tally.nodes[1].reads == 1);
  }
}

}  // namespace switchyard::testing
