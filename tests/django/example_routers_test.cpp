// The routers under data/routers/django: RestAuth's against ours draw by draw, the others against
// their rules by hand.
#include <map>

#include "django/rig.h"

namespace switchyard::testing {
namespace {

constexpr RequestClass kReads = RequestClass::kRead;
constexpr RequestClass kWrites = RequestClass::kWrite;

// Python's router and ours, asked the same `queries` times; REQUIREs the same answers. A query in
// three is a write, and a write in two has an object that was loaded from some database.
void check_same_choices(std::string_view python, const std::string& ours,
                        const std::vector<std::string>& databases, int queries) {
  const std::string name(python.substr(python.rfind('.') + 1));
  DjangoCase test;
  test.databases = databases;
  test.code = "from restauth import " + name + " as Mine\n";
  test.more = "import sys; sys.path.append('" SWITCHYARD_SOURCE_DIR "/data/routers/django')\n";
  DjangoRig rig(test);
  std::vector<NodeInfo> nodes;
  for (const std::string& database : databases) nodes.push_back({database, Role::kPrimary, 1});
  std::vector<std::unique_ptr<Router>> routers;
  routers.push_back(make(ours, nodes));
  const RouterChain chain(std::move(routers), NodeId{0});
  RandomStream random(kSeed, RandomPurpose::kRouter, 7);
  int differences = 0;
  for (int i = 0; i < queries; ++i) {
    Query query = query_of(random.next_u64() % 3 == 0 ? kWrites : kReads);
    if (query.kind == kWrites && random.next_u64() % 2 == 0) {
      query.has_object = true;
      query.origin = node_id(random.next_u64() % databases.size());
    }
    const Decision expected = chain.choose(query, {}, 0);
    const Decision found = rig.router().choose(query, {}, 0);
    differences += found.kind == Decision::Kind::kNode && found.node == expected.node ? 0 : 1;
  }
  CHECK(differences == 0);
}

}  // namespace

TEST_CASE("RestAuth's MasterSlave in Python and ours choose alike a million times", "[long]") {
  check_same_choices("restauth.MasterSlave", "MasterSlave",
                     {"default", "slave-1", "slave-2", "slave-3"}, 1'000'000);
}

TEST_CASE("RestAuth's routers in Python and ours choose alike whatever databases there are") {
  check_same_choices("restauth.MasterSlave", "MasterSlave", {"default", "slave-1"}, 3'000);
  check_same_choices("restauth.MasterSlaveAsShipped", "MasterSlaveAsShipped",
                     {"default", "slave-1", "slave-2"}, 3'000);
  check_same_choices("restauth.MultipleMasterSlave", "MultipleMasterSlave",
                     {"default", "master-a", "master-b", "master-c", "slave-1"}, 3'000);
}

TEST_CASE("after a write its client reads from the primary for 15 seconds, others do not") {
  DjangoRig rig("pin_after_write.PinAfterWrite");
  CHECK(rig.read(0, 1) != "default");
  CHECK(rig.write(kSecond, 1) == "default");
  CHECK(rig.read(kSecond, 1) == "default");
  CHECK(rig.read(16 * kSecond - kMs, 1) == "default");
  CHECK(rig.read(2 * kSecond, 2) != "default");
  CHECK(rig.read(16 * kSecond, 1) != "default");
}

TEST_CASE("a client that has gone and come back is not remembered") {
  DjangoRig rig("pin_after_write.PinAfterWrite");
  rig.write(0, 1);
  rig.router().on_session_end(SessionId{1}, kMs);
  CHECK(rig.read(2 * kMs, 1) != "default");
}

TEST_CASE("replicas are taken in turn, in an order that the seed decides") {
  std::map<std::string, int> first;
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    DjangoCase test;
    test.seed = seed;
    DjangoRig rig("shuffled_round_robin.ShuffledRoundRobin", test);
    const std::string one = rig.read();
    const std::string other = rig.read();
    CHECK(one != other);
    CHECK(one != "default");
    CHECK(other != "default");
    CHECK(rig.read() == one);
    CHECK(rig.write() == "default");
    CHECK(rig.read() == other);
    ++first[one];
  }
  // Of 8 seeds all would agree once in 128 times; these do not.
  CHECK(first.size() == 2);
}

TEST_CASE("tables of some applications are in databases of their own, the rest falls through") {
  DjangoCase test;
  test.databases = {"default", "users", "archive", "replica"};
  test.tables = {"auth_user", "blog_post", "reports_daily", "public.sessions_session"};
  test.code = "from by_app import ByApp as Mine\n";
  test.more = "import sys; sys.path.append('" SWITCHYARD_SOURCE_DIR "/data/routers/django')\n";
  DjangoRig rig(test);
  const auto place = [&](RequestClass kind, std::uint32_t table, NodeId origin = kNoNode) {
    return rig.name(rig.ask(kind, 0, 0, origin, TableId{table}));
  };
  CHECK(place(kReads, 0) == "users");
  CHECK(place(kReads, 1) == "default");
  CHECK(place(kWrites, 2) == "archive");
  CHECK(place(kReads, 3) == "users");
  // No router answers: where its object was loaded from.
  CHECK(place(kWrites, 1, NodeId{3}) == "replica");
}

}  // namespace switchyard::testing
