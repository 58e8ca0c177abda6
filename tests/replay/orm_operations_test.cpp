// Shares of operations that a random router tears apart, against theory: each call is answered by
// itself, so k masters agree on two calls with probability 1/k.
#include <cmath>

#include "catch.h"
#include "replay/operations.h"

namespace switchyard::testing {
namespace {

constexpr std::size_t kOperations = 20'000;

// RestAuth's example: reads go to all, writes to those that are called master.
ClusterSpec masters(std::size_t k) {
  ClusterSpec cluster = cluster_of(1 + k, 1);
  for (std::size_t i = 1; i <= k; ++i) {
    cluster.nodes[i].name = "master-" + std::to_string(i);
    cluster.nodes[i].role = Role::kPrimary;
  }
  return cluster;
}

// The share of operations for which `torn` says so of the nodes of their statements.
template <class Torn>
double share(const std::vector<Performed>& performed, const std::string& router,
             const ClusterSpec& cluster, Torn&& torn) {
  std::vector<std::vector<OrmStatement>> once;
  std::size_t length = 0;
  for (const Performed& one : performed) {
    once.push_back(statements_of(one));
    length += once.back().size();
  }
  std::vector<std::vector<OrmStatement>> all;
  for (std::size_t i = 0; i < kOperations; ++i) all.insert(all.end(), once.begin(), once.end());
  const ReplayWorkload workload = workload_of(all, "row/1");
  const RouterChain chain = build_chain(candidate_of(router), cluster, 1, {});
  const std::vector<NodeId> nodes = placements(workload, cluster, chain);
  REQUIRE(nodes.size() == length * kOperations);
  std::size_t count = 0;
  for (std::size_t i = 0; i < nodes.size(); i += length) {
    count += torn(std::span(nodes).subspan(i, length)) ? 1 : 0;
  }
  return static_cast<double>(count) / static_cast<double>(kOperations);
}

void check_share(double simulated, double expected) {
  const double sigma = std::sqrt(expected * (1 - expected) / static_cast<double>(kOperations));
  INFO("expected " << expected << ", simulated " << simulated);
  CHECK(std::abs(simulated - expected) <= 4 * sigma);
}

using Nodes = std::span<const NodeId>;

bool touches_several(Nodes nodes) {
  return std::ranges::any_of(nodes, [&](NodeId node) { return node != nodes.front(); });
}

}  // namespace

TEST_CASE("Operations are torn apart by random writers as often as their calls disagree") {
  for (const std::size_t k : {2U, 3U}) {
    const ClusterSpec cluster = masters(k);
    const double one = 1 / static_cast<double>(k);
    const auto share_of = [&](const Performed& performed, auto&& torn) {
      return share({performed}, "MultipleMasterSlave", cluster, torn);
    };
    // BEGIN, SELECT, UPDATE, COMMIT
    const Performed updates = {"update_or_create.exists"};
    check_share(share_of(updates, [](Nodes n) { return n[2] != n[0]; }), 1 - one);
    check_share(share_of(updates, touches_several), 1 - one * one);
    // BEGIN, SELECT, SAVEPOINT, INSERT, RELEASE, COMMIT
    const Performed creates = {"update_or_create.creates"};
    check_share(share_of(creates, [](Nodes n) { return n[3] != n[0]; }), 1 - one);
    check_share(share_of(creates, touches_several), 1 - one * one * one);
    CHECK(share_of(creates, [](Nodes n) { return n[2] != n[4] || n[0] != n[5]; }) == 0);
    // BEGIN, INSERT, COMMIT
    check_share(share_of({"bulk_create"}, [](Nodes n) { return n[1] != n[0]; }), 1 - one);
    CHECK(share_of({"bulk_create"}, [](Nodes n) { return n[2] != n[0]; }) == 0);
    // SELECT, SELECT of what refers to them, BEGIN, 3 DELETE, COMMIT
    const Performed deletes = {"delete", "rrwww"};
    check_share(share_of(deletes, [](Nodes n) { return n[3] != n[0]; }), 1 - one);
    CHECK(share_of(deletes, [](Nodes n) { return touches_several(n.subspan(1)); }) == 0);
    // BEGIN as a read, to any of the k + 1; UPDATE as a write
    check_share(share_of({"bulk_update"}, [](Nodes n) { return n[1] != n[0]; }),
                1 - 1 / (static_cast<double>(k) + 1));
    CHECK(share_of({"save.loaded"}, touches_several) == 0);
  }
}

TEST_CASE("An application's own transaction is never where random writers write") {
  CHECK(share({{"atomic.begin"}, {"create"}, {"atomic.commit"}}, "MultipleMasterSlave", masters(2),
              [](Nodes n) { return n[0] == NodeId{0} && n[1] != n[0] && n[2] == n[0]; }) == 1);
}

TEST_CASE("Only an object's own save follows it to the database it was read from") {
  for (const std::size_t n : {2U, 3U, 4U}) {
    const ClusterSpec cluster = cluster_of(n, 1);
    const auto away = [&](const std::string& write) {
      return share({{"get"}, {write}}, "MasterSlaveAsShipped", cluster,
                   [](Nodes nodes) { return nodes[1] != NodeId{0}; });
    };
    check_share(away("save.loaded"), 1 - 1 / static_cast<double>(n));
    check_share(away("delete_object.fast"), 1 - 1 / static_cast<double>(n));
    CHECK(away("update") == 0);
    CHECK(away("create") == 0);
    CHECK(share({{"get"}, {"get_or_create.creates"}}, "MasterSlaveAsShipped", cluster,
                [](Nodes nodes) { return nodes[1] != NodeId{0} || nodes[3] != NodeId{0}; }) == 0);
  }
}

}  // namespace switchyard::testing
