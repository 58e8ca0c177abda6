// A trace made ready for replay: every request has a service time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "workload/law.h"
#include "workload/trace.h"

namespace switchyard {

// When a write takes effect.
enum class WriteEffect : std::uint8_t {
  kAtOnce,           // with its own end: it is its own transaction, or no end of it is recorded
  kWithTransaction,  // with the end of its transaction's commit
  kNever,            // its transaction is rolled back
};

struct ReplayWorkload {
  Trace trace;
  std::span<const std::int64_t> service_ns;  // per request, on a node of speed 1
  double total_service_ns = 0;
  std::vector<std::string> notes;                          // what was invented
  std::vector<WriteEffect> effects;                        // per request; empty = all at once
  std::shared_ptr<const std::vector<std::int64_t>> drawn;  // owns service_ns where it was drawn
};

// A row that stands for several requests (`count`) becomes as many. Draws a service time from
// `missing` for each request that the recording has none for; the draw depends on the seed and the
// request's number alone. Throws InputError when the recording lacks durations and no law is given.
ReplayWorkload prepare(const Trace& recorded, const std::optional<Law>& missing,
                       std::uint64_t seed);

}  // namespace switchyard
