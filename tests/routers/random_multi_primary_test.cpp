// RestAuth's MultipleMasterSlave: reads from any database, writes to any named master…, at random.
#include "routers/rig.h"

namespace switchyard::testing {
namespace {

const std::vector<NodeInfo> kThreeReplicas = primary_and(3);
const std::vector<NodeInfo> kTwoMasters = nodes_named(
    {{"master-a", Role::kPrimary}, {"master-b", Role::kPrimary}, {"slave", Role::kReplica}});

}  // namespace

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

TEST_CASE("finding 2: where RestAuth's MultipleMasterSlave fails, random_multi_primary says so") {
  // With no database named master… its first write raises IndexError, here the set-up does.
  CHECK(contains(error_of("MultipleMasterSlave", kThreeReplicas),
                 "router 'MultipleMasterSlave' sends writes to databases whose name starts with "
                 "'master'"));
  CHECK(contains(find_strategy("MultipleMasterSlave").failure_modes, "under Python 3"));
}

TEST_CASE("RestAuth's MultipleMasterSlave is found by the paths that Django users write") {
  for (const char* path :
       {"RestAuth.common.routers.MultipleMasterSlave", "common.routers.MultipleMasterSlave"}) {
    CHECK(find_strategy(path).name == "random_multi_primary");
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

}  // namespace switchyard::testing
