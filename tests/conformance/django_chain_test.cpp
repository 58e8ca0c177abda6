// The chain against what Django's own ConnectionRouter answered, case by case.
//
// data: tests/conformance/django_chain.json, recorded from Django 3.2. Cases about Python itself
// (values that are no text, methods with other signatures, exceptions) have no counterpart here.
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "catch.h"
#include "routers/chain.h"

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

}  // namespace switchyard
