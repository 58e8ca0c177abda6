// Strategies by order: in turn, or one replica for all reads until it is lost.
#include "core/error.h"
#include "replay/harness.h"
#include "routers/rig.h"

namespace switchyard::testing {
namespace {

const ParameterTexts kWithPrimary = {{"include_primary", "true"}};

ParameterTexts with_primary(ParameterTexts parameters) {
  parameters.insert(parameters.end(), kWithPrimary.begin(), kWithPrimary.end());
  return parameters;
}

// These nodes refuse a connection.
void refuse(Router& router, const std::vector<std::size_t>& nodes, Nanoseconds now) {
  for (const std::size_t node : nodes) respond(router, node, now, 0, Status::kDown);
}

}  // namespace

TEST_CASE("round robin takes the replicas in order, writes do not advance it") {
  const auto router = make("round_robin", primary_and(3));
  std::string chosen;
  for (int i = 0; i < 5; ++i) {
    const Decision decision = read(*router);
    CHECK(decision.reason == Reason::kPicked);
    chosen += letter(decision);
    CHECK(write(*router).node == NodeId{0});
    CHECK(write(*router).reason == Reason::kPrimary);
  }
  CHECK(chosen == "bcdbc");
}

TEST_CASE("MySQL Router's own tests of its roles: node 0 is the primary") {
  const auto nodes = primary_and(3);
  CHECK(reads(*make("mysqlrouter.round_robin", nodes), 4) == "bcdb");
  CHECK(reads(*make("mysqlrouter.first_available", nodes), 3) == "bbb");
  CHECK(reads(*make("mysqlrouter.round_robin", nodes, kWithPrimary), 5) == "abcda");
  const auto fallback = make("mysqlrouter.round_robin_with_fallback", nodes);
  CHECK(reads(*fallback, 3) == "bcd");
  // Primaries serve reads only when no secondary is left, and say why.
  fallback->on_topology(states_of(nodes, {1, 2, 3}), 0);
  CHECK(letter(read(*fallback)) == 'a');
  CHECK(read(*fallback).reason == Reason::kNoReplica);
  fallback->on_topology(states_of(nodes, {1, 3}), 0);
  CHECK(reads(*fallback, 2) == "cc");
}

TEST_CASE("first-available comes back, next-available never (MySQL Router's own tests)") {
  const auto nodes = primary_and(2);
  const auto sequence = [&](const char* name) {
    const auto router = make(name, nodes, kWithPrimary);
    std::string chosen = reads(*router, 2);
    const auto with_down = [&](const std::set<std::size_t>& down) {
      router->on_topology(states_of(nodes, down), 0);
      chosen += letter(read(*router));
    };
    with_down({0, 1});
    // Now all are: what is asked is down and fails, or nothing is.
    with_down({0, 1, 2});
    with_down({1, 2});
    return chosen;
  };
  CHECK(sequence("mysqlrouter.first_available") == "aac-a");
  CHECK(sequence("mysqlrouter.next_available") == "aac--");
  CHECK(sequence("pgbouncer.disable") == "aacaa");
}

TEST_CASE("with replicas alone, next-available is at its end once the last was lost") {
  const auto sequence = [](const char* mode, const char* fallback) {
    const auto router =
        make("ordered", weighted({1, 1, 1}), {{"mode", mode}, {"fallback", fallback}});
    std::string chosen = reads(*router, 2);
    const auto with_down = [&](const std::set<std::size_t>& down) {
      router->on_topology(states(3, down), 0);
      chosen += reads(*router, 1);
    };
    with_down({0, 1});
    with_down({0, 1, 2});
    with_down({1, 2});
    return chosen;
  };
  CHECK(sequence("first_available", "primary") == "aacda");
  CHECK(sequence("first_available", "reject") == "aac-a");
  // With none left of its own it does what it does without any replica.
  CHECK(sequence("next_available", "primary") == "aacdd");
  CHECK(sequence("next_available", "reject") == "aac--");
}

TEST_CASE("where reads go without a replica: a primary, nowhere, or later") {
  const auto nodes = primary_and(3);
  const auto without_replicas = [&](const char* name, const ParameterTexts& given = {}) {
    auto router = make(name, nodes, given);
    router->on_topology(states_of(nodes, {1, 2, 3}), 0);
    return router;
  };
  CHECK(letter(read(*without_replicas("mysqlrouter.round_robin_with_fallback"))) == 'a');
  CHECK(read(*without_replicas("mysqlrouter.round_robin")).kind == Decision::Kind::kReject);
  CHECK(read(*without_replicas("mysqlrouter.round_robin")).reason == Reason::kNoReplica);
  const auto patient = without_replicas("round_robin", {{"fallback", "wait"}});
  Query query;
  query.asked_ns = kSecond;
  const Decision later = patient->choose(query, {}, kSecond);
  CHECK(later.kind == Decision::Kind::kWait);
  CHECK(later.until_ns == kSecond + 10 * kMs);
  CHECK(patient->choose(query, {}, 11 * kSecond - 1).until_ns == 11 * kSecond);
  CHECK(patient->choose(query, {}, 11 * kSecond).kind == Decision::Kind::kReject);
}

TEST_CASE("next-available rejects what it has no node for") {
  const auto router = make("mysqlrouter.next_available", primary_and(1));
  CHECK(reads(*router, 1) == "b");
  router->on_topology(states_of(primary_and(1), {0, 1}), 0);
  const Decision decision = read(*router);
  CHECK(decision.kind == Decision::Kind::kReject);
  CHECK(decision.reason == Reason::kNoReplica);
}

TEST_CASE("AWS's own tests: in turn, in bursts by weight, and with hosts that come and go") {
  const auto equal = weighted({1, 1, 1, 1});
  const auto sequence = [&](const char* name, const std::vector<std::set<std::size_t>>& down) {
    const auto router = make(name, equal);
    std::string chosen;
    for (const auto& nodes : down) {
      router->on_topology(states_of(equal, nodes), 0);
      chosen += letter(read(*router));
    }
    return chosen;
  };
  // With these weights, both are the same rule.
  for (const char* name : {"aws.round_robin", "round_robin"}) {
    INFO(name);
    // Host 4 is not there, or comes after the first three.
    CHECK(sequence(name, {{3}, {3}, {3}, {3}}) == "abca");
    CHECK(sequence(name, {{3}, {3}, {3}, {}}) == "abcd");
    // Host 2 goes after the first pick, or after its own.
    CHECK(sequence(name, {{3}, {1, 3}, {1, 3}}) == "aca");
    CHECK(sequence(name, {{3}, {3}, {1, 3}, {1, 3}}) == "abac");
  }
  CHECK(reads(*make("aws.round_robin", weighted({3, 2, 1})), 7) == "aaabbca");
}

TEST_CASE("bursts: a node that is lost ends its burst, and weight 0 has none") {
  const auto nodes = weighted({3, 2});
  const auto router = make("aws.round_robin", nodes);
  CHECK(reads(*router, 1) == "a");
  router->on_topology(states_of(nodes, {0}), 0);
  CHECK(reads(*router, 3) == "bbb");
  router->on_topology(states_of(nodes, {}), 0);
  CHECK(reads(*router, 6) == "baaabb");
  CHECK(reads(*make("aws.round_robin", weighted({0, 1, 2})), 6) == "bccbcc");
  const auto none = make("aws.round_robin", weighted({0, 1}));
  none->on_topology(states_of(weighted({0, 1}), {1}), 0);
  CHECK(read(*none).reason == Reason::kNoReplica);
  CHECK(read(*none).node == NodeId{2});
  CHECK_THROWS_AS(make("ordered", nodes, {{"weights", "bursts"}}), InputError);
  CHECK_THROWS_AS(make("aws.round_robin", weighted({1.5, 1})), InputError);
}

TEST_CASE("AWS goes by the hosts' names, wherever they stand in the cluster") {
  const auto hosts = [](const std::vector<std::pair<const char*, double>>& list) {
    std::vector<NodeInfo> nodes;
    for (const auto& [name, weight] : list) nodes.push_back({name, Role::kReplica, weight});
    nodes.push_back({"default", Role::kPrimary, 1});
    return nodes;
  };
  // Given as 2, 3 and 1: its own tests, of which the first is host c here.
  const auto three = hosts({{"host-2", 1}, {"host-3", 1}, {"host-1", 1}});
  CHECK(reads(*make("aws.round_robin", three), 4) == "cabc");
  CHECK(reads(*make("aws.round_robin", three, {{"order", "cluster"}}), 4) == "abca");
  const auto weighed = hosts({{"host-2", 2}, {"host-3", 1}, {"host-1", 3}});
  CHECK(reads(*make("aws.round_robin", weighed), 7) == "cccaabc");
  // A fourth, named first of all: hosts 1, 2, 3, 4 are d, b, c, a.
  const auto four = hosts({{"host-4", 1}, {"host-2", 1}, {"host-3", 1}, {"host-1", 1}});
  const auto sequence = [&](const std::vector<std::set<std::size_t>>& down) {
    const auto router = make("aws.round_robin", four);
    std::string chosen;
    for (const auto& nodes : down) {
      router->on_topology(states_of(four, nodes), 0);
      chosen += letter(read(*router));
    }
    return chosen;
  };
  CHECK(sequence({{0}, {0}, {0}, {}}) == "dbca");
  CHECK(sequence({{0}, {0, 1}, {0, 1}}) == "dcd");
  CHECK(sequence({{0}, {0}, {0, 1}, {0, 1}}) == "dbdc");
  // The other modes go by it too.
  const auto available = make("ordered", four, {{"order", "name"}});
  CHECK(reads(*available, 2) == "dd");
  available->on_topology(states_of(four, {3}), 0);
  CHECK(reads(*available, 2) == "bb");
}

TEST_CASE("Makara's own tests: in turn by weight, and failover to the largest weight") {
  const auto nodes = weighted({1, 1, 2});
  const auto in_turn = make("makara.round_robin", nodes, {{"start", "first"}});
  CHECK(reads(*in_turn, 1) == "a");
  CHECK(reads(*in_turn, 4) == "bcca");
  // The first is left alone while the second is the current one.
  CHECK(reads(*in_turn, 1) == "b");
  refuse(*in_turn, {0}, 0);
  CHECK(reads(*in_turn, 3) == "ccb");
  CHECK(reads(*in_turn, 3, {}, 30 * kSecond - 1) == "ccb");
  CHECK(reads(*in_turn, 5, {}, 30 * kSecond) == "ccabc");

  CHECK(reads(*make("makara.failover", nodes), 5) == "ccccc");
  const auto failover = make("makara.failover", weighted({1, 1, 1}));
  CHECK(reads(*failover, 2) == "aa");
  refuse(*failover, {0}, 0);
  CHECK(reads(*failover, 2) == "bb");
  CHECK(reads(*failover, 1, {}, 30 * kSecond) == "a");
  // With none left to ask, the primary.
  refuse(*failover, {0, 1, 2}, 0);
  CHECK(read(*failover).node == NodeId{3});
  CHECK(read(*failover).reason == Reason::kNoReplica);
}

TEST_CASE("Makara shuffles a list in which a database of weight 2 stands twice") {
  const auto nodes = weighted({1, 1, 2});
  std::map<std::string, int> seen;
  constexpr int kRouters = 12'000;
  for (std::uint64_t entity = 0; entity < kRouters; ++entity) {
    const auto router =
        make("makara.round_robin", nodes, {}, RandomStream(kSeed, RandomPurpose::kRouter, entity));
    const std::string order = reads(*router, 4);
    REQUIRE(reads(*router, 8) == order + order);
    ++seen[order];
  }
  // All of the 4! / 2 arrangements, each as likely; in bursts the two would stay together.
  CHECK(seen.size() == 12);
  for (const auto& [order, count] : seen) {
    INFO(order);
    CHECK(count / double{kRouters} == Approx(1 / 12.).margin(4 * std::sqrt(11 / 144. / kRouters)));
  }
}

TEST_CASE("a list of repeats passes over who can't serve, and has a longest length") {
  const auto nodes = weighted({2, 0, 1});
  const auto router = make("ordered", nodes, {{"mode", "round_robin"}, {"weights", "repeated"}});
  CHECK(reads(*router, 6) == "aacaac");
  router->on_topology(states_of(nodes, {0}), 0);
  CHECK(reads(*router, 2) == "cc");
  router->on_topology(states_of(nodes, {}), 0);
  CHECK(reads(*router, 3) == "aac");
  router->on_topology(states_of(nodes, {0, 2}), 0);
  CHECK(read(*router).reason == Reason::kNoReplica);
  CHECK(read(*router).node == NodeId{3});
  // Only the replicas' weights and the primary's: 65535 + 1.
  CHECK(error_of("makara.round_robin", weighted({65'535})).empty());
  CHECK(contains(error_of("makara.round_robin", weighted({65'536})),
                 "the databases' weights may add up to 65536 at most, found 65537"));
  CHECK(contains(error_of("ordered", nodes, {{"weights", "repeated"}}),
                 "weights = repeated needs mode = round_robin, not first_available"));
}

TEST_CASE("quarantine: who refuses is left out for that long, then tried again (MySQL Router)") {
  const auto router = make("mysqlrouter.round_robin", primary_and(3));
  CHECK(router->wants().responses);
  CHECK(reads(*router, 1, {}, kSecond) == "b");
  refuse(*router, {1}, kSecond);
  // The others keep their turns.
  CHECK(reads(*router, 4, {}, kSecond) == "cdcd");
  CHECK(reads(*router, 2, {}, 4 * kSecond - 1) == "cd");
  CHECK(reads(*router, 3, {}, 4 * kSecond) == "bcd");
  // Other failures are not those of a destination.
  for (const Status status :
       {Status::kError, Status::kTimedOut, Status::kRejected, Status::kLost}) {
    respond(*router, 1, 5 * kSecond, 0, status);
  }
  CHECK(reads(*router, 3, {}, 5 * kSecond) == "bcd");
  refuse(*router, {1, 2, 3}, 5 * kSecond);
  CHECK(router->choose({}, {}, 8 * kSecond - 1).kind == Decision::Kind::kReject);
  CHECK(reads(*router, 3, {}, 8 * kSecond) == "bcd");
  // By default nobody is left out.
  const auto bold = make("round_robin", primary_and(3));
  CHECK_FALSE(bold->wants().responses);
  refuse(*bold, {1}, 0);
  CHECK(reads(*bold, 3) == "bcd");
}

TEST_CASE("quarantine: in bursts and available modes who refuses is lost to the turn") {
  const auto refused = [](const char* name, ParameterTexts given, const char* before,
                          std::size_t node) {
    given.emplace_back("quarantine", "1s");
    auto router = make(name, weighted({3, 2, 1}), given);
    CHECK(reads(*router, static_cast<int>(std::string_view(before).size())) == before);
    refuse(*router, {node}, 0);
    return router;
  };
  const auto bursts = refused("aws.round_robin", {}, "a", 0);
  CHECK(reads(*bursts, 5) == "bbcbb");
  CHECK(reads(*bursts, 4, {}, kSecond) == "caaa");
  // One that is not the current one is passed over.
  const auto later = refused("aws.round_robin", {}, "aaa", 1);
  CHECK(reads(*later, 4) == "caaa");
  const auto first = refused("ordered", {}, "aa", 0);
  CHECK(reads(*first, 2) == "bb");
  // It does not go back, but at the end of the order.
  CHECK(reads(*first, 2, {}, kSecond) == "bb");
  refuse(*first, {1, 2}, kSecond);
  CHECK(reads(*first, 2, {}, kSecond) == "aa");
  const auto next = refused("ordered", {{"mode", "next_available"}}, "aa", 0);
  refuse(*next, {1, 2}, 0);
  CHECK(read(*next).reason == Reason::kNoReplica);
  // For ever: this one never goes back.
  CHECK(next->choose({}, {}, kSecond).reason == Reason::kNoReplica);
}

TEST_CASE("a shuffled order is drawn once, differs between routers and is kept by every mode") {
  const auto nodes = primary_and(6);
  const auto cycle = [&](std::uint64_t entity, const ParameterTexts& given) {
    return make("ordered", nodes, given, RandomStream(kSeed, RandomPurpose::kRouter, entity));
  };
  const ParameterTexts in_turn = {{"mode", "round_robin"}, {"start", "shuffled"}};
  std::set<std::string> orders;
  std::map<char, int> first;
  constexpr int kRouters = 6000;
  for (std::uint64_t entity = 0; entity < kRouters; ++entity) {
    const auto router = cycle(entity, in_turn);
    const std::string order = reads(*router, 6);
    REQUIRE(std::set<char>(order.begin(), order.end()).size() == 6);
    REQUIRE(reads(*router, 6) == order);
    orders.insert(order);
    ++first[order[0]];
  }
  // Of 720 orders, and each replica as often as any in front.
  CHECK(orders.size() > 700);
  for (const auto& [node, count] : first) {
    CHECK(count / double{kRouters} == Approx(1 / 6.).margin(4 * std::sqrt(5 / 36. / kRouters)));
  }

  const std::string order = reads(*cycle(7, in_turn), 6);
  const auto lose = [&](Router& router, const std::set<char>& lost) {
    std::set<std::size_t> down;
    for (const char node : lost) down.insert(static_cast<std::size_t>(node - 'a'));
    router.on_topology(states_of(nodes, down), 0);
  };
  const auto available = cycle(7, {{"start", "shuffled"}});
  CHECK(letter(read(*available)) == order[0]);
  lose(*available, {order[0], order[1]});
  CHECK(letter(read(*available)) == order[2]);
  lose(*available, {});
  CHECK(letter(read(*available)) == order[2]);
  const auto failover = cycle(7, {{"start", "shuffled"}, {"mode", "failover"}});
  lose(*failover, {order[0]});
  CHECK(letter(read(*failover)) == order[1]);
  lose(*failover, {});
  CHECK(letter(read(*failover)) == order[0]);
}

TEST_CASE("django-multidb-router's cycle never leaves out a database that is down") {
  const auto nodes = primary_and(3);
  const auto router = make("django_multidb.replica_router", nodes);
  const std::string order = reads(*router, 3);
  CHECK(std::set<char>(order.begin(), order.end()) == std::set<char>{'b', 'c', 'd'});
  router->on_topology(states_of(nodes, {1, 2}), 0);
  CHECK(reads(*router, 6) == order + order);
  // Without any replica it answers `default`.
  const auto alone = make("django_multidb.replica_router", primary_and(0));
  CHECK(letter(read(*alone)) == 'a');
  CHECK(read(*alone).reason == Reason::kNoReplica);
}

TEST_CASE("the modes in a run: a guard narrows them, and a fault moves them on") {
  SyntheticWorkload workload;
  workload.requests = 1000;
  workload.arrivals.kind = ArrivalLaw::Kind::kConstant;
  workload.arrivals.rate = 1000;
  workload.read_share = 1;
  workload.read_service = Law::constant(1000);
  ClusterSpec cluster = cluster_of(4, 8);
  FaultSpec down;
  down.kind = FaultKind::kDown;
  down.nodes = {NodeId{1}};
  down.at_ns = 400 * kMs;
  down.lasts_ns = 200 * kMs;
  cluster.faults = {down};
  const auto counts = [&](const ParameterTexts& parameters, std::uint64_t failed = 0) {
    const RunTally tally = run(synthetic(workload), cluster, candidate_of("ordered", parameters),
                               options_of(LoopMode::kOpen));
    std::vector<std::uint64_t> list;
    for (const NodeTally& node : tally.nodes) list.push_back(node.reads);
    CHECK(tally.failed == failed);
    return list;
  };
  using Counts = std::vector<std::uint64_t>;
  CHECK(counts({{"mode", "first_available"}}) == Counts{0, 400, 600, 0});
  CHECK(counts({{"mode", "next_available"}}) == Counts{0, 400, 600, 0});
  CHECK(counts({{"mode", "failover"}}) == Counts{0, 800, 200, 0});
  CHECK(counts(with_primary({{"mode", "failover"}})) == Counts{1000, 0, 0, 0});
  // Who learns from refusals alone has one at 400, 450, 500 and 550 ms.
  CHECK(counts({{"mode", "failover"}, {"quarantine", "50ms"}, {"health_checks", "false"}}, 4) ==
        Counts{0, 800, 196, 0});
}

}  // namespace switchyard::testing
