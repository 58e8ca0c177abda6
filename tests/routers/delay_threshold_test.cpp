// The guard lag_bounded as Pgpool-II has it: limits of the node that was chosen.
#include "replay/harness.h"
#include "routers/guarded.h"

namespace switchyard::testing {

TEST_CASE(
    "Pgpool's delay_threshold: below and at a limit of 10 a node is read from, above it not") {
  const auto takes_reads = [](const Told& told, const char* preset, const ParameterTexts& limit) {
    return six_reads(*guarded(preset, limit), view_of(told)) == kInTurn;
  };
  for (const auto& [behind, takes] : {std::pair{9U, true}, {10U, true}, {11U, false}}) {
    Told told;
    told.lacks[1] = behind;
    CHECK(takes_reads(told, "pgpool.delay_threshold", {{"limit_commits", "10"}}) == takes);
    told.lacks[1] = 0;
    told.lag[1] = behind * kSecond;
    CHECK(takes_reads(told, "pgpool.delay_threshold_by_time", {{"limit", "10s"}}) == takes);
  }
}

TEST_CASE("Pgpool's own test, in a run: replay on the suggested node is paused") {
  // Node 1 has nearly all of the weight; it applies nothing any more, and misses 20 writes of 2 s.
  ClusterSpec cluster = cluster_of(3, 8);
  cluster.nodes[0].weight = 0;
  cluster.nodes[1].weight = 1e6;
  FaultSpec paused;
  paused.kind = FaultKind::kStallReplication;
  paused.nodes = {NodeId{1}};
  std::vector<Row> rows;
  for (int i = 0; i < 20; ++i) rows.push_back({i * 100 * kMs, "writer", 'w', 0, "k"});
  for (int i = 0; i < 10; ++i) rows.push_back({10 * kSecond + i * kMs, "reader", 'r', 0, "k"});
  const auto reads = [&](const char* preset, const ParameterTexts& limit) {
    Candidate candidate = candidate_of("pgpool.statement");
    candidate.guards.push_back({preset, limit});
    const RunTally tally = run(by_hand(rows), cluster, candidate, options_of(LoopMode::kSession));
    std::vector<std::uint64_t> list;
    for (const NodeTally& node : tally.nodes) list.push_back(node.reads);
    return list;
  };
  using Reads = std::vector<std::uint64_t>;
  const ParameterTexts ten = {{"limit_commits", "10"}};
  const ParameterTexts second = {{"limit", "1000ms"}};
  for (const bool is_paused : {false, true}) {
    if (is_paused) cluster.faults = {paused};
    CHECK(reads("pgpool.delay_threshold", ten) == (is_paused ? Reads{10, 0, 0} : Reads{0, 10, 0}));
    CHECK(reads("pgpool.delay_threshold_by_time", second) ==
          (is_paused ? Reads{10, 0, 0} : Reads{0, 10, 0}));
    CHECK(reads("pgpool.prefer_lower_delay_standby", second) ==
          (is_paused ? Reads{0, 0, 10} : Reads{0, 10, 0}));
  }
}

}  // namespace switchyard::testing
