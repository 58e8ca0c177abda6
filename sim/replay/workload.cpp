#include "replay/workload.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"

namespace switchyard {
namespace {

// From the end to the start, so that a transaction's end is known when its writes are met.
std::vector<WriteEffect> write_effects(const Trace& trace) {
  const TraceColumns& c = trace.columns();
  if (std::ranges::none_of(c.txn, [](std::uint32_t txn) { return txn != 0; })) return {};
  struct Transaction {
    std::uint32_t txn = 0;
    WriteEffect effect = WriteEffect::kAtOnce;
  };
  std::vector<WriteEffect> effects(trace.size(), WriteEffect::kAtOnce);
  std::vector<Transaction> latest(trace.session_count());
  for (std::size_t i = trace.size(); i-- > 0;) {
    if (c.txn[i] == 0) continue;
    Transaction& transaction = latest[c.session[i]];
    if (transaction.txn != c.txn[i]) transaction = {c.txn[i]};
    if (c.op[i] == Op::kCommit) transaction.effect = WriteEffect::kWithTransaction;
    if (c.op[i] == Op::kAbort) transaction.effect = WriteEffect::kNever;
    if (replicates(c.op[i])) effects[i] = transaction.effect;
  }
  return effects;
}

}  // namespace

ReplayWorkload prepare(const Trace& recorded, const std::optional<Law>& missing,
                       std::uint64_t seed) {
  Trace trace = expand_repeats(recorded);
  const TraceColumns& c = trace.columns();
  const auto unknown = c.dur_ns.empty() ? static_cast<std::ptrdiff_t>(trace.size())
                                        : std::ranges::count(c.dur_ns, kUnknown);
  ReplayWorkload workload;
  if (unknown == 0) {
    workload.service_ns = c.dur_ns;
  } else {
    if (!missing) {
      throw InputError(fmt::format(
          "{} of {} requests have no duration; say what to draw instead, for example service = "
          "{{ law = \"lognormal\", mean = \"2ms\", cv = 1.0 }} under [workload]",
          unknown, trace.size()));
    }
    RandomStream random(seed, RandomPurpose::kMissingService);
    auto drawn = std::make_shared<std::vector<std::int64_t>>(trace.size());
    for (std::size_t i = 0; i < trace.size(); ++i) {
      if (!c.dur_ns.empty() && c.dur_ns[i] != kUnknown) {
        (*drawn)[i] = c.dur_ns[i];
      } else {
        random.seek(i);
        (*drawn)[i] = missing->sample_ns(random);
      }
    }
    workload.service_ns = *drawn;
    workload.drawn = std::move(drawn);
    workload.notes.push_back(fmt::format("{} of {} service times drawn: the recording lacks them",
                                         unknown, trace.size()));
  }
  for (const std::int64_t service : workload.service_ns) {
    workload.total_service_ns += static_cast<double>(service);
  }
  workload.effects = write_effects(trace);
  workload.trace = std::move(trace);
  return workload;
}

}  // namespace switchyard
