// Strategies by latency and by hash, against the sequences and shares that the systems' own tests
// and rules give.
#include "core/error.h"
#include "routers/moving_average.h"
#include "routers/rig.h"

namespace switchyard::testing {

TEST_CASE("the moving average of MaxScale's adaptive routing") {
  MovingAverage average(0);
  const std::vector<std::tuple<double, std::int64_t, double>> adds = {
      {10, 10, 10}, {10, 10, 10}, {20, 10, 12.15}, {2, 10, 10.5598}};
  for (const auto& [value, samples, expected] : adds) {
    average.add(value, samples);
    CHECK(average.value() == Approx(expected).epsilon(1e-5));
  }
}

TEST_CASE("finish_time: average times requests, the first in order among equals (MaxScale)") {
  const auto router = make("finish_time", weighted({1, 1, 1}), {{"median_of", "1"}});
  const std::vector<std::pair<Nanoseconds, int>> nodes = {
      {10 * kMs, 3}, {15 * kMs, 1}, {29 * kMs, 0}};
  for (std::size_t i = 0; i < 3; ++i) {
    dispatch(*router, i);
    respond(*router, i, 0, nodes[i].first);
  }
  router->on_timer({}, 250 * kMs);
  // 40, 30 and 29 ms.
  for (std::size_t i = 0; i < 3; ++i) {
    for (int k = 0; k < nodes[i].second; ++k) dispatch(*router, i);
  }
  CHECK(reads(*router, 1) == "c");
  dispatch(*router, 2);
  CHECK(reads(*router, 1) == "b");
}

TEST_CASE(
    "finish_time: nine reads make a median, eight none, and a new node gets all until a sync") {
  const auto router = make("finish_time", weighted({1, 1}, {7 * kMs, 5 * kMs}));
  const auto answer = [&](std::size_t node, const std::vector<Nanoseconds>& ms) {
    for (const Nanoseconds latency : ms) {
      dispatch(*router, node);
      respond(*router, node, 0, latency * kMs);
    }
  };
  // Both averages are 0 at the start: the first in order.
  CHECK(reads(*router, 3) == "aaa");
  answer(0, {1, 1, 1, 1, 5, 9, 9, 9, 100});
  // Eight: dropped at the sync, which takes the ping of 5 ms instead; 5 ms each, so the first.
  answer(1, {1, 1, 1, 1, 1, 1, 1, 1});
  CHECK(reads(*router, 1) == "a");
  router->on_timer({}, 250 * kMs);
  CHECK(reads(*router, 1) == "a");
  dispatch(*router, 0);
  CHECK(reads(*router, 1) == "b");
  CHECK(router->next_timer() == 500 * kMs);
}

TEST_CASE("peak_ewma: a peak is taken at once and decays by tau") {
  // Costs show in choices: against a node of known cost.
  const auto costs_less = [](Nanoseconds other_latency, Nanoseconds now, auto&& tell) {
    const auto router = make("peak_ewma", weighted({1, 1}), {{"default_latency", "1ns"}});
    tell(*router);
    dispatch(*router, 1, now);
    respond(*router, 1, now, other_latency);
    return reads(*router, 1, {}, now) == "a";
  };
  const auto peak_then_fast = [](Router& router) {
    dispatch(router, 0, 0);
    respond(router, 0, 0, 100 * kMs);
    dispatch(router, 0, 0);
    respond(router, 0, kSecond, 10 * kMs);
  };
  // 91.435 ms at 1 s.
  CHECK(costs_less(91'436'000, kSecond, peak_then_fast));
  CHECK_FALSE(costs_less(91'434'000, kSecond, peak_then_fast));
  const auto idle = [](Router& router) {
    dispatch(router, 0, 0);
    respond(router, 0, 0, 100 * kMs);
  };
  // 36.788 ms after 10 s.
  CHECK(costs_less(36'789'000, 10 * kSecond, idle));
  CHECK_FALSE(costs_less(36'787'000, 10 * kSecond, idle));
}

TEST_CASE("peak_ewma: the sequence that is computed for tau 10 s") {
  const auto router = make("peak_ewma", weighted({1, 1}), {{"default_latency", "1ns"}});
  for (const auto& [seconds, latency_ms] : std::vector<std::pair<Nanoseconds, Nanoseconds>>{
           {0, 100}, {1, 50}, {2, 300}, {4, 20}, {9, 20}}) {
    dispatch(*router, 0, seconds * kSecond);
    respond(*router, 0, seconds * kSecond, latency_ms * kMs);
  }
  const auto against = [&](Nanoseconds latency) {
    dispatch(*router, 1, 9 * kSecond);
    respond(*router, 1, 9 * kSecond, latency);
    return reads(*router, 1, {}, 9 * kSecond);
  };
  CHECK(against(159'043'885) == "b");
  CHECK(against(159'043'887) == "a");
}

TEST_CASE("peak_ewma: pending requests multiply the cost (tower's compound decay)") {
  const auto router =
      make("peak_ewma", weighted({1, 1}), {{"default_latency", "20ms"}, {"tau", "1s"}});
  dispatch(*router, 0, 100 * kMs);
  // 20 ms decayed for 0.1 s: 18.1; twice that with one pending.
  const auto against = [&](Nanoseconds latency, Nanoseconds now) {
    dispatch(*router, 1, now);
    respond(*router, 1, now, latency);
    return reads(*router, 1, {}, now);
  };
  CHECK(against(36'190'000, 100 * kMs) == "b");
  CHECK(against(36'200'000, 100 * kMs) == "a");
}

TEST_CASE("peak_ewma: a node that was never heard of gets one request until it answers (Finagle)") {
  const auto router = make("peak_ewma", weighted({1, 1}), {{"cold", "probe"}});
  dispatch(*router, 1);
  respond(*router, 1, 0, 5 * kMs);
  std::string chosen;
  for (int i = 0; i < 100; ++i) {
    const Decision decision = router->choose({}, {}, i * kMs);
    chosen += letter(decision);
    dispatch(*router, index(decision.node), i * kMs);
    if (decision.node == NodeId{1}) respond(*router, 1, i * kMs, 5 * kMs);
  }
  CHECK(std::ranges::count(chosen, 'a') == 1);
}

TEST_CASE("peak_ewma: without a penalty fast errors look fast, with one they don't") {
  const auto chosen = [](const char* penalty) {
    const auto router = make("peak_ewma", weighted({1, 1}),
                             {{"failure_penalty", penalty}, {"default_latency", "1ms"}});
    dispatch(*router, 0);
    respond(*router, 0, 5 * kSecond, 1000, Status::kError);
    dispatch(*router, 1);
    respond(*router, 1, 5 * kSecond, 3 * kMs);
    return reads(*router, 1, {}, 5 * kSecond);
  };
  CHECK(chosen("0s") == "a");
  CHECK(chosen("5s") == "b");
}

TEST_CASE("bounded_hash: a key keeps to its node, and few keys move when one is lost") {
  const auto router = make("bounded_hash", weighted({1, 1, 1, 1}));
  const auto owners = [&] {
    std::string nodes;
    for (std::uint32_t key = 0; key < 1000; ++key) {
      Query query;
      query.key = static_cast<KeyId>(key);
      nodes += letter(router->choose(query, {}, 0));
    }
    return nodes;
  };
  const std::string before = owners();
  CHECK(owners() == before);
  for (const char node : {'a', 'b', 'c', 'd'}) {
    CHECK(std::ranges::count(before, node) > 150);
  }
  router->on_topology(states(4, {2}), 0);
  const std::string after = owners();
  for (std::size_t key = 0; key < before.size(); ++key) {
    const bool moved_from_lost = before[key] == 'c' ? after[key] != 'c' : after[key] == before[key];
    CHECK(moved_from_lost);
  }
}

TEST_CASE("bounded_hash: HAProxy's slots") {
  // With so many requests under way on each node, whether each still takes one.
  const auto open = [](const std::vector<double>& weights, const std::vector<int>& busy,
                       const char* factor) {
    Outstanding outstanding = outstanding_of(busy);
    const auto router = make("bounded_hash", weighted(weights), {{"factor", factor}});
    std::set<char> nodes;
    for (std::uint32_t key = 0; key < 500; ++key) {
      Query query;
      query.key = static_cast<KeyId>(key);
      nodes.insert(letter(router->choose(query, {.outstanding = &outstanding}, 0)));
    }
    return std::string(nodes.begin(), nodes.end());
  };
  // Nine in flight, 150 %: 15 slots, 5 each.
  CHECK(open({1, 1, 1}, {4, 5, 0}, "150") == "ac");
  CHECK(open({1, 1, 1}, {5, 4, 0}, "150") == "bc");
  // Ten: 17 slots, 5, 6 and 6.
  CHECK(open({1, 1, 1}, {5, 5, 0}, "150") == "bc");
  CHECK(open({1, 1, 1}, {4, 6, 0}, "150") == "ac");
  // None: one each.
  CHECK(open({1, 1, 1}, {0, 0, 0}, "150") == "abc");
  // Weights 2 and 1, 125 %, seven: 10 slots, 6 and 4.
  CHECK(open({2, 1}, {5, 2}, "125") == "ab");
  CHECK(open({2, 1}, {6, 1}, "125") == "b");
  CHECK(open({2, 1}, {3, 4}, "125") == "a");
  // No factor: never full.
  CHECK(open({1, 1}, {1000, 0}, "0") == "ab");
  CHECK_THROWS_AS(make("bounded_hash", weighted({1, 1}), {{"factor", "100"}}), InputError);
}

}  // namespace switchyard::testing
