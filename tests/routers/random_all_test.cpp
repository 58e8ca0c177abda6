// RestAuth's MasterSlave: reads from any database at random, whatever the nodes do.
#include "core/error.h"
#include "replay/harness.h"
#include "routers/rig.h"

namespace switchyard::testing {
namespace {

const std::vector<NodeInfo> kThreeReplicas = primary_and(3);

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

TEST_CASE("finding 2: where RestAuth's MasterSlave fails under Python 3, random_all says so") {
  CHECK(contains(find_strategy("MasterSlave").failure_modes, "under Python 3"));
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

TEST_CASE("RestAuth's MasterSlave is found by the paths that Django users write") {
  const auto parameters = [](const char* name) {
    return parameters_of(name, find_strategy(name), {});
  };
  CHECK(find_strategy("RestAuth.common.routers.MasterSlave").name == "random_all");
  CHECK(parameters("RestAuth.common.routers.MasterSlave").text("write_rule") == "default");
  CHECK(parameters("common.routers.MasterSlaveAsShipped").text("write_rule") == "instance_origin");
  CHECK(contains(error_of("RestAuth.common.routers.MasterSlave", kThreeReplicas, {{"d", "2"}}),
                 "'RestAuth.common.routers.MasterSlave' has no parameter 'd'"));
  CHECK_THROWS_AS(find_strategy("common.routers.Nope"), InputError);
  CHECK_THROWS_AS(find_strategy("common.routers.round_robin"), InputError);
  CHECK_THROWS_AS(find_strategy("masterslave"), InputError);
}

}  // namespace switchyard::testing
