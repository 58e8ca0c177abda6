// The chain against what Django's own ConnectionRouter answered, case by case.
//
// data: tests/conformance/django_chain.json, recorded from Django 3.2. Cases about Python itself
// (values that are no text, methods with other signatures, exceptions) have no counterpart here.
#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "catch.h"
#include "core/error.h"
#include "routers/chain.h"
#include "scenario/build_chain.h"
#include "scenario/scenario.h"

namespace switchyard {
namespace {

// Databases by the names that the cases use.
const std::vector<std::string> kNames = {"default", "a", "b"};

NodeId node_of(const std::string& name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return node_id(i);
  }
  return kNoNode;
}

// Answers reads and writes each with a fixed database, or not at all.
class Scripted : public Router {
 public:
  Scripted(NodeId read, NodeId write) : read_(read), write_(write) {}
  Decision choose(const Query& query, const ClusterView&, Nanoseconds) override {
    const NodeId node = query.kind == RequestClass::kRead ? read_ : write_;
    return node == kNoNode ? Decision::no_answer() : Decision::to(node);
  }

 private:
  NodeId read_;
  NodeId write_;
};

struct Case {
  RequestClass kind = RequestClass::kRead;
  std::vector<std::pair<NodeId, NodeId>> routers;  // answers to reads and writes
  NodeId origin = kNoNode;
};

const std::map<std::string, Case>& modelled_cases() {
  const NodeId a = node_of("a");
  const NodeId b = node_of("b");
  const RequestClass read = RequestClass::kRead;
  const RequestClass write = RequestClass::kWrite;
  static const std::map<std::string, Case> cases = {
      {"read []", {read, {}}},
      {"read [] instance db=a", {read, {}, a}},
      {"read [] instance db=None", {read, {}}},
      {"read [] instance db=''", {read, {}}},
      {"read [] instance=None", {read, {}}},
      {"read [None-router] inst a", {read, {{kNoNode, kNoNode}}, a}},
      {"read [''-router]", {read, {{kNoNode, kNoNode}}}},
      {"read [0-router, b]", {read, {{kNoNode, kNoNode}, {b, b}}}},
      {"read [False,b]", {read, {{kNoNode, kNoNode}, {b, b}}}},
      {"read [a,b]", {read, {{a, a}, {b, b}}}},
      {"read [None,b]", {read, {{kNoNode, kNoNode}, {b, b}}}},
      {"read [no-method,b]", {read, {{kNoNode, kNoNode}, {b, b}}}},
      {"read [write-only router] inst a", {read, {{kNoNode, b}}, a}},
      {"write [read-only router] inst a (= MasterSlave)", {write, {{b, kNoNode}}, a}},
      {"read [a] overrides instance b", {read, {{a, a}}, b}},
  };
  return cases;
}

// Names that Django can't import as routers are names of no strategy here.
const std::vector<std::string>& refused_names() {
  static const std::vector<std::string> names = {"nope",  "nope.X",          "common.routers.Nope",
                                                 "",      "common.routers.", "common..routers.X",
                                                 "os.sep"};
  return names;
}

// What has no counterpart, by how its name begins.
const std::map<std::string, std::string>& left_out() {
  static const std::map<std::string, std::string> cases = {
      {"rel ", "no query asks whether objects may be related"},
      {"migrate ", "no query migrates"},
      {"read [5] ", "nodes are no numbers; Django itself fails at the connection"},
      {"read [unknown alias]", "a node that is not there can't be named"},
      {"read [raises ", "strategies do not raise"},
      {"read [router without **hints]", "strategies have one signature"},
      {"DATABASE_ROUTERS=[None]", "names are texts, others are refused when they are read"},
      {"DATABASE_ROUTERS=[5]", "likewise"},
      {"router given as class object", "strategies are made from names alone"},
      {"router class needs ctor args", "likewise"},
      {"same class twice", "likewise"},
      {"routers cached", "likewise"},
      {"DATABASES={}", "databases are not made up"},
      {"DATABASES={'default':{}}", "databases have no engine"},
      {"{'default':", "likewise"},
      {"bad ENGINE", "likewise"},
      {"ENGINE=''", "likewise"},
      {"sqlite without NAME", "likewise"},
      {"alias is int key", "names are texts"},
      {"DATABASES['b']=None", "a table of a scenario is one"},
      {"unknown alias", "a node that is not there can't be named"},
  };
  return cases;
}

std::string scenario_with(const std::string& databases, const std::string& routers) {
  return "[workload]\ntrace = \"x.csv\"\n" + databases + "[[candidates]]\nrouters = " + routers +
         "\n";
}

bool is_refused(const std::string& scenario) {
  try {
    parse_scenario(scenario, "");
  } catch (const InputError&) {
    return true;
  }
  return false;
}

// The database that a write without an object goes to.
std::string write_by(const std::string& routers) {
  const Scenario scenario = parse_scenario(
      scenario_with("[databases.default]\n[databases.a]\nrole = \"replica\"\n", routers), "");
  const RouterChain chain = build_chain(scenario.candidates.front(), scenario.cluster, 1);
  Query query;
  query.kind = RequestClass::kWrite;
  return scenario.cluster.nodes[index(chain.choose(query, {}, 0).node)].name;
}

}  // namespace

TEST_CASE("the chain answers as Django's ConnectionRouter does") {
  std::ifstream in(SWITCHYARD_SOURCE_DIR "/tests/conformance/django_chain.json");
  const auto recorded = nlohmann::json::parse(in);
  std::size_t compared = 0;
  for (const auto& entry : recorded) {
    const std::string name = entry.at("case");
    const auto found = modelled_cases().find(name);
    if (found == modelled_cases().end()) continue;
    const Case& c = found->second;
    std::vector<std::unique_ptr<Router>> routers;
    for (const auto& [reads, writes] : c.routers) {
      routers.push_back(std::make_unique<Scripted>(reads, writes));
    }
    const RouterChain chain(std::move(routers), node_of("default"));
    Query query;
    query.kind = c.kind;
    query.origin = c.origin;
    INFO(name);
    CHECK(kNames[index(chain.choose(query, {}, 0).node)] == entry.at("result").get<std::string>());
    ++compared;
  }
  CHECK(compared == modelled_cases().size());
}

TEST_CASE("names that Django refuses as routers are refused in scenarios") {
  const std::string databases = "[databases.default]\n";
  for (const std::string& name : refused_names()) {
    INFO(name);
    CHECK(is_refused(scenario_with(databases, "[\"" + name + "\"]")));
  }
  // A text in the place of a list.
  CHECK(is_refused(scenario_with(databases, "\"common.routers.MasterSlave\"")));
  CHECK_FALSE(is_refused(scenario_with(databases, "[\"common.routers.MasterSlave\"]")));
}

TEST_CASE("without `default` there is no cluster, as there are no DATABASES in Django") {
  CHECK(is_refused(scenario_with("[databases.master-a]\n", "[]")));
  CHECK(is_refused(scenario_with("[databases]\n", "[]")));
}

TEST_CASE("a write that no router has a rule for goes to `default`") {
  CHECK(write_by("[]") == "default");
  CHECK(write_by("[\"MasterSlaveAsShipped\"]") == "default");
}

TEST_CASE("every recorded case of the chain is compared, or left out for a reason") {
  std::ifstream in(SWITCHYARD_SOURCE_DIR "/tests/conformance/django_chain.json");
  std::set<std::string> compared_above = {"DATABASE_ROUTERS=None -> settings", "DATABASES=[]",
                                          "DATABASES={'master-a':{}} (seed example shape)"};
  for (const auto& [name, modelled] : modelled_cases()) compared_above.insert(name);
  for (const char* step : {": construct", ": first use (write)"}) {
    for (const std::string& name : refused_names()) {
      compared_above.insert("DATABASE_ROUTERS=['" + name + "']" + step);
    }
    compared_above.insert(std::string("DATABASE_ROUTERS='common.routers.MasterSlave'") + step);
    compared_above.insert(std::string("DATABASE_ROUTERS=('common.routers.MasterSlave',)") + step);
  }
  std::size_t compared = 0;
  std::size_t reasoned = 0;
  for (const auto& entry : nlohmann::json::parse(in)) {
    const std::string name = entry.at("case");
    INFO(name);
    const bool is_compared = compared_above.contains(name);
    const auto has_reason = [&](const auto& item) { return name.starts_with(item.first); };
    const bool is_left_out = std::ranges::any_of(left_out(), has_reason);
    CHECK((is_compared || is_left_out));
    ++(is_compared ? compared : reasoned);
  }
  CHECK(compared == 36);
  CHECK(reasoned == 40);
}

}  // namespace switchyard
