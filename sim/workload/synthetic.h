// Synthetic workloads with stated laws: for theory tests, benchmarks, and what-if questions that no
// recording answers.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "workload/law.h"
#include "workload/trace.h"

namespace switchyard {

struct ArrivalLaw {
  enum class Kind : std::uint8_t {
    kPoisson,   // rate
    kConstant,  // rate: equal gaps
    kMmpp,      // Poisson with one of several rates; stays in each for an exponential time, in turn
    kBatch,     // batches at Poisson times (rate = batches per second), sizes geometric
  };
  Kind kind = Kind::kPoisson;
  double rate = 0;                        // per second
  std::vector<double> rates;              // per second, one per MMPP state
  std::vector<double> mean_durations_ns;  // one per MMPP state
  double mean_batch_size = 1;

  bool operator==(const ArrivalLaw&) const = default;
  double mean_rate() const;  // requests per second
};

struct KeyLaw {
  std::uint32_t count = 0;
  double exponent = 0;  // 0 = uniform, else Zipf

  bool operator==(const KeyLaw&) const = default;
};

struct SyntheticWorkload {
  std::uint64_t requests = 0;
  ArrivalLaw arrivals;
  std::uint32_t sessions = 1;
  // Set: the trace is one for the closed loop. Each session is a client that thinks, asks and
  // waits; the recorded times are those of a server without queues, and `arrivals` is not used.
  std::optional<Law> think;
  double read_share = 1;
  Law read_service;
  Law write_service;
  std::optional<KeyLaw> keys;

  bool operator==(const SyntheticWorkload&) const = default;
};

// Requests are dealt to sessions at random (open and session loop). The same seed gives the same
// trace; each property has a random stream of its own, so that changing one leaves the others.
Trace generate(const SyntheticWorkload& workload, std::uint64_t seed);

}  // namespace switchyard
