// Requests per second of the engine, and how the cost of an event grows.
//
// The comparisons with the plain simulator time both in turn within each iteration, so that what
// else the machine does falls on both; the counter `times_plain` is the ratio of the sums.
#include <benchmark/benchmark.h>

#include <chrono>
#include <optional>

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
const ReplayWorkload& cached_workload(const WorkloadShape& shape) {
  static std::optional<WorkloadShape> made;
  static ReplayWorkload workload;
  if (made != shape) {
    workload = {};
    workload = workload_of(shape);
    made = shape;
  }
  return workload;
}

enum class Ledger { kOff, kOn };

void run_engine(benchmark::State& state, const char* router, const WorkloadShape& shape,
                Ledger ledger) {
  const ReplayWorkload& workload = cached_workload(shape);
  const ClusterSpec cluster = cluster_of(shape.nodes);
  const RouterChain chain = chain_of(router, cluster);
  ReplayOptions options;
  options.loop = shape.loop;
  options.ledger = ledger == Ledger::kOn;
  std::uint64_t events = 0;
  for (auto _ : state) {
    const RunTally tally = replay(workload, cluster, chain, options);
    benchmark::DoNotOptimize(tally.event_checksum);
    events = shape.requests;
    for (const NodeTally& node : tally.nodes) events += node.applies;
  }
  const auto runs = static_cast<double>(state.iterations());
  state.counters["requests/s"] =
      benchmark::Counter(static_cast<double>(shape.requests) * runs, benchmark::Counter::kIsRate);
  // An event is a request, or an apply on a node.
  state.counters["time/event"] =
      benchmark::Counter(static_cast<double>(events) * runs,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void against_plain(benchmark::State& state, const char* router, PlainRouting routing) {
  constexpr std::uint64_t kRequests = 1'000'000;
  const ReplayWorkload& workload = cached_workload({.requests = kRequests});
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

WorkloadShape ten_million(LoopMode loop) {
  return {.requests = 10'000'000, .loop = loop};
}

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
  const ReplayWorkload& workload = cached_workload({.requests = kRequests, .loop = loop});
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
#define SWITCHYARD_LOOP(name, router, loop)                                                 \
  BENCHMARK_CAPTURE(run_engine, name, router, ten_million(loop), Ledger::kOff)              \
      ->Unit(benchmark::kMillisecond)                                                       \
      ->Iterations(3);                                                                      \
  BENCHMARK_CAPTURE(run_engine, name##_with_ledger, router, ten_million(loop), Ledger::kOn) \
      ->Unit(benchmark::kMillisecond)                                                       \
      ->Iterations(3)
SWITCHYARD_LOOP(open_random, "random_replica", LoopMode::kOpen);
SWITCHYARD_LOOP(open_least_outstanding, "least_outstanding", LoopMode::kOpen);
SWITCHYARD_LOOP(session_random, "random_replica", LoopMode::kSession);
SWITCHYARD_LOOP(session_least_outstanding, "least_outstanding", LoopMode::kSession);
SWITCHYARD_LOOP(closed_random, "random_replica", LoopMode::kClosed);
SWITCHYARD_LOOP(closed_least_outstanding, "least_outstanding", LoopMode::kClosed);
#undef SWITCHYARD_LOOP

// Growth with the number of nodes, of sessions, of keys, and with the length of the trace.
void grow_nodes(benchmark::State& state, const char* router) {
  run_engine(state, router, {.nodes = static_cast<std::size_t>(state.range(0))}, Ledger::kOff);
}
void grow_sessions(benchmark::State& state, LoopMode loop) {
  const auto sessions = static_cast<std::uint32_t>(state.range(0));
  run_engine(state, "random_replica", {.requests = 4'000'000, .sessions = sessions, .loop = loop},
             Ledger::kOff);
}
// With the ledger, which is what looks at keys.
void grow_keys(benchmark::State& state, LoopMode loop) {
  const auto keys = static_cast<std::uint32_t>(state.range(0));
  run_engine(state, "random_replica", {.loop = loop, .keys = keys}, Ledger::kOn);
}
void grow_length(benchmark::State& state, LoopMode loop) {
  const auto requests = static_cast<std::uint64_t>(state.range(0));
  run_engine(state, "random_replica", {.requests = requests, .loop = loop}, Ledger::kOn);
}
#define SWITCHYARD_GROWTH(growth, name, argument, ...) \
  BENCHMARK_CAPTURE(growth, name, argument)            \
      ->Unit(benchmark::kMillisecond)                  \
      ->Iterations(3)                                  \
      ->ArgsProduct({{__VA_ARGS__}})
SWITCHYARD_GROWTH(grow_nodes, random, "random_replica", 4, 8, 16, 64);
SWITCHYARD_GROWTH(grow_nodes, d_choices, "d_choices", 4, 8, 16, 64);
SWITCHYARD_GROWTH(grow_nodes, least_outstanding, "least_outstanding", 4, 8, 16, 64);
SWITCHYARD_GROWTH(grow_sessions, session, LoopMode::kSession, 1'000, 100'000, 1'000'000);
SWITCHYARD_GROWTH(grow_sessions, closed, LoopMode::kClosed, 1'000, 100'000, 1'000'000);
SWITCHYARD_GROWTH(grow_keys, open, LoopMode::kOpen, 1'000, 100'000, 10'000'000);
SWITCHYARD_GROWTH(grow_keys, closed, LoopMode::kClosed, 1'000, 100'000, 10'000'000);
SWITCHYARD_GROWTH(grow_length, open, LoopMode::kOpen, 100'000, 1'000'000, 10'000'000);
SWITCHYARD_GROWTH(grow_length, closed, LoopMode::kClosed, 100'000, 1'000'000, 10'000'000);
#undef SWITCHYARD_GROWTH

}  // namespace
}  // namespace switchyard::bench
