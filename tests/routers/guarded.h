// Guards and pickers of freshness, asked one query at a time with positions as a test says.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "catch.h"
#include "routers/catalogue.h"

namespace switchyard::testing {

constexpr Nanoseconds kMs = kMillisecond;

// Positions as a test says, of a primary and two replicas.
class Told : public Positions {
 public:
  bool reached(NodeId node, const Position& position) const override {
    const auto& of_origin = position.origin == NodeId{0} ? at : at_of_others;
    return of_origin[index(node)] >= position.number;
  }
  std::uint64_t missing(NodeId node) const override { return lacks[index(node)]; }
  Nanoseconds lag_ns(NodeId node) const override { return lag[index(node)]; }
  bool lag_is_known(NodeId node) const override { return known[index(node)]; }
  // As if one who lacks nothing had the first hour's last commit.
  Nanoseconds last_write_ns(NodeId node) const override {
    return 3600 * kSecond - lag[index(node)];
  }

  std::vector<std::uint64_t> at = {100, 100, 100};  // in the commits of the first node
  std::vector<std::uint64_t> at_of_others = {100, 100, 100};
  std::vector<std::uint64_t> lacks = {0, 0, 0};
  std::vector<Nanoseconds> lag = {0, 0, 0};
  std::vector<bool> known = {true, true, true};
};

inline const std::vector<NodeInfo>& primary_and_two_replicas() {
  static const std::vector<NodeInfo> nodes = {{"default", Role::kPrimary, 1},
                                              {"replica-1", Role::kReplica, 1},
                                              {"replica-2", Role::kReplica, 1}};
  return nodes;
}

inline std::unique_ptr<Router> router_of(const std::string& name, const ParameterTexts& given = {},
                                         std::unique_ptr<Router> guarded = nullptr) {
  const StrategyInfo& info = guarded != nullptr ? find_guard(name) : find_strategy(name);
  return info.make({primary_and_two_replicas(), NodeId{0}, RandomStream(1, RandomPurpose::kRouter),
                    std::make_shared<PythonRandom>(1), std::move(guarded)},
                   parameters_of(name, info, given));
}

// A guard or its preset; reads in turn over the replicas.
inline std::unique_ptr<Router> guarded(const std::string& guard, const ParameterTexts& given = {},
                                       const std::string& router = "round_robin",
                                       const ParameterTexts& router_given = {}) {
  return router_of(guard, given, router_of(router, router_given));
}

inline Query read_of(std::uint32_t session, std::uint32_t key = kNone) {
  Query query;
  query.session = static_cast<SessionId>(session);
  query.key = static_cast<KeyId>(key);
  return query;
}

inline ClusterView view_of(const Told& told) {
  ClusterView view;
  view.positions = &told;
  return view;
}

using Nodes = std::vector<std::size_t>;

// The nodes that get six reads.
inline Nodes six_reads(Router& router, const ClusterView& view, Nanoseconds now = 0,
                       std::uint32_t session = 0) {
  Nodes nodes;
  for (int i = 0; i < 6; ++i) {
    nodes.push_back(index(router.choose(read_of(session), view, now).node));
  }
  return nodes;
}

inline const Nodes kInTurn = {1, 2, 1, 2, 1, 2};
inline const Nodes kPrimaryAlone(6, 0);

inline Response answer_to_write(std::uint32_t session, Nanoseconds now,
                                std::uint64_t position = 0) {
  Response response;
  response.now_ns = now;
  response.node = NodeId{0};
  response.session = static_cast<SessionId>(session);
  response.kind = RequestClass::kWrite;
  response.op = Op::kWrite;
  response.position = {NodeId{0}, position};
  return response;
}

}  // namespace switchyard::testing
