// A comparison on a stretch of the recording.
#include <string>
#include <vector>

#include "catch.h"
#include "cli/run_command.h"
#include "core/error.h"
#include "measure/compare.h"
#include "replay/harness.h"

namespace switchyard::testing {
namespace {

Report run_comparison(const Scenario& scenario) {
  CompareControl control;
  return compare(scenario, control);
}

// A recording with transactions, under way when it begins and ends.
Scenario of_recording() {
  Scenario scenario;
  scenario.workload.trace = kRecording;
  scenario.cluster = cluster_of(3, 2);
  scenario.cluster.replication.delay = Law::constant(kMillisecond);
  for (const char* name : {"MasterSlave", "least_outstanding"}) {
    scenario.candidates.push_back(candidate_of(name));
  }
  return scenario;
}

Scenario of_synthetic(LoopMode loop) {
  Scenario scenario = of_recording();
  SyntheticWorkload workload;
  workload.requests = 5'000;
  workload.sessions = 50;
  workload.arrivals.rate = 1'000;
  workload.read_share = 0.8;
  workload.read_service = Law::exponential(1e6);
  workload.write_service = Law::exponential(1e6);
  workload.keys = {100, 1};
  if (loop == LoopMode::kClosed) workload.think = Law::exponential(5e7);
  scenario.workload.trace.clear();
  scenario.workload.synthetic = workload;
  scenario.workload.loop = loop;
  return scenario;
}

std::vector<std::string> fingerprints(const Report& report) {
  std::vector<std::string> list;
  for (const CandidateReport& candidate : report.candidates) list.push_back(candidate.fingerprint);
  return list;
}

bool has_note(const Report& report, const std::string& part) {
  for (const std::string& note : report.notes) {
    if (contains(note, part)) return true;
  }
  return false;
}

// Which writes take effect at once, with their transaction, or never.
std::string effects_of(const std::vector<TraceRow>& rows, const TimeRange& range) {
  TraceBuilder builder;
  for (const TraceRow& row : rows) builder.add(row);
  const ReplayWorkload workload = prepare(slice(builder.finish({}), range), std::nullopt, 1);
  std::string letters;
  for (std::size_t i = 0; i < workload.trace.size(); ++i) {
    if (workload.trace.columns().op[i] != Op::kWrite) continue;
    letters += workload.effects.empty() ? 'o' : "otn"[static_cast<int>(workload.effects[i])];
  }
  return letters;
}

// One request a nanosecond, one letter each.
std::vector<TraceRow> transaction(std::string_view ops) {
  std::vector<TraceRow> rows;
  for (const char op : ops) {
    TraceRow row;
    row.t_ns = static_cast<std::int64_t>(rows.size());
    row.session = "s";
    row.op = *op_of_letter(op);
    row.dur_ns = 1;
    row.txn = 1;
    rows.push_back(row);
  }
  return rows;
}

}  // namespace

TEST_CASE("A range that holds every request gives the run of the whole recording") {
  for (Scenario scenario : {of_recording(), of_synthetic(LoopMode::kOpen),
                            of_synthetic(LoopMode::kSession), of_synthetic(LoopMode::kClosed)}) {
    const Report whole = run_comparison(scenario);
    scenario.workload.range = {0, whole.span_ns + 1};
    const Report ranged = run_comparison(scenario);
    CHECK(fingerprints(ranged) == fingerprints(whole));
    CHECK(has_note(ranged, "of the recording: " + std::to_string(whole.requests) + " of " +
                               std::to_string(whole.requests)));
    CHECK_FALSE(has_note(whole, "of the recording: "));
    // Without its last requests it is another.
    scenario.workload.range.to_ns = whole.span_ns;
    const Report shorter = run_comparison(scenario);
    CHECK(shorter.requests < whole.requests);
    CHECK(fingerprints(shorter) != fingerprints(whole));
    CHECK(shorter.trace_sha256 != whole.trace_sha256);
  }
}

TEST_CASE("The parts of a recording have all of its requests") {
  Scenario scenario = of_recording();
  const Report whole = run_comparison(scenario);
  scenario.workload.range = {0, whole.span_ns / 3};
  const Report first = run_comparison(scenario);
  scenario.workload.range = {whole.span_ns / 3, kNever};
  const Report rest = run_comparison(scenario);
  CHECK(first.requests + rest.requests == whole.requests);
  CHECK(first.span_ns < whole.span_ns / 3);
  CHECK(
      has_note(rest, "request 0 of this report is its request " + std::to_string(first.requests)));
}

TEST_CASE("Speed changes a run's time, not which requests a range holds") {
  Scenario scenario = of_synthetic(LoopMode::kOpen);
  scenario.workload.range = {kSecond, 2 * kSecond};
  const Report plain = run_comparison(scenario);
  scenario.workload.speed = 4;
  const Report fast = run_comparison(scenario);
  CHECK(fast.requests == plain.requests);
  CHECK(fast.span_ns == Approx(static_cast<double>(plain.span_ns) / 4));
  // A thousand requests a second, give or take five standard deviations.
  CHECK(plain.requests > 840);
  CHECK(plain.requests < 1160);
}

TEST_CASE("Writes of a cut transaction wait for a commit that is left, else they take effect") {
  // "b w w c", from its begin, without that, without the commit, and one write alone.
  CHECK(effects_of(transaction("bwwc"), {0, 4}) == "tt");
  CHECK(effects_of(transaction("bwwc"), {2, 4}) == "t");
  CHECK(effects_of(transaction("bwwc"), {0, 3}) == "oo");
  CHECK(effects_of(transaction("bwwc"), {1, 2}) == "o");
  CHECK(effects_of(transaction("bwwa"), {2, 4}) == "n");
  CHECK(effects_of(transaction("bwwa"), {2, 3}) == "o");
}

TEST_CASE("A range is checked before the recording is looked for") {
  Scenario scenario = of_recording();
  scenario.workload.trace = "nowhere.csv";
  scenario.workload.range = {2 * kSecond, kSecond};
  CHECK_THROWS_WITH(run_comparison(scenario),
                    "no request can lie from 2s to 1s; the end must come after the beginning");
}

}  // namespace switchyard::testing
