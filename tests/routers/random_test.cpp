// Strategies that draw at random, whatever the nodes do: RestAuth's, random_replica and
// weighted_random.
#include "core/error.h"
#include "replay/harness.h"
#include "routers/rig.h"

namespace switchyard::testing {
namespace {

const std::vector<NodeInfo> kThreeReplicas = primary_and(3);
const std::vector<NodeInfo> kTwoMasters = nodes_named(
    {{"master-a", Role::kPrimary}, {"master-b", Role::kPrimary}, {"slave", Role::kReplica}});

std::string error_of(const std::string& name, const std::vector<NodeInfo>& nodes,
                     const ParameterTexts& given = {}) {
  try {
    make(name, nodes, given);
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}
bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// Of objects that were read and then written: how many writes go where their read went, and how
// many to a replica.
struct SaveShares {
  double to_same = 0;
  double to_replica = 0;
};
SaveShares read_and_save(const std::vector<NodeInfo>& nodes) {
  const RouterChain chain = chain_of("MasterSlaveAsShipped", nodes);
  SaveShares shares;
  for (int i = 0; i < kDraws; ++i) {
    Query save = query_of(RequestClass::kWrite);
    save.origin = chain.choose(query_of(RequestClass::kRead), {}, 0).node;
    const Decision decision = chain.choose(save, {}, 0);
    REQUIRE(decision.reason == Reason::kObjectNode);
    shares.to_same += decision.node == save.origin ? 1.0 / kDraws : 0;
    shares.to_replica += nodes[index(decision.node)].role == Role::kReplica ? 1.0 / kDraws : 0;
  }
  return shares;
}

}  // namespace

TEST_CASE("MasterSlave reads from every database alike, the master too, and writes to default") {
  const auto router = make("MasterSlave", kThreeReplicas);
  for (const double share : read_shares(*router, 4)) {
    CHECK(share == Approx(0.25).margin(tolerance(0.25)));
  }
  CHECK(read(*router).reason == Reason::kPicked);
  for (int i = 0; i < 100; ++i) {
    const Decision decision = write(*router);
    CHECK(decision.node == NodeId{0});
    CHECK(decision.reason == Reason::kPrimary);
  }
}

TEST_CASE("MasterSlave makes the choices that CPython's random.choice makes with the same seed") {
  // random.seed(42); [random.choice(range(4)) for _ in range(10)]
  const std::vector<std::size_t> expected = {0, 0, 2, 1, 1, 1, 0, 0, 3, 0};
  for (const char* name : {"MasterSlave", "RestAuth.common.routers.MasterSlave",
                           "common.routers.MasterSlaveAsShipped", "random_all"}) {
    const auto router = make(name, kThreeReplicas);
    std::vector<std::size_t> chosen;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      chosen.push_back(choose(*router, RequestClass::kRead));
      // A write draws nothing.
      write(*router);
    }
    CHECK(chosen == expected);
  }
}

TEST_CASE("random_all without the primary reads from replicas, as long as there are any") {
  const ParameterTexts without = {{"include_primary", "false"}};
  const auto router = make("random_all", kThreeReplicas, without);
  const auto shares = read_shares(*router, 4);
  CHECK(shares[0] == 0);
  for (std::size_t i = 1; i < 4; ++i) {
    CHECK(shares[i] == Approx(1.0 / 3).margin(tolerance(1.0 / 3)));
  }
  const auto alone = make("MasterSlave", primary_and(0), without);
  CHECK(choose(*alone, RequestClass::kRead) == 0);
}

TEST_CASE("MasterSlaveAsShipped leaves writes to Django: the object's database, else default") {
  const RouterChain chain = chain_of("MasterSlaveAsShipped", kThreeReplicas);
  CHECK(chain.wants().origin);
  CHECK_FALSE(chain_of("MasterSlave", kThreeReplicas).wants().origin);
  // A new object has no database of its own.
  for (int i = 0; i < 100; ++i) {
    const Decision create = chain.choose(query_of(RequestClass::kWrite), {}, 0);
    CHECK(create.node == NodeId{0});
    CHECK(create.reason == Reason::kDefault);
  }
  const SaveShares saves = read_and_save(kThreeReplicas);
  CHECK(saves.to_same == Approx(1));
  CHECK(saves.to_replica == Approx(0.75).margin(tolerance(0.75)));
}

TEST_CASE("finding 1: as its code runs, MasterSlave saves to replicas, as Django 3.2 was seen to") {
  // Measured with 2, 3 and 4 databases: 50.5, 68.0 and 75.5 % of a few hundred saves.
  const std::vector<double> expected = {1 / 2., 2 / 3., 3 / 4.};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const SaveShares saves = read_and_save(primary_and(i + 1));
    CHECK(saves.to_replica == Approx(expected[i]).margin(tolerance(expected[i])));
  }
  // As documented, none do.
  const RouterChain documented = chain_of("MasterSlave", kThreeReplicas);
  Query save = query_of(RequestClass::kWrite);
  save.origin = NodeId{2};
  CHECK(documented.choose(save, {}, 0).node == NodeId{0});
}

TEST_CASE("finding 2: where RestAuth's own code fails, its strategies say so") {
  // With no database named master… its first write raises IndexError, here the set-up does.
  CHECK(contains(error_of("MultipleMasterSlave", kThreeReplicas),
                 "router 'MultipleMasterSlave' sends writes to databases whose name starts with "
                 "'master'"));
  for (const char* name : {"MasterSlave", "MultipleMasterSlave"}) {
    CHECK(contains(find_strategy(name).failure_modes, "under Python 3"));
  }
}

TEST_CASE("MasterSlave goes on reading from a database that is down") {
  SyntheticWorkload workload;
  workload.requests = kDraws;
  workload.arrivals.rate = 1000;
  workload.read_share = 1;
  workload.read_service = Law::constant(1000);
  ClusterSpec cluster = cluster_of(4, 8);
  FaultSpec down;
  down.kind = FaultKind::kDown;
  down.nodes = {NodeId{1}};
  down.lasts_ns = kNever;
  cluster.faults = {down};
  const auto failed = [&](const char* router) {
    const RunTally tally =
        run(synthetic(workload), cluster, candidate_of(router, {}), options_of(LoopMode::kOpen));
    return static_cast<double>(tally.failed) / kDraws;
  };
  CHECK(failed("MasterSlave") == Approx(0.25).margin(tolerance(0.25)));
  CHECK(failed("random_replica") < 0.001);
}

TEST_CASE("MasterSlave spreads the reads of a transaction over all databases") {
  const RouterChain chain = chain_of("MasterSlave", kThreeReplicas);
  std::vector<double> shares(4);
  Query in_transaction = query_of(RequestClass::kWrite);
  in_transaction.transaction = 1;
  CHECK(chain.choose(in_transaction, {}, 0).node == NodeId{0});
  in_transaction.kind = RequestClass::kRead;
  for (int i = 0; i < kDraws; ++i) {
    const Decision decision = chain.choose(in_transaction, {}, 0);
    REQUIRE(decision.reason == Reason::kPicked);
    shares[index(decision.node)] += 1.0 / kDraws;
  }
  for (const double share : shares) CHECK(share == Approx(0.25).margin(tolerance(0.25)));
}

TEST_CASE("RestAuth's routers are found by the paths that Django users write") {
  const auto parameters = [](const char* name) {
    return parameters_of(name, find_strategy(name), {});
  };
  CHECK(find_strategy("RestAuth.common.routers.MasterSlave").name == "random_all");
  CHECK(parameters("RestAuth.common.routers.MasterSlave").text("write_rule") == "default");
  CHECK(parameters("common.routers.MasterSlaveAsShipped").text("write_rule") == "instance_origin");
  CHECK(find_strategy("common.routers.MultipleMasterSlave").name == "random_multi_primary");
  CHECK(contains(error_of("RestAuth.common.routers.MasterSlave", kThreeReplicas, {{"d", "2"}}),
                 "'RestAuth.common.routers.MasterSlave' has no parameter 'd'"));
  CHECK_THROWS_AS(find_strategy("common.routers.Nope"), InputError);
  CHECK_THROWS_AS(find_strategy("common.routers.round_robin"), InputError);
  CHECK_THROWS_AS(find_strategy("masterslave"), InputError);
}

TEST_CASE("MultipleMasterSlave reads from all alike and writes to any named master…") {
  const auto router = make("MultipleMasterSlave", kTwoMasters);
  for (const double share : read_shares(*router, 3)) {
    CHECK(share == Approx(1.0 / 3).margin(tolerance(1.0 / 3)));
  }
  std::vector<double> writes(3);
  for (int i = 0; i < kDraws; ++i) writes[choose(*router, RequestClass::kWrite)] += 1.0 / kDraws;
  CHECK(writes[0] == Approx(0.5).margin(tolerance(0.5)));
  CHECK(writes[2] == 0);
  CHECK(write(*router).reason == Reason::kPicked);
}

TEST_CASE("MultipleMasterSlave takes master… in lower case and at the start only") {
  const auto written = [](const std::vector<std::string>& names, const ParameterTexts& given) {
    std::vector<NodeInfo> nodes;
    for (const std::string& name : names) nodes.push_back({name, Role::kPrimary, 1});
    const auto router = make("MultipleMasterSlave", nodes, given);
    std::set<std::string> chosen;
    for (int i = 0; i < 100; ++i) chosen.insert(names[choose(*router, RequestClass::kWrite)]);
    return chosen;
  };
  const std::vector<std::string> names = {"default", "masterless", "Master-b", "old-master"};
  CHECK(written(names, {}) == std::set<std::string>{"masterless"});
  CHECK(written(names, {{"prefix", "Master"}}) == std::set<std::string>{"Master-b"});
}

TEST_CASE("without a database named master… MultipleMasterSlave is refused, or writes to default") {
  const auto nodes = nodes_named({{"default", Role::kPrimary}, {"primary-a", Role::kPrimary}});
  CHECK(contains(error_of("MultipleMasterSlave", nodes), "there is none"));
  CHECK(contains(error_of("random_multi_primary", nodes, {{"prefix", "Primary"}}),
                 "router 'random_multi_primary' sends writes to databases whose name starts with "
                 "'Primary'"));
  CHECK(contains(error_of("MultipleMasterSlave", nodes, {{"prefix", ""}}), "must not be empty"));
  const auto router = make("MultipleMasterSlave", nodes, {{"on_no_primary", "default"}});
  CHECK(write(*router).node == NodeId{0});
  CHECK(write(*router).reason == Reason::kDefault);
  // Which draws nothing, so reads are those of the generator alone.
  PythonRandom reference(kSeed);
  for (int i = 0; i < 50; ++i) {
    CHECK(choose(*router, RequestClass::kRead) == reference.choice(2));
    write(*router);
  }
}

TEST_CASE("two writes of a transaction part with MultipleMasterSlave, unless they are pinned") {
  const auto shares_of = [](Pinning pinning) {
    const RouterChain chain = chain_of("MultipleMasterSlave", kTwoMasters, pinning);
    double apart = 0;
    for (std::uint32_t i = 0; i < kDraws; ++i) {
      Query update = query_of(RequestClass::kWrite);
      update.transaction = i + 1;
      const NodeId first = chain.choose(update, {}, 0).node;
      apart += chain.choose(update, {}, 0).node != first ? 1.0 / kDraws : 0;
    }
    return apart;
  };
  CHECK(shares_of(Pinning::kNone) == Approx(0.5).margin(tolerance(0.5)));
  CHECK(shares_of(Pinning::kTransaction) == 0);
}

TEST_CASE("a read straight after a write hits its database one time in three") {
  const auto router = make("MultipleMasterSlave", kTwoMasters);
  double hits = 0;
  for (int i = 0; i < kDraws; ++i) {
    const std::size_t written = choose(*router, RequestClass::kWrite);
    hits += choose(*router, RequestClass::kRead) == written ? 1.0 / kDraws : 0;
  }
  CHECK(hits == Approx(1.0 / 3).margin(tolerance(1.0 / 3)));
}

TEST_CASE("both RestAuth routers of one chain draw from one generator, as in Python") {
  const auto nodes = nodes_named(
      {{"default", Role::kPrimary}, {"master-1", Role::kPrimary}, {"master-2", Role::kPrimary}});
  PythonRandom reference(kSeed);
  std::vector<std::size_t> expected;
  for (int i = 0; i < 50; ++i) {
    expected.push_back(reference.choice(3));
    expected.push_back(1 + reference.choice(2));
  }
  const auto shared = std::make_shared<PythonRandom>(kSeed);
  const auto make_shared_random = [&](const char* name) {
    const StrategyInfo& info = find_strategy(name);
    return info.make({nodes, NodeId{0}, RandomStream(kSeed, RandomPurpose::kRouter), shared},
                     parameters_of(name, info, {}));
  };
  const auto reader = make_shared_random("MasterSlave");
  const auto writer = make_shared_random("MultipleMasterSlave");
  std::vector<std::size_t> chosen;
  for (int i = 0; i < 50; ++i) {
    chosen.push_back(choose(*reader, RequestClass::kRead));
    chosen.push_back(choose(*writer, RequestClass::kWrite));
  }
  CHECK(chosen == expected);
}

TEST_CASE("random_replica spreads over the replicas alone") {
  const auto router = make("random_replica", kThreeReplicas);
  const auto shares = read_shares(*router, 4);
  CHECK(shares[0] == 0);
  for (std::size_t i = 1; i < 4; ++i) {
    CHECK(shares[i] == Approx(1.0 / 3).margin(tolerance(1.0 / 3)));
  }
}

TEST_CASE("PgCat's random balancing: even over all, nothing to those down, all back at once") {
  for (const char* name : {"random_replica", "weighted_random"}) {
    const auto router = make(name, kThreeReplicas, {{"include_primary", "true"}});
    for (const double share : read_shares(*router, 4, {}, 300)) {
      CHECK(share == Approx(0.25).epsilon(0.35));
    }
    router->on_topology(states_of(kThreeReplicas, {2, 3}), 0);
    const auto left = read_shares(*router, 4, {}, 300);
    CHECK(left[2] + left[3] == 0);
    // With all of them down each read fails: it is sent to one of those, and no other.
    router->on_topology(states_of(kThreeReplicas, {0, 1, 2, 3}), 0);
    CHECK(reads(*router, 5) == "aaaaa");
    router->on_topology(states_of(kThreeReplicas, {}), kMs);
    CHECK(std::ranges::count(read_shares(*router, 4, {}, 300), 0) == 0);
  }
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
  // By session, its reads stay where the first went; by statement each is drawn.
  const auto changes = [](Pinning pinning) {
    const RouterChain chain = chain_of("pgpool.statement", primary_and(1), pinning);
    std::set<NodeId> nodes_of_session;
    for (int i = 0; i < 100; ++i) nodes_of_session.insert(chain.choose({}, {}, 0).node);
    return nodes_of_session.size();
  };
  CHECK(changes(Pinning::kSession) == 1);
  CHECK(changes(Pinning::kTransaction) == 2);
}

TEST_CASE("weights that add up to more than 32 bits hold are refused") {
  CHECK(
      contains(error_of("weighted_random", weighted({1e9, 1e9, 1e9, 1e9, 1e9})),
               "router 'weighted_random': the databases' weights add up to more than 4294967295"));
}

}  // namespace switchyard::testing
