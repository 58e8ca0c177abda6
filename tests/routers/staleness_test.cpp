// Max staleness as MongoDB's specification works it out, by itself and in the guard lag_bounded;
// times in seconds there, and here.
#include "routers/staleness.h"

#include <set>

#include "routers/guarded.h"

namespace switchyard::testing {
namespace {

constexpr NodeId kP{0};
constexpr NodeId kS{1};
constexpr NodeId kS2{2};

void hear(Staleness& staleness, NodeId node, Nanoseconds update, Nanoseconds write) {
  staleness.hear(node, update * kSecond, write * kSecond);
}

}  // namespace

TEST_CASE("staleness: by how much older the secondary's last write was when each was heard") {
  Staleness staleness(3, 10 * kSecond);
  hear(staleness, kS, 60, 0);
  hear(staleness, kP, 60, 10);
  CHECK(staleness.behind_primary(kS, kP) == 20 * kSecond);
  // Heard ten seconds later it has half of that, but the primary may have written on.
  hear(staleness, kS, 70, 5);
  CHECK(staleness.behind_primary(kS, kP) == 25 * kSecond);
  // It has: as much as it could.
  hear(staleness, kP, 80, 30);
  CHECK(staleness.behind_primary(kS, kP) == 25 * kSecond);
}

TEST_CASE("staleness: an idle primary's last write is no older than a secondary can know") {
  Staleness staleness(3, kSecond / 2);
  hear(staleness, kS, 60, 50);
  hear(staleness, kP, 60, 60);
  CHECK(staleness.behind_primary(kS, kP) == 10 * kSecond + kSecond / 2);
}

TEST_CASE("staleness: without a primary, behind the secondary with the latest write") {
  Staleness staleness(3, 10 * kSecond);
  hear(staleness, kP, 60, 50);
  hear(staleness, kS, 60, 20);
  hear(staleness, kS2, 90, 5);
  staleness.forget(kP);
  CHECK_FALSE(staleness.heard(kP));
  CHECK(staleness.behind_latest(kS) == 10 * kSecond);
  CHECK(staleness.behind_latest(kS2) == 25 * kSecond);
  // It is back, as a secondary.
  hear(staleness, kP, 95, 50);
  CHECK(staleness.behind_latest(kS) == 40 * kSecond);
}

TEST_CASE("MongoDB's staleness without a primary: behind the replica with the latest write") {
  // 15 and 30 s behind the primary with the heartbeat, and 10 and 25 s behind the first.
  Told told;
  told.lag = {0, 5 * kSecond, 20 * kSecond};
  const auto reads_within = [&](const char* limit, bool primary_up) {
    const auto router = guarded("mongodb.max_staleness", {{"limit", limit}});
    router->on_topology(
        std::vector<NodeState>{
            {primary_up, Role::kPrimary}, {true, Role::kReplica}, {true, Role::kReplica}},
        0);
    return six_reads(*router, view_of(told));
  };
  CHECK(reads_within("30s", true) == kInTurn);
  CHECK(reads_within("29s", true) == Nodes(6, 1));
  CHECK(reads_within("14s", true) == kPrimaryAlone);
  CHECK(reads_within("25s", false) == kInTurn);
  CHECK(reads_within("24s", false) == Nodes(6, 1));
  CHECK(reads_within("10s", false) == Nodes(6, 1));
  CHECK(reads_within("9s", false) == kPrimaryAlone);
}

TEST_CASE("MongoDB's fixture: of the nodes that are not too stale, those within the window") {
  // With a heartbeat of 25 s and 150 s allowed, 125 s behind the primary are not too many.
  Told told;
  told.lag = {0, 125 * kSecond, 125 * kSecond + kMs};
  const auto nodes_read = [&](const ParameterTexts& window) {
    const auto router = guarded("mongodb.max_staleness", {{"limit", "150s"}, {"heartbeat", "25s"}},
                                "mongodb.nearest", window);
    const auto beat = [&](NodeId node, Nanoseconds round_trip) {
      ProbeAnswer answer;
      answer.now_ns = round_trip;
      answer.node = node;
      router->on_probe(answer);
    };
    beat(NodeId{0}, 50 * kMs);
    beat(NodeId{1}, 5 * kMs);
    beat(NodeId{2}, 5 * kMs);
    Outstanding idle(3);
    ClusterView view = view_of(told);
    view.outstanding = &idle;
    std::set<std::size_t> nodes;
    for (int i = 0; i < 100; ++i)
      nodes.insert(index(router->choose(read_of(0), view, kSecond).node));
    return nodes;
  };
  // Suitable are the first two, and within 15 ms of the nearest the second alone.
  CHECK(nodes_read({{"local_threshold", "1s"}}) == std::set<std::size_t>{0, 1});
  CHECK(nodes_read({}) == std::set<std::size_t>{1});
}

TEST_CASE("MongoDB's staleness goes by when nodes were last heard") {
  const auto router = guarded("mongodb.max_staleness", {{"limit", "20s"}});
  Told told;
  told.lag = {0, 5 * kSecond, 5 * kSecond};
  router->on_observation(told, 3600 * kSecond);
  CHECK(six_reads(*router, view_of(told)) == kInTurn);
  // Whatever has become of them since.
  told.lag = {0, 5 * kSecond, 11 * kSecond};
  CHECK(six_reads(*router, view_of(told)) == kInTurn);
  router->on_observation(told, 3610 * kSecond);
  CHECK(six_reads(*router, view_of(told)) == Nodes(6, 1));
}

}  // namespace switchyard::testing
