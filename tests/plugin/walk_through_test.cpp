// The strategy that data/routers/README.md adds to the tree, as it stands there: this program is
// built from the document's file and from a catalogue with the document's line.
#include <map>

#include "measure/compare.h"
#include "replay/harness.h"
#include "routers/rig.h"

namespace switchyard::testing {

TEST_CASE("the strategy of the walk-through does what it says") {
  // Two in a row to each of two replicas.
  const auto nodes = primary_and(2);
  const auto router = make("runs", nodes, {{"length", "2"}});
  CHECK(reads(*router, 9) == "bbccbbccb");
  CHECK(letter(write(*router)) == 'a');
  router->on_topology(states_of(nodes, {1}), 0);
  CHECK(reads(*router, 3) == "ccc");
  CHECK(reads(*make("runs", nodes), 12) == "bbbbbbbbbbcc");
  CHECK(contains(error_of("runs", nodes, {{"length", "0"}}), "must be an integer from 1"));
}

TEST_CASE("the strategy of the walk-through is listed and compared") {
  std::vector<std::string_view> names;
  for (const StrategyInfo* info : catalogue()) names.push_back(info->name);
  CHECK(std::ranges::count(names, "runs") == 1);
  CHECK(names.size() > 10);
  Scenario scenario;
  SyntheticWorkload workload;
  workload.requests = 3'000;
  workload.arrivals.rate = 1000;
  workload.read_service = Law::exponential(1e6);
  workload.write_service = Law::exponential(1e6);
  scenario.workload.synthetic = workload;
  scenario.cluster = cluster_of(4, 2);
  scenario.candidates = {candidate_of("runs"), candidate_of("round_robin")};
  // The shortest runs are round robin.
  scenario.candidates.push_back(candidate_of("runs", {{"length", "1"}}));
  scenario.candidates.back().name = "short runs";
  scenario.candidates[0].guards = {{"lag_bounded", {}}};
  CompareControl control;
  const Report report = compare(scenario, control);
  CHECK(report.candidates[2].fingerprint == report.candidates[1].fingerprint);
  CHECK(report.candidates[2].fingerprint != report.candidates[0].fingerprint);
}

}  // namespace switchyard::testing
