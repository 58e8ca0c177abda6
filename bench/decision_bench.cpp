// What a decision costs, for every strategy of the catalogue and those with names of their own.
// Answers to the probes that a strategy sends are part of its cost.
//
// decide/STRATEGY/NODES: of a thousand decisions, beside a thousand by a router that does nothing,
// whose time is subtracted. `null` is the time of those that do nothing: the harness's own share.
// gate/STRATEGY/NODES: the processor's time for a thousand decisions as they are, nothing
// subtracted: less noise, for comparing two builds (bench/gate).
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "decision_work.h"
#include "net_cost.h"
#include "strategies.h"

namespace switchyard::bench {
namespace {

void decide(benchmark::State& state, const std::string& name, std::size_t nodes) {
  Work work(chain_named(name, nodes), nodes);
  Work nothing(null_chain(), nodes);
  net_cost(state, work, nothing, "ns_per_decision");
}

void decide_nothing(benchmark::State& state) {
  Work work(null_chain(), 4);
  double total_ns = 0;
  for (auto _ : state) {
    const Nanoseconds all = time_of_batch(work);
    total_ns += static_cast<double>(all);
    state.SetIterationTime(static_cast<double>(all) / 1e9);
  }
  state.counters["ns_per_decision"] =
      total_ns / static_cast<double>(state.iterations()) / static_cast<double>(kBatch);
}

void gate(benchmark::State& state, const std::string& name, std::size_t nodes) {
  Work work(chain_named(name, nodes), nodes);
  for (auto _ : state) work.run(kBatch);
}

// Strategies that show what others could cost or gain, rather than something to run.
std::string names_of_bounds() {
  std::vector<std::string> names;
  for (const StrategyInfo* info : catalogue()) {
    if (info->is_bound) names.emplace_back(info->name);
  }
  return fmt::format("{}", fmt::join(names, " "));
}

[[maybe_unused]] const bool kRegistered = [] {
  // What two results must have in common to be compared.
  benchmark::AddCustomContext("compiler", SWITCHYARD_BENCH_COMPILER);
  benchmark::AddCustomContext("build_type", SWITCHYARD_BENCH_BUILD_TYPE);
  // For readers of results: which strategies not to praise.
  benchmark::AddCustomContext("bounds", names_of_bounds());
  benchmark::RegisterBenchmark("decide/null", decide_nothing)->UseManualTime();
  for (const std::string& name : chain_names()) {
    for (const std::size_t nodes : {4U, 16U, 64U}) {
      benchmark::RegisterBenchmark(("decide/" + name + "/" + std::to_string(nodes)).c_str(), decide,
                                   name, nodes)
          ->UseManualTime();
    }
    benchmark::RegisterBenchmark(("gate/" + name + "/16").c_str(), gate, name, 16U);
  }
  return true;
}();

}  // namespace
}  // namespace switchyard::bench
