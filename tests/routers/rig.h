// Strategies by themselves, without the engine: what they are built from, asked and told.
//
// Nodes are named by letters, in order: "aab" are two decisions for the first node and one for the
// second; '-' is anything else than a node.
#pragma once

#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "catch.h"
#include "core/error.h"
#include "routers/catalogue.h"
#include "routers/chain.h"

namespace switchyard::testing {

inline constexpr Nanoseconds kMs = kMillisecond;
inline constexpr std::uint64_t kSeed = 42;
inline constexpr int kDraws = 100'000;

// Four standard deviations of a share p over kDraws draws.
inline double tolerance(double p) {
  return 4 * std::sqrt(p * (1 - p) / kDraws);
}

inline std::vector<NodeInfo> nodes_named(const std::vector<std::pair<std::string, Role>>& list) {
  std::vector<NodeInfo> nodes;
  for (const auto& [name, role] : list) nodes.push_back({name, role, 1});
  return nodes;
}
// The primary, `default`, and then so many replicas.
inline std::vector<NodeInfo> primary_and(std::size_t replicas) {
  std::vector<NodeInfo> nodes = {{"default", Role::kPrimary, 1}};
  for (std::size_t i = 1; i <= replicas; ++i) {
    nodes.push_back({"replica-" + std::to_string(i), Role::kReplica, 1});
  }
  return nodes;
}
// Replicas with these weights, and a primary that comes last.
inline std::vector<NodeInfo> weighted(const std::vector<double>& weights,
                                      const std::vector<Nanoseconds>& pings = {}) {
  std::vector<NodeInfo> nodes;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    nodes.push_back({std::string(1, static_cast<char>('a' + i)), Role::kReplica, weights[i],
                     pings.empty() ? 0 : pings[i]});
  }
  nodes.push_back({"default", Role::kPrimary, 1, 0});
  return nodes;
}

// As named by a strategy or preset.
inline std::unique_ptr<Router> make(const std::string& name, const std::vector<NodeInfo>& nodes,
                                    const ParameterTexts& given = {},
                                    RandomStream random = RandomStream(kSeed,
                                                                       RandomPurpose::kRouter)) {
  const StrategyInfo& info = find_strategy(name);
  NodeId default_node{0};
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].name == "default") default_node = node_id(i);
  }
  return info.make({nodes, default_node, random, std::make_shared<PythonRandom>(kSeed)},
                   parameters_of(name, info, given));
}
// What making it fails with; empty if it doesn't.
inline std::string error_of(const std::string& name, const std::vector<NodeInfo>& nodes,
                            const ParameterTexts& given = {}) {
  try {
    make(name, nodes, given);
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}
inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

inline RouterChain chain_of(const std::string& name, const std::vector<NodeInfo>& nodes,
                            Pinning pinning = Pinning::kNone) {
  std::vector<std::unique_ptr<Router>> routers;
  routers.push_back(make(name, nodes));
  return {std::move(routers), NodeId{0}, pinning};
}

inline Query query_of(RequestClass kind) {
  Query query;
  query.kind = kind;
  query.op = kind == RequestClass::kRead ? Op::kRead : Op::kWrite;
  return query;
}
inline Decision read(Router& router, const ClusterView& view = {}) {
  return router.choose(query_of(RequestClass::kRead), view, 0);
}
inline Decision write(Router& router) {
  return router.choose(query_of(RequestClass::kWrite), {}, 0);
}
// REQUIRES it to choose a node.
inline std::size_t choose(Router& router, RequestClass kind, const ClusterView& view = {}) {
  const Decision decision = router.choose(query_of(kind), view, 0);
  REQUIRE(decision.kind == Decision::Kind::kNode);
  return index(decision.node);
}

inline char letter(const Decision& decision) {
  if (decision.kind != Decision::Kind::kNode) return '-';
  return static_cast<char>('a' + index(decision.node));
}
inline std::string reads(Router& router, int count, const ClusterView& view = {},
                         Nanoseconds now = 0) {
  std::string nodes;
  for (int i = 0; i < count; ++i) nodes += letter(router.choose({}, view, now));
  return nodes;
}
// Of so many reads, per node.
inline std::vector<double> read_shares(Router& router, std::size_t nodes,
                                       const ClusterView& view = {}, int count = kDraws) {
  std::vector<double> shares(nodes);
  for (int i = 0; i < count; ++i) shares[choose(router, RequestClass::kRead, view)] += 1.0 / count;
  return shares;
}
inline std::map<char, double> shares(Router& router, const ClusterView& view = {}) {
  std::map<char, double> list;
  for (const char node : reads(router, kDraws, view)) list[node] += 1.0 / kDraws;
  return list;
}

inline void respond(Router& router, std::size_t node, Nanoseconds now, Nanoseconds latency,
                    Status status = Status::kOk) {
  Response response;
  response.now_ns = now;
  response.node = node_id(node);
  response.status = status;
  response.latency_ns = latency;
  router.on_response(response);
}
inline void dispatch(Router& router, std::size_t node, Nanoseconds now = 0) {
  Dispatch sent;
  sent.now_ns = now;
  sent.node = node_id(node);
  router.on_dispatch(sent);
}

// Of these nodes, as they were configured; those in `down` are down.
inline std::vector<NodeState> states_of(const std::vector<NodeInfo>& nodes,
                                        const std::set<std::size_t>& down) {
  std::vector<NodeState> list;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    list.push_back({!down.contains(i), nodes[i].role});
  }
  return list;
}
// Of so many replicas and a primary that comes last.
inline std::vector<NodeState> states(std::size_t replicas, const std::set<std::size_t>& down) {
  return states_of(weighted(std::vector<double>(replicas, 1)), down);
}

// PgCat's own test of random balancing: even over all, nothing to those down, all back at once.
inline void check_random_balancing(const std::string& name) {
  const std::vector<NodeInfo> nodes = primary_and(3);
  const auto router = make(name, nodes, {{"include_primary", "true"}});
  for (const double share : read_shares(*router, 4, {}, 300)) {
    CHECK(share == Approx(0.25).epsilon(0.35));
  }
  router->on_topology(states_of(nodes, {2, 3}), 0);
  const auto left = read_shares(*router, 4, {}, 300);
  CHECK(left[2] + left[3] == 0);
  // With all of them down each read fails: it is sent to one of those, and no other.
  router->on_topology(states_of(nodes, {0, 1, 2, 3}), 0);
  CHECK(reads(*router, 5) == "aaaaa");
  router->on_topology(states_of(nodes, {}), kMs);
  CHECK(std::ranges::count(read_shares(*router, 4, {}, 300), 0) == 0);
}

// Room for one node more than there are counts, which has none.
inline Outstanding outstanding_of(const std::vector<int>& counts) {
  Outstanding outstanding(counts.size() + 1);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    for (int k = 0; k < counts[i]; ++k) outstanding.add(node_id(i));
  }
  return outstanding;
}

}  // namespace switchyard::testing
