// The cost of a router alone: batches of it beside batches of a router that does nothing, whose
// time is subtracted. Both in turn, so that what else the machine does falls on both; and the
// processor's time, so that what others run in between falls on neither.
#pragma once

#include <benchmark/benchmark.h>
#include <time.h>

#include <algorithm>
#include <string>

#include "core/time.h"

namespace switchyard::bench {

inline constexpr std::size_t kBatch = 1000;

inline Nanoseconds processor_time() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * kSecond + now.tv_nsec;
}

template <class Timed>
Nanoseconds time_of_batch(Timed& work) {
  const Nanoseconds begin = processor_time();
  work.run(kBatch);
  return processor_time() - begin;
}

// Iterations last what a batch of `work` takes longer than one of `nothing`; the counter `per_one`
// is that of one of the batch, in nanoseconds.
template <class Timed>
void net_cost(benchmark::State& state, Timed& work, Timed& nothing, const std::string& per_one) {
  double total_ns = 0;
  for (auto _ : state) {
    const Nanoseconds all = time_of_batch(work);
    const Nanoseconds harness = time_of_batch(nothing);
    const double net = static_cast<double>(all - harness);
    // With its sign: noise would else only ever add to the mean.
    total_ns += net;
    state.SetIterationTime(std::max(0.0, net) / 1e9);
  }
  state.counters[per_one] =
      total_ns / static_cast<double>(state.iterations()) / static_cast<double>(kBatch);
}

}  // namespace switchyard::bench
