// The cost of a router alone: batches of it beside batches of a router that does nothing, whose
// time is subtracted. Both in turn, so that what else the machine does falls on both.
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "core/time.h"

namespace switchyard::bench {

inline constexpr std::size_t kBatch = 1000;

template <class Timed>
Nanoseconds time_of_batch(Timed& work) {
  const auto begin = std::chrono::steady_clock::now();
  work.run(kBatch);
  const auto spent = std::chrono::steady_clock::now() - begin;
  return std::chrono::duration_cast<std::chrono::nanoseconds>(spent).count();
}

// Iterations last what a batch of `work` takes longer than one of `nothing`; the counter `per_one`
// is that of one of the batch, in nanoseconds.
template <class Timed>
void net_cost(benchmark::State& state, Timed& work, Timed& nothing, const std::string& per_one) {
  double total_ns = 0;
  for (auto _ : state) {
    const Nanoseconds all = time_of_batch(work);
    const Nanoseconds harness = time_of_batch(nothing);
    const double net = static_cast<double>(std::max<Nanoseconds>(0, all - harness));
    total_ns += net;
    state.SetIterationTime(net / 1e9);
  }
  state.counters[per_one] =
      total_ns / static_cast<double>(state.iterations()) / static_cast<double>(kBatch);
}

}  // namespace switchyard::bench
