// Comparisons as a whole: determinism, repetitions, warm-up, warnings.
#include "measure/compare.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "catch.h"
#include "core/error.h"
#include "replay/harness.h"

namespace switchyard::testing {
namespace {

Scenario scenario_of(double rate) {
  Scenario scenario;
  SyntheticWorkload workload;
  workload.requests = 30'000;
  workload.sessions = 100;
  workload.arrivals.rate = rate;
  workload.read_share = 0.9;
  workload.read_service = Law::exponential(1e6);
  workload.write_service = Law::exponential(1e6);
  scenario.workload.synthetic = workload;
  scenario.workload.loop = LoopMode::kOpen;
  scenario.cluster = cluster_of(3, 2);
  for (const char* name : {"MasterSlave", "round_robin", "least_outstanding", "d_choices"}) {
    scenario.candidates.push_back(candidate_of(name));
  }
  return scenario;
}

Report run_comparison(const Scenario& scenario) {
  CompareControl control;
  return compare(scenario, control);
}

std::vector<std::string> fingerprints(const Report& report) {
  std::vector<std::string> list;
  for (const CandidateReport& candidate : report.candidates) list.push_back(candidate.fingerprint);
  return list;
}

bool any_note(const Report& report, const char* part) {
  for (const std::string& note : report.notes) {
    if (note.find(part) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("results do not depend on the number of threads, nor on which candidates run beside") {
  Scenario scenario = scenario_of(3000);
  scenario.run.threads = 1;
  const auto single = fingerprints(run_comparison(scenario));
  for (const std::uint32_t threads : {2U, 3U, 16U}) {
    scenario.run.threads = threads;
    CHECK(fingerprints(run_comparison(scenario)) == single);
  }
  scenario.candidates = {scenario.candidates[2]};
  CHECK(fingerprints(run_comparison(scenario)) == std::vector{single[2]});
}

TEST_CASE("repetitions give intervals that hold the theory's value, and pool their requests",
          "[long]") {
  Scenario scenario = scenario_of(0.8e3);
  scenario.cluster = cluster_of(1, 1);
  scenario.candidates = {candidate_of("primary_only")};
  scenario.workload.synthetic->requests = 200'000;
  scenario.run.replications = 10;
  scenario.run.warmup_ns = kSecond / 2;
  const Report report = run_comparison(scenario);
  const CandidateReport& candidate = report.candidates.front();
  CHECK(candidate.completed > 1'900'000);
  bool found = false;
  for (const auto& [metric, bounds] : candidate.intervals) {
    if (metric != "latency_ns.mean") continue;
    found = true;
    // M/M/1 at load 0.8: five mean service times. The interval at 95 % may just miss it, never by
    // its own width.
    const double width = bounds.second - bounds.first;
    CHECK(bounds.first - width < 5e6);
    CHECK(bounds.second + width > 5e6);
    CHECK(width < 0.6e6);
  }
  CHECK(found);
}

TEST_CASE("an automatic warm-up is found, is the same for all candidates and is left out") {
  Scenario scenario = scenario_of(5000);
  scenario.run.warmup_ns.reset();
  const Report report = run_comparison(scenario);
  CHECK(report.warmup_ns >= 0);
  CHECK(report.warmup_ns <= report.span_ns);
  const std::uint64_t measured = report.candidates.front().completed;
  CHECK(measured <= scenario.workload.synthetic->requests);
  for (const CandidateReport& candidate : report.candidates) CHECK(candidate.completed == measured);
}

TEST_CASE("a load beyond the cluster, or beyond its primaries, is said first and still run") {
  std::vector<std::string> told;
  const Scenario overload = scenario_of(9000);
  CompareControl control(overload.candidates.size());
  control.warn = [&](const std::string& text) {
    CHECK(control.requests_done_by_all() == 0);
    told.push_back(text);
  };
  const Report overloaded = compare(overload, control);
  REQUIRE(told.size() == 1);
  CHECK(told[0].find("unstable load") == 0);
  CHECK(overloaded.candidates.size() == 4);

  Scenario writes = scenario_of(3000);
  writes.workload.synthetic->read_share = 0.2;
  CHECK(any_note(run_comparison(writes), "writes alone"));
  CHECK_FALSE(any_note(run_comparison(scenario_of(3000)), "unstable"));
}

TEST_CASE("one candidate's own overload is noted after the run") {
  Scenario scenario = scenario_of(3000);
  scenario.candidates.push_back(candidate_of("primary_only"));
  const Report report = run_comparison(scenario);
  CHECK(any_note(report, "'primary_only' overloads default"));
  CHECK_FALSE(any_note(report, "'round_robin' overloads"));
}

TEST_CASE(
    "each candidate's requests are counted, and its figures told once when its runs have ended") {
  Scenario scenario = scenario_of(3000);
  scenario.run.replications = 3;
  CompareControl control(scenario.candidates.size());
  std::map<std::size_t, std::string> told;
  control.candidate_done = [&](std::size_t candidate, const CandidateReport& report) {
    CHECK(told.emplace(candidate, report.fingerprint).second);
    CHECK(report.name == scenario.candidates[candidate].name);
    CHECK_FALSE(report.intervals.empty());
    CHECK(control.requests_done[candidate] == 3 * scenario.workload.synthetic->requests);
  };
  const Report report = compare(scenario, control);
  REQUIRE(told.size() == report.candidates.size());
  for (std::size_t i = 0; i < report.candidates.size(); ++i) {
    CHECK(told.at(i) == report.candidates[i].fingerprint);
  }
  CHECK(control.requests_done_by_all() == control.requests_total);
}

TEST_CASE("a comparison can be stopped between two candidates") {
  Scenario scenario = scenario_of(3000);
  scenario.run.threads = 1;
  CompareControl control(scenario.candidates.size());
  std::vector<std::size_t> told;
  control.candidate_done = [&](std::size_t candidate, const CandidateReport&) {
    told.push_back(candidate);
    control.stop = true;
  };
  CHECK_THROWS_AS(compare(scenario, control), Interrupted);
  CHECK(told == std::vector<std::size_t>{0});
}

TEST_CASE("a stopped comparison throws Interrupted") {
  CompareControl control;
  control.stop = true;
  CHECK_THROWS_AS(compare(scenario_of(3000), control), Interrupted);
}

TEST_CASE("the latency curve rises to the maximum and is that of an M/M/1 queue") {
  // Times in the system are exponential with mean 1 / (1000 - 600) s.
  Scenario scenario = scenario_of(600);
  scenario.cluster = cluster_of(1, 1);
  scenario.candidates = {candidate_of("primary_only")};
  scenario.workload.synthetic->requests = 400'000;
  const CandidateReport candidate = run_comparison(scenario).candidates.front();
  const std::vector<CurvePoint>& curve = candidate.latency_curve;
  REQUIRE(curve.size() > 100);
  CHECK(std::ranges::is_sorted(curve, {}, &CurvePoint::ns));
  CHECK(std::ranges::is_sorted(curve, {}, &CurvePoint::share));
  CHECK(curve.back().share == 1);
  CHECK(curve.back().ns == candidate.latency.max);
  for (const double ns : {0.5e6, 2.5e6, 10e6}) {
    const auto point =
        std::ranges::lower_bound(curve, static_cast<std::int64_t>(ns), {}, &CurvePoint::ns);
    CHECK(point->share == Approx(1 - std::exp(-ns / 2.5e6)).margin(0.01));
  }
}

TEST_CASE("utilisation, throughput and mean queue of a known system", "[long]") {
  // M/M/1 at load 0.8 over many requests: utilisation 0.8, queue 3.2, 800 a second.
  Scenario scenario = scenario_of(800);
  scenario.cluster = cluster_of(1, 1);
  scenario.candidates = {candidate_of("primary_only")};
  scenario.workload.synthetic->requests = 3'000'000;
  const CandidateReport candidate = run_comparison(scenario).candidates.front();
  CHECK(candidate.nodes[0].utilisation == Approx(0.8).epsilon(0.01));
  CHECK(candidate.throughput_per_s == Approx(800).epsilon(0.01));
  CHECK(candidate.nodes[0].mean_queue == Approx(3.2).epsilon(0.05));
}

}  // namespace switchyard::testing
