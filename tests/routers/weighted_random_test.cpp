// Reads from replicas at random, by weight.
#include "replay/harness.h"
#include "routers/rig.h"
#include "workload/readers/sql_statement.h"

namespace switchyard::testing {
namespace {

// A primary and two replicas under Pgpool, weights 1, 2 and 5.
RouterChain pgpool(const char* preset) {
  ClusterSpec cluster = cluster_of(3, 1);
  cluster.nodes[1].weight = 2;
  cluster.nodes[2].weight = 5;
  return build_chain(candidate_of(preset), cluster, kSeed);
}
NodeId read_of(const RouterChain& chain, std::uint32_t session) {
  Query query;
  query.session = static_cast<SessionId>(session);
  return chain.choose(query, {}, 0).node;
}

// Of so many sessions with so many reads each: the nodes' shares, and how many of the reads after a
// session's first go elsewhere than the one before.
struct Spread {
  std::vector<double> shares = std::vector<double>(3);
  double moves = 0;
};
Spread spread(const RouterChain& chain, std::uint32_t sessions, std::uint32_t reads_each) {
  Spread spread;
  const double all = sessions * reads_each;
  for (std::uint32_t session = 0; session < sessions; ++session) {
    NodeId last = kNoNode;
    for (std::uint32_t i = 0; i < reads_each; ++i) {
      const NodeId node = read_of(chain, session);
      spread.shares[index(node)] += 1 / all;
      spread.moves += i > 0 && node != last ? 1 / (all - sessions) : 0;
      last = node;
    }
  }
  return spread;
}

// What so many draws by weights 1, 2 and 5 give, in their order.
std::string drawn(RandomStream random, int count) {
  std::string nodes;
  for (int i = 0; i < count; ++i) {
    const std::uint32_t number = random.next_below(8);
    nodes += number < 1 ? 'a' : number < 3 ? 'b' : 'c';
  }
  return nodes;
}
// A read by itself, from its sending to its end.
char ask(Router& router, Status status = Status::kOk, Nanoseconds now = 0) {
  const char node = letter(router.choose({}, {}, now));
  dispatch(router, static_cast<std::size_t>(node - 'a'), now);
  respond(router, static_cast<std::size_t>(node - 'a'), now, 0, status);
  return node;
}
char read_by(Router& router, std::uint32_t session) {
  Query query;
  query.session = static_cast<SessionId>(session);
  return letter(router.choose(query, {}, 0));
}

}  // namespace

TEST_CASE("weighted_random passes PgCat's own test of random balancing") {
  check_random_balancing("weighted_random");
}

TEST_CASE("weighted_random: shares by weight, never weight 0") {
  auto list = shares(*make("weighted_random", weighted({1, 3, 0})));
  CHECK(list['a'] == Approx(0.25).margin(tolerance(0.25)));
  CHECK(list['b'] == Approx(0.75).margin(tolerance(0.75)));
  CHECK(list['c'] == 0);
}

TEST_CASE("weighted_random: ProxySQL's own test, weights 1000 and 3000 within a tenth") {
  const auto router = make("proxysql.weighted", weighted({1000, 3000}));
  Outstanding idle = outstanding_of({0, 0});
  const std::string chosen = reads(*router, 2002, {.outstanding = &idle});
  CHECK(static_cast<double>(std::ranges::count(chosen, 'b')) / 2002 == Approx(0.75).epsilon(0.1));
}

TEST_CASE("weighted_random: full nodes are left out (ProxySQL), and reads rejected when all are") {
  const ParameterTexts limit = {{"max_connections", "5"}, {"fallback", "reject"}};
  Outstanding full = outstanding_of({0, 0, 5});
  auto list = shares(*make("weighted_random", weighted({1, 1, 8}), limit), {.outstanding = &full});
  CHECK(list['a'] == Approx(0.5).margin(tolerance(0.5)));
  CHECK(list['c'] == 0);
  Outstanding all = outstanding_of({5, 5, 5});
  const Decision decision =
      read(*make("weighted_random", weighted({1, 1, 8}), limit), {.outstanding = &all});
  CHECK(decision.kind == Decision::Kind::kReject);
  CHECK(decision.reason == Reason::kNoReplica);
}

TEST_CASE(
    "proxysql.weighted: a node with 1000 connections is full, and reads queue while all are") {
  const auto router = make("proxysql.weighted", weighted({1, 1, 8}));
  Outstanding almost = outstanding_of({999, 1000, 1000});
  CHECK(reads(*router, 50, {.outstanding = &almost}) == std::string(50, 'a'));
  Outstanding third_full = outstanding_of({0, 0, 1000});
  auto list = shares(*router, {.outstanding = &third_full});
  CHECK(list['a'] == Approx(0.5).margin(tolerance(0.5)));
  CHECK(list['c'] == 0);
  Outstanding all = outstanding_of({1000, 1000, 1000});
  const Decision decision = read(*router, {.outstanding = &all});
  CHECK(decision.kind == Decision::Kind::kWait);
  CHECK(decision.reason == Reason::kNoReplica);
}

TEST_CASE("weighted_random: ProxySQL's latency awareness") {
  const auto nodes_left = [](const std::vector<Nanoseconds>& pings_us) {
    std::vector<Nanoseconds> pings;
    for (const Nanoseconds ping : pings_us) pings.push_back(ping * kMicrosecond);
    const auto router =
        make("weighted_random", weighted(std::vector<double>(pings.size(), 1), pings),
             {{"latency_aware_min", "3"}});
    auto list = shares(*router);
    std::string chosen;
    for (const auto& [node, share] : list) {
      CHECK(share == Approx(1.0 / static_cast<double>(list.size())).margin(tolerance(0.5)));
      chosen += node;
    }
    return chosen;
  };
  CHECK(nodes_left({1000, 2000, 9000}) == "ab");
  // The integer mean is 3000.
  CHECK(nodes_left({3000, 3001, 3001}) == "a");
  CHECK(nodes_left({0, 3001, 9000}) == "abc");
  CHECK(nodes_left({1000, 9000}) == "ab");
  // And its limit, which is strict.
  const auto limited =
      make("weighted_random", weighted({1, 1}, {5 * kMs, 10 * kMs}), {{"max_ping", "10ms"}});
  CHECK(reads(*limited, 50) == std::string(50, 'a'));
}

TEST_CASE("weighted_random: Pgpool's own test, weights 0 and 1") {
  // A function that writes is a write in the recording, whatever the statement is called.
  auto nodes = primary_and(1);
  nodes[0].weight = 0;
  for (const char* name : {"pgpool.statement", "pgpool.session"}) {
    const auto router = make(name, nodes);
    CHECK(reads(*router, 20) == std::string(20, 'b'));
    CHECK(write(*router).node == NodeId{0});
    CHECK(write(*router).reason == Reason::kPrimary);
  }
}

TEST_CASE("Pgpool's own test: SELECTs of functions in write_function_list go to the primary") {
  auto nodes = primary_and(1);
  nodes[0].weight = 0;
  const auto router = make("pgpool.statement", nodes);
  SqlClassifier classifier(SqlDialect::kPostgres, {.writing = {"f1", "f2"}, .reading = {}});
  const auto node_of = [&](const char* sql) {
    return choose(*router, class_of(classifier.classify(sql).statement.op));
  };
  CHECK(node_of("SELECT i, 'SELECT' FROM t1") == 1);
  CHECK(node_of("SELECT f1(1)") == 0);
  CHECK(node_of("SELECT public.f2(1)") == 0);
}

TEST_CASE("weighted_random: under pgpool.session each session keeps its node, drawn by weight") {
  const Spread many = spread(pgpool("pgpool.session"), kDraws, 3);
  CHECK(many.moves == 0);
  CHECK(many.shares[0] == Approx(1 / 8.).margin(tolerance(1 / 8.)));
  CHECK(many.shares[1] == Approx(2 / 8.).margin(tolerance(2 / 8.)));
  CHECK(many.shares[2] == Approx(5 / 8.).margin(tolerance(5 / 8.)));
}

TEST_CASE("weighted_random: under pgpool.session a session whose node is down draws another") {
  const RouterChain chain = pgpool("pgpool.session");
  const NodeId first = read_of(chain, 0);
  const auto nodes = primary_and(2);
  chain.on_topology(states_of(nodes, {index(first)}), 0);
  const NodeId second = read_of(chain, 0);
  CHECK(second != first);
  // And keeps that.
  chain.on_topology(states_of(nodes, {}), 0);
  for (int i = 0; i < 50; ++i) CHECK(read_of(chain, 0) == second);
}

TEST_CASE("weighted_random: under pgpool.statement each read of a session is drawn by weight") {
  const Spread lone = spread(pgpool("pgpool.statement"), 1, kDraws);
  CHECK(lone.shares[0] == Approx(1 / 8.).margin(tolerance(1 / 8.)));
  CHECK(lone.shares[1] == Approx(2 / 8.).margin(tolerance(2 / 8.)));
  CHECK(lone.shares[2] == Approx(5 / 8.).margin(tolerance(5 / 8.)));
  // Two draws agree with (1 + 4 + 25) / 64.
  CHECK(lone.moves == Approx(34 / 64.).margin(2 * tolerance(34 / 64.)));
}

TEST_CASE("weighted_random: Pgpool's selections, one as a session connects and one per SELECT") {
  const auto nodes = weighted({1, 2, 5});
  for (std::uint64_t entity = 0; entity < 50; ++entity) {
    const RandomStream random(kSeed, RandomPurpose::kRouter, entity);
    const std::string draws = drawn(random, 6);
    const auto router_of = [&](const char* name) {
      return make(name, nodes, {{"include_primary", "false"}}, random);
    };
    // Its own test: a session with two SELECTs is three selections.
    const auto statement = router_of("pgpool.statement");
    std::string chosen;
    for (const std::uint32_t session : {0U, 1U}) {
      statement->on_session_start(static_cast<SessionId>(session), 0);
      chosen += read_by(*statement, session);
      chosen += read_by(*statement, session);
    }
    CHECK(chosen == std::string{draws[1], draws[2], draws[4], draws[5]});
    // By session one selection, however many SELECTs there are, or none.
    const auto by_session = router_of("pgpool.session");
    for (const std::uint32_t session : {0U, 1U, 2U}) {
      by_session->on_session_start(static_cast<SessionId>(session), 0);
    }
    chosen.clear();
    for (const std::uint32_t session : {2U, 0U, 2U, 0U, 0U})
      chosen += read_by(*by_session, session);
    CHECK(chosen == std::string{draws[2], draws[0], draws[2], draws[0], draws[0]});
    // Without at_connect each first read draws.
    const auto plain = make("weighted_random", nodes, {{"granularity", "session"}}, random);
    chosen.clear();
    for (const std::uint32_t session : {2U, 0U, 2U, 0U}) chosen += read_by(*plain, session);
    CHECK(chosen == std::string{draws[0], draws[1], draws[0], draws[1]});
    CHECK_FALSE(plain->wants().sessions);
  }
}

TEST_CASE("weighted_random: in a run each session draws as it connects") {
  const ReplayWorkload workload = by_hand({{0, "s", 'r'},
                                           {kMs, "s", 'r'},
                                           {2 * kMs, "t", 'r'},
                                           {3 * kMs, "t", 'r'},
                                           {4 * kMs, "s", 'r'}});
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    ReplayOptions options = options_of(LoopMode::kOpen);
    options.seed = seed;
    RandomStream random(seed, RandomPurpose::kRouter, 0);
    std::vector<std::uint32_t> draws;
    for (int i = 0; i < 7; ++i) draws.push_back(random.next_below(3));
    const auto reads_of = [&](const char* preset) {
      const RunTally tally = run(workload, cluster_of(3, 1), candidate_of(preset), options);
      return std::vector<std::uint64_t>{tally.nodes[0].reads, tally.nodes[1].reads,
                                        tally.nodes[2].reads};
    };
    // Session s draws number 0, its reads 1 and 2, session t 3, its reads 4 and 5, and s again 6.
    std::vector<std::uint64_t> by_statement(3);
    for (const std::size_t i : {1U, 2U, 4U, 5U, 6U}) ++by_statement[draws[i]];
    CHECK(reads_of("pgpool.statement") == by_statement);
    std::vector<std::uint64_t> by_session(3);
    by_session[draws[0]] += 3;
    by_session[draws[1]] += 2;
    CHECK(reads_of("pgpool.session") == by_session);
  }
}

TEST_CASE("weighted_random: a guard's choice does not cost a session its replica") {
  const auto router = make("pgpool.session", weighted({1, 2, 5}));
  router->on_session_start(SessionId{0}, 0);
  const char own = read_by(*router, 0);
  std::vector<std::uint8_t> eligible(4, 1);
  eligible[static_cast<std::size_t>(own - 'a')] = 0;
  for (int i = 0; i < 20; ++i) {
    CHECK(letter(router->choose({}, {.eligible = eligible.data()}, 0)) != own);
    CHECK(read_by(*router, 0) == own);
  }
}

TEST_CASE("finding 9: ProxySQL's cache of connections comes before its weights") {
  const auto nodes = weighted({1, 2, 5});
  Outstanding idle(4);
  std::map<char, double> first;
  constexpr int kThreads = 4000;
  for (std::uint64_t entity = 0; entity < kThreads; ++entity) {
    const RandomStream random(kSeed, RandomPurpose::kRouter, entity);
    const std::string draws = drawn(random, 3);
    const auto router = make("weighted_random", nodes, {{"thread_cache", "true"}}, random);
    // One thing at a time: a single draw decides all.
    for (int i = 0; i < 5; ++i) CHECK(ask(*router) == draws[0]);
    first[draws[0]] += 1. / kThreads;
    // Another while the first connection is in use: a second draw. Then the one that came back
    // first is the first to be taken.
    const auto place = [&] {
      const char node = letter(read(*router));
      dispatch(*router, static_cast<std::size_t>(node - 'a'));
      return node;
    };
    const auto end = [&](char node) {
      respond(*router, static_cast<std::size_t>(node - 'a'), 0, 0);
    };
    CHECK(place() == draws[0]);
    CHECK(place() == draws[1]);
    end(draws[1]);
    end(draws[0]);
    CHECK(place() == draws[1]);
    CHECK(place() == draws[0]);
    CHECK(place() == draws[2]);
  }
  // Of those first draws each node has its share.
  CHECK(first['a'] == Approx(1 / 8.).margin(4 * std::sqrt(7 / 64. / kThreads)));
  CHECK(first['c'] == Approx(5 / 8.).margin(4 * std::sqrt(15 / 64. / kThreads)));
  const auto preset = make("proxysql.thread_cache", nodes);
  CHECK(read(*preset, {.outstanding = &idle}).reason == Reason::kPicked);
  CHECK(preset->wants().responses);
}

TEST_CASE("finding 9: with a GTID to be reached ProxySQL never takes a connection at hand") {
  // A write, and then reads one at a time.
  std::vector<Row> rows = {{0, "s", 'w', kMs / 2}};
  for (int i = 1; i <= 200; ++i) rows.push_back({i * kMs, "s", 'r', kMs / 2});
  const auto least_of_replicas = [&](const char* guard) {
    Candidate candidate = candidate_of("proxysql.thread_cache");
    candidate.guards = {{guard, {}}};
    const RunTally tally =
        run(by_hand(rows), cluster_of(3, 4), candidate, options_of(LoopMode::kOpen));
    CHECK(tally.nodes[1].reads + tally.nodes[2].reads == 200);
    return std::min(tally.nodes[1].reads, tally.nodes[2].reads);
  };
  // Every read draws: half of them, give or take four standard deviations.
  CHECK(least_of_replicas("proxysql.gtid_from_hostgroup") >= 72);
  // A limit of lag only takes away nodes, and their connections.
  CHECK(least_of_replicas("proxysql.max_replication_lag") == 0);
}

TEST_CASE("weighted_random: a cached connection is lost without an answer, and with its database") {
  const auto nodes = weighted({1, 2, 5});
  const RandomStream random(kSeed, RandomPurpose::kRouter, 3);
  const std::string draws = drawn(random, 9);
  const auto fresh = [&] {
    return make("weighted_random", nodes, {{"thread_cache", "true"}}, random);
  };
  const auto router = fresh();
  std::size_t next = 0;
  for (const Status status : {Status::kDown, Status::kLost, Status::kTimedOut, Status::kRejected}) {
    CHECK(ask(*router, status) == draws[next++]);
  }
  // An error is an answer.
  CHECK(ask(*router, Status::kError) == draws[next]);
  CHECK(ask(*router) == draws[next]);
  CHECK(ask(*router) == draws[next]);
  // Writes have connections of their own.
  Response written;
  written.kind = RequestClass::kWrite;
  written.node = NodeId{3};
  router->on_response(written);
  CHECK(ask(*router) == draws[next]);
  // Lost with its database; a guard only passes over it.
  const auto cached = static_cast<std::size_t>(draws[next] - 'a');
  std::vector<std::uint8_t> eligible(4, 1);
  eligible[cached] = 0;
  CHECK(letter(read(*router, {.eligible = eligible.data()})) != draws[next]);
  CHECK(ask(*router) == draws[next]);
  router->on_topology(states_of(nodes, {cached}), 0);
  CHECK(letter(read(*router)) != draws[next]);
  router->on_topology(states_of(nodes, {}), 0);
  std::set<char> later;
  for (int i = 0; i < 50; ++i) later.insert(letter(read(*router)));
  CHECK(later.size() == 3);
}

TEST_CASE("weighted_random: in a run with a cache, only reads that overlap draw") {
  std::vector<Row> rows;
  for (int i = 0; i < 1000; ++i) rows.push_back({i * kMs, "s", 'r', kMs / 2});
  const auto reads_of = [&](const char* cache) {
    const RunTally tally = run(by_hand(rows), cluster_of(3, 1),
                               candidate_of("weighted_random", {{"thread_cache", cache}}),
                               options_of(LoopMode::kOpen));
    return std::max(tally.nodes[1].reads, tally.nodes[2].reads);
  };
  CHECK(reads_of("true") == 1000);
  CHECK(static_cast<double>(reads_of("false")) == Approx(500).margin(4 * std::sqrt(250.)));
  CHECK(contains(error_of("weighted_random", weighted({1}),
                          {{"thread_cache", "true"}, {"granularity", "session"}}),
                 "thread_cache needs granularity = statement and at_connect = false"));
}

TEST_CASE("weighted_random: weights that add up to more than 32 bits hold are refused") {
  CHECK(
      contains(error_of("weighted_random", weighted({1e9, 1e9, 1e9, 1e9, 1e9})),
               "router 'weighted_random': the databases' weights add up to more than 4294967295"));
}

TEST_CASE("pgpool.statement: without a replica reads go to the main node, whatever its weight") {
  std::vector<NodeInfo> nodes = primary_and(1);
  nodes[0].weight = 0;
  const auto router = make("pgpool.statement", nodes);
  CHECK(reads(*router, 3) == "bbb");
  router->on_topology(states_of(nodes, {1}), 0);
  CHECK(letter(read(*router)) == 'a');
  CHECK(read(*router).reason == Reason::kNoReplica);
}

}  // namespace switchyard::testing
