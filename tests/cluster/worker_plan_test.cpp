#include "cluster/worker_plan.h"

#include <algorithm>

#include "catch.h"
#include "core/random.h"

namespace switchyard {

TEST_CASE(
    "a request starts at once on a free worker and waits for the earliest when none is free") {
  WorkerPlan plan(2);
  // Workers free at 0 and 0; then at 10 and 0; then at 10 and 25.
  CHECK(plan.submit(0, 10).finish_ns == 10);
  CHECK(plan.submit(5, 20).finish_ns == 25);
  const ServiceSlot third = plan.submit(6, 1);
  CHECK(third.start_ns == 10);
  CHECK(third.finish_ns == 11);
  const ServiceSlot fourth = plan.submit(30, 7);
  CHECK(fourth.start_ns == 30);
  CHECK(fourth.finish_ns == 37);
}

TEST_CASE("the plan agrees with trying every worker, for few and for many workers") {
  for (const std::uint32_t workers : {1U, 2U, 3U, 8U, 32U, 33U, 100U}) {
    WorkerPlan plan(workers);
    std::vector<Nanoseconds> free(workers, 0);
    RandomStream random(workers, RandomPurpose::kArrivals);
    Nanoseconds now = 0;
    for (int i = 0; i < 20'000; ++i) {
      now += random.next_below(20);
      const Nanoseconds service = random.next_below(20 * workers);
      const ServiceSlot slot = plan.submit(now, service);
      const auto earliest = std::ranges::min_element(free);
      const Nanoseconds start = std::max(now, *earliest);
      *earliest = start + service;
      REQUIRE(slot.start_ns == start);
      REQUIRE(slot.finish_ns == start + service);
      REQUIRE(plan.earliest() == *std::ranges::min_element(free));
    }
  }
}

}  // namespace switchyard
