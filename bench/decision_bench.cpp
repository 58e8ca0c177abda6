// Nanoseconds of one decision, for every strategy of the catalogue, and those with names of their
// own, at 4, 16 and 64 nodes.
//
// `null` is a router that does nothing: what the call itself costs.
#include <benchmark/benchmark.h>

#include "routers/catalogue.h"
#include "routers/presets.h"
#include "systems.h"

namespace switchyard::bench {
namespace {

class NullRouter : public Router {
 public:
  Decision choose(const Query&, const ClusterView&, Nanoseconds) override {
    return Decision::to(NodeId{0});
  }
};

// As if every node were at work on a few requests that end one after the other.
class BusyNodes : public Truth {
 public:
  explicit BusyNodes(std::size_t nodes) : response_ns_(nodes) {
    RandomStream random(1, RandomPurpose::kArrivals);
    for (Nanoseconds& time : response_ns_) time = random.next_below(1'000'000);
  }
  Nanoseconds response_if_sent(NodeId node, RequestClass) const override {
    return response_ns_[index(node)];
  }

 private:
  std::vector<Nanoseconds> response_ns_;
};

void decide(benchmark::State& state, const RouterChain& chain, std::size_t nodes) {
  Outstanding outstanding(nodes);
  const BusyNodes truth(nodes);
  const ClusterView view = {&outstanding, &truth};
  // Reads and one write in ten, in an order that no processor learns by heart.
  RandomStream random(2, RandomPurpose::kOperations);
  std::vector<Query> queries(1 << 16);
  for (Query& query : queries) {
    query.kind = random.next_below(10) == 0 ? RequestClass::kWrite : RequestClass::kRead;
  }
  Nanoseconds now = 0;
  std::size_t i = 0;
  for (auto _ : state) {
    now += 100;
    outstanding.set_time(now);
    const Decision decision = chain.choose(queries[i++ % queries.size()], view, now);
    outstanding.add(decision.node);
    outstanding.will_end(decision.node, now + 400 * static_cast<Nanoseconds>(nodes));
    benchmark::DoNotOptimize(decision);
  }
}

[[maybe_unused]] const bool kRegistered = [] {
  for (const std::size_t nodes : {4U, 16U, 64U}) {
    benchmark::RegisterBenchmark(("decide/null/" + std::to_string(nodes)).c_str(),
                                 [nodes](benchmark::State& state) {
                                   std::vector<std::unique_ptr<Router>> routers;
                                   routers.push_back(std::make_unique<NullRouter>());
                                   decide(state, RouterChain(std::move(routers), NodeId{0}), nodes);
                                 });
  }
  std::vector<std::string> names;
  for (const StrategyInfo* info : catalogue()) names.emplace_back(info->name);
  for (const Preset& preset : presets()) {
    if (!preset.summary.empty()) names.emplace_back(preset.name);
  }
  for (const std::string& router : names) {
    for (const std::size_t nodes : {4U, 16U, 64U}) {
      benchmark::RegisterBenchmark(("decide/" + router + "/" + std::to_string(nodes)).c_str(),
                                   [router, nodes](benchmark::State& state) {
                                     ClusterSpec cluster = cluster_of(nodes);
                                     cluster.nodes[1].name = "master-1";
                                     cluster.nodes[1].role = Role::kPrimary;
                                     decide(state, chain_of(router, cluster), nodes);
                                   });
    }
  }
  return true;
}();

}  // namespace
}  // namespace switchyard::bench
