// smooth_wrr against the sequences of nginx and PgDog.
#include "core/error.h"
#include "routers/rig.h"

namespace switchyard::testing {

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
