// Estimated finish time, as MaxScale routes by it.
#include "routers/moving_average.h"
#include "routers/rig.h"

namespace switchyard::testing {
namespace {

void answer(Router& router, std::size_t node, const std::vector<Nanoseconds>& ms,
            Status status = Status::kOk) {
  for (const Nanoseconds latency : ms) {
    dispatch(router, node);
    respond(router, node, 0, latency * kMs, status);
  }
}
void sync(Router& router) {
  router.on_timer({}, router.next_timer());
}

// Whether the average of node a, of this round trip and told so, is this to the nanosecond: idle
// nodes compare by their averages, and that of node b is its own round trip.
template <class Tell>
bool comes_to(Nanoseconds average, Nanoseconds ping, Tell tell) {
  const auto chosen = [&](Nanoseconds other) {
    const auto router = make("finish_time", weighted({1, 1}, {ping, other}));
    tell(*router);
    return reads(*router, 1);
  };
  return chosen(average - 1) == "b" && chosen(average + 1) == "a";
}
// `count` reads as they are dispatched, none answered.
std::string picks(Router& router, int count) {
  std::string nodes;
  for (int i = 0; i < count; ++i) {
    nodes += reads(router, 1);
    dispatch(router, static_cast<std::size_t>(nodes.back() - 'a'));
  }
  return nodes;
}

}  // namespace

TEST_CASE("the moving average of MaxScale's adaptive routing") {
  struct Add {
    double value;
    std::int64_t samples;
    double average;
  };
  const std::vector<std::vector<Add>> sequences = {
      // M: 454, 412, 374, and half of that, 187, as the average is over six times 2. Which shows
      // with the last: after 170 and 154, below the 220 samples so far.
      {{10, 10, 10},
       {10, 10, 10},
       {20, 10, 12.15},
       {2, 10, 10.559833},
       {10, 180, 10.341498},
       {20, 100, 12.922952}},
      // M: 454, 412, as 600 samples come 660, and half of that as the average is over twice 4.
      {{10, 300, 10}, {20, 200, 12.733333}, {20, 600, 15.567333}, {4, 100, 13.877802}},
      // M: 454, 412, 374, below the 700 samples so far.
      {{10, 400, 10}, {10, 300, 10}, {20, 100, 11.335828}},
  };
  for (const auto& adds : sequences) {
    MovingAverage average(0, {});
    for (const Add& add : adds) {
      average.add(add.value, add.samples);
      CHECK(average.value() == Approx(add.average).epsilon(1e-6));
    }
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

TEST_CASE("finish_time: of nine reads the median counts, and the mean of a sync's medians") {
  CHECK(comes_to(5 * kMs, 7 * kMs, [](Router& router) {
    answer(router, 0, {1, 9, 5, 1, 100, 1, 9, 1, 9});
    sync(router);
  }));
  CHECK(comes_to(6 * kMs, 7 * kMs, [](Router& router) {
    answer(router, 0, std::vector<Nanoseconds>(9, 4));
    answer(router, 0, std::vector<Nanoseconds>(9, 8));
    sync(router);
  }));
}

TEST_CASE(
    "finish_time: a sync without nine reads adds the ping as one sample, and drops the reads") {
  // Five medians, so that one more sample moves the average by 0.04 + 0.35 / 5, and the next by
  // 0.04 + 0.35 / 6.
  const auto five_and_eight = [](Router& router) {
    answer(router, 0, std::vector<Nanoseconds>(45, 10));
    sync(router);
    answer(router, 0, {1, 1, 1, 1, 1, 1, 1, 1});
    sync(router);
  };
  CHECK(comes_to(11'100'000, 20 * kMs, five_and_eight));
  CHECK(comes_to(11'975'167, 20 * kMs, [&](Router& router) {
    five_and_eight(router);
    answer(router, 0, {1});
    sync(router);
  }));
  // Eight alone: the ping is all there is.
  CHECK(comes_to(7 * kMs, 7 * kMs, [](Router& router) {
    answer(router, 0, {1, 1, 1, 1, 1, 1, 1, 1});
    sync(router);
  }));
}

TEST_CASE("finish_time: neither writes nor failures count as samples") {
  CHECK(comes_to(7 * kMs, 7 * kMs, [](Router& router) {
    answer(router, 0, std::vector<Nanoseconds>(9, 1), Status::kError);
    for (int i = 0; i < 9; ++i) {
      dispatch(router, 0);
      Response response;
      response.node = NodeId{0};
      response.kind = RequestClass::kWrite;
      response.latency_ns = kMs;
      router.on_response(response);
    }
    sync(router);
  }));
}

TEST_CASE("finish_time: a new node beside one at 10 ms gets every read until its first sync") {
  // Of a nothing is known but its ping, of b nothing at all.
  const auto router = make("finish_time", weighted({1, 1}, {10 * kMs, 0}));
  sync(*router);
  CHECK(picks(*router, 100) == std::string(100, 'b'));
  // Nine answers alone change nothing.
  for (int i = 0; i < 9; ++i) respond(*router, 1, 0, 30 * kMs);
  CHECK(picks(*router, 100) == std::string(100, 'b'));
  sync(*router);
  // 10 ms a request against 30 ms times 192.
  CHECK(picks(*router, 100) == std::string(100, 'a'));
}

TEST_CASE("finish_time: a new node that starts at 20 ms beside one at 10 ms gets its share") {
  const auto router = make("finish_time", weighted({1, 1}, {10 * kMs, 0}), {{"cold", "20ms"}});
  CHECK(picks(*router, 4) == "abab");
  for (const std::size_t node : {0U, 0U, 1U, 1U}) respond(*router, node, 0, kMs);
  sync(*router);
  // 10, 20 (no more than b's), 30 against 20, 30, 40 (no more), 50 against 40.
  CHECK(picks(*router, 6) == "aabaab");
}

TEST_CASE("finish_time: how far an average moves, and what it remembers, can be set") {
  // After one sample of 10 ms another one of 20 ms.
  const auto comes_to_with = [](Nanoseconds average, const ParameterTexts& given, int first) {
    const auto chosen = [&](Nanoseconds other) {
      ParameterTexts all = given;
      all.emplace_back("median_of", "1");
      const auto router = make("finish_time", weighted({1, 1}, {0, other}), all);
      answer(*router, 0, std::vector<Nanoseconds>(static_cast<std::size_t>(first), 10));
      sync(*router);
      answer(*router, 0, {20});
      sync(*router);
      return reads(*router, 1);
    };
    return chosen(average - 1) == "b" && chosen(average + 1) == "a";
  };
  // One sample beside one: 0.04 + 0.35, or what is said instead.
  CHECK(comes_to_with(13'900'000, {}, 1));
  CHECK(comes_to_with(14'500'000, {{"alpha", "0.1"}}, 1));
  CHECK(comes_to_with(15'400'000, {{"more_alpha", "0.5"}}, 1));
  CHECK(comes_to_with(12'500'000, {{"alpha", "0.25"}, {"more_alpha", "0"}}, 1));
  // One sample beside ten: a tenth of 0.35.
  CHECK(comes_to_with(10'750'000, {}, 10));
  // A memory of 12 is 10 (12 / 1.1) at the first addition and 9 (10 / 1.1) at the second; one of 21
  // that halves each time, 10 and 5.
  CHECK(comes_to_with(10'788'889, {{"memory", "12"}}, 10));
  CHECK(comes_to_with(11'100'000, {{"memory", "21"}, {"drift", "2"}}, 10));
  CHECK(error_of("finish_time", weighted({1}), {{"alpha", "0.7"}}) ==
        "router 'finish_time': alpha and more_alpha must be at most 1 together");
}

TEST_CASE("finish_time: averages change every 250 ms, or as often as is said") {
  CHECK(make("finish_time", weighted({1, 1}))->next_timer() == 250 * kMs);
  const auto router = make("finish_time", weighted({1, 1}), {{"sync", "1s"}});
  CHECK(router->next_timer() == kSecond);
  sync(*router);
  CHECK(router->next_timer() == 2 * kSecond);
}

}  // namespace switchyard::testing
