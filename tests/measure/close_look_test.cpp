// A closer look at a run.
#include <numeric>

#include "catch.h"
#include "core/error.h"
#include "measure/close_look.h"
#include "replay/harness.h"

namespace switchyard::testing {
namespace {

Scenario small_scenario() {
  Scenario scenario;
  scenario.cluster = cluster_of(3, 2);
  scenario.cluster.replication.delay = Law::constant(2 * kMillisecond);
  SyntheticWorkload workload;
  workload.requests = 2'000;
  workload.sessions = 20;
  workload.arrivals.rate = 2'000;
  workload.read_share = 0.8;
  workload.read_service = Law::exponential(1e6);
  workload.write_service = Law::exponential(1e6);
  workload.keys = KeyLaw{50, 0.8};
  scenario.workload.synthetic = workload;
  for (const char* name : {"MasterSlave", "round_robin", "primary_only"}) {
    scenario.candidates.push_back(candidate_of(name));
  }
  return scenario;
}

}  // namespace

TEST_CASE("cells of the heat map hold the requests that the comparison counts, node by node") {
  const Scenario scenario = small_scenario();
  CompareControl control;
  const Report report = compare(scenario, control);
  const CloseLook look(scenario, control);
  for (std::size_t candidate = 0; candidate < 3; ++candidate) {
    const HeatReport heat = look.heat(candidate, 40, control);
    REQUIRE(heat.answered.size() == 3 * 40);
    for (std::size_t node = 0; node < 3; ++node) {
      const auto row = heat.answered.begin() + static_cast<std::ptrdiff_t>(node * 40);
      const NodeReport& counted = report.candidates[candidate].nodes[node];
      CHECK(std::accumulate(row, row + 40, std::uint64_t{0}) ==
            counted.reads + counted.writes + counted.control);
    }
    for (std::size_t cell = 0; cell < heat.answered.size(); ++cell) {
      CHECK((heat.answered[cell] == 0) == (heat.p50_ns[cell] < 0));
      CHECK(heat.p50_ns[cell] <= heat.p99_ns[cell]);
    }
  }
  // All that primary_only sends goes to the first node.
  const HeatReport alone = look.heat(2, 40, control);
  for (std::size_t cell = 40; cell < 120; ++cell) CHECK(alone.answered[cell] == 0);
}

TEST_CASE("the heat map is of the measured time alone, from its beginning to its end") {
  Scenario scenario = small_scenario();
  scenario.run.warmup_ns = 200 * kMillisecond;
  scenario.run.measure_until_ns = 600 * kMillisecond;
  CompareControl control;
  const Report report = compare(scenario, control);
  const HeatReport heat = CloseLook(scenario, control).heat(1, 40, control);
  CHECK(heat.from_ns == 200 * kMillisecond);
  CHECK(heat.column_ns == 10 * kMillisecond + 1);
  CHECK(std::accumulate(heat.answered.begin(), heat.answered.end(), std::uint64_t{0}) ==
        report.candidates[1].completed);
  // Of 2,000 a second some 20 come in each column, so that none has all and the last ones are used.
  for (std::size_t column = 0; column < 40; ++column) {
    const std::uint64_t all =
        heat.answered[column] + heat.answered[40 + column] + heat.answered[80 + column];
    CHECK(all > 0);
    CHECK(all < 60);
  }
  CHECK(to_csv(heat).starts_with("node,from_ns,answered,p50_ns,p99_ns\ndefault,200000000,"));
}

TEST_CASE("one column of one node is its latency over the whole run") {
  Scenario scenario = small_scenario();
  scenario.cluster = cluster_of(1, 2);
  scenario.candidates = {candidate_of("primary_only")};
  CompareControl control;
  const LatencyFigures latency = compare(scenario, control).candidates.front().latency;
  const HeatReport heat = CloseLook(scenario, control).heat(0, 1, control);
  CHECK(heat.p50_ns.front() == latency.p50);
  CHECK(heat.p99_ns.front() == latency.p99);
}

TEST_CASE("a moment tells what all candidates would do, the one that ran what it did") {
  CompareControl control;
  const CloseLook look(small_scenario(), control);
  const MomentReport moment = look.at(1, kSecond / 2, 5, 20, control);
  REQUIRE(moment.decisions.size() == 25);
  CHECK(moment.first == 5);
  CHECK(moment.candidates ==
        std::vector<std::string>{"MasterSlave", "round_robin", "primary_only"});
  for (std::size_t i = 0; i < moment.decisions.size(); ++i) {
    const DecisionReport& decision = moment.decisions[i];
    CHECK((decision.at_ns >= kSecond / 2) == (i >= moment.first));
    CHECK(decision.choices[1] == decision.decision);
    CHECK(decision.choices[2] == "default");
    CHECK(moment.nodes[index(decision.node)] == decision.decision);
    if (decision.op == "write") CHECK(decision.choices[0] == "default");
  }
  // Reads in turn to the two replicas.
  std::vector<std::string> reads;
  for (const DecisionReport& decision : moment.decisions) {
    if (decision.op == "read") reads.push_back(decision.decision);
  }
  REQUIRE(reads.size() > 3);
  for (std::size_t i = 1; i < reads.size(); ++i) CHECK(reads[i] != reads[i - 1]);
}

TEST_CASE("cases of evidence are found by the request, whenever that was served") {
  Scenario scenario = small_scenario();
  for (NodeSpec& node : scenario.cluster.nodes) node.round_trip_ns = kMillisecond;
  CompareControl control;
  const Report report = compare(scenario, control);
  const CloseLook look(scenario, control);
  std::size_t seen = 0;
  for (const EvidenceReport& one : report.candidates[1].evidence) {
    const MomentReport moment = look.at_request(1, one.request, 3, 2, control);
    REQUIRE(moment.first < moment.decisions.size());
    const DecisionReport& decision = moment.decisions[moment.first];
    CHECK(decision.request == one.request);
    CHECK(decision.session == one.session);
    CHECK(decision.key == one.key);
    CHECK(decision.decision == one.node);
    // Which was before it began to be served.
    CHECK(decision.at_ns <= one.at_ns - kMillisecond / 2);
    CHECK(moment.first == std::min<std::size_t>(3, one.request));
    ++seen;
  }
  CHECK(seen > 5);
}

TEST_CASE("a look can be stopped, and asks for a candidate that there is") {
  CompareControl control;
  const CloseLook look(small_scenario(), control);
  CHECK_THROWS_AS(look.at(3, 0, 0, 1, control), InputError);
  control.stop = true;
  CHECK_THROWS_AS(look.at(0, 0, 0, 2'000, control), Interrupted);
  CHECK_THROWS_AS(look.heat(0, 10, control), Interrupted);
}

}  // namespace switchyard::testing
