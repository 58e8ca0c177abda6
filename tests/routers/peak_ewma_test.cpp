// Peak EWMA, against what Finagle's and tower's own tests and rules give.
#include "routers/rig.h"

namespace switchyard::testing {
namespace {

// Which of two nodes costs less at a time, after node a was told so and node b answered after
// `other`: "a", "b", or "ab" if they cost the same (the first drawn then gets the read). A router
// for each question, as to look at a cost is to change it.
template <class Tell>
std::string cheaper(const ParameterTexts& given, Nanoseconds now, Nanoseconds other, Tell tell) {
  const auto router = make("peak_ewma", weighted({1, 1}), given);
  tell(*router);
  dispatch(*router, 1, now);
  respond(*router, 1, now, other);
  const std::string list = reads(*router, 64, {}, now);
  const std::set<char> nodes(list.begin(), list.end());
  return {nodes.begin(), nodes.end()};
}
// Whether the cost of node a lies between `least` and the next nanosecond. REQUIRES it to be above
// node b's own default_latency.
template <class Tell>
bool costs(const ParameterTexts& given, Nanoseconds now, Nanoseconds least, Tell tell) {
  return cheaper(given, now, least, tell) == "b" && cheaper(given, now, least + 1, tell) == "a";
}
template <class Tell>
bool costs_exactly(const ParameterTexts& given, Nanoseconds now, Nanoseconds cost, Tell tell) {
  return cheaper(given, now, cost, tell) == "ab" && cheaper(given, now, cost - 1, tell) == "b" &&
         cheaper(given, now, cost + 1, tell) == "a";
}
void answer(Router& router, Nanoseconds now, Nanoseconds latency) {
  dispatch(router, 0, now);
  respond(router, 0, now, latency);
}
const ParameterTexts kNoDefault = {{"default_latency", "1ns"}};

// Finagle's own simulation: one read a step, to nodes that take so many steps each. How many each
// got.
std::vector<int> loads(const std::vector<Nanoseconds>& latencies) {
  const auto router = make("peak_ewma", weighted(std::vector<double>(latencies.size(), 1)),
                           {{"tau", "150ns"}, {"cold", "probe"}});
  std::vector<int> loads(latencies.size());
  std::multimap<Nanoseconds, std::size_t> ends;
  for (Nanoseconds step = 0; step < 100'000; ++step) {
    const std::size_t node = index(router->choose({}, {}, step).node);
    ++loads[node];
    dispatch(*router, node, step);
    ends.emplace(step + latencies[node], node);
    for (; ends.begin()->first == step; ends.erase(ends.begin())) {
      const std::size_t ended = ends.begin()->second;
      respond(*router, ended, step, latencies[ended]);
    }
  }
  return loads;
}
// Finagle compares the means of running counts, half of the counts, and has them within 50.
void check_even(const std::vector<int>& loads, std::size_t nodes) {
  for (std::size_t i = 0; i < nodes; ++i) CHECK(std::abs(loads[i] - loads[0]) < 100);
}

}  // namespace

TEST_CASE("peak_ewma: a peak is taken at once and decays by tau") {
  const auto peak = [](Router& router) { answer(router, 0, 100 * kMs); };
  CHECK(costs_exactly(kNoDefault, 0, 100 * kMs, peak));
  CHECK(costs(kNoDefault, 10 * kSecond, 36'787'944, peak));
  CHECK(costs(kNoDefault, kSecond, 91'435'367, [&](Router& router) {
    peak(router);
    answer(router, kSecond, 10 * kMs);
  }));
}

TEST_CASE("peak_ewma: the sequence that is computed for tau 10 s") {
  CHECK(costs(kNoDefault, 9 * kSecond, 159'043'885, [](Router& router) {
    for (const auto& [seconds, latency_ms] : std::vector<std::pair<Nanoseconds, Nanoseconds>>{
             {0, 100}, {1, 50}, {2, 300}, {4, 20}, {9, 20}}) {
      answer(router, seconds * kSecond, latency_ms * kMs);
    }
  }));
}

TEST_CASE("peak_ewma: to look at a cost is to let it decay") {
  const auto cost = [](Nanoseconds least, bool looks) {
    return costs(kNoDefault, 10 * kSecond, least, [&](Router& router) {
      answer(router, 0, 100 * kMs);
      if (looks) reads(router, 1, {}, 5 * kSecond);
      answer(router, 10 * kSecond, 10 * kMs);
    });
  };
  // 100 / e + 10 (1 - 1 / e) and, as the last answer weighs for 5 s only, 100 / e + 10 (1 -
  // e^-0.5).
  CHECK(cost(43'109'149, false));
  CHECK(cost(40'722'637, true));
}

TEST_CASE("peak_ewma: however far apart equal latencies come, the next weighs as much (EmaTest)") {
  const ParameterTexts window = {{"tau", "1s"}, {"default_latency", "1ns"}};
  for (const std::vector<Nanoseconds>& times : std::vector<std::vector<Nanoseconds>>{
           {1, 2, 3}, {1, 3}, {3}, {1, 2999, 3000}, {0, 9000, 10'000}}) {
    const auto equal = [&](Router& router) {
      for (const Nanoseconds time : times) answer(router, time * kMs, 10 * kMs);
    };
    CHECK(costs_exactly(window, times.back() * kMs, 10 * kMs, equal));
    // A window later 5 + 5 / e.
    const Nanoseconds later = times.back() * kMs + kSecond;
    CHECK(costs(window, later, 6'839'397, [&](Router& router) {
      equal(router);
      answer(router, later, 5 * kMs);
    }));
  }
}

TEST_CASE("peak_ewma: an unknown node costs its default latency, which decays (tower)") {
  // With a request under way it costs twice that, which the other node, of the same default, can be
  // set to.
  const ParameterTexts given = {{"default_latency", "10ms"}, {"tau", "1s"}};
  const auto busy = [](Router& router) { dispatch(router, 0, 0); };
  const auto looked_at = [&](Router& router) {
    busy(router);
    reads(router, 1, {}, 100 * kMs);
  };
  CHECK(costs_exactly(given, 0, 20 * kMs, busy));
  // Twice 9.048374 and 8.187308 ms.
  CHECK(costs(given, 100 * kMs, 18'096'748, busy));
  CHECK(costs(given, 200 * kMs, 16'374'615, busy));
  CHECK(costs(given, 200 * kMs, 16'374'615, looked_at));
}

TEST_CASE("peak_ewma: pending requests multiply the cost (tower's compound decay)") {
  const ParameterTexts given = {{"default_latency", "20ms"}, {"tau", "1s"}};
  const auto calls = [](Router& router) {
    dispatch(router, 0, 100 * kMs);
    dispatch(router, 0, 200 * kMs);
  };
  const auto first_completed = [&](Router& router) {
    calls(router);
    respond(router, 0, 300 * kMs, 200 * kMs);
  };
  const auto both_completed = [&](Router& router) {
    first_completed(router);
    respond(router, 0, 400 * kMs, 200 * kMs);
  };
  // 20 ms at the start, as the other node's own.
  CHECK(cheaper(given, 0, 20'000'000, [](Router&) {}) == "ab");
  CHECK(cheaper(given, 0, 20'000'001, [](Router&) {}) == "a");
  // 40 e^-0.1 and 60 e^-0.2.
  CHECK(
      costs(given, 100 * kMs, 36'193'496, [](Router& router) { dispatch(router, 0, 100 * kMs); }));
  CHECK(costs(given, 200 * kMs, 49'123'845, calls));
  CHECK(costs_exactly(given, 300 * kMs, 400 * kMs, first_completed));
  CHECK(costs_exactly(given, 400 * kMs, 200 * kMs, both_completed));
  // 200 / e, which is below 100.
  CHECK(costs(given, 1400 * kMs, 73'575'888, both_completed));
  // 200 e^-11: 3340 ns. The other's own 20 ms are 224 ns by then, which its answer adds to.
  CHECK(cheaper(given, 11'400 * kMs, 3150, both_completed) == "a");
  CHECK(cheaper(given, 11'400 * kMs, 3080, both_completed) == "b");
}

TEST_CASE("peak_ewma: of nodes that cost the same the first drawn gets the read") {
  const auto router = make("peak_ewma", weighted({1, 1}));
  RandomStream random(kSeed, RandomPurpose::kRouter);
  std::string deck = "ab";
  for (int i = 0; i < 50; ++i) {
    std::swap(deck[0], deck[random.next_below(2)]);
    CHECK(reads(*router, 1) == deck.substr(0, 1));
  }
}

TEST_CASE("peak_ewma: nodes alike get as many reads each (Finagle)") {
  check_even(loads(std::vector<Nanoseconds>(100, 5)), 100);
}

TEST_CASE("peak_ewma: a node that never answers gets exactly one read (Finagle)") {
  std::vector<Nanoseconds> latencies(101, 1);
  latencies[100] = 200'000;
  const std::vector<int> list = loads(latencies);
  check_even(list, 100);
  CHECK(list[100] == 1);
}

TEST_CASE("peak_ewma: a node that takes twice as long gets about half the reads (Finagle)") {
  std::vector<Nanoseconds> latencies(101, 5);
  latencies[100] = 10;
  const std::vector<int> list = loads(latencies);
  check_even(list, 100);
  CHECK(list[100] * 2 == Approx((100'000 - list[100]) / 100.).epsilon(0.1));
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

}  // namespace switchyard::testing
