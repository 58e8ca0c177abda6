// Reports read back: nothing is lost on the way, and what is broken is named.
#include "measure/read_report.h"

#include "catch.h"
#include "core/error.h"
#include "measure/compare.h"
#include "measure/report_writers.h"
#include "replay/harness.h"

namespace switchyard::testing {
namespace {

Report run(bool with_keys, std::uint32_t replications, Nanoseconds measure_until = kNever) {
  Scenario scenario;
  SyntheticWorkload workload;
  workload.requests = 5'000;
  workload.sessions = 20;
  workload.arrivals.rate = 2000;
  workload.read_share = 0.8;
  workload.read_service = Law::exponential(1e6);
  workload.write_service = Law::exponential(1e6);
  if (with_keys) workload.keys = KeyLaw{100, 0.99};
  scenario.workload.synthetic = workload;
  scenario.workload.loop = LoopMode::kOpen;
  scenario.cluster = cluster_of(3, 2);
  scenario.run.replications = replications;
  scenario.run.measure_until_ns = measure_until;
  for (const char* name : {"MasterSlave", "d_choices", "primary_only"}) {
    scenario.candidates.push_back(candidate_of(name));
  }
  CompareControl control;
  return compare(scenario, control);
}

std::string message_of(const std::string& text) {
  try {
    parse_full_report(text, "r.json");
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

std::string with(std::string text, const std::string& part, const std::string& instead) {
  const std::size_t at = text.find(part);
  REQUIRE(at != std::string::npos);
  return text.replace(at, part.size(), instead);
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a report that is read back writes the same bytes") {
  for (const bool with_keys : {true, false}) {
    for (const std::uint32_t replications : {1U, 3U}) {
      const Report report = run(with_keys, replications);
      REQUIRE(report.candidates.front().staleness.has_value() == with_keys);
      REQUIRE(report.candidates.front().intervals.empty() == (replications == 1));
      const std::string text = to_json(report);
      const Report read = parse_full_report(text, "r.json");
      CHECK(to_json(read) == text);
      CHECK(to_csv(read) == to_csv(report));
      CHECK(to_table(read, {}) == to_table(report, {}));
      CHECK(read.candidates[0].latency_curve.size() == report.candidates[0].latency_curve.size());
      CHECK(read.candidates[2].is_bound);
      CHECK_FALSE(read.candidates[1].is_bound);
    }
  }
}

TEST_CASE("a report of a part of the run is read back with where that ends") {
  const Report report = run(true, 1, kSecond);
  const Report read = parse_full_report(to_json(report), "r.json");
  CHECK(read.measure_until_ns == kSecond);
  CHECK(to_json(read) == to_json(report));
}

TEST_CASE("a baseline that is read back is without what it does not hold") {
  const Report report = run(true, 1);
  const std::string text = to_baseline_json(report);
  const Report read = parse_full_report(text, "r.json");
  CHECK(to_baseline_json(read) == text);
  CHECK(read.candidates[0].latency_curve.empty());
  CHECK(read.candidates[0].series.empty());
}

TEST_CASE("what is wrong with a report is said, and of which candidate") {
  const std::string text = to_json(run(true, 1));
  REQUIRE(message_of(text).empty());
  CHECK(contains(message_of(text.substr(0, text.size() / 2)), "is no sound JSON"));
  CHECK(contains(message_of("[1]"), "r.json: is JSON, but no report"));
  CHECK(contains(message_of(with(text, "\"p999\"", "\"p998\"")),
                 "r.json: candidate 1 ('MasterSlave'): latency_ns.p999 is missing"));
  CHECK(contains(message_of(with(text, "\"seed\": ", "\"seed\": -")),
                 "switchyard.seed is of another kind"));
  CHECK(contains(message_of(with(text, "\"d_choices\"", "\"MasterSlave\"")),
                 "two candidates are named 'MasterSlave'"));
  CHECK(contains(message_of(with(text, "\"role\": \"primary\"", "\"role\": \"observer\"")),
                 "nodes.role is no role of a database"));
  CHECK(contains(message_of(with(text, "\"latency_p50_ns\": [", "\"latency_p50_ns\": [ 1,")),
                 "time_series.latency_p50_ns is not as long as arrivals"));
  CHECK(contains(message_of(with(text, "\"share\": [", "\"share\": [ 1.0,")),
                 "latency_curve.ns is not as long as share"));
  CHECK(contains(message_of(with(text, "\"guards\": []", "\"guards\": [7]")),
                 "guards holds what does not belong there"));
}

}  // namespace switchyard::testing
