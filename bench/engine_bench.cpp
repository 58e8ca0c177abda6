// Requests per second of the engine, and how the cost of an event grows.
//
// The comparisons with the plain simulator time both in turn within each iteration, so that what
// else the machine does falls on both; the counter `times_plain` is the ratio of the sums.
#include <benchmark/benchmark.h>

#include <chrono>
#include <map>
#include <tuple>

#include "plain_simulator.h"
#include "systems.h"

namespace switchyard::bench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// Workloads are large and made once; benchmarks of one kind follow each other, so only the latest
// is kept.
const ReplayWorkload& cached_workload(std::size_t nodes, std::uint64_t requests,
                                      std::uint32_t sessions, LoopMode loop) {
  static std::tuple<std::size_t, std::uint64_t, std::uint32_t, bool> key;
  static ReplayWorkload workload;
  const std::tuple wanted{nodes, requests, sessions, loop == LoopMode::kClosed};
  if (key != wanted || workload.trace.size() == 0) {
    workload = {};
    workload = workload_of(nodes, requests, sessions, loop);
    key = wanted;
  }
  return workload;
}

enum class Ledger { kOff, kOn };

void run_engine(benchmark::State& state, const char* router, LoopMode loop, std::size_t nodes,
                std::uint64_t requests, std::uint32_t sessions, Ledger ledger) {
  const ReplayWorkload& workload = cached_workload(nodes, requests, sessions, loop);
  const ClusterSpec cluster = cluster_of(nodes);
  const RouterChain chain = chain_of(router, cluster);
  ReplayOptions options;
  options.loop = loop;
  options.ledger = ledger == Ledger::kOn;
  std::uint64_t events = 0;
  for (auto _ : state) {
    const RunTally tally = replay(workload, cluster, chain, options);
    benchmark::DoNotOptimize(tally.event_checksum);
    events = requests;
    for (const NodeTally& node : tally.nodes) events += node.applies;
  }
  const auto runs = static_cast<double>(state.iterations());
  state.counters["requests/s"] =
      benchmark::Counter(static_cast<double>(requests) * runs, benchmark::Counter::kIsRate);
  // An event is a request, or an apply on a node.
  state.counters["time/event"] =
      benchmark::Counter(static_cast<double>(events) * runs,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void against_plain(benchmark::State& state, const char* router, PlainRouting routing) {
  constexpr std::uint64_t kRequests = 1'000'000;
  const ReplayWorkload& workload = cached_workload(4, kRequests, 1000, LoopMode::kOpen);
  const ClusterSpec cluster = cluster_of(4);
  const RouterChain chain = chain_of(router, cluster);
  ReplayOptions options;
  options.loop = LoopMode::kOpen;
  options.ledger = false;  // which the plain simulator lacks
  double engine_seconds = 0;
  double plain_seconds = 0;
  for (auto _ : state) {
    const auto begin = Clock::now();
    benchmark::DoNotOptimize(replay(workload, cluster, chain, options).event_checksum);
    engine_seconds += seconds_since(begin);
    const auto plain_begin = Clock::now();
    benchmark::DoNotOptimize(PlainSimulator(workload, cluster, routing).run());
    plain_seconds += seconds_since(plain_begin);
  }
  const double runs = static_cast<double>(state.iterations()) * static_cast<double>(kRequests);
  state.counters["engine_requests/s"] = runs / engine_seconds;
  state.counters["plain_requests/s"] = runs / plain_seconds;
  state.counters["times_plain"] = plain_seconds / engine_seconds;
}

constexpr std::uint64_t kTenMillion = 10'000'000;

BENCHMARK_CAPTURE(against_plain, random, "random_replica", PlainRouting::kRandom)
    ->Unit(benchmark::kMillisecond)
    ->Iterations(7);
BENCHMARK_CAPTURE(against_plain, least_outstanding, "least_outstanding",
                  PlainRouting::kLeastOutstanding)
    ->Unit(benchmark::kMillisecond)
    ->Iterations(7);

// The ledger's share: both in turn within each iteration.
void ledger_cost(benchmark::State& state, const char* router, LoopMode loop) {
  constexpr std::uint64_t kRequests = 2'000'000;
  const ReplayWorkload& workload = cached_workload(4, kRequests, 1000, loop);
  const ClusterSpec cluster = cluster_of(4);
  const RouterChain chain = chain_of(router, cluster);
  ReplayOptions options;
  options.loop = loop;
  double seconds[2] = {};
  for (auto _ : state) {
    for (const bool ledger : {false, true}) {
      options.ledger = ledger;
      const auto begin = Clock::now();
      benchmark::DoNotOptimize(replay(workload, cluster, chain, options).event_checksum);
      seconds[ledger ? 1 : 0] += seconds_since(begin);
    }
  }
  state.counters["with/without"] = seconds[1] / seconds[0];
}
#define SWITCHYARD_LEDGER_COST(name, router, loop) \
  BENCHMARK_CAPTURE(ledger_cost, name, router, loop)->Unit(benchmark::kMillisecond)->Iterations(7)
SWITCHYARD_LEDGER_COST(open_random, "random_replica", LoopMode::kOpen);
SWITCHYARD_LEDGER_COST(open_least_outstanding, "least_outstanding", LoopMode::kOpen);
SWITCHYARD_LEDGER_COST(session_random, "random_replica", LoopMode::kSession);
SWITCHYARD_LEDGER_COST(closed_random, "random_replica", LoopMode::kClosed);
#undef SWITCHYARD_LEDGER_COST

// Loops: 4 nodes, 10 M requests, 1,000 sessions.
#define SWITCHYARD_LOOP(name, router, loop)                                             \
  BENCHMARK_CAPTURE(run_engine, name, router, loop, 4, kTenMillion, 1000, Ledger::kOff) \
      ->Unit(benchmark::kMillisecond)                                                   \
      ->Iterations(3);                                                                  \
  BENCHMARK_CAPTURE(run_engine, name##_with_ledger, router, loop, 4, kTenMillion, 1000, \
                    Ledger::kOn)                                                        \
      ->Unit(benchmark::kMillisecond)                                                   \
      ->Iterations(3)
SWITCHYARD_LOOP(open_random, "random_replica", LoopMode::kOpen);
SWITCHYARD_LOOP(open_least_outstanding, "least_outstanding", LoopMode::kOpen);
SWITCHYARD_LOOP(session_random, "random_replica", LoopMode::kSession);
SWITCHYARD_LOOP(session_least_outstanding, "least_outstanding", LoopMode::kSession);
SWITCHYARD_LOOP(closed_random, "random_replica", LoopMode::kClosed);
SWITCHYARD_LOOP(closed_least_outstanding, "least_outstanding", LoopMode::kClosed);
#undef SWITCHYARD_LOOP

// Growth with the number of nodes and of sessions.
void grow_nodes(benchmark::State& state, const char* router) {
  run_engine(state, router, LoopMode::kOpen, static_cast<std::size_t>(state.range(0)), 2'000'000,
             1000, Ledger::kOff);
}
BENCHMARK_CAPTURE(grow_nodes, random, "random_replica")
    ->Unit(benchmark::kMillisecond)
    ->Iterations(3)
    ->Arg(4)
    ->Arg(8)
    ->Arg(16)
    ->Arg(64);
BENCHMARK_CAPTURE(grow_nodes, d_choices, "d_choices")
    ->Unit(benchmark::kMillisecond)
    ->Iterations(3)
    ->Arg(4)
    ->Arg(8)
    ->Arg(16)
    ->Arg(64);
BENCHMARK_CAPTURE(grow_nodes, least_outstanding, "least_outstanding")
    ->Unit(benchmark::kMillisecond)
    ->Iterations(3)
    ->Arg(4)
    ->Arg(8)
    ->Arg(16)
    ->Arg(64);

void grow_sessions(benchmark::State& state, LoopMode loop) {
  run_engine(state, "random_replica", loop, 4, 4'000'000,
             static_cast<std::uint32_t>(state.range(0)), Ledger::kOff);
}
BENCHMARK_CAPTURE(grow_sessions, session, LoopMode::kSession)
    ->Unit(benchmark::kMillisecond)
    ->Iterations(3)
    ->Arg(1'000)
    ->Arg(100'000)
    ->Arg(1'000'000);
BENCHMARK_CAPTURE(grow_sessions, closed, LoopMode::kClosed)
    ->Unit(benchmark::kMillisecond)
    ->Iterations(3)
    ->Arg(1'000)
    ->Arg(100'000)
    ->Arg(1'000'000);

}  // namespace
}  // namespace switchyard::bench
