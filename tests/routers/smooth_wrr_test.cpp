// smooth_wrr against the sequences of nginx and PgDog.
#include "core/error.h"
#include "routers/rig.h"

namespace switchyard::testing {
namespace {

// What nginx's rule makes of these current weights from now on, with the nodes in `among` alone.
std::string continued(std::vector<int> current, const std::vector<int>& weights,
                      const std::string& among, int count) {
  std::string chosen;
  for (int i = 0; i < count; ++i) {
    int total = 0;
    char best = among.front();
    for (const char node : among) {
      const auto at = static_cast<std::size_t>(node - 'a');
      current[at] += weights[at];
      total += weights[at];
      if (current[at] > current[static_cast<std::size_t>(best - 'a')]) best = node;
    }
    current[static_cast<std::size_t>(best - 'a')] -= total;
    chosen += best;
  }
  return chosen;
}
// Reads for which a guard leaves only these nodes.
std::string reads_among(Router& router, const std::string& among, int count) {
  std::vector<std::uint8_t> eligible(4);
  for (const char node : among) eligible[static_cast<std::size_t>(node - 'a')] = 1;
  return reads(router, count, {.eligible = eligible.data()});
}

}  // namespace

TEST_CASE("smooth_wrr: nginx's current weights after each pick, by what follows among any nodes") {
  const std::vector<std::vector<int>> after = {{-2, 1, 1},  {-4, 2, 2},  {1, -4, 3}, {-1, -3, 4},
                                               {4, -2, -2}, {2, -1, -1}, {0, 0, 0}};
  for (std::size_t picks = 0; picks < after.size(); ++picks) {
    for (const char* among : {"abc", "ab", "ac", "bc"}) {
      INFO(picks + 1 << " picks, then among " << among);
      const auto router = make("nginx.upstream", weighted({5, 1, 1}));
      reads(*router, static_cast<int>(picks) + 1);
      CHECK(reads_among(*router, among, 40) == continued(after[picks], {5, 1, 1}, among, 40));
    }
  }
}

TEST_CASE("smooth_wrr: nginx's own example, and others by its rule") {
  CHECK(reads(*make("nginx.upstream", weighted({5, 1, 1})), 14) == "aabacaaaabacaa");
  CHECK(reads(*make("smooth_wrr", weighted({4, 2, 1})), 7) == "abacaba");
  const auto router = make("smooth_wrr", weighted({5, 1, 1}));
  CHECK(read(*router).reason == Reason::kPicked);
  CHECK(write(*router).reason == Reason::kPrimary);
}

TEST_CASE("smooth_wrr: with the last winning ties, PgDog's own tests") {
  const auto pgdog = [](const std::vector<double>& weights, int count) {
    return reads(
        *make("pgdog.weighted_round_robin", weighted(weights), {{"include_primary", "false"}}),
        count);
  };
  CHECK(pgdog({5, 1}, 6) == "aabaaa");
  CHECK(pgdog({1, 1}, 4) == "baba");
  CHECK(pgdog({0, 10}, 20) == std::string(20, 'b'));
  CHECK(std::ranges::count(pgdog({3, 1}, 40), 'a') == 30);
}

TEST_CASE("finding 5: who wins ties changes a smooth weighted sequence") {
  const auto nodes = weighted({5, 1});
  CHECK(reads(*make("smooth_wrr", nodes, {{"tie", "first"}}), 6) == "aaabaa");
  CHECK(reads(*make("smooth_wrr", nodes, {{"tie", "last"}}), 6) == "aabaaa");
}

TEST_CASE("smooth_wrr: a failure costs weight, which comes back, and too many a rest") {
  const auto router = make("smooth_wrr", weighted({4, 4}), {{"max_fails", "2"}});
  CHECK(reads(*router, 2) == "ab");
  respond(*router, 0, 0, 0, Status::kError);
  // Effective weights 2 and 4, then 3 and 4, then 4 again: (2,4) b (2,-2); (5,2) a (-2,2); (2,6) b.
  CHECK(reads(*router, 3) == "bab");
  respond(*router, 0, 0, 0, Status::kError);
  CHECK(reads(*router, 5) == "bbbbb");
  // One try after fail_timeout, and no other until that has an outcome.
  const std::string later = reads(*router, 8, {}, 10 * kSecond + 1);
  CHECK(std::ranges::count(later, 'a') == 1);
  respond(*router, 0, 10 * kSecond + 2, 1);
  CHECK(std::ranges::count(reads(*router, 40, {}, 10 * kSecond + 3), 'a') >= 18);
}

TEST_CASE("smooth_wrr: a weight that a failure has halved is whole after two picks, no sooner") {
  const auto after_failure = [] {
    auto router = make("smooth_wrr", weighted({4, 4}), {{"max_fails", "2"}});
    CHECK(reads(*router, 2) == "ab");
    respond(*router, 0, 0, 0, Status::kError);
    return router;
  };
  // Effective weights 2, 3 and then 4: (2,4) b (2,-2); (5,2) a (-2,2); (2,6) b (2,-2); (6,2) a.
  // Without recovery the fourth pick would be b, with all of it at once the first one a, and with
  // one step alone the sixth one b.
  CHECK(reads(*after_failure(), 8) == "babababa");
  // Picks for which it is not eligible restore nothing.
  const auto elsewhere = after_failure();
  CHECK(reads_among(*elsewhere, "b", 5) == "bbbbb");
  CHECK(reads(*elsewhere, 8) == "babababa");
}

TEST_CASE("smooth_wrr: weight 0 is never chosen, not even when the others are left alone") {
  const auto router = make("smooth_wrr", weighted({0, 3}));
  CHECK(reads(*router, 3) == "bbb");
  respond(*router, 1, 0, 0, Status::kError);
  CHECK(reads(*router, 3) == "bbb");
  router->on_topology(states(2, {1}), 0);
  CHECK(read(*router).reason == Reason::kNoReplica);
}

TEST_CASE("smooth_wrr wants whole weights, not all of them 0") {
  CHECK_THROWS_AS(make("smooth_wrr", weighted({1.5, 1})), InputError);
  auto nodes = weighted({0, 0});
  nodes.back().weight = 0;
  CHECK_THROWS_AS(make("smooth_wrr", nodes), InputError);
}

}  // namespace switchyard::testing
