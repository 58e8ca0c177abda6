#include "scenario/run_inputs.h"

namespace switchyard {

ReplayWorkload load_workload(const Scenario& scenario, std::uint64_t seed,
                             const ReadProgress& on_progress) {
  const WorkloadSpec& spec = scenario.workload;
  ImportOptions import = spec.import;
  import.on_progress = on_progress;
  const Trace trace =
      spec.synthetic ? generate(*spec.synthetic, seed) : open_trace(spec.trace, import);
  return prepare(slice(trace, spec.range), spec.service, seed);
}

ReplayOptions replay_options(const Scenario& scenario, std::uint64_t seed, Nanoseconds warmup_ns) {
  ReplayOptions options;
  options.loop = scenario.workload.loop;
  options.speed = scenario.workload.speed;
  options.think_scale = scenario.workload.think_scale;
  options.measured = {warmup_ns, scenario.run.measure_until_ns};
  options.timeout_ns = scenario.run.timeout_ns;
  options.retries = scenario.run.retries;
  options.retry_after_ns = scenario.run.retry_after_ns;
  options.seed = seed;
  return options;
}

}  // namespace switchyard
