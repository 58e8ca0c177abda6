// The guard lag_bounded: which replicas are too far behind, and what follows.
#include "core/error.h"
#include "replay/harness.h"
#include "routers/guarded.h"

namespace switchyard::testing {
namespace {

// Whether the first replica takes reads at this lag; the other has none.
bool takes_reads_at(Nanoseconds lag, const std::string& guard, const ParameterTexts& given) {
  Told told;
  told.lag[1] = lag;
  const Nodes nodes = six_reads(*guarded(guard, given), view_of(told));
  return nodes == kInTurn;
}
bool takes_reads_unknown(const std::string& guard, const ParameterTexts& given) {
  Told told;
  told.known[1] = false;
  return six_reads(*guarded(guard, given), view_of(told)) == kInTurn;
}

// A primary and two replicas; the first replica, or the primary, is lost to the others.
ClusterSpec cluster_with(FaultKind kind, NodeId node, Nanoseconds from, Nanoseconds to) {
  ClusterSpec cluster = cluster_of(3, 8);
  FaultSpec fault;
  fault.kind = kind;
  fault.nodes = {node};
  fault.at_ns = from;
  fault.lasts_ns = to - from;
  fault.cuts_clients = false;
  cluster.faults = {fault};
  return cluster;
}

// One read a second, from second 0 to 9, half a second after it.
ReplayWorkload ten_reads() {
  std::vector<Row> rows = {{0, "s", 's'}};
  for (int i = 0; i < 10; ++i) rows.push_back({i * kSecond + 500 * kMs, "s", 'r', 0, "k"});
  return by_hand(rows);
}

RunTally run_guarded(const ReplayWorkload& workload, const ClusterSpec& cluster,
                     const ParameterTexts& given) {
  // The first replica as long as it may.
  Candidate candidate = candidate_of("least_outstanding", {{"tie", "first"}});
  candidate.guards.push_back({"lag_bounded", given});
  return run(workload, cluster, candidate, options_of(LoopMode::kSession));
}

std::vector<std::uint64_t> reads_of(const RunTally& tally) {
  std::vector<std::uint64_t> reads;
  for (const NodeTally& node : tally.nodes) reads.push_back(node.reads);
  return reads;
}

}  // namespace

TEST_CASE("lag_bounded: below, at and above the limit, as each product compares") {
  struct Case {
    const char* preset;
    Nanoseconds limit;
    bool at_limit;    // is a replica there still eligible?
    bool just_above;  // … a nanosecond later?
    bool unknown;
  };
  // MaxScale and ProxySQL only see whole seconds.
  for (const Case& c : {Case{"maxscale.max_replication_lag", 10 * kSecond, false, false, false},
                        {"proxysql.max_replication_lag", 10 * kSecond, true, true, false},
                        {"proxysql.max_replication_lag", 59 * kSecond, true, true, false},
                        {"proxysql.max_replication_lag", 60 * kSecond, true, true, true},
                        // What a replica that is cut off tells of its last write is known.
                        {"mongodb.max_staleness", 90 * kSecond, true, false, true}}) {
    INFO(c.preset);
    ParameterTexts limit = {{"limit", std::to_string(c.limit / kSecond) + "s"}};
    if (std::string_view(c.preset).starts_with("mongodb")) limit.emplace_back("heartbeat", "0s");
    CHECK(takes_reads_at(0, c.preset, limit));
    CHECK(takes_reads_at(c.limit - kSecond, c.preset, limit));
    CHECK(takes_reads_at(c.limit - 1, c.preset, limit));
    CHECK(takes_reads_at(c.limit, c.preset, limit) == c.at_limit);
    CHECK(takes_reads_at(c.limit + 1, c.preset, limit) == c.just_above);
    CHECK_FALSE(takes_reads_at(c.limit + kSecond, c.preset, limit));
    CHECK(takes_reads_unknown(c.preset, limit) == c.unknown);
  }
  // Its default of 90 s, with a heartbeat of 10 s.
  CHECK(takes_reads_at(80 * kSecond, "mongodb.max_staleness", {}));
  CHECK_FALSE(takes_reads_at(80 * kSecond + 1, "mongodb.max_staleness", {}));
}

TEST_CASE("MongoDB's fixture: 150 s allow 125 s of lag with a heartbeat of 25 s, no more") {
  const ParameterTexts given = {{"limit", "150s"}, {"heartbeat", "25s"}};
  CHECK(takes_reads_at(125 * kSecond, "mongodb.max_staleness", given));
  CHECK_FALSE(takes_reads_at(125 * kSecond + kMillisecond, "mongodb.max_staleness", given));
  // A primary has no lag, whatever the heartbeat.
  Told told;
  told.lag = {0, 125 * kSecond + kMillisecond, 200 * kSecond};
  const auto router = guarded("mongodb.max_staleness", given);
  CHECK(six_reads(*router, view_of(told)) == kPrimaryAlone);
}

TEST_CASE("lag_bounded by last writes, in a run: from the replica's last to the primary's last") {
  // The writes of 0, 10 and 20 s are applied at 15, 25 and 35 s.
  ClusterSpec cluster = cluster_of(2, 8);
  cluster.replication.delay = Law::constant(15e9);
  const auto goes_to_replica = [&](Nanoseconds at, const char* measure, const char* limit) {
    const RunTally tally =
        run_guarded(by_hand({{0, "s", 'w', 0, "k"},
                             {10 * kSecond, "s", 'w', 0, "k"},
                             {20 * kSecond, "s", 'w', 0, "k"},
                             {at, "r", 'r', 0, "k"}}),
                    cluster, {{"limit", limit}, {"measured_by", measure}, {"compare", "at_most"}});
    return tally.nodes[1].reads == 1;
  };
  const auto lag_at = [&](Nanoseconds at, const char* measure) {
    for (int seconds = 1; seconds < 60; ++seconds) {
      if (goes_to_replica(at, measure, (std::to_string(seconds) + "s").c_str())) return seconds;
    }
    return 60;
  };
  CHECK(lag_at(22 * kSecond, "last_writes") == 20);
  CHECK(lag_at(22 * kSecond, "first_missing") == 12);
  CHECK(lag_at(26 * kSecond, "last_writes") == 10);
  CHECK(lag_at(26 * kSecond, "first_missing") == 6);
  CHECK(lag_at(34 * kSecond, "last_writes") == 10);
  CHECK(lag_at(34 * kSecond, "first_missing") == 14);
  CHECK(goes_to_replica(36 * kSecond, "last_writes", "1ns"));
  // Two commits have been applied by all, and are forgotten: that of 20 s is the last.
  cluster.replication.observe_every_ns = 16 * kSecond;
  // Looked at after 16 s, when the replica has the first and the primary the second.
  CHECK(lag_at(26 * kSecond, "last_writes") == 10);
  CHECK(lag_at(31 * kSecond, "last_writes") == 10);
  CHECK(goes_to_replica(49 * kSecond, "last_writes", "1ns"));
}

TEST_CASE("lag_bounded by last writes: a commit that a failover loses is nobody's last") {
  // The first node's write of 5 s reaches nobody before it stops at 6 s; the next one takes over,
  // and writes at 9 s. The first, back at 10 s, applies nothing: what it has is of 1 s.
  ClusterSpec cluster = cluster_of(3, 8);
  cluster.replication.delay = Law::constant(2e9);
  FaultSpec down;
  down.nodes = {NodeId{0}};
  down.at_ns = 6 * kSecond;
  down.lasts_ns = 4 * kSecond;
  FaultSpec stall = down;
  stall.kind = FaultKind::kStallReplication;
  stall.at_ns = 5500 * kMs;
  stall.lasts_ns = 60 * kSecond;
  FaultSpec stall_from_start = stall;
  stall_from_start.nodes = {NodeId{2}};
  stall_from_start.at_ns = 0;
  cluster.failover.promote_after_ns = kSecond;
  const auto reads_with = [&](const char* limit) {
    return reads_of(run_guarded(
        by_hand({{0, "s", 's'},
                 {kSecond, "s", 'w', 0, "k"},
                 {5 * kSecond, "s", 'w', 0, "k"},
                 {9 * kSecond, "s", 'w', 0, "k"},
                 {12 * kSecond, "s", 'r', 0, "k"}}),
        cluster, {{"limit", limit}, {"measured_by", "last_writes"}, {"compare", "at_most"}}));
  };
  using Reads = std::vector<std::uint64_t>;
  cluster.faults = {down, stall};
  CHECK(reads_with("8s") == Reads{1, 0, 0});
  CHECK(reads_with("7s") == Reads{0, 0, 1});
  // The same while another lacks even the first.
  cluster.faults.push_back(stall_from_start);
  CHECK(reads_with("8s") == Reads{1, 0, 0});
  CHECK(reads_with("7s") == Reads{0, 1, 0});
}

TEST_CASE("lag_bounded: a limit of one second means a lag of 0 to MaxScale, 1 to ProxySQL") {
  const ParameterTexts limit = {{"limit", "1s"}};
  for (const auto& [lag, maxscale, proxysql] :
       {std::tuple{Nanoseconds{0}, true, true}, std::tuple{kSecond - 1, true, true},
        std::tuple{kSecond, false, true}, std::tuple{2 * kSecond - 1, false, true},
        std::tuple{2 * kSecond, false, false}}) {
    CHECK(takes_reads_at(lag, "maxscale.max_replication_lag", limit) == maxscale);
    CHECK(takes_reads_at(lag, "proxysql.max_replication_lag", limit) == proxysql);
  }
  // With a limit between two seconds nothing else is different.
  CHECK(takes_reads_at(2 * kSecond - 1, "maxscale.max_replication_lag", {{"limit", "1500ms"}}));
  CHECK_FALSE(takes_reads_at(2 * kSecond - 1, "lag_bounded", {{"limit", "1500ms"}}));
}

TEST_CASE("lag_bounded: no limit leaves every replica in (MaxScale with 0)") {
  CHECK(takes_reads_at(9999 * kSecond, "maxscale.max_replication_lag", {{"limit", "0s"}}));
  CHECK(takes_reads_unknown("maxscale.max_replication_lag", {{"limit", "0s"}}));
}

TEST_CASE("lag_bounded: commits that a replica lacks have a limit of their own") {
  Told told;
  told.lag = {0, 5 * kSecond, 7 * kSecond};
  told.lacks = {0, 50, 70};
  const auto reads = [&](const char* limit_commits, const char* compare) {
    const auto router = guarded(
        "lag_bounded", {{"limit", "0s"}, {"limit_commits", limit_commits}, {"compare", compare}});
    return six_reads(*router, view_of(told));
  };
  CHECK(reads("71", "below") == kInTurn);
  CHECK(reads("70", "below") == Nodes(6, 1));
  CHECK(reads("70", "at_most") == kInTurn);
  CHECK(reads("69", "at_most") == Nodes(6, 1));
  // They can be counted where the lag can't be told.
  told.known = {true, false, false};
  CHECK(reads("71", "below") == kInTurn);
}

TEST_CASE("lag_bounded: an unknown lag is rejected, accepted or stands for one") {
  const auto takes = [](const char* unknown, const char* unknown_lag) {
    return takes_reads_unknown(
        "lag_bounded", {{"limit", "10s"}, {"unknown", unknown}, {"unknown_lag", unknown_lag}});
  };
  CHECK_FALSE(takes("reject", "0s"));
  CHECK(takes("accept", "1h"));
  CHECK(takes("treat_as", "9s"));
  CHECK_FALSE(takes("treat_as", "10s"));
  // If no lag can be told, reads are the primary's or nothing is different.
  Told told;
  told.known = {true, false, false};
  const auto reject = guarded("lag_bounded");
  CHECK(six_reads(*reject, view_of(told)) == kPrimaryAlone);
  CHECK(reject->choose(read_of(0), view_of(told), 0).reason == Reason::kLagging);
  CHECK(six_reads(*guarded("lag_bounded", {{"unknown", "accept"}}), view_of(told)) == kInTurn);
}

TEST_CASE("lag_bounded: when all are over the limit, the primary, the least late or any") {
  Told told;
  told.lag = {0, 5 * kSecond, 3 * kSecond};
  const auto primary = guarded("lag_bounded");
  CHECK(six_reads(*primary, view_of(told)) == kPrimaryAlone);
  CHECK(primary->choose(read_of(0), view_of(told), 0).reason == Reason::kLagging);
  const auto least = guarded("lag_bounded", {{"on_exceed", "least_lag"}});
  CHECK(six_reads(*least, view_of(told)) == Nodes(6, 2));
  const auto any = guarded("lag_bounded", {{"on_exceed", "any"}});
  CHECK(six_reads(*any, view_of(told)) == kInTurn);
  // The first of equals, and one whose lag can't be told last.
  told.lag[1] = 3 * kSecond;
  CHECK(six_reads(*least, view_of(told)) == Nodes(6, 1));
  told.known[1] = false;
  CHECK(six_reads(*least, view_of(told)) == Nodes(6, 2));
  // While one is within the limit none of this matters.
  told.lag[2] = 0;
  for (const auto* router : {&primary, &least, &any}) {
    CHECK(six_reads(**router, view_of(told)) == Nodes(6, 2));
  }
}

TEST_CASE("lag_bounded: a choice over the limit goes to the primary, or the least late (Pgpool)") {
  // Replay on the first replica is paused.
  Told told;
  told.lag = {0, 2 * kSecond, 0};
  told.lacks = {0, 2000, 0};
  // As if the session's node, or a statement's, had been chosen before.
  const Nodes in_turn_or_primary = {0, 2, 0, 2, 0, 2};
  for (const char* preset : {"pgpool.delay_threshold", "pgpool.delay_threshold_by_time"}) {
    const auto router = guarded(preset);
    CHECK(six_reads(*router, view_of(told)) == in_turn_or_primary);
    CHECK(router->choose(read_of(0), view_of(told), 0).reason == Reason::kLagging);
    CHECK(router->choose(read_of(0), view_of(told), 0).reason == Reason::kPicked);
  }
  const auto prefers = guarded("pgpool.prefer_lower_delay_standby");
  CHECK(six_reads(*prefers, view_of(told)) == Nodes(6, 2));
  // At the threshold nothing is wrong; with all over it the primary is all that is left.
  told.lag[1] = kSecond;
  told.lacks[1] = 1000;
  for (const char* preset : {"pgpool.delay_threshold", "pgpool.delay_threshold_by_time",
                             "pgpool.prefer_lower_delay_standby"}) {
    CHECK(six_reads(*guarded(preset), view_of(told)) == kInTurn);
  }
  told.lag = {0, kSecond + 1, kSecond + 1};
  told.lacks = {0, 1001, 1001};
  for (const char* preset : {"pgpool.delay_threshold", "pgpool.delay_threshold_by_time",
                             "pgpool.prefer_lower_delay_standby"}) {
    CHECK(six_reads(*guarded(preset), view_of(told)) == kPrimaryAlone);
  }
}

TEST_CASE("lag_bounded: of several primaries one within the limit, if any is") {
  Told told;
  told.lag = {2 * kSecond, 2 * kSecond, 0};
  for (const char* applies_to : {"candidates", "choice"}) {
    const auto router = guarded("lag_bounded", {{"applies_to", applies_to}});
    const std::vector<NodeState> states = {
        {true, Role::kPrimary}, {true, Role::kReplica}, {true, Role::kPrimary}};
    router->on_topology(states, 0);
    CHECK(six_reads(*router, view_of(told)) == Nodes(6, 2));
  }
}

TEST_CASE("lag_bounded: out after so many observations in a row, back with the first within") {
  const auto router = guarded("lag_bounded", {{"limit", "10s"}, {"consecutive", "3"}});
  Told told;
  const auto observe = [&](Nanoseconds lag) {
    told.lag[1] = lag;
    router->on_observation(told, 0);
    // However often it is asked, only observations count.
    six_reads(*router, view_of(told));
    const Nodes nodes = six_reads(*router, view_of(told));
    return nodes == Nodes{1, 2, 1, 2, 1, 2} || nodes == Nodes{2, 1, 2, 1, 2, 1};
  };
  CHECK(observe(10 * kSecond));
  CHECK(observe(11 * kSecond));
  CHECK_FALSE(observe(10 * kSecond));
  CHECK_FALSE(observe(10 * kSecond));
  CHECK(observe(9 * kSecond));
  // It begins anew.
  CHECK(observe(10 * kSecond));
  CHECK(observe(10 * kSecond));
  CHECK(observe(9 * kSecond));
  CHECK(observe(10 * kSecond));
  CHECK(observe(10 * kSecond));
  CHECK_FALSE(observe(10 * kSecond));
}

TEST_CASE("lag_bounded: where positions are always as of now each read observes") {
  Told told;
  told.lag[1] = kSecond;
  const auto router = guarded("lag_bounded", {{"consecutive", "3"}});
  CHECK(six_reads(*router, view_of(told)) == Nodes{1, 2, 2, 2, 2, 2});
}

TEST_CASE("lag_bounded: reads wait while all are over the limit, and not for ever") {
  Told told;
  told.lag = {0, kSecond, kSecond};
  const auto router = guarded(
      "lag_bounded", {{"on_exceed", "wait"}, {"ask_every", "400ms"}, {"wait_at_most", "1s"}});
  Query query = read_of(0);
  query.asked_ns = 10 * kSecond;
  Nanoseconds now = 10 * kSecond;
  for (const Nanoseconds next : {10'400 * kMs, 10'800 * kMs, 11'000 * kMs}) {
    const Decision decision = router->choose(query, view_of(told), now);
    CHECK(decision.kind == Decision::Kind::kWait);
    CHECK(decision.reason == Reason::kLagging);
    CHECK(decision.until_ns == next);
    now = next;
  }
  const Decision decision = router->choose(query, view_of(told), now);
  CHECK(decision.node == NodeId{0});
  CHECK(decision.reason == Reason::kLagging);
  // Writes don't wait, nor does anybody for replicas that are down.
  query.asked_ns = now;
  query.kind = RequestClass::kWrite;
  CHECK(router->choose(query, view_of(told), now).node == NodeId{0});
  query.kind = RequestClass::kRead;
  CHECK(router->choose(query, view_of(told), now).kind == Decision::Kind::kWait);
  const std::vector<NodeState> states = {
      {true, Role::kPrimary}, {false, Role::kReplica}, {false, Role::kReplica}};
  router->on_topology(states, now);
  CHECK(router->choose(query, view_of(told), now).node == NodeId{0});
  CHECK_THROWS_AS(guarded("lag_bounded", {{"ask_every", "0s"}}), InputError);
}

TEST_CASE("lag_bounded: in a run, a read waits until a replica has caught up, or goes elsewhere") {
  ClusterSpec cluster = cluster_of(2, 1);
  const auto run_with_delay = [&](const Law& delay) {
    cluster.replication.delay = delay;
    return run_guarded(by_hand({{0, "s", 'w', 0, "k"}, {kSecond, "s", 'r', 0, "k"}}), cluster,
                       {{"limit", "0s"}, {"limit_commits", "1"}, {"on_exceed", "wait"}});
  };
  const RunTally caught_up = run_with_delay(Law::constant(4e9));
  CHECK(caught_up.nodes[1].reads == 1);
  CHECK(caught_up.router_ns == 3 * kSecond);
  const RunTally too_late = run_with_delay(Law::constant(13e9));
  CHECK(too_late.nodes[0].reads == 1);
  CHECK(too_late.router_ns == 10 * kSecond);
}

TEST_CASE("the lag of a replica that is cut off can't be told, as of the last look") {
  const ReplayWorkload workload = ten_reads();
  ClusterSpec cluster = cluster_with(FaultKind::kPartition, NodeId{1}, 2200 * kMs, 5200 * kMs);
  using Reads = std::vector<std::uint64_t>;
  const ParameterTexts reject = {{"limit", "1h"}};
  CHECK(reads_of(run_guarded(workload, cluster, reject)) == Reads{0, 7, 3});
  const ParameterTexts accept = {{"limit", "1h"}, {"unknown", "accept"}};
  CHECK(reads_of(run_guarded(workload, cluster, accept)) == Reads{0, 10, 0});
  // Looked at after 2, 4 and 6 seconds: unknown from the 4th to the 6th.
  cluster.replication.observe_every_ns = 2 * kSecond;
  CHECK(reads_of(run_guarded(workload, cluster, reject)) == Reads{0, 8, 2});
  // Likewise after 1, 2, 3 …, but it has to be so three times in a row.
  cluster.replication.observe_every_ns = kSecond;
  CHECK(reads_of(run_guarded(workload, cluster, reject)) == Reads{0, 7, 3});
  const ParameterTexts thrice = {{"limit", "1h"}, {"consecutive", "3"}};
  CHECK(reads_of(run_guarded(workload, cluster, thrice)) == Reads{0, 9, 1});
}

TEST_CASE("no lag can be told without a primary, but again when another has taken over") {
  ClusterSpec cluster = cluster_with(FaultKind::kDown, NodeId{0}, 2200 * kMs, 30 * kSecond);
  const ReplayWorkload workload = ten_reads();
  const auto failed_reads = [&](const ParameterTexts& given) {
    const RunTally tally = run_guarded(workload, cluster, given);
    CHECK(tally.arrived() == 11);
    return tally.read_outages.not_served;
  };
  // Reads are sent to a primary that is down.
  CHECK(failed_reads({}) == 8);
  CHECK(failed_reads({{"unknown", "accept"}}) == 0);
  cluster.failover.promote_after_ns = 3 * kSecond;
  CHECK(failed_reads({}) == 3);
  // From then on the other replica follows the new primary.
  CHECK(reads_of(run_guarded(workload, cluster, {})) == std::vector<std::uint64_t>{0, 2, 5});
  // A stalled replica reaches its primary: that it lags is known.
  cluster = cluster_with(FaultKind::kStallReplication, NodeId{1}, 2200 * kMs, 30 * kSecond);
  CHECK(run_guarded(workload, cluster, {}).nodes[1].reads == 10);
}

}  // namespace switchyard::testing
