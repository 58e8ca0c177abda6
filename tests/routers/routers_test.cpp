// Each strategy's rule, checked by its decisions.
#include <map>
#include <set>

#include "catch.h"
#include "core/error.h"
#include "routers/catalogue.h"
#include "routers/chain.h"

namespace switchyard {
namespace {

constexpr std::uint64_t kSeed = 42;
constexpr int kDraws = 100'000;

std::vector<NodeInfo> nodes_named(const std::vector<std::pair<std::string, Role>>& list) {
  std::vector<NodeInfo> nodes;
  for (const auto& [name, role] : list) nodes.push_back({name, role, 1});
  return nodes;
}

const std::vector<NodeInfo> kOnePrimary = nodes_named({{"default", Role::kPrimary},
                                                       {"replica-1", Role::kReplica},
                                                       {"replica-2", Role::kReplica},
                                                       {"replica-3", Role::kReplica}});

std::unique_ptr<Router> make(const std::string& name, const std::vector<NodeInfo>& nodes,
                             const ParameterTexts& parameters = {}) {
  const StrategyInfo& info = find_strategy(name);
  NodeId default_node{0};
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].name == "default") default_node = node_id(i);
  }
  return info.make({nodes, default_node, RandomStream(kSeed, RandomPurpose::kRouter),
                    std::make_shared<PythonRandom>(kSeed)},
                   Parameters(name, info.parameters, parameters));
}

Query query_of(RequestClass kind) {
  Query query;
  query.kind = kind;
  query.op = kind == RequestClass::kRead ? Op::kRead : Op::kWrite;
  return query;
}

std::size_t choose(Router& router, RequestClass kind, const ClusterView& view = {}) {
  const Decision decision = router.choose(query_of(kind), view, 0);
  REQUIRE(decision.kind == Decision::Kind::kNode);
  return index(decision.node);
}

std::vector<double> read_shares(Router& router, std::size_t nodes, const ClusterView& view = {}) {
  std::vector<double> shares(nodes);
  for (int i = 0; i < kDraws; ++i)
    shares[choose(router, RequestClass::kRead, view)] += 1.0 / kDraws;
  return shares;
}

// Four standard deviations of a share p over kDraws draws.
double tolerance(double p) {
  return 4 * std::sqrt(p * (1 - p) / kDraws);
}

Outstanding outstanding_of(const std::vector<int>& counts) {
  Outstanding outstanding(counts.size());
  for (std::size_t i = 0; i < counts.size(); ++i) {
    for (int k = 0; k < counts[i]; ++k) outstanding.add(node_id(i));
  }
  return outstanding;
}

}  // namespace

TEST_CASE("MasterSlave reads from every database alike, the master too, and writes to default") {
  const auto router = make("MasterSlave", kOnePrimary);
  for (const double share : read_shares(*router, 4)) {
    CHECK(share == Approx(0.25).margin(tolerance(0.25)));
  }
  for (int i = 0; i < 100; ++i) CHECK(choose(*router, RequestClass::kWrite) == 0);
}

TEST_CASE("MasterSlave makes the choices that CPython's random.choice makes with the same seed") {
  // random.seed(42); [random.choice(range(4)) for _ in range(10)]
  const std::vector<std::size_t> expected = {0, 0, 2, 1, 1, 1, 0, 0, 3, 0};
  const auto router = make("MasterSlave", kOnePrimary);
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    chosen.push_back(choose(*router, RequestClass::kRead));
    // A write draws nothing.
    choose(*router, RequestClass::kWrite);
  }
  CHECK(chosen == expected);
}

TEST_CASE("MultipleMasterSlave writes to databases named master…, in lower case and at the start") {
  const auto nodes = nodes_named({{"default", Role::kPrimary},
                                  {"master-a", Role::kPrimary},
                                  {"Master-b", Role::kPrimary},
                                  {"masterless", Role::kPrimary},
                                  {"old-master", Role::kPrimary},
                                  {"slave", Role::kReplica}});
  const auto router = make("MultipleMasterSlave", nodes);
  std::map<std::size_t, int> writes;
  for (int i = 0; i < kDraws; ++i) ++writes[choose(*router, RequestClass::kWrite)];
  CHECK(writes.size() == 2);
  CHECK(writes[1] / double{kDraws} == Approx(0.5).margin(tolerance(0.5)));
  CHECK(writes[3] / double{kDraws} == Approx(0.5).margin(tolerance(0.5)));
  for (const double share : read_shares(*router, nodes.size())) {
    CHECK(share == Approx(1.0 / 6).margin(tolerance(1.0 / 6)));
  }
}

TEST_CASE("MultipleMasterSlave can't be used where no database is named master…") {
  CHECK_THROWS_AS(make("MultipleMasterSlave", kOnePrimary), InputError);
}

TEST_CASE("both RestAuth routers of one chain draw from one generator, as in Python") {
  // random.seed(42); choice of 3, choice of 2, choice of 3, choice of 2 … by CPython 3.11:
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
    return find_strategy(name).make(
        {nodes, NodeId{0}, RandomStream(kSeed, RandomPurpose::kRouter), shared},
        Parameters(name, {}, {}));
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

TEST_CASE("MasterSlaveAsShipped leaves writes to Django: the object's database, else default") {
  std::vector<std::unique_ptr<Router>> routers;
  routers.push_back(make("MasterSlaveAsShipped", kOnePrimary));
  const RouterChain chain(std::move(routers), NodeId{0});
  CHECK(chain.wants().origin);
  Query write = query_of(RequestClass::kWrite);
  Decision decision = chain.choose(write, {}, 0);
  CHECK(decision.node == NodeId{0});
  CHECK(decision.reason == Reason::kDefault);
  write.origin = NodeId{3};
  decision = chain.choose(write, {}, 0);
  CHECK(decision.node == NodeId{3});
  CHECK(decision.reason == Reason::kObjectNode);
}

TEST_CASE("RestAuth's routers are found by the paths that Django users write") {
  CHECK(find_strategy("RestAuth.common.routers.MasterSlave").name == "MasterSlave");
  CHECK(find_strategy("common.routers.MultipleMasterSlave").name == "MultipleMasterSlave");
  CHECK_THROWS_AS(find_strategy("common.routers.Nope"), InputError);
  CHECK_THROWS_AS(find_strategy("masterslave"), InputError);
}

TEST_CASE("round robin takes the replicas in order, writes do not advance it") {
  const auto router = make("round_robin", kOnePrimary);
  std::vector<std::size_t> chosen;
  for (int i = 0; i < 5; ++i) {
    chosen.push_back(choose(*router, RequestClass::kRead));
    CHECK(choose(*router, RequestClass::kWrite) == 0);
  }
  CHECK(chosen == std::vector<std::size_t>{1, 2, 3, 1, 2});
  const auto all = make("round_robin", kOnePrimary, {{"include_primary", "true"}});
  chosen.clear();
  for (int i = 0; i < 5; ++i) chosen.push_back(choose(*all, RequestClass::kRead));
  CHECK(chosen == std::vector<std::size_t>{0, 1, 2, 3, 0});
}

TEST_CASE("random_replica spreads over the replicas alone") {
  const auto router = make("random_replica", kOnePrimary);
  const auto shares = read_shares(*router, 4);
  CHECK(shares[0] == 0);
  for (std::size_t i = 1; i < 4; ++i) {
    CHECK(shares[i] == Approx(1.0 / 3).margin(tolerance(1.0 / 3)));
  }
}

TEST_CASE("without any replica, reads go to the primaries and say why") {
  const auto nodes = nodes_named({{"default", Role::kPrimary}, {"other", Role::kPrimary}});
  for (const char* name : {"round_robin", "random_replica", "least_outstanding", "d_choices"}) {
    INFO(name);
    Outstanding outstanding(2);
    const auto router = make(name, nodes);
    const Decision decision =
        router->choose(query_of(RequestClass::kRead), {&outstanding, nullptr}, 0);
    CHECK(decision.reason == Reason::kNoReplica);
  }
}

TEST_CASE("writes go to default if it is a primary, else to the first primary") {
  const auto nodes = nodes_named(
      {{"default", Role::kReplica}, {"replica", Role::kReplica}, {"main", Role::kPrimary}});
  for (const char* name :
       {"round_robin", "random_replica", "least_outstanding", "d_choices", "primary_only"}) {
    INFO(name);
    CHECK(choose(*make(name, nodes), RequestClass::kWrite) == 2);
    CHECK(choose(*make(name, kOnePrimary), RequestClass::kWrite) == 0);
  }
}

TEST_CASE("least outstanding: Envoy's full-scan vectors") {
  const ParameterTexts all = {{"include_primary", "true"}};
  const auto nodes = nodes_named({{"default", Role::kPrimary},
                                  {"b", Role::kReplica},
                                  {"c", Role::kReplica},
                                  {"d", Role::kReplica},
                                  {"e", Role::kReplica}});
  Outstanding fourth_least = outstanding_of({4, 3, 2, 1, 5});
  const auto router = make("least_outstanding", nodes, all);
  CHECK(choose(*router, RequestClass::kRead, {&fourth_least, nullptr}) == 3);
  Outstanding three_tied = outstanding_of({3, 3, 1, 1, 1});
  const auto shares = read_shares(*router, 5, {&three_tied, nullptr});
  CHECK(shares[0] + shares[1] == 0);
  for (std::size_t i = 2; i < 5; ++i) {
    CHECK(shares[i] == Approx(1.0 / 3).margin(tolerance(1.0 / 3)));
  }
}

TEST_CASE("least outstanding: ties go to the first or to the least recently used if asked") {
  Outstanding equal = outstanding_of({0, 1, 1, 1});
  const ClusterView view = {&equal, nullptr};
  const auto first = make("least_outstanding", kOnePrimary, {{"tie", "first"}});
  for (int i = 0; i < 5; ++i) CHECK(choose(*first, RequestClass::kRead, view) == 1);
  const auto oldest = make("least_outstanding", kOnePrimary, {{"tie", "least_recently_used"}});
  std::vector<std::size_t> chosen;
  for (int i = 0; i < 6; ++i) chosen.push_back(choose(*oldest, RequestClass::kRead, view));
  CHECK(chosen == std::vector<std::size_t>{1, 2, 3, 1, 2, 3});
}

TEST_CASE("two distinct choices: MongoDB's vectors") {
  const ParameterTexts all = {{"include_primary", "true"}};
  const auto shares_of = [&](const std::vector<int>& counts, const ParameterTexts& parameters) {
    std::vector<std::pair<std::string, Role>> list = {{"default", Role::kPrimary}};
    for (std::size_t i = 1; i < counts.size(); ++i) {
      list.emplace_back("r" + std::to_string(i), Role::kReplica);
    }
    Outstanding outstanding = outstanding_of(counts);
    return read_shares(*make("d_choices", nodes_named(list), parameters), counts.size(),
                       {&outstanding, nullptr});
  };
  const auto three = shares_of({3, 6, 20}, all);
  CHECK(three[0] == Approx(2.0 / 3).margin(tolerance(2.0 / 3)));
  CHECK(three[1] == Approx(1.0 / 3).margin(tolerance(1.0 / 3)));
  CHECK(three[2] == 0);
  const auto two = shares_of({0, 5}, all);
  CHECK(two[1] == 0);
  const auto like = shares_of({5, 5, 5}, all);
  for (const double share : like) CHECK(share == Approx(1.0 / 3).margin(tolerance(1.0 / 3)));
  const auto nine = shares_of({0, 5, 5, 10, 10, 20, 20, 50, 60}, all);
  const std::vector<double> expected = {8 / 36.,   6.5 / 36., 6.5 / 36., 4.5 / 36., 4.5 / 36.,
                                        2.5 / 36., 2.5 / 36., 1 / 36.,   0};
  for (std::size_t i = 0; i < 9; ++i) CHECK(nine[i] == Approx(expected[i]).margin(tolerance(0.25)));
}

TEST_CASE("choices with replacement: Envoy's vectors, where the worse of two gets a quarter") {
  const auto shares_of = [](const std::vector<int>& counts) {
    std::vector<std::pair<std::string, Role>> list = {{"default", Role::kPrimary}};
    for (std::size_t i = 1; i < counts.size(); ++i) {
      list.emplace_back("r" + std::to_string(i), Role::kReplica);
    }
    Outstanding outstanding = outstanding_of(counts);
    const auto router = make("d_choices", nodes_named(list),
                             {{"include_primary", "true"}, {"replacement", "true"}});
    return read_shares(*router, counts.size(), {&outstanding, nullptr});
  };
  const auto two = shares_of({0, 5});
  CHECK(two[0] == Approx(0.75).margin(tolerance(0.75)));
  const auto four = shares_of({4, 3, 2, 1});
  const std::vector<double> expected = {1 / 16., 3 / 16., 5 / 16., 7 / 16.};
  for (std::size_t i = 0; i < 4; ++i) CHECK(four[i] == Approx(expected[i]).margin(tolerance(0.5)));
}

TEST_CASE("primary_only sends everything to the primary") {
  const auto router = make("primary_only", kOnePrimary);
  CHECK(choose(*router, RequestClass::kRead) == 0);
  CHECK(choose(*router, RequestClass::kWrite) == 0);
}

TEST_CASE("the oracle takes the earliest response, the first in order among equals") {
  class Fixed : public Truth {
   public:
    Nanoseconds response_if_sent(NodeId node, RequestClass) const override {
      return responses[index(node)];
    }
    bool is_fresh(NodeId node) const override { return fresh[index(node)]; }
    std::vector<Nanoseconds> responses = {30, 20, 10, 10};
    std::vector<bool> fresh = {true, true, true, true};
  };
  Fixed truth;
  const auto router = make("oracle", kOnePrimary);
  CHECK(choose(*router, RequestClass::kRead, {nullptr, &truth}) == 2);
  // Of those where the read misses nothing, unless there are none or it does not matter.
  truth.fresh = {true, true, false, false};
  CHECK(choose(*router, RequestClass::kRead, {nullptr, &truth}) == 1);
  CHECK(choose(*make("oracle", kOnePrimary, {{"freshness", "false"}}), RequestClass::kRead,
               {nullptr, &truth}) == 2);
  truth.fresh = {false, false, false, false};
  CHECK(choose(*router, RequestClass::kRead, {nullptr, &truth}) == 2);
  // A write, which replicas would refuse.
  truth.responses = {30, kNever, kNever, kNever};
  CHECK(choose(*router, RequestClass::kWrite, {nullptr, &truth}) == 0);
  // Nobody can answer: `default` is as good as any.
  truth.responses = {kNever, kNever, kNever, kNever};
  CHECK(choose(*router, RequestClass::kRead, {nullptr, &truth}) == 0);
}

TEST_CASE("every strategy of the catalogue says what it does and where it comes from") {
  std::set<std::string_view> names;
  for (const StrategyInfo* info : catalogue()) {
    INFO(info->name);
    CHECK(names.insert(info->name).second);
    CHECK_FALSE(info->summary.empty());
    CHECK_FALSE(info->rule.empty());
    CHECK_FALSE(info->systems.empty());
    CHECK_FALSE(info->failure_modes.empty());
    CHECK_FALSE(info->source.empty());
    // Every default must itself be allowed.
    for (const ParameterInfo& parameter : info->parameters) {
      CHECK_NOTHROW(
          Parameters(info->name, info->parameters,
                     {{std::string(parameter.name), std::string(parameter.default_value)}}));
    }
  }
}

}  // namespace switchyard
