// Shares of operations that a random router tears apart, against theory: each call is answered by
// itself, so k masters agree on two calls with probability 1/k.
#include <cmath>

#include "catch.h"
#include "replay/operations.h"
#include "replay/origin_memory.h"

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

TEST_CASE("An object is of the node that it was loaded from or saved to last") {
  OriginMemory memory(2);
  CHECK(memory.origin(0, 1) == kNoNode);
  memory.saved(0, 1, node_id(0));
  CHECK(memory.origin(0, 1) == node_id(0));
  memory.loaded(0, 1, node_id(1));
  CHECK(memory.origin(0, 1) == node_id(1));
  // Others that are loaded put it out of memory, but not what was saved since.
  memory.saved(0, 2, node_id(0));
  for (std::uint32_t other = 10; other < 18; ++other) memory.loaded(0, other, node_id(2));
  CHECK(memory.origin(0, 1) == kNoNode);
  CHECK(memory.origin(0, 2) == node_id(0));
  memory.saved(0, 12, node_id(0));
  CHECK(memory.origin(0, 12) == node_id(0));
  CHECK(memory.origin(0, 13) == node_id(2));
  for (std::uint32_t other = 20; other < 28; ++other) memory.loaded(0, other, node_id(2));
  CHECK(memory.origin(0, 12) == kNoNode);
  CHECK(memory.origin(1, 1) == kNoNode);
}

TEST_CASE("Asking once by the statement's own class is what happens without being told") {
  SyntheticWorkload spec;
  spec.requests = 5'000;
  spec.sessions = 20;
  spec.read_share = 0.7;
  spec.read_service = spec.write_service = Law::exponential(1e6);
  spec.arrivals.rate = 2'000;
  spec.keys = KeyLaw{50, 0.9};
  const Trace plain = generate(spec, 1);
  TraceBuilder builder;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    TraceRow row = row_of(plain, i);
    // With the object it concerns, as is supposed of a write where nothing is recorded.
    row.asked = *parse_asking(class_of(row.op) == RequestClass::kRead ? "R" : "W*");
    builder.add(row);
  }
  const Trace told = builder.finish({});
  for (const char* router : {"MasterSlaveAsShipped", "MasterSlave", "d_choices", "prequal"}) {
    INFO(router);
    const auto checksum = [&](const Trace& trace) {
      return run(prepare(trace, std::nullopt, 1), cluster_of(4, 2), candidate_of(router),
                 options_of(LoopMode::kSession))
          .event_checksum;
    };
    CHECK(checksum(told) == checksum(plain));
  }
}

TEST_CASE("A query that has to wait repeats only the call that decides it") {
  // Answers a call of the first instant by waiting, later ones by their number.
  class Waits : public Router {
   public:
    explicit Waits(std::size_t& calls) : calls_(calls) {}
    Decision choose(const Query&, const ClusterView&, Nanoseconds now) override {
      ++calls_;
      return now == 0 ? Decision::wait_until(500) : Decision::to(node_id(calls_ % 4));
    }

   private:
    std::size_t& calls_;
  };
  std::size_t calls = 0;
  std::vector<std::unique_ptr<Router>> routers;
  routers.push_back(std::make_unique<Waits>(calls));
  const RouterChain chain(std::move(routers), NodeId{0});
  // BEGIN by the second call of two, INSERT by the third of three more, COMMIT where BEGIN was.
  ReplayWorkload workload = workload_of({statements_of({"bulk_create"})});
  ClusterSpec cluster = cluster_of(4, 1);
  for (NodeSpec& node : cluster.nodes) node.role = Role::kPrimary;
  // The calls are 1, 2, the second again: 3, and 4, 5, 6.
  CHECK(placements(workload, cluster, chain) ==
        std::vector<NodeId>{node_id(3), node_id(6 % 4), node_id(3)});
  CHECK(calls == 6);
}

TEST_CASE("Of what a recording does not hold, calls are asked as without being told") {
  const auto rows = statements_of({"bulk_create"});
  // Begins behind the BEGIN: INSERT by its own calls, COMMIT as one of nobody's asking.
  const ReplayWorkload workload = workload_of({{rows[1], rows[2]}});
  ClusterSpec cluster = cluster_of(2, 1);
  cluster.nodes[1].name = "master";
  cluster.nodes[1].role = Role::kPrimary;
  const RouterChain chain = build_chain(candidate_of("MultipleMasterSlave"), cluster, 1, {});
  CHECK(placements(workload, cluster, chain) == std::vector<NodeId>{NodeId{1}, NodeId{0}});
}

TEST_CASE("Strategies that keep transactions together keep those of operations") {
  std::vector<std::vector<OrmStatement>> operations;
  for (int i = 0; i < 500; ++i) {
    operations.push_back(statements_of({"bulk_create"}));
    operations.push_back(statements_of({"update_or_create.exists"}));
  }
  Trace trace = workload_of(operations).trace;
  TraceBuilder builder;
  std::uint32_t txn = 0;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    TraceRow row = row_of(trace, i);
    if (row.op == Op::kBegin) ++txn;
    row.txn = txn;
    builder.add(row);
  }
  const ReplayWorkload workload = prepare(builder.finish({}), std::nullopt, 1);
  const auto left = [&](const std::string& router) {
    return run(workload, masters(2), candidate_of(router), {}).consistency.left_transactions;
  };
  CHECK(left("round_robin") == 0);
  // BEGIN and INSERT agree with probability 1/2; BEGIN, SELECT and UPDATE with 1/4.
  const double expected = 500 * 0.5 + 500 * 0.75;
  const double sigma = std::sqrt(500 * 0.5 * 0.5 + 500 * 0.75 * 0.25);
  CHECK(std::abs(static_cast<double>(left("MultipleMasterSlave")) - expected) <= 4 * sigma);
}

}  // namespace switchyard::testing
