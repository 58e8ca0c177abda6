// c3 against Elasticsearch's formula, its old bug, and the authors' rate control.
#include "routers/c3_score.h"

#include "core/error.h"
#include "routers/rig.h"
#include "theory/theory.h"

namespace switchyard::testing {
namespace {

struct Told {
  double response_ms;
  double service_ms;
  std::uint32_t waiting = 0;
};
void tell(Router& router, std::size_t node, const Told& told, Nanoseconds now = 0) {
  Response response;
  response.now_ns = now;
  response.node = node_id(node);
  response.latency_ns = static_cast<Nanoseconds>(told.response_ms * 1e6);
  response.service_ns = static_cast<Nanoseconds>(told.service_ms * 1e6);
  response.waiting = told.waiting;
  router.on_response(response);
}

const ParameterTexts kPlain = {{"adjust_losers", "false"}};

}  // namespace

TEST_CASE("c3: the score as Elasticsearch computes it, three nodes known") {
  CHECK(c3_score({10, 2, 0, 0}, 3, 3) == 10);
  CHECK(c3_score({10, 2, 0, 1}, 3, 3) == 136);
  CHECK(c3_score({10, 2, 2, 0}, 3, 3) == 62);
  CHECK(c3_score({30, 20, 0, 0}, 3, 3) == 30);
}

TEST_CASE("c3: the score and the cubic rate that are computed in the known results") {
  check_known("c3-R5-S4-q2-os1-n150", c3_score({5, 4, 2, 1}, 150, 3));
  check_known("c3-R5-S4-q2-os0-n150", c3_score({5, 4, 2, 0}, 150, 3));
  check_known("c3cubic-R10-T50", c3_cubic_rate(10, 50, {}));
  CHECK(c3_cubic_rate(10, 0, {}) == Approx(8.0).epsilon(1e-9));
  CHECK(c3_cubic_rate(10, 79.37005, {}) == Approx(10.0).epsilon(1e-9));
  CHECK(c3_cubic_rate(10, 150, {}) == Approx(11.409).epsilon(1e-4));
}

TEST_CASE("c3: decides by that score, with as many clients as there are nodes known") {
  const auto router = make("c3", weighted({1, 1, 1}), kPlain);
  tell(*router, 0, {10, 2});
  tell(*router, 1, {30, 20});
  tell(*router, 2, {50, 10});
  Outstanding idle = outstanding_of({0, 0, 0});
  CHECK(reads(*router, 5, {&idle}) == "aaaaa");
  // 136 against 30 and 50.
  Outstanding busy = outstanding_of({1, 0, 0});
  CHECK(reads(*router, 5, {&busy}) == "bbbbb");
}

TEST_CASE("c3: with the service time upside down, as shipped until 2021, the slow node wins") {
  ParameterTexts only_replicas = kPlain;
  only_replicas.emplace_back("include_primary", "false");
  CHECK(c3_score({12, 2, 0, 1}, 2, 3) == 64);
  CHECK(c3_score({22, 20, 0, 1}, 2, 3) == 542);
  CHECK(c3_score({12, 2, 0, 1}, 2, 3, true) == Approx(25.0).epsilon(1e-12));
  CHECK(c3_score({22, 20, 0, 1}, 2, 3, true) == Approx(23.3).epsilon(1e-12));
  const auto choice = [&](const std::string& name) {
    const auto router = make(name, weighted({1, 1}), only_replicas);
    tell(*router, 0, {12, 2});
    tell(*router, 1, {22, 20});
    Outstanding outstanding = outstanding_of({1, 1});
    return reads(*router, 3, {&outstanding});
  };
  CHECK(choice("elasticsearch.ars") == "aaa");              // 64 against 542
  CHECK(choice("elasticsearch.ars_before_7_13") == "bbb");  // 25.0 against 23.3
}

TEST_CASE("c3: a loser comes half of the way to the winner, as one sample more") {
  // Equal but for their queues, 10 and 18: a wins, and b's average becomes 18 + 0.3 (14 - 18),
  // which ranks as 16. Then a's own average comes up to just below `queue_of_a`.
  const auto winners = [](std::uint32_t queue_of_a) {
    std::set<char> got;
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
      const auto router =
          make("c3", weighted({1, 1}), {}, RandomStream(seed, RandomPurpose::kRouter));
      tell(*router, 0, {10, 2, 10});
      tell(*router, 1, {10, 2, 18});
      Outstanding outstanding = outstanding_of({0, 0});
      CHECK(reads(*router, 1, {&outstanding}) == "a");
      for (int i = 0; i < 40; ++i) tell(*router, 0, {10, 2, queue_of_a});
      got.insert(reads(*router, 1, {&outstanding}).front());
    }
    return got;
  };
  CHECK(winners(16) == std::set{'a'});
  CHECK(winners(17) == std::set{'a', 'b'});
  CHECK(winners(18) == std::set{'b'});
}

TEST_CASE("c3: a node without statistics gets all reads, none, or one until it answers") {
  const auto got = [](const char* cold, int outstanding_there) {
    const auto router = make("c3", weighted({1, 1}), {{"cold", cold}, {"adjust_losers", "false"}});
    tell(*router, 0, {10, 2});
    Outstanding outstanding = outstanding_of({0, outstanding_there});
    return reads(*router, 3, {&outstanding});
  };
  CHECK(got("first", 0) == "bbb");
  CHECK(got("first", 50) == "bbb");
  CHECK(got("last", 0) == "aaa");
  CHECK(got("probe", 0) == "bbb");
  CHECK(got("probe", 1) == "aaa");
}

TEST_CASE("finding 8: a new node gets every read as C3's authors and Elasticsearch rank it") {
  for (const char* name : {"c3.authors", "elasticsearch.ars"}) {
    INFO(name);
    const auto got = [&](const ParameterTexts& cold) {
      ParameterTexts given = cold;
      given.emplace_back("include_primary", "false");
      const auto router = make(name, weighted({1, 1, 1}), given);
      tell(*router, 0, {10, 2});
      tell(*router, 1, {0.1, 0.1});
      Outstanding outstanding = outstanding_of({0, 0, 0});
      std::string nodes;
      for (int i = 0; i < 100; ++i) {
        nodes += reads(*router, 1, {&outstanding});
        outstanding.add(node_id(static_cast<std::size_t>(nodes.back() - 'a')));
      }
      return std::ranges::count(nodes, 'c');
    };
    CHECK(got({}) == 100);
    CHECK(got({{"cold", "probe"}}) == 1);
  }
}

TEST_CASE("c3: equal scores share the reads") {
  const auto router = make("c3", weighted({1, 1, 1}), kPlain);
  for (const std::size_t node : {0U, 1U, 2U}) tell(*router, node, {10, 2});
  Outstanding outstanding = outstanding_of({0, 0, 0});
  for (const auto& [node, share] : shares(*router, {&outstanding})) {
    INFO(node);
    CHECK(share == Approx(1.0 / 3).margin(tolerance(1.0 / 3)));
  }
}

TEST_CASE("a bucket of tokens: full it stays full, drained it refills by its rate") {
  TokenBucket bucket(5, 20 * kMs, 10);
  CHECK(bucket.tokens(100 * kMs) == 10);
  for (int i = 0; i < 10; ++i) bucket.take();
  CHECK(bucket.tokens(100 * kMs) == 0);
  CHECK(bucket.next_ns(100 * kMs) == 104 * kMs);
  CHECK(bucket.tokens(120 * kMs) == 5);
}

TEST_CASE("c3: the rate rises along the cube, by a step at most, and falls to a fifth") {
  // Answers at a rate that is not known yet change nothing.
  C3Rate unknown(5, {});
  unknown.answered(0, 21 * kMs);
  CHECK(unknown.rate() == 5);
  C3Rate falling(5, {});
  falling.answered(3, 20 * kMs);  // two intervals since the start, not more
  CHECK(falling.rate() == 5);
  falling.answered(3, 20 * kMs + 1);
  CHECK(falling.rate() == 1);
  // 50 ms after it was lowered from 10: up to 9.8987.
  C3Rate rising(10, {});
  rising.answered(1, 21 * kMs);
  CHECK(rising.rate() == 2);
  rising.answered(100, 71 * kMs);
  CHECK(rising.rate() == Approx(9.8987).epsilon(1e-5));
  // The curve would be at 141.85 after 400 ms.
  rising.answered(100, 421 * kMs);
  CHECK(rising.rate() == Approx(19.8987).epsilon(1e-5));
  // It has just risen, and stays for two intervals.
  rising.answered(1, 441 * kMs);
  CHECK(rising.rate() == Approx(19.8987).epsilon(1e-5));
  rising.answered(1, 441 * kMs + 1);
  CHECK(rising.rate() == Approx(19.8987 / 5).epsilon(1e-5));
}

TEST_CASE("c3: of each interval's answers a tenth counts, of empty ones too") {
  C3Received received(10 * kMs);
  for (int i = 0; i < 4; ++i) received.add(i * kMs);
  CHECK(received.rate() == 0);
  received.add(10 * kMs);
  CHECK(received.rate() == Approx(0.4));
  // The one answer of the second interval, and two empty ones.
  received.add(45 * kMs);
  CHECK(received.rate() == Approx((0.1 + 0.9 * 0.4) * 0.9 * 0.9));
}

TEST_CASE("c3: how many clients there are is told, counted or guessed") {
  const std::vector<NodeInfo> nodes = weighted({1, 1, 1});
  // One outstanding on a, none on b: with n clients 10 - 2 + 2 (1 + n)^3 against 60.
  const auto choice = [&](const std::string& clients, std::uint32_t instances) {
    const StrategyInfo& info = find_strategy("c3");
    const auto router = info.make(
        {nodes, NodeId{3}, RandomStream(1, RandomPurpose::kRouter), nullptr, nullptr, instances},
        Parameters("c3", info.parameters, {{"clients", clients}, {"adjust_losers", "false"}}));
    tell(*router, 0, {10, 2});
    tell(*router, 1, {60, 1});
    tell(*router, 2, {90, 1});
    Outstanding outstanding = outstanding_of({1, 0, 0});
    return reads(*router, 1, {&outstanding});
  };
  CHECK(choice("1", 9) == "a");          // 24
  CHECK(choice("2", 1) == "b");          // 62
  CHECK(choice("databases", 1) == "b");  // three are known: 136
  CHECK(choice("routers", 1) == "a");
  CHECK(choice("routers", 2) == "b");
  CHECK_THROWS_AS(choice("0", 1), InputError);
  CHECK_THROWS_AS(choice("some", 1), InputError);
}

TEST_CASE("c3 with rate control: those that wait go one after the other, before who comes later") {
  const auto router = make("c3", weighted({1, 1}),
                           {{"rate_control", "true"}, {"burst", "1"}, {"initial_rate", "1"}});
  Outstanding outstanding = outstanding_of({0, 0});
  const auto ask = [&](Nanoseconds asked, Nanoseconds now) {
    Query query;
    query.asked_ns = asked;
    return router->choose(query, {&outstanding}, now);
  };
  for (int i = 0; i < 2; ++i) CHECK(ask(0, 0).kind == Decision::Kind::kNode);
  // Two nodes with one request in 10 ms each: one every 5 ms.
  CHECK(ask(0, 0).until_ns == 10 * kMs);
  CHECK(ask(0, 0).until_ns == 15 * kMs + 1);
  CHECK(ask(10 * kMs, 10 * kMs).until_ns == 20 * kMs + 2);
  CHECK(ask(0, 10 * kMs).kind == Decision::Kind::kNode);
}

TEST_CASE("c3: a service that takes no time is not beyond compare, upside down neither") {
  const auto router = make("elasticsearch.ars_before_7_13", weighted({1, 1}),
                           {{"include_primary", "false"}, {"adjust_losers", "false"}});
  tell(*router, 0, {1000, 0});
  tell(*router, 1, {1, 0});
  Outstanding outstanding = outstanding_of({0, 0});
  CHECK(reads(*router, 3, {&outstanding}) == "bbb");
}

TEST_CASE("c3 with rate control: what exceeds the rates of all nodes waits") {
  const auto router = make("c3", weighted({1, 1}),
                           {{"rate_control", "true"},
                            {"adjust_losers", "false"},
                            {"burst", "2"},
                            {"initial_rate", "1"}});
  tell(*router, 0, {10, 2});
  tell(*router, 1, {20, 2});
  Outstanding outstanding = outstanding_of({0, 0});
  CHECK(reads(*router, 4, {&outstanding}) == "aabb");
  const Decision decision = router->choose({}, {&outstanding}, 0);
  CHECK(decision.kind == Decision::Kind::kWait);
  CHECK(decision.until_ns == 10 * kMs);
  CHECK(decision.reason == Reason::kLimited);
  CHECK(reads(*router, 1, {&outstanding}, 10 * kMs) == "a");
}

}  // namespace switchyard::testing
