// Routers in shared libraries take part in a comparison as built-in ones do: those of the examples
// get the figures of the strategies whose rules they follow.
#include <algorithm>

#include "catch.h"
#include "core/error.h"
#include "measure/close_look.h"
#include "measure/compare.h"
#include "replay/harness.h"

namespace switchyard::testing {
namespace {

const std::string kFewest = SWITCHYARD_PLUGINS "/fewest.so";
const std::string kTwoChoices = SWITCHYARD_PLUGINS "/two_choices.so";

struct Pair {
  RouterUse theirs;
  RouterUse ours;
};
std::vector<Pair> pairs() {
  return {
      {{kFewest, {}}, {"least_outstanding", {{"tie", "first"}}}},
      {{kFewest, {{"include_primary", "true"}, {"pin", "session"}}},
       {"least_outstanding", {{"tie", "first"}, {"include_primary", "true"}, {"pin", "session"}}}},
      {{kTwoChoices, {{"d", "3"}}}, {"d_choices", {{"d", "3"}}}},
      {{kTwoChoices, {{"pin", "none"}}}, {"d_choices", {{"pin", "none"}}}}};
}

// Each library, and behind it the strategy that it is like.
Scenario scenario_of_pairs() {
  Scenario scenario;
  SyntheticWorkload workload;
  workload.requests = 6'000;
  workload.sessions = 50;
  workload.arrivals.rate = 4000;
  workload.read_share = 0.8;
  workload.read_service = Law::exponential(1e6);
  workload.write_service = Law::exponential(1e6);
  workload.keys = KeyLaw{};
  workload.keys->count = 200;
  scenario.workload.synthetic = workload;
  scenario.cluster = cluster_of(5, 2);
  scenario.cluster.replication.delay = Law::exponential(5e6);
  scenario.run.replications = 3;
  scenario.run.threads = 4;
  for (const Pair& pair : pairs()) {
    for (const RouterUse& use : {pair.theirs, pair.ours}) {
      Candidate candidate;
      candidate.name = std::to_string(scenario.candidates.size());
      candidate.routers = {use};
      scenario.candidates.push_back(candidate);
    }
  }
  return scenario;
}

Report run_comparison(const Scenario& scenario) {
  CompareControl control;
  return compare(scenario, control);
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

template <class Action>
std::string error_in(Action&& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

std::vector<std::string> fingerprints(const Report& report) {
  std::vector<std::string> list;
  for (const CandidateReport& candidate : report.candidates) list.push_back(candidate.fingerprint);
  return list;
}

void check_pairs_agree(const Scenario& scenario) {
  const std::vector<std::string> list = fingerprints(run_comparison(scenario));
  for (std::size_t i = 0; i < list.size(); i += 2) {
    INFO("candidate " << i);
    CHECK(list[i] == list[i + 1]);
  }
  // They are not alike because all are.
  CHECK(list[0] != list[2]);
  CHECK(list[0] != list[4]);
}

}  // namespace

TEST_CASE("libraries get the figures of the strategies whose rules they follow") {
  check_pairs_agree(scenario_of_pairs());
}

TEST_CASE("libraries do so on any number of threads") {
  Scenario scenario = scenario_of_pairs();
  scenario.run.threads = 1;
  const auto single = fingerprints(run_comparison(scenario));
  for (const std::uint32_t threads : {2U, 8U}) {
    scenario.run.threads = threads;
    CHECK(fingerprints(run_comparison(scenario)) == single);
  }
}

TEST_CASE("libraries do so behind guards, in several instances and behind other routers") {
  Scenario scenario = scenario_of_pairs();
  for (Candidate& candidate : scenario.candidates) {
    candidate.guards = {{"sticky_primary", {{"duration", "20ms"}}},
                        {"lag_bounded", {{"limit", "4ms"}}}};
    candidate.instances = 7;
  }
  check_pairs_agree(scenario);
}

TEST_CASE("libraries do so while nodes fail and roles change") {
  Scenario scenario = scenario_of_pairs();
  FaultSpec down;
  down.at_ns = 300 * kMillisecond;
  down.lasts_ns = 400 * kMillisecond;
  down.kind = FaultKind::kDown;
  down.nodes = {NodeId{0}};
  scenario.cluster.faults.push_back(down);
  down.at_ns = 500 * kMillisecond;
  down.nodes = {NodeId{2}};
  scenario.cluster.faults.push_back(down);
  scenario.cluster.failover.detect_after_ns = 50 * kMillisecond;
  scenario.cluster.failover.promote_after_ns = 100 * kMillisecond;
  scenario.run.timeout_ns = kSecond;
  check_pairs_agree(scenario);
}

TEST_CASE("a report names a library by its file, whose digest is among the notes") {
  Scenario scenario = scenario_of_pairs();
  scenario.candidates.resize(3);
  const Report report = run_comparison(scenario);
  CHECK(report.candidates[0].routers == std::vector<std::string>{"fewest.so"});
  CHECK(report.candidates[2].routers ==
        std::vector<std::string>{"fewest.so(include_primary=true, pin=session)"});
  CHECK_FALSE(report.candidates[0].is_bound);
  CHECK(std::ranges::count_if(report.notes, [](const std::string& note) {
          return note.starts_with("'0': fewest.so is 'fewest', SHA-256 ");
        }) == 1);
}

TEST_CASE("a close look tells what a library decided and what it would have decided elsewhere") {
  Scenario scenario = scenario_of_pairs();
  CompareControl control;
  const CloseLook look(scenario, control);
  for (const std::size_t i : {0U, 4U}) {
    CompareControl each;
    const MomentReport moment = look.at(i, 500 * kMillisecond, 0, 20, each);
    REQUIRE(moment.decisions.size() == 20);
    for (const DecisionReport& decision : moment.decisions) {
      REQUIRE(decision.choices.size() == scenario.candidates.size());
      CHECK(decision.choices[i] == decision.choices[i + 1]);
    }
  }
}

TEST_CASE("a library whose answer makes no sense ends the comparison with a sentence") {
  Scenario scenario = scenario_of_pairs();
  scenario.candidates[1].routers = {{SWITCHYARD_PLUGINS "/throwing.so", {}}};
  CHECK(contains(error_in([&] { run_comparison(scenario); }),
                 "throwing.so' (throwing) threw an exception"));
}

TEST_CASE("a library that throws in destroy() after a good run ends it with a sentence") {
  Scenario scenario = scenario_of_pairs();
  scenario.candidates.resize(2);
  Candidate& throwing = scenario.candidates[1];
  throwing.guards = {{"sticky_primary", {{"duration", "20ms"}}}};
  throwing.routers = {{SWITCHYARD_PLUGINS "/throwing.so", {{"where", "end of run"}}}};
  const char* sentence = "(throwing) threw an exception (no end)";
  CHECK(contains(error_in([&] { run_comparison(scenario); }), sentence));
  CompareControl control;
  const CloseLook look(scenario, control);
  for (const std::size_t candidate : {0U, 1U}) {
    INFO("candidate " << candidate);
    CompareControl each;
    CHECK(
        contains(error_in([&] { look.at(candidate, 500 * kMillisecond, 0, 20, each); }), sentence));
  }
  throwing.routers.front().parameters = {{"where", "destroy"}};
  CHECK(contains(error_in([&] { validate(scenario); }), sentence));
}

}  // namespace switchyard::testing
