// Reads from replicas at random, by weight.
#include "replay/harness.h"
#include "routers/rig.h"

namespace switchyard::testing {
namespace {

// A primary and two replicas under Pgpool, weights 1, 2 and 5.
RouterChain pgpool(const char* preset) {
  ClusterSpec cluster = cluster_of(3, 1);
  cluster.nodes[1].weight = 2;
  cluster.nodes[2].weight = 5;
  return build_chain(candidate_of(preset), cluster, kSeed);
}
NodeId read_of(const RouterChain& chain, std::uint32_t session) {
  Query query;
  query.session = static_cast<SessionId>(session);
  return chain.choose(query, {}, 0).node;
}

// Of so many sessions with so many reads each: the nodes' shares, and how many of the reads after a
// session's first go elsewhere than the one before.
struct Spread {
  std::vector<double> shares = std::vector<double>(3);
  double moves = 0;
};
Spread spread(const RouterChain& chain, std::uint32_t sessions, std::uint32_t reads_each) {
  Spread spread;
  const double all = sessions * reads_each;
  for (std::uint32_t session = 0; session < sessions; ++session) {
    NodeId last = kNoNode;
    for (std::uint32_t i = 0; i < reads_each; ++i) {
      const NodeId node = read_of(chain, session);
      spread.shares[index(node)] += 1 / all;
      spread.moves += i > 0 && node != last ? 1 / (all - sessions) : 0;
      last = node;
    }
  }
  return spread;
}

}  // namespace

TEST_CASE("weighted_random passes PgCat's own test of random balancing") {
  check_random_balancing("weighted_random");
}

TEST_CASE("weighted_random: shares by weight, never weight 0") {
  auto list = shares(*make("weighted_random", weighted({1, 3, 0})));
  CHECK(list['a'] == Approx(0.25).margin(tolerance(0.25)));
  CHECK(list['b'] == Approx(0.75).margin(tolerance(0.75)));
  CHECK(list['c'] == 0);
}

TEST_CASE("weighted_random: ProxySQL's own test, weights 1000 and 3000 within a tenth") {
  const auto router = make("proxysql.weighted", weighted({1000, 3000}));
  Outstanding idle = outstanding_of({0, 0});
  const std::string chosen = reads(*router, 2002, {.outstanding = &idle});
  CHECK(static_cast<double>(std::ranges::count(chosen, 'b')) / 2002 == Approx(0.75).epsilon(0.1));
}

TEST_CASE("weighted_random: full nodes are left out (ProxySQL), and reads rejected when all are") {
  const ParameterTexts limit = {{"max_connections", "5"}, {"fallback", "reject"}};
  Outstanding full = outstanding_of({0, 0, 5});
  auto list = shares(*make("weighted_random", weighted({1, 1, 8}), limit), {.outstanding = &full});
  CHECK(list['a'] == Approx(0.5).margin(tolerance(0.5)));
  CHECK(list['c'] == 0);
  Outstanding all = outstanding_of({5, 5, 5});
  const Decision decision =
      read(*make("weighted_random", weighted({1, 1, 8}), limit), {.outstanding = &all});
  CHECK(decision.kind == Decision::Kind::kReject);
  CHECK(decision.reason == Reason::kNoReplica);
}

TEST_CASE("weighted_random: ProxySQL's latency awareness") {
  const auto nodes_left = [](const std::vector<Nanoseconds>& pings_us) {
    std::vector<Nanoseconds> pings;
    for (const Nanoseconds ping : pings_us) pings.push_back(ping * kMicrosecond);
    const auto router =
        make("weighted_random", weighted(std::vector<double>(pings.size(), 1), pings),
             {{"latency_aware_min", "3"}});
    auto list = shares(*router);
    std::string chosen;
    for (const auto& [node, share] : list) {
      CHECK(share == Approx(1.0 / static_cast<double>(list.size())).margin(tolerance(0.5)));
      chosen += node;
    }
    return chosen;
  };
  CHECK(nodes_left({1000, 2000, 9000}) == "ab");
  // The integer mean is 3000.
  CHECK(nodes_left({3000, 3001, 3001}) == "a");
  CHECK(nodes_left({0, 3001, 9000}) == "abc");
  CHECK(nodes_left({1000, 9000}) == "ab");
  // And its limit, which is strict.
  const auto limited =
      make("weighted_random", weighted({1, 1}, {5 * kMs, 10 * kMs}), {{"max_ping", "10ms"}});
  CHECK(reads(*limited, 50) == std::string(50, 'a'));
}

TEST_CASE("weighted_random: Pgpool's own test, weights 0 and 1") {
  // A function that writes is a write in the recording, whatever the statement is called.
  auto nodes = primary_and(1);
  nodes[0].weight = 0;
  for (const char* name : {"pgpool.statement", "pgpool.session"}) {
    const auto router = make(name, nodes);
    CHECK(reads(*router, 20) == std::string(20, 'b'));
    CHECK(write(*router).node == NodeId{0});
    CHECK(write(*router).reason == Reason::kPrimary);
  }
}

TEST_CASE("weighted_random: under pgpool.session each session keeps its node, drawn by weight") {
  const Spread many = spread(pgpool("pgpool.session"), kDraws, 3);
  CHECK(many.moves == 0);
  CHECK(many.shares[0] == Approx(1 / 8.).margin(tolerance(1 / 8.)));
  CHECK(many.shares[1] == Approx(2 / 8.).margin(tolerance(2 / 8.)));
  CHECK(many.shares[2] == Approx(5 / 8.).margin(tolerance(5 / 8.)));
}

TEST_CASE("weighted_random: under pgpool.session a session whose node is down draws another") {
  const RouterChain chain = pgpool("pgpool.session");
  const NodeId first = read_of(chain, 0);
  const auto nodes = primary_and(2);
  chain.on_topology(states_of(nodes, {index(first)}), 0);
  const NodeId second = read_of(chain, 0);
  CHECK(second != first);
  // And keeps that.
  chain.on_topology(states_of(nodes, {}), 0);
  for (int i = 0; i < 50; ++i) CHECK(read_of(chain, 0) == second);
}

TEST_CASE("weighted_random: under pgpool.statement each read of a session is drawn by weight") {
  const Spread lone = spread(pgpool("pgpool.statement"), 1, kDraws);
  CHECK(lone.shares[0] == Approx(1 / 8.).margin(tolerance(1 / 8.)));
  CHECK(lone.shares[1] == Approx(2 / 8.).margin(tolerance(2 / 8.)));
  CHECK(lone.shares[2] == Approx(5 / 8.).margin(tolerance(5 / 8.)));
  // Two draws agree with (1 + 4 + 25) / 64.
  CHECK(lone.moves == Approx(34 / 64.).margin(2 * tolerance(34 / 64.)));
}

TEST_CASE("weighted_random: weights that add up to more than 32 bits hold are refused") {
  CHECK(
      contains(error_of("weighted_random", weighted({1e9, 1e9, 1e9, 1e9, 1e9})),
               "router 'weighted_random': the databases' weights add up to more than 4294967295"));
}

TEST_CASE("pgpool.statement: without a replica reads go to the main node, whatever its weight") {
  std::vector<NodeInfo> nodes = primary_and(1);
  nodes[0].weight = 0;
  const auto router = make("pgpool.statement", nodes);
  CHECK(reads(*router, 3) == "bbb");
  router->on_topology(states_of(nodes, {1}), 0);
  CHECK(letter(read(*router)) == 'a');
  CHECK(read(*router).reason == Reason::kNoReplica);
}

}  // namespace switchyard::testing
