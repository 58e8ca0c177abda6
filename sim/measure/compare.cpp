#include "measure/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <mutex>
#include <numeric>
#include <thread>

#include "core/digest.h"
#include "core/error.h"
#include "core/version.h"
#include "measure/statistics.h"
#include "replay/engine.h"
#include "routers/catalogue.h"
#include "scenario/build_chain.h"
#include "scenario/run_inputs.h"

namespace switchyard {
namespace {

// A node this busy at the end of an open run had work piling up rather than waiting its turn.
constexpr double kSaturated = 0.97;

// Runs task(0 … count-1) on some threads; the first failure, by number, is thrown at the end.
void run_parallel(std::size_t count, std::uint32_t threads,
                  const std::function<void(std::size_t)>& task) {
  std::vector<std::exception_ptr> failures(count);
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < count; i = next++) {
      try {
        task(i);
      } catch (...) {
        failures[i] = std::current_exception();
      }
    }
  };
  const std::uint32_t wanted =
      threads == 0 ? std::max(1U, std::thread::hardware_concurrency()) : threads;
  {
    std::vector<std::jthread> helpers;
    for (std::size_t i = 1; i < std::min<std::size_t>(wanted, count); ++i)
      helpers.emplace_back(work);
    work();
  }
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

// Of a file, or of a folder with or without a slash at its end.
std::string last_name(const std::string& path) {
  return (std::filesystem::path(path) / "").parent_path().filename().string();
}

// Of a path the file's name alone: the report is the same wherever the scenario lies.
std::string describe(const RouterUse& use, const StrategyInfo& info) {
  std::string text = display_name(use.name);
  for (std::size_t i = 0; i < use.parameters.size(); ++i) {
    const auto& [name, value] = use.parameters[i];
    text += (i == 0 ? "(" : ", ") + name + "=" + (is_file(info, name) ? last_name(value) : value);
  }
  return use.parameters.empty() ? text : text + ")";
}

bool is_bound(const Candidate& candidate) {
  return std::ranges::any_of(candidate.routers,
                             [](const RouterUse& use) { return find_strategy(use.name).is_bound; });
}

std::string_view loop_name(LoopMode loop) {
  switch (loop) {
    case LoopMode::kOpen:
      return "open";
    case LoopMode::kSession:
      return "session";
    case LoopMode::kClosed:
      return "closed";
  }
  return "";
}

class Comparison {
 public:
  Comparison(const Scenario& scenario, CompareControl& control)
      : scenario_(scenario),
        control_(control),
        tallies_(scenario.candidates.size()),
        notes_(scenario.candidates.size()),
        evidence_(scenario.candidates.size()),
        reports_(scenario.candidates.size()) {}

  Report run() {
    Report report;
    for (const std::string& text : warnings(scenario_)) tell(report, text);
    ReplayWorkload workload = load_workload(scenario_, scenario_.seed, reading_progress(control_));
    describe_workload(report, workload);
    const bool find_warmup = !scenario_.run.warmup_ns;
    control_.requests_total = workload.trace.size() * scenario_.candidates.size() *
                              (scenario_.run.replications + (find_warmup ? 1 : 0));
    const Nanoseconds warmup = find_warmup ? found_warmup(workload) : *scenario_.run.warmup_ns;
    report.warmup_ns = warmup;
    report.measure_until_ns = scenario_.run.measure_until_ns;
    if (report.measure_until_ns <= warmup) {
      throw InputError(fmt::format("nothing is left to measure: the warm-up of {} ends after {}",
                                   format_duration(static_cast<double>(warmup)),
                                   format_duration(static_cast<double>(report.measure_until_ns))));
    }
    for (std::uint32_t i = 0; i < scenario_.run.replications; ++i) {
      const std::uint64_t seed = derived_seed(scenario_.seed, i);
      // A recording repeats with the same requests; a synthetic workload is drawn anew.
      if (i > 0 && (scenario_.workload.synthetic || workload.drawn)) {
        workload = load_workload(scenario_, seed, reading_progress(control_));
      }
      run_all(workload, seed, warmup,
              [&](std::size_t candidate, RunTally tally, const std::vector<std::string>& notes) {
                for (const std::string& note : notes) keep_note(candidate, note);
                keep(candidate, std::move(tally), workload.trace);
              });
    }
    for (std::size_t i = 0; i < reports_.size(); ++i) {
      CandidateReport& candidate = reports_[i];
      for (const std::string& note : notes_[i]) {
        report.notes.push_back(fmt::format("'{}': {}", candidate.name, note));
      }
      note_overload(report, candidate);
      report.candidates.push_back(std::move(candidate));
    }
    check_something_measured(report);
    return report;
  }

 private:
  void tell(Report& report, const std::string& text) const {
    report.notes.push_back(text);
    if (control_.warn) control_.warn(text);
  }

  void describe_workload(Report& report, const ReplayWorkload& workload) {
    report.version = kVersion;
    report.seed = scenario_.seed;
    report.loop = loop_name(scenario_.workload.loop);
    report.trace = scenario_.workload.synthetic ? "synthetic" : scenario_.workload.trace_name;
    report.trace_sha256 = content_hash(workload.trace);
    report.scenario_sha256 = sha256_hex(scenario_.text);
    report.requests = workload.trace.size();
    report.span_ns = static_cast<std::int64_t>(static_cast<double>(workload.trace.span_ns()) /
                                               scenario_.workload.speed);
    report.replications = scenario_.run.replications;
    for (const std::string& note : workload.trace.info().notes) report.notes.push_back(note);
    for (const std::string& note : workload.notes) report.notes.push_back(note);
    if (workload.trace.columns().key.empty()) {
      report.notes.push_back(
          "the recording names no keys: which reads are stale and which writes conflict can't be "
          "told");
    }
    const ReplicationSpec& replication = scenario_.cluster.replication;
    if (scenario_.cluster.nodes.size() > 1 && scenario_.cluster.faults.empty() &&
        replication.delay.is_zero() && !replication.applies_take_time()) {
      report.notes.emplace_back(
          "replication takes no time in this cluster, so no read can be stale; set delay or "
          "apply_service under [replication] of a scenario");
    }
    for (const std::string& text : load_warnings(workload, scenario_)) tell(report, text);
  }

  // `keep_run(candidate, tally, notes)` is called in the thread of the run.
  template <class KeepRun>
  void run_all(const ReplayWorkload& workload, std::uint64_t seed, Nanoseconds warmup,
               KeepRun&& keep_run) const {
    const ReplayOptions options = replay_options(scenario_, seed, warmup);
    run_parallel(scenario_.candidates.size(), scenario_.run.threads, [&](std::size_t i) {
      const std::vector<RouterChain> instances =
          build_instances(scenario_.candidates[i], scenario_.cluster, seed,
                          workload.trace.names().tables, &control_.stop);
      const RunControl control = {
          control_.requests_done.empty() ? nullptr : &control_.requests_done[i], &control_.stop,
          nullptr};
      RunTally tally = replay(workload, scenario_.cluster, std::span(instances), options, control);
      RouterAccount account;
      for (const RouterChain& instance : instances) instance.give_account(account);
      for (const RouterChain& instance : instances) instance.finish();
      if (account.decision_ns.count() > 0) tally.overhead.decision_ns = account.decision_ns;
      keep_run(i, std::move(tally), account.notes);
    });
  }

  // MSER over the mean latency of each stretch of time; the longest warm-up of all candidates, so
  // that they are measured over the same requests.
  Nanoseconds found_warmup(const ReplayWorkload& workload) const {
    std::vector<Nanoseconds> found(scenario_.candidates.size());
    run_all(workload, scenario_.seed, 0,
            [&](std::size_t i, const RunTally& tally, const auto& /*notes*/) {
              std::vector<double> means;
              for (const TimeSeries::Bucket& bucket : tally.series.used()) {
                means.push_back(bucket.latency_ns.mean());
              }
              const auto cut = static_cast<Nanoseconds>(mser_truncation(means, 1));
              found[i] = cut * tally.series.bucket_ns();
            });
    return found.empty() ? 0 : *std::ranges::max_element(found);
  }

  // Once, though every repetition may have the same to tell.
  void keep_note(std::size_t candidate, const std::string& note) {
    std::vector<std::string>& notes = notes_[candidate];
    if (std::ranges::find(notes, note) == notes.end()) notes.push_back(note);
  }

  void keep(std::size_t candidate, RunTally tally, const Trace& trace) {
    std::vector<RunTally>& tallies = tallies_[candidate];
    if (tallies.empty()) {
      evidence_[candidate] =
          describe_evidence(tally.consistency.evidence, scenario_.cluster, trace);
    }
    tallies.push_back(std::move(tally));
    if (tallies.size() < scenario_.run.replications) return;
    reports_[candidate] = report_on(candidate);
    if (control_.candidate_done) {
      const std::scoped_lock one_at_a_time(telling_);
      control_.candidate_done(candidate, reports_[candidate]);
    }
  }

  CandidateReport report_on(std::size_t i) {
    const Candidate& candidate = scenario_.candidates[i];
    std::vector<std::string> routers;
    for (const RouterUse& use : candidate.routers) {
      routers.push_back(describe(use, find_strategy(use.name)));
    }
    CandidateReport report =
        summarize(candidate.name, std::move(routers), std::move(tallies_[i]), scenario_.cluster);
    report.swept = candidate.swept;
    report.instances = candidate.instances;
    for (const RouterUse& use : candidate.guards) {
      report.guards.push_back(describe(use, find_guard(use.name)));
    }
    report.evidence = std::move(evidence_[i]);
    report.is_bound = is_bound(candidate);
    return report;
  }

  static void check_something_measured(const Report& report) {
    const bool none = std::ranges::all_of(report.candidates, [](const CandidateReport& c) {
      return c.completed + c.failed + c.timed_out + c.rejected == 0;
    });
    if (none) {
      throw InputError(
          fmt::format("no request arrives in the measured time, which begins after a warm-up "
                      "of {}; change run.warmup or run.measure_until",
                      format_duration(static_cast<double>(report.warmup_ns))));
    }
  }

  void note_overload(Report& report, const CandidateReport& candidate) const {
    if (scenario_.workload.loop == LoopMode::kClosed) return;
    for (const NodeReport& node : candidate.nodes) {
      if (node.utilisation < kSaturated) continue;
      report.notes.push_back(fmt::format(
          "'{}' overloads {} (utilisation {:.2f}): its latencies grow with the length of the run",
          candidate.name, node.name, node.utilisation));
    }
  }

  const Scenario& scenario_;
  CompareControl& control_;
  // Per candidate; the evidence of the first repetition.
  std::vector<std::vector<RunTally>> tallies_;
  std::vector<std::vector<std::string>> notes_;  // of the candidate's routers
  std::vector<std::vector<EvidenceReport>> evidence_;
  std::vector<CandidateReport> reports_;
  std::mutex telling_;
};

}  // namespace

ReadProgress reading_progress(CompareControl& control) {
  return [&control](std::uint64_t done, std::uint64_t total) {
    control.bytes_done = done;
    control.bytes_total = total;
    if (control.stop) throw Interrupted();
  };
}

std::uint64_t CompareControl::requests_done_by_all() const {
  std::uint64_t sum = 0;
  for (const std::atomic<std::uint64_t>& done : requests_done) sum += done;
  return sum;
}

Report compare(const Scenario& scenario, CompareControl& control) {
  validate(scenario, &control.stop);
  return Comparison(scenario, control).run();
}

std::vector<std::string> load_warnings(const ReplayWorkload& workload, const Scenario& scenario) {
  const double span = static_cast<double>(workload.trace.span_ns()) / scenario.workload.speed;
  if (scenario.workload.loop == LoopMode::kClosed || span <= 0) return {};
  double reads = 0;
  double writes = 0;
  double applies = 0;
  const ReplicationSpec& replication = scenario.cluster.replication;
  for (std::size_t i = 0; i < workload.trace.size(); ++i) {
    const Op op = workload.trace.columns().op[i];
    const auto service = static_cast<double>(workload.service_ns[i]);
    (class_of(op) == RequestClass::kRead ? reads : writes) += service;
    if (replicates(op)) {
      applies += replication.apply_service.mean() + replication.apply_share * service;
    }
  }
  double all_workers = 0;
  double primary_workers = 0;
  for (const NodeSpec& node : scenario.cluster.nodes) {
    const double capacity = node.workers * node.speed;
    all_workers += capacity;
    if (node.role == Role::kPrimary) primary_workers += capacity;
  }
  const auto others = static_cast<double>(scenario.cluster.nodes.size() - 1);
  const double competing = replication.apply_competes ? applies * others : 0;
  const double cluster_load = (reads + writes + competing) / (all_workers * span);
  const double write_load = writes / (primary_workers * span);

  std::vector<std::string> list;
  if (cluster_load >= 1) {
    list.push_back(
        fmt::format("unstable load: the work offered is {:.2f} times what the whole cluster can "
                    "do; queues grow "
                    "without end and latencies with the length of the run",
                    cluster_load));
  } else if (write_load >= 1) {
    list.push_back(fmt::format(
        "unstable load: writes alone are {:.2f} times what the primaries can do; their queues grow "
        "without end",
        write_load));
  }
  return list;
}

}  // namespace switchyard
