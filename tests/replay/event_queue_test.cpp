#include "replay/event_queue.h"

#include <set>

#include "catch.h"
#include "core/random.h"

namespace switchyard {

TEST_CASE("events come in the order of time, then kind, then payload") {
  EventQueue queue(100);
  queue.push({50, EventKind::kSession, 1});
  queue.push({50, EventKind::kSession, 0});
  queue.push({50, EventKind::kResponse, 9});
  queue.push({10, EventKind::kTimer, 0});
  std::vector<std::pair<Nanoseconds, EventKind>> order;
  Event event;
  while (queue.pop_until(kNever - 1, event)) order.emplace_back(event.time_ns, event.kind());
  REQUIRE(order.size() == 4);
  CHECK(order[0] == std::pair{Nanoseconds{10}, EventKind::kTimer});
  CHECK(order[1].second == EventKind::kResponse);
  CHECK(order[3].second == EventKind::kSession);
  CHECK(queue.empty());
}

TEST_CASE("nothing comes before its time") {
  EventQueue queue(1);
  queue.push({1'000'000, EventKind::kTimer, 0});
  Event event;
  CHECK_FALSE(queue.pop_until(999'999, event));
  // An event nearer than one already looked for still comes first.
  queue.push({1'000, EventKind::kTimer, 1});
  CHECK(queue.pop_until(1'000'000, event));
  CHECK(event.time_ns == 1'000);
  CHECK(queue.pop_until(1'000'000, event));
  CHECK(event.time_ns == 1'000'000);
}

TEST_CASE("the wheel agrees with a sorted set over gaps from nanoseconds to days") {
  for (const Nanoseconds gap : {Nanoseconds{1}, Nanoseconds{1'000}, kMillisecond, kSecond}) {
    EventQueue queue(gap);
    std::set<std::pair<Nanoseconds, std::uint64_t>> reference;
    RandomStream random(static_cast<std::uint64_t>(gap), RandomPurpose::kArrivals);
    Nanoseconds now = 0;
    std::uint32_t sequence = 0;
    for (int step = 0; step < 100'000; ++step) {
      if (random.next_below(100) < 52) {
        const Nanoseconds far = Nanoseconds{1} << random.next_below(48);
        const Event event(
            now + static_cast<Nanoseconds>(random.next_unit() * static_cast<double>(far)),
            EventKind::kSession, sequence++);
        queue.push(event);
        reference.emplace(event.time_ns, event.what);
        continue;
      }
      const Nanoseconds limit = now + (Nanoseconds{1} << random.next_below(40));
      Event event;
      const bool expected = !reference.empty() && reference.begin()->first <= limit;
      REQUIRE(queue.pop_until(limit, event) == expected);
      if (!expected) {
        now = limit;
        continue;
      }
      REQUIRE(event.time_ns == reference.begin()->first);
      REQUIRE(event.what == reference.begin()->second);
      reference.erase(reference.begin());
      now = event.time_ns;
    }
    REQUIRE(queue.empty() == reference.empty());
  }
}

}  // namespace switchyard
