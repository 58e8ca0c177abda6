// What guards that keep reads fresh achieve, and cost, against closed forms.
#include "history.h"

namespace switchyard::testing {
namespace {

Candidate guarded(const std::string& guard, const ParameterTexts& parameters,
                  const ParameterTexts& router_parameters = {}) {
  Candidate candidate = candidate_of("random_replica", router_parameters);
  candidate.guards.push_back({guard, parameters});
  return candidate;
}

std::string in_ns(double units) {
  return fmt::format("{}ns", round_ns(units * kUnitNs));
}

// Each replica applies one commit at a time, in a time of mean 1, beside its reads.
ClusterSpec applying_cluster() {
  ClusterSpec cluster = lagging_cluster(2, {}, ReplicationOrder::kCommit);
  cluster.replication.apply_service = Law::exponential(kUnitNs);
  cluster.replication.apply_competes = false;
  return cluster;
}

}  // namespace

TEST_CASE("a sticky primary leaves the misses of those who read again after its duration") {
  for (const char* id : {"sticky-exp-N3-d10-z50-w10", "sticky-det-N4-d20-z100-w8"}) {
    const auto& p = known(id).at("parameters");
    const Law think = Law::exponential(p.at("mean_think"));
    RandomStream random(2, RandomPurpose::kThink);
    History history;
    for (std::uint32_t i = 0; i < requests_for(id); ++i) {
      const double t = 1000.0 * i;
      history.write(t, kReader, i % kKeys);
      history.read(t + think.sample(random), kReader, i % kKeys);
    }
    const RunTally tally =
        run(history.finish(), lagging_cluster(p.at("nodes_including_primary"), law_of(p)),
            guarded("sticky_primary", {{"duration", in_ns(p.at("window"))}}, kAnyNode),
            options_of(LoopMode::kOpen));
    check_known(
        id, share(tally.consistency.read_your_writes_violations, tally.consistency.reads_checked));
  }
}

TEST_CASE("a sticky primary takes the reads of sessions that wrote within its duration") {
  const char* id = "stickyfrac-N4-lw0.2-w2";
  const auto& p = known(id).at("parameters");
  PoissonClock writes(p.at("session_write_rate"), 1);
  PoissonClock reads(1, 2);
  History history;
  constexpr double kEnd = 1e6;
  for (double t = writes.next(); t < kEnd; t = writes.next()) history.write(t, kReader, 0);
  for (double t = reads.next(); t < kEnd; t = reads.next()) history.read(t, kReader, 0);
  const RunTally tally =
      run(history.finish(), lagging_cluster(p.at("nodes_including_primary"), {}),
          guarded("sticky_primary", {{"duration", in_ns(p.at("window"))}}, kAnyNode),
          options_of(LoopMode::kOpen));
  check_known(id, share(tally.nodes[0].reads, tally.read_ns.count()));
}

TEST_CASE("a causal read waits for what is left of its own write's lag") {
  const char* id = "gtid-wait-lw0.8-mu1-z3";
  const auto& p = known(id).at("parameters");
  const Law think = Law::exponential(p.at("mean_think"));
  RandomStream random(3, RandomPurpose::kThink);
  PoissonClock writes(p.at("write_rate"), 1);
  History history;
  for (std::uint32_t i = 0; i < requests_for(id); ++i) {
    const double t = writes.next();
    // A session of its own for each pair, whose last write is this one.
    const std::uint32_t session = kReader + i % 100'000;
    history.write(t, session, session);
    history.read(t + think.sample(random), session, session);
  }
  const RunTally tally = run(history.finish(), applying_cluster(),
                             guarded("causal", {{"timeout", "1h"}}), options_of(LoopMode::kOpen));
  // Nothing else takes time.
  check_known(id, mean_units(tally.read_ns));
  CHECK(tally.consistency.read_your_writes_violations == 0);
  CHECK(tally.nodes[0].reads == 0);
}

TEST_CASE("reads are diverted as often as the only replica has too long a backlog") {
  PoissonClock writes(0.8, 1);
  PoissonClock reads(0.8, 2);
  History history;
  for (std::uint32_t i = 0; i < 2'000'000; ++i) {
    history.write(writes.next(), kWriter, 0);
    history.read(reads.next(), kReader, 0);
  }
  const ReplayWorkload workload = history.finish();
  const auto diverted = [&](const ParameterTexts& parameters) {
    const RunTally tally = run(workload, applying_cluster(), guarded("lag_bounded", parameters),
                               options_of(LoopMode::kOpen));
    return share(tally.nodes[0].reads, tally.read_ns.count());
  };
  check_known("bounded-backlog-r0.8-b4",
              diverted({{"limit", "0s"}, {"limit_commits", "4"}, {"compare", "at_most"}}));
  // Whoever allows no backlog at all diverts as often as there is any.
  check_known("applier-busy-lw0.8-mu1", diverted({{"limit", "0s"}, {"limit_commits", "1"}}));
}

}  // namespace switchyard::testing
