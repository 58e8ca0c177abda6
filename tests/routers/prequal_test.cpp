// prequal against its rule, and the one implementation's vectors.
#include "routers/rig.h"
#include "theory/theory.h"

namespace switchyard::testing {
namespace {

void answer(Router& router, std::size_t node, std::uint32_t in_flight, Nanoseconds latency,
            Nanoseconds now = 0, bool up = true) {
  ProbeAnswer told;
  told.now_ns = now;
  told.node = node_id(node);
  told.up = up;
  told.in_flight = in_flight;
  told.latency_ns = latency;
  router.on_probe(told);
}

// Neither removes answers nor reuses them without end, so that each decision can be foreseen.
ParameterTexts still(const std::string& reuse = "1000") {
  return {{"remove", "0"}, {"max_reuse", reuse}};
}

// Has seen so many requests in flight that more than these are many.
std::unique_ptr<Router> with_threshold(std::uint32_t many, std::size_t replicas,
                                       const ParameterTexts& given) {
  auto router = make("prequal", weighted(std::vector<double>(replicas, 1)), given);
  for (int i = 0; i < 100; ++i) answer(*router, replicas, many, kSecond);
  answer(*router, replicas, 0, 0, 0, false);  // the primary's answers go
  return router;
}
std::unique_ptr<Router> with_threshold_5(std::size_t replicas, const ParameterTexts& given) {
  return with_threshold(5, replicas, given);
}
// The nodes that get reads, of those whose answers are in the pool.
std::set<char> nodes_read(Router& router, Nanoseconds now = 0) {
  const std::string nodes = reads(router, 40, {}, now);
  return {nodes.begin(), nodes.end()};
}

}  // namespace

TEST_CASE("prequal: the fastest of those with few requests, else the one with the fewest") {
  const auto first = with_threshold_5(3, still());
  answer(*first, 0, 10, 1);
  answer(*first, 1, 2, 50);
  answer(*first, 2, 3, 20);
  CHECK(reads(*first, 1) == "c");

  const auto without = with_threshold_5(3, still());
  answer(*without, 0, 10, 1);
  answer(*without, 1, 2, 50);
  CHECK(reads(*without, 1) == "b");

  const auto hot = with_threshold_5(3, still());
  answer(*hot, 0, 10, 1);
  answer(*hot, 1, 8, 90);
  CHECK(reads(*hot, 1) == "b");
}

TEST_CASE("prequal: an answer counts a request more with each use, until it is used up") {
  const auto router = with_threshold_5(2, still());
  answer(*router, 0, 4, 10);
  answer(*router, 1, 4, 20);
  // a is hot after two uses (6 > 5), then so is b, then each in turn has fewer.
  CHECK(reads(*router, 8) == "aabbabab");

  // From 1 to 2: hot where more than 1 are many, and still fewer than 3.
  const auto from_one = with_threshold(1, 3, still());
  answer(*from_one, 2, 3, 1);
  answer(*from_one, 0, 1, 10);
  answer(*from_one, 1, 1, 20);
  CHECK(reads(*from_one, 4) == "abab");

  const auto used_up = with_threshold_5(3, still("2"));
  answer(*used_up, 0, 1, 10);
  answer(*used_up, 1, 1, 20);
  answer(*used_up, 2, 1, 30);
  CHECK(reads(*used_up, 4).starts_with("aabb"));
}

TEST_CASE("prequal: the pool forgets the oldest, what is too old, and what fails") {
  const auto pool_of = [](std::size_t size) {
    ParameterTexts given = still();
    given.emplace_back("pool", std::to_string(size));
    given.emplace_back("delta", "1000");
    return with_threshold_5(4, given);
  };
  // Answers of a, a, b, c into a pool of two: b and c stay. a would be the fastest.
  const auto small = pool_of(2);
  answer(*small, 0, 0, 1);
  answer(*small, 0, 0, 1);
  answer(*small, 1, 0, 20);
  answer(*small, 2, 0, 30);
  CHECK(reads(*small, 1) == "b");
  CHECK(nodes_read(*small) == std::set{'b', 'c'});

  // Told at 0, 500 and 900 ms; at 1200 ms those of the last second count.
  const auto aged = pool_of(16);
  answer(*aged, 0, 0, 1, 0);
  answer(*aged, 1, 0, 20, 500 * kMs);
  answer(*aged, 2, 0, 10, 900 * kMs);
  CHECK(reads(*aged, 1, {}, 1200 * kMs) == "c");
  CHECK(nodes_read(*aged, 1200 * kMs) == std::set{'b', 'c'});

  const auto failing = pool_of(16);
  answer(*failing, 0, 0, 1);
  answer(*failing, 1, 0, 20);
  answer(*failing, 2, 0, 30);
  respond(*failing, 0, 0, 1, Status::kError);
  CHECK(reads(*failing, 1) == "b");
  answer(*failing, 1, 0, 0, 0, false);
  answer(*failing, 3, 0, 40);
  CHECK(reads(*failing, 1) == "c");
}

TEST_CASE("prequal: each read removes one answer, in turn the worst and the oldest") {
  const auto router =
      with_threshold_5(5, {{"remove", "1"}, {"max_reuse", "1000"}, {"probes", "1"}});
  answer(*router, 0, 1, 50);
  answer(*router, 1, 0, 20);
  answer(*router, 2, 9, 10);  // hot, so the worst
  answer(*router, 3, 0, 30);
  answer(*router, 4, 0, 40);
  // Chosen by latency; gone are c, then a as the oldest, then e, then b.
  CHECK(reads(*router, 1) == "b");
  CHECK(reads(*router, 1) == "b");
  CHECK(reads(*router, 1) == "b");
  // d alone is too few: any of them.
  const std::string any = reads(*router, 4000);
  CHECK(std::set<char>(any.begin(), any.end()).size() == 5);
}

TEST_CASE("prequal: with fewer than two answers any replica, and each read probes three") {
  const auto router = make("prequal", weighted({1, 1, 1, 1}));
  for (const auto& [node, share] : shares(*router)) {
    INFO(node);
    CHECK(share == Approx(0.25).margin(tolerance(0.25)));
  }
  router->take_probes();
  reads(*router, 1);
  const auto probes = router->take_probes();
  CHECK(std::set<NodeId>(probes.begin(), probes.end()).size() == 3);
  CHECK(router->take_probes().empty());
  // Never the primary, which takes no reads; nor does a write probe.
  for (int i = 0; i < 100; ++i) {
    reads(*router, 1);
    for (const NodeId node : router->take_probes()) CHECK(index(node) < 4);
  }
  CHECK(write(*router).reason == Reason::kPrimary);
  CHECK(router->take_probes().empty());
}

TEST_CASE("prequal: among no more nodes than the pool holds an answer is used sixteen times") {
  // (1 - 16 / 16) * 3 - 1 is below 0, so that the reuse has no other limit than its cap.
  const auto router = with_threshold(100, 16, {{"one_each", "false"}});
  // Nine that are older, of which every other read removes one, and one that is slower for the
  // reads between.
  for (int i = 0; i < 9; ++i) answer(*router, 2, 0, 500);
  answer(*router, 1, 0, 1);
  std::string chosen;
  for (int i = 0; i < 17; ++i) {
    if (i % 2 == 0) answer(*router, 0, 0, 1000);
    chosen += reads(*router, 1);
  }
  CHECK(chosen.substr(0, 16) == std::string(16, 'b'));
  CHECK(chosen.back() != 'b');
}

TEST_CASE("prequal: how often an answer is used, among a hundred nodes, is 1.316 on average") {
  // (1 + 1) / ((1 - 16 / 100) * 3 - 1): the known result prequal-breuse-rp3-rr1-m16-n100.
  const auto router = make("prequal", weighted(std::vector<double>(100, 1)),
                           {{"remove", "1"}, {"one_each", "false"}});
  int used_twice = 0;
  constexpr int kTimes = 20'000;
  for (int i = 0; i < kTimes; ++i) {
    // Nobody is hot; b is the best by far, and a, the slowest, goes after the first read.
    for (const std::size_t node : {0U, 1U, 2U}) {
      respond(*router, node, 0, 1, Status::kError);
    }
    answer(*router, 0, 9, 1000, i);
    answer(*router, 1, 0, 1, i);
    answer(*router, 2, 9, 500, i);
    CHECK(reads(*router, 1) == "b");
    // b is left if it has a use more.
    answer(*router, 0, 9, 1000, i);
    used_twice += reads(*router, 1) == "b" ? 1 : 0;
  }
  const double uses = known("prequal-breuse-rp3-rr1-m16-n100").at("expected");
  CHECK(1 + static_cast<double>(used_twice) / kTimes == Approx(uses).margin(0.02));
}

}  // namespace switchyard::testing
