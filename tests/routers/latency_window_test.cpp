// latency_window against the MongoDB drivers' own fixtures.
#include "routers/rig.h"

namespace switchyard::testing {
namespace {

void beat(Router& router, std::size_t node, Nanoseconds round_trip, bool up = true) {
  ProbeAnswer answer;
  answer.sent_ns = 1000;
  answer.now_ns = 1000 + round_trip;
  answer.node = node_id(node);
  answer.up = up;
  router.on_probe(answer);
}

// The nodes that get reads while none has any outstanding.
std::set<char> window_of(Router& router, std::size_t replicas) {
  Outstanding outstanding = outstanding_of(std::vector<int>(replicas));
  const std::string nodes = reads(router, 1000, {&outstanding});
  return {nodes.begin(), nodes.end()};
}

}  // namespace

TEST_CASE("latency_window: nodes within 15 ms of the nearest, that one included (MongoDB)") {
  const auto router = make("latency_window", weighted({1, 1, 1}));
  CHECK(window_of(*router, 3) == std::set{'a', 'b', 'c'});  // nothing is known yet
  beat(*router, 0, 26 * kMs);
  beat(*router, 1, 5 * kMs);
  beat(*router, 2, 100 * kMs);
  CHECK(window_of(*router, 3) == std::set{'b'});

  const auto edge = make("latency_window", weighted({1, 1, 1}));
  beat(*edge, 0, 5 * kMs);
  beat(*edge, 1, 20 * kMs);
  beat(*edge, 2, 20 * kMs + kMs / 10);
  CHECK(window_of(*edge, 3) == std::set{'a', 'b'});
}

TEST_CASE("latency_window: averages move by a fifth, the first round trip counts whole (MongoDB)") {
  struct Case {
    double old_ms;
    double new_ms;
    double average_ms;
  };
  // The average is where a second node, just within the window or just not, shows it to be.
  for (const Case& c : {Case{0, 5, 1.0}, Case{3.1, 36, 9.68}, Case{9.12, 9.12, 9.12},
                        Case{1, 1000, 200.8}, Case{0, 0.25, 0.05}}) {
    INFO(c.old_ms << " then " << c.new_ms);
    const auto ns = [](double ms) { return static_cast<Nanoseconds>(std::llround(ms * 1e6)); };
    for (const Nanoseconds apart : {-2, 2}) {
      const auto router = make("latency_window", weighted({1, 1}), {{"local_threshold", "300ms"}});
      beat(*router, 0, ns(c.old_ms));
      beat(*router, 0, ns(c.new_ms));
      beat(*router, 1, ns(c.average_ms) + 300 * kMs + apart);
      CHECK(window_of(*router, 2).contains('b') == (apart < 0));
    }
  }
  for (const Nanoseconds first : {10 * kMs, Nanoseconds{0}}) {
    for (const Nanoseconds apart : {-1, 0, 1}) {
      const auto router = make("latency_window", weighted({1, 1}));
      beat(*router, 0, first);
      beat(*router, 1, first + 15 * kMs + apart);
      CHECK(window_of(*router, 2).contains('b') == (apart <= 0));
    }
  }
}

TEST_CASE("latency_window: of two in the window the less busy, as with two choices") {
  const auto router = make("latency_window", weighted({1, 1, 1, 1}));
  for (const std::size_t node : {0U, 1U, 2U}) beat(*router, node, 5 * kMs);
  beat(*router, 3, 50 * kMs);
  Outstanding outstanding = outstanding_of({16, 10, 16, 0});
  const auto got = shares(*router, {&outstanding});
  CHECK(got.at('a') == Approx(1.0 / 6).margin(0.006));
  CHECK(got.at('b') == Approx(2.0 / 3).margin(0.006));
  CHECK(got.at('c') == Approx(1.0 / 6).margin(0.006));
  CHECK_FALSE(got.contains('d'));
}

TEST_CASE("latency_window: every node is probed at each heartbeat, and a refusal is forgotten") {
  const auto router = make("latency_window", weighted({1, 1}), {{"heartbeat", "2s"}});
  CHECK(router->next_timer() == 0);
  CHECK(router->take_probes().empty());
  router->on_timer({}, 0);
  CHECK(router->take_probes().size() == 3);
  CHECK(router->take_probes().empty());
  CHECK(router->next_timer() == 2 * kSecond);
  beat(*router, 0, 5 * kMs);
  beat(*router, 1, 7 * kMs);
  CHECK(window_of(*router, 2) == std::set{'a', 'b'});
  beat(*router, 1, kMs, false);
  CHECK(window_of(*router, 2) == std::set{'a'});
  // The next round trip is a first one again.
  beat(*router, 1, 21 * kMs);
  CHECK(window_of(*router, 2) == std::set{'a'});
  beat(*router, 1, 2 * kMs);  // 0.8 * 21 + 0.2 * 2 = 17.2
  CHECK(window_of(*router, 2) == std::set{'a', 'b'});
}

TEST_CASE("mongodb.nearest reads from the primary too, mongodb.secondary does not") {
  for (const bool nearest : {true, false}) {
    const auto router = make(nearest ? "mongodb.nearest" : "mongodb.secondary", weighted({1, 1}));
    CHECK(window_of(*router, 2).contains('c') == nearest);
    CHECK(write(*router).reason == Reason::kPrimary);
  }
}

}  // namespace switchyard::testing
