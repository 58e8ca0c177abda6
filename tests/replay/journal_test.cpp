// What a journal keeps of a run, and what other candidates would have decided in it.
#include <algorithm>
#include <atomic>
#include <memory>
#include <set>

#include "catch.h"
#include "core/error.h"
#include "replay/alternatives.h"
#include "replay/journal.h"
#include "replay/operations.h"
#include "routers/catalogue.h"

namespace switchyard::testing {
namespace {

struct Watched {
  RunTally tally;
  std::vector<JournalEntry> entries;
};

// With `others` beside the candidate.
Watched watch(const ReplayWorkload& workload, const ClusterSpec& cluster,
              const Candidate& candidate, const std::vector<Candidate>& others,
              ReplayOptions options, Journal::Span span, bool to_the_end = false) {
  options.all_nodes_by_events = true;
  const StringTableView tables = workload.trace.names().tables;
  std::vector<RouterChain> chains;
  for (const Candidate& other : others) {
    chains.push_back(build_chain(other, cluster, options.seed, tables));
  }
  Choices choices;
  const RouterChain chain = build_chain(candidate, cluster, options.seed, tables,
                                        std::make_unique<Alternatives>(std::move(chains), choices));
  const std::atomic<bool> cancelled{false};
  Journal journal(span, cluster.nodes.size(), choices, cancelled);
  Watched watched;
  const RunControl control = {nullptr, to_the_end ? nullptr : &journal.stop(), &journal, &choices};
  try {
    watched.tally = replay(workload, cluster, chain, options, control);
  } catch (const Interrupted&) {
    // As it had seen all.
  }
  watched.entries = journal.take();
  return watched;
}

// A third of all commits' times apart, with keys, some in transactions, on a busy cluster.
ReplayWorkload busy_workload(std::uint64_t seed) {
  SyntheticWorkload spec;
  spec.requests = 3'000;
  spec.sessions = 20;
  spec.arrivals.rate = 4'000;
  spec.read_share = 0.7;
  spec.read_service = Law::exponential(1e6);
  spec.write_service = Law::exponential(1e6);
  spec.keys = KeyLaw{50, 0.8};
  return synthetic(spec, seed);
}

// Of four statements each, every other one read only, by sessions in turn.
ReplayWorkload transactions(std::uint64_t seed) {
  RandomStream random(seed, RandomPurpose::kOperations);
  std::vector<Row> rows;
  for (std::uint32_t i = 0; i < 1'000; ++i) {
    const bool reads = i % 2 == 0;
    const auto flags = static_cast<std::uint8_t>(reads ? kFlagReadOnlyTransaction : 0);
    const std::string session = std::to_string(i % 20);
    Nanoseconds t_ns = i * kMillisecond;
    for (const char op : {'b', 'r', reads ? 'r' : 'w', 'c'}) {
      rows.push_back({t_ns, session, op, static_cast<Nanoseconds>(random.next_below(2'000'000)),
                      std::to_string(random.next_below(50)), i / 20 + 1, "t", flags});
      t_ns += 700'000;
    }
  }
  std::ranges::stable_sort(rows, {}, &Row::t_ns);
  return by_hand(rows);
}

ClusterSpec lagging_cluster() {
  ClusterSpec cluster = cluster_of(4, 2);
  cluster.replication.delay = Law::exponential(5e6);
  cluster.replication.apply_service = Law::exponential(1e6);
  return cluster;
}

std::vector<Candidate> all_strategies() {
  std::vector<Candidate> list;
  for (const StrategyInfo* info : catalogue()) {
    ParameterTexts parameters;
    if (info->name == "weighted_random" || info->runs_user_code) continue;
    list.push_back(candidate_of(std::string(info->name), parameters));
  }
  return list;
}

bool works_on(const Candidate& candidate, const ClusterSpec& cluster) {
  try {
    build_chain(candidate, cluster, 1);
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace

// With round trips, probes that take time, a node that goes down, retries and giving up.
ClusterSpec failing_cluster() {
  ClusterSpec cluster = lagging_cluster();
  for (NodeSpec& node : cluster.nodes) node.round_trip_ns = 3 * kMillisecond;
  cluster.probe_service_ns = 100'000;
  FaultSpec fault;
  fault.kind = FaultKind::kDown;
  fault.nodes = {node_id(2)};
  fault.at_ns = 200 * kMillisecond;
  fault.lasts_ns = 200 * kMillisecond;
  cluster.faults = {fault};
  return cluster;
}

ReplayOptions impatient(LoopMode loop) {
  ReplayOptions options = options_of(loop);
  options.timeout_ns = 100 * kMillisecond;
  options.retries = 1;
  options.retry_after_ns = 20 * kMillisecond;
  return options;
}

TEST_CASE("others that are asked as well change nothing of any strategy's run") {
  std::size_t compared = 0;
  const auto compare = [&](const ClusterSpec& cluster, const ReplayWorkload& workload,
                           const ReplayOptions& options) {
    std::vector<Candidate> others;
    for (const Candidate& other : all_strategies()) {
      if (works_on(other, cluster)) others.push_back(other);
    }
    for (const Candidate& candidate : all_strategies()) {
      if (!works_on(candidate, cluster)) continue;
      INFO(candidate.name);
      ReplayOptions by_events = options;
      by_events.all_nodes_by_events = true;
      const RunTally alone = run(workload, cluster, candidate, by_events);
      const Watched watched =
          watch(workload, cluster, candidate, others, options, {kNever, 10, 0}, true);
      CHECK(watched.tally.event_checksum == alone.event_checksum);
      CHECK(watched.tally.completed == alone.completed);
      CHECK(watched.tally.probes == alone.probes);
      CHECK(watched.tally.consistency.stale_reads == alone.consistency.stale_reads);
      CHECK(watched.entries.size() == 10);
      ++compared;
    }
  };
  for (const LoopMode loop : {LoopMode::kOpen, LoopMode::kClosed}) {
    compare(lagging_cluster(), busy_workload(3), options_of(loop));
    compare(failing_cluster(), busy_workload(3), impatient(loop));
    compare(failing_cluster(), transactions(3), impatient(loop));
  }
  CHECK(compared >= 90);
}

TEST_CASE("a candidate like the one that runs would always have decided the same") {
  ClusterSpec cluster = lagging_cluster();
  for (NodeSpec& node : cluster.nodes) node.round_trip_ns = 3 * kMillisecond;
  for (const ReplayWorkload& workload : {busy_workload(4), transactions(4)}) {
    for (const Candidate& candidate : all_strategies()) {
      if (!works_on(candidate, cluster)) continue;
      const std::vector<JournalEntry> entries = watch(workload, cluster, candidate, {candidate},
                                                      options_of(LoopMode::kOpen), {0, 0, 3'000})
                                                    .entries;
      INFO(candidate.name);
      REQUIRE(entries.size() == 3'000);
      for (const JournalEntry& entry : entries) {
        REQUIRE(entry.others.size() == 1);
        const Decision& other = entry.others.front().value();
        REQUIRE(other.kind == entry.decision.kind);
        REQUIRE(other.node == entry.decision.node);
        REQUIRE(other.reason == entry.decision.reason);
      }
    }
  }
}

TEST_CASE("others are asked where the one that runs is not, as what is pinned or begins") {
  // It keeps to node 1 or 2 from the begin on; the other sends begin and end to `default`.
  const ReplayWorkload workload = by_hand({{0, "s", 'b', 1, "", 1, "", kFlagReadOnlyTransaction},
                                           {10, "s", 'r', 1, "a", 1, "", kFlagReadOnlyTransaction},
                                           {20, "s", 'r', 1, "a", 1, "", kFlagReadOnlyTransaction},
                                           {30, "s", 'c', 1, "", 1, "", kFlagReadOnlyTransaction}});
  const std::vector<JournalEntry> entries =
      watch(workload, cluster_of(3, 1), candidate_of("round_robin"),
            {candidate_of("primary_only"), candidate_of("MasterSlave")},
            options_of(LoopMode::kOpen), {0, 0, 4})
          .entries;
  REQUIRE(entries.size() == 4);
  for (const JournalEntry& entry : entries) {
    CHECK(entry.decision.node == entries.front().decision.node);
    REQUIRE(entry.others.size() == 2);
    CHECK(entry.others[0]->node == NodeId{0});
  }
  CHECK(entries[1].decision.reason == Reason::kPinned);
  CHECK(entries[0].others[1]->reason == Reason::kDefault);
  CHECK(entries[1].others[1]->reason == Reason::kPicked);
  CHECK(entries[3].others[1]->reason == Reason::kDefault);
}

TEST_CASE("a wait of the one that runs is none of another, which keeps to what it said") {
  Candidate waits = candidate_of("MasterSlave");
  waits.guards.push_back({"causal", {{"timeout", "10ms"}}});
  ClusterSpec cluster = cluster_of(3, 1);
  cluster.replication.delay = Law::constant(5e9);
  std::vector<Row> rows = {{0, "s", 'w', 1, "a"}};
  for (int i = 0; i < 20; ++i) {
    rows.push_back({i * 20 * kMillisecond + kMillisecond, "s", i == 0 ? 'b' : 'r', 1, "a", 1, "",
                    kFlagReadOnlyTransaction});
  }
  const std::vector<JournalEntry> entries =
      watch(by_hand(rows), cluster, waits, {candidate_of("round_robin")},
            options_of(LoopMode::kOpen), {0, 0, 100})
          .entries;
  REQUIRE(entries.size() > rows.size());
  // The whole transaction is on one node of its own choice.
  for (std::size_t i = 2; i < entries.size(); ++i) {
    CHECK(entries[i].others[0]->node == entries[1].others[0]->node);
  }
}

TEST_CASE("others are told where a write's object was read, also beside one that goes without") {
  const ReplayWorkload workload =
      by_hand({{0, "s", 'r', 1, "a"}, {10, "s", 'w', 1, "a"}, {20, "s", 'w', 1, "b"}});
  for (const char* running : {"round_robin", ""}) {
    const std::vector<JournalEntry> entries =
        watch(workload, cluster_of(3, 1), candidate_of(running),
              {candidate_of("MasterSlaveAsShipped")}, options_of(LoopMode::kOpen), {0, 0, 3})
            .entries;
    REQUIRE(entries.size() == 3);
    const NodeId read_from = entries[0].decision.node;
    CHECK((read_from == NodeId{0}) == (std::string(running) == ""));
    REQUIRE(entries[1].others.size() == 1);
    CHECK(entries[1].decision.node == NodeId{0});
    CHECK(entries[1].others[0]->node == read_from);
    CHECK(entries[1].others[0]->reason == Reason::kObjectNode);
    CHECK(entries[2].others[0]->node == NodeId{0});
    CHECK(entries[2].others[0]->reason == Reason::kDefault);
  }
}

TEST_CASE("of a recorded operation's statement others tell what their deciding call said") {
  ClusterSpec cluster = cluster_of(4, 1);
  for (std::size_t i = 1; i < 4; ++i) {
    cluster.nodes[i].name = "master-" + std::to_string(i);
    cluster.nodes[i].role = Role::kPrimary;
  }
  std::vector<std::vector<OrmStatement>> operations;
  for (int i = 0; i < 50; ++i) {
    operations.push_back(statements_of({"update_or_create.creates"}));
    operations.push_back(statements_of({"bulk_create"}));
    operations.push_back(statements_of({"cursor.write"}));  // which asks nobody
  }
  const ReplayWorkload workload = workload_of(operations);
  // It draws for each call, so that only the right one of several is sure to be the same.
  const Candidate candidate = candidate_of("MultipleMasterSlave");
  const std::vector<JournalEntry> entries =
      watch(workload, cluster, candidate, {candidate_of("primary_only"), candidate},
            options_of(LoopMode::kOpen), {0, 0, workload.trace.size()})
          .entries;
  REQUIRE(entries.size() == workload.trace.size());
  std::set<NodeId> nodes;
  for (const JournalEntry& entry : entries) {
    nodes.insert(entry.decision.node);
    REQUIRE(entry.others.size() == 2);
    CHECK(entry.others[0]->node == NodeId{0});
    CHECK(entry.others[1]->node == entry.decision.node);
  }
  CHECK(nodes.size() == 4);
}

TEST_CASE("an entry holds what each node had when the decision fell") {
  // Two nodes of one worker; commits take 100 ns to the replica, and their applies no time.
  ClusterSpec cluster = cluster_of(2, 1);
  cluster.replication.delay = Law::constant(100);
  const ReplayWorkload workload = by_hand({{0, "a", 'w', 50},
                                           {10, "b", 'w', 50},
                                           {20, "c", 'w', 50},
                                           {120, "d", 'r', 10},
                                           {155, "e", 'r', 10}});
  const std::vector<JournalEntry> all = watch(workload, cluster, candidate_of("primary_only"), {},
                                              options_of(LoopMode::kOpen), {0, 0, 5})
                                            .entries;
  REQUIRE(all.size() == 5);
  // The writes end at 50, 100 and 150; the replica has them from 150, 200 and 250 on.
  CHECK(all[0].nodes[0].in_service == 0);
  CHECK(all[1].nodes[0].in_service == 1);
  CHECK(all[1].nodes[0].waiting == 0);
  CHECK(all[2].nodes[0].waiting == 1);
  CHECK(all[2].nodes[1].behind == 0);
  CHECK(all[3].nodes[0].in_service == 1);  // the third, since 100
  CHECK(all[3].nodes[0].waiting == 0);
  CHECK(all[3].nodes[1].behind == 2);
  CHECK(all[3].nodes[1].lag_ns == 70);
  CHECK(all[4].nodes[1].behind == 2);  // the second and the third
  CHECK(all[4].nodes[1].lag_ns == 55);
  CHECK(all[4].nodes[0].behind == 0);
  CHECK(all[0].nodes[0].role == Role::kPrimary);
  CHECK(all[0].nodes[1].role == Role::kReplica);
  for (const JournalEntry& entry : all) CHECK(entry.decision.node == NodeId{0});
  CHECK(all[2].latency_ns == 130);
  CHECK(all[3].latency_ns == 40);
  CHECK(all[3].status == Status::kOk);
  CHECK(all[0].others.empty());
}

TEST_CASE("a journal keeps so many decisions before a moment and so many from it on") {
  std::vector<Row> rows;
  for (int i = 0; i < 100; ++i) rows.push_back({i * 10, "a", 'r', 1});
  const ReplayWorkload workload = by_hand(rows);
  const auto requests = [&](Journal::Span span) {
    std::vector<RequestIndex> list;
    for (const JournalEntry& entry : watch(workload, cluster_of(2, 1), candidate_of("round_robin"),
                                           {}, options_of(LoopMode::kOpen), span)
                                         .entries) {
      list.push_back(entry.request);
      CHECK(entry.latency_ns == 1);
    }
    return list;
  };
  CHECK(requests({500, 3, 2}) == std::vector<RequestIndex>{47, 48, 49, 50, 51});
  CHECK(requests({505, 2, 1}) == std::vector<RequestIndex>{49, 50, 51});
  CHECK(requests({500, 0, 1}) == std::vector<RequestIndex>{50});
  CHECK(requests({15, 5, 1}) == std::vector<RequestIndex>{0, 1, 2});
  CHECK(requests({2'000, 2, 5}) == std::vector<RequestIndex>{98, 99});
}

TEST_CASE("a node that is down is shown as such, and what is lost with it has no good outcome") {
  ClusterSpec cluster = cluster_of(2, 1);
  FaultSpec fault;
  fault.kind = FaultKind::kDown;
  fault.nodes = {node_id(1)};
  fault.at_ns = 100;
  fault.lasts_ns = 100;
  cluster.faults = {fault};
  const ReplayWorkload workload =
      by_hand({{0, "a", 'r', 10}, {90, "a", 'r', 50}, {150, "b", 'w', 10}});
  const std::vector<JournalEntry> all = watch(workload, cluster, candidate_of("random_replica"), {},
                                              options_of(LoopMode::kOpen), {0, 0, 3})
                                            .entries;
  REQUIRE(all.size() == 3);
  CHECK(all[1].nodes[1].is_up);
  CHECK(all[1].status == Status::kLost);
  CHECK(all[1].latency_ns == 10);
  CHECK_FALSE(all[2].nodes[1].is_up);
  CHECK(all[2].nodes[0].is_up);
}

}  // namespace switchyard::testing
