// Recorded ORM operations, replayed, and where each of their statements ran.
#pragma once

#include <string>
#include <vector>

#include "replay/harness.h"
#include "workload/orm_operations.h"

namespace switchyard::testing {

struct Performed {
  std::string operation;
  std::string letters = {};  // of its statements; empty: as few as there can be
  std::string key = {};
};

inline std::vector<OrmStatement> statements_of(const Performed& performed,
                                               OrmExpansion expansion = {}) {
  const OrmOperation* operation = find_orm_operation(performed.operation);
  if (operation == nullptr) throw std::out_of_range("no operation " + performed.operation);
  auto statements = expand(*operation, performed.letters, expansion);
  if (!statements) throw std::invalid_argument(performed.operation + " has no such statements");
  return *std::move(statements);
}

// One after the other, by one session.
inline ReplayWorkload workload_of(const std::vector<std::vector<OrmStatement>>& operations,
                                  const std::string& key = {}) {
  TraceBuilder builder;
  Nanoseconds t_ns = 0;
  for (const auto& statements : operations) {
    for (const OrmStatement& statement : statements) {
      TraceRow row;
      row.t_ns = t_ns += 1'000;
      row.session = "s";
      row.op = statement.op;
      if (class_of(row.op) != RequestClass::kControl) row.key = key;
      row.dur_ns = 10;
      row.asked = statement.asking;
      builder.add(row);
    }
  }
  return prepare(builder.finish({}), std::nullopt, 1);
}

class Placements : public ReplayObserver {
 public:
  explicit Placements(std::size_t requests) : nodes(requests, kNoNode) {}
  void committed(RequestIndex, NodeId, Nanoseconds, Nanoseconds) override {}
  void acknowledged(RequestIndex, Nanoseconds) override {}
  void applied(RequestIndex, NodeId, Nanoseconds) override {}
  void read_started(RequestIndex, NodeId, Nanoseconds, Nanoseconds) override {}
  void answered(RequestIndex request, NodeId node, Status, Nanoseconds, Nanoseconds) override {
    nodes[request] = node;
  }

  std::vector<NodeId> nodes;  // per request
};

// Where each request was sent.
inline std::vector<NodeId> placements(const ReplayWorkload& workload, const ClusterSpec& cluster,
                                      const RouterChain& chain) {
  Placements observer(workload.trace.size());
  ReplayOptions options;
  options.all_nodes_by_events = true;
  RunControl control;
  control.observer = &observer;
  replay(workload, cluster, chain, options, control);
  return observer.nodes;
}

}  // namespace switchyard::testing
