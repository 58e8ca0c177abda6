// Builds and runs small experiments for the tests of the engine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "replay/engine.h"
#include "scenario/build_chain.h"
#include "scenario/scenario.h"
#include "workload/synthetic.h"

namespace switchyard::testing {

// `count` like nodes: the first is `default`, a primary, the others replicas.
inline ClusterSpec cluster_of(std::size_t count, std::uint32_t workers) {
  ClusterSpec cluster;
  for (std::size_t i = 0; i < count; ++i) {
    NodeSpec node;
    node.name = i == 0 ? "default" : "replica-" + std::to_string(i);
    node.role = i == 0 ? Role::kPrimary : Role::kReplica;
    node.workers = workers;
    cluster.nodes.push_back(std::move(node));
  }
  return cluster;
}

inline Candidate candidate_of(const std::string& router, const ParameterTexts& parameters = {}) {
  Candidate candidate;
  candidate.name = router;
  if (!router.empty()) candidate.routers.push_back({router, parameters});
  return candidate;
}

inline RunTally run(const ReplayWorkload& workload, const ClusterSpec& cluster,
                    const Candidate& candidate, const ReplayOptions& options) {
  validate(cluster);
  const RouterChain chain =
      build_chain(candidate, cluster, options.seed, workload.trace.names().tables);
  return replay(workload, cluster, chain, options);
}

inline ReplayWorkload synthetic(const SyntheticWorkload& spec, std::uint64_t seed = 1) {
  return prepare(generate(spec, seed), std::nullopt, seed);
}

// A workload of reads and writes written out by hand.
struct Row {
  Nanoseconds t_ns = 0;
  std::string session = "s";
  char op = 'r';
  Nanoseconds dur_ns = 0;
  std::string key = {};
  std::uint32_t txn = 0;
  std::string table = {};
  std::uint8_t flags = 0;
};
inline ReplayWorkload by_hand(const std::vector<Row>& rows) {
  TraceBuilder builder;
  for (const Row& r : rows) {
    TraceRow row;
    row.t_ns = r.t_ns;
    row.session = r.session;
    row.op = *op_of_letter(r.op);
    row.dur_ns = r.dur_ns;
    row.key = r.key;
    row.txn = r.txn;
    row.table = r.table;
    row.flags = r.flags;
    builder.add(row);
  }
  return prepare(builder.finish({}), std::nullopt, 1);
}

inline ReplayOptions options_of(LoopMode loop) {
  ReplayOptions options;
  options.loop = loop;
  return options;
}

inline Histogram all_latencies(const RunTally& tally) {
  Histogram all = tally.read_ns;
  all.merge(tally.write_ns);
  all.merge(tally.control_ns);
  return all;
}

}  // namespace switchyard::testing
