#include "replay/event_queue.h"

#include <algorithm>
#include <set>
#include <vector>

#include "catch.h"
#include "core/random.h"

namespace switchyard {
namespace {

using Key = std::pair<Nanoseconds, std::uint64_t>;

Key key_of(const Event& event) {
  return {event.time_ns, event.what};
}

// All that is left, in the order in which it comes.
std::vector<Key> drain(EventQueue& queue) {
  std::vector<Key> order;
  Event event;
  while (queue.pop_until(kNever, event)) order.push_back(key_of(event));
  return order;
}

std::vector<Key> sorted(const std::vector<Event>& events) {
  std::vector<Key> keys;
  for (const Event& event : events) keys.push_back(key_of(event));
  std::ranges::sort(keys);
  return keys;
}

Event delivery(Nanoseconds time, std::uint32_t commit, std::uint64_t order = 0) {
  return {time, EventKind::kDeliverToAll, commit, order};
}

}  // namespace

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

TEST_CASE(
    "late events of one time come by their order, then by commit, in whichever order pushed") {
  std::vector<Event> events = {delivery(70, 2, 5), delivery(70, 9, 4), delivery(70, 1, 5),
                               delivery(60, 8, 9)};
  std::ranges::sort(events, {}, key_of);
  do {
    EventQueue late(100);
    EventQueue pushed(100);
    for (const Event& event : events) {
      late.push_late(event);
      pushed.push(event);
    }
    const std::vector<Key> order = drain(late);
    REQUIRE(order == std::vector<Key>{key_of(delivery(60, 8, 9)), key_of(delivery(70, 9, 4)),
                                      key_of(delivery(70, 1, 5)), key_of(delivery(70, 2, 5))});
    REQUIRE(order == drain(pushed));
  } while (std::ranges::next_permutation(events, {}, key_of).found);
}

TEST_CASE("a late event takes its kind's place among those of the wheel at the same time") {
  // With a tick of 1 ns the events wait in the wheel, with one of a second they are due at once.
  for (const Nanoseconds gap : {Nanoseconds{1}, kSecond}) {
    EventQueue queue(gap);
    queue.push({5'000, EventKind::kSession, 1});
    queue.push({5'000, EventKind::kApplierReady, 3});
    queue.push_late(delivery(5'000, 7));
    queue.push({5'000, EventKind::kDeliver, 2});
    queue.push({4'999, EventKind::kSession, 0});
    std::vector<EventKind> kinds;
    Event event;
    CHECK_FALSE(queue.pop_until(4'998, event));
    while (queue.pop_until(5'000, event)) kinds.push_back(event.kind());
    CHECK(kinds == std::vector{EventKind::kSession, EventKind::kApplierReady,
                               EventKind::kDeliverToAll, EventKind::kDeliver, EventKind::kSession});
    CHECK(queue.empty());
  }
}

TEST_CASE("a late event comes before all of the wheel, and alone, and not before its time") {
  EventQueue queue(1);
  Event event;
  CHECK(queue.empty());
  CHECK_FALSE(queue.pop_until(kNever, event));

  queue.push({1'000'000, EventKind::kTimer, 0});
  queue.push_late(delivery(10, 1));
  CHECK_FALSE(queue.pop_until(9, event));
  REQUIRE(queue.pop_until(10, event));
  CHECK(event.kind() == EventKind::kDeliverToAll);
  CHECK_FALSE(queue.pop_until(999'999, event));
  // Nearer than what was looked for already, of either kind.
  queue.push_late(delivery(500, 2));
  queue.push({400, EventKind::kTimer, 1});
  REQUIRE(queue.pop_until(kNever, event));
  CHECK(event.time_ns == 400);
  REQUIRE(queue.pop_until(kNever, event));
  CHECK(event.time_ns == 500);
  REQUIRE(queue.pop_until(kNever, event));
  CHECK(event.time_ns == 1'000'000);
  CHECK(queue.empty());

  queue.push_late(delivery(2'000'000, 3));
  CHECK_FALSE(queue.empty());
  CHECK_FALSE(queue.pop_until(1'999'999, event));
  REQUIRE(queue.pop_until(kNever, event));
  CHECK(event.low() == 3);
  CHECK(queue.empty());
  CHECK_FALSE(queue.pop_until(kNever, event));
}

TEST_CASE("late events pushed in falling order, and while their list wraps around, come sorted") {
  EventQueue queue(100);
  std::vector<Event> left;
  std::uint32_t commit = 0;
  for (Nanoseconds time = 40; time > 0; --time) {
    left.push_back(delivery(1'000 + time, commit++));
    queue.push_late(left.back());
  }
  Event event;
  std::vector<Key> expected = sorted(left);
  // Each one taken makes room at the front for one that comes last but one.
  for (int round = 0; round < 200; ++round) {
    REQUIRE(queue.pop_until(kNever, event));
    REQUIRE(key_of(event) == expected.front());
    expected.erase(expected.begin());
    const Event next = delivery(expected.back().first + (round % 2 == 0 ? 7 : -3), commit++);
    queue.push_late(next);
    expected.insert(std::ranges::upper_bound(expected, key_of(next)), key_of(next));
  }
  CHECK(drain(queue) == expected);
}

TEST_CASE("wheel and late events mixed agree with a sorted multiset") {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    RandomStream random(seed, RandomPurpose::kArrivals, 7);
    EventQueue queue(Nanoseconds{1} << random.next_below(21));
    std::multiset<Key> reference;
    // From many events at one time to hardly any; late ones out of order in a share of the seeds.
    const std::uint32_t reach = 2U << random.next_below(24);
    const std::uint32_t delay = random.next_below(2 * reach);
    const std::uint32_t disorder = random.next_below(3) == 0 ? 1 + random.next_below(reach) : 1;
    const std::uint32_t late_share = random.next_below(101);
    Nanoseconds now = 0;
    INFO("seed " << seed);
    for (int step = 0; step < 3'000; ++step) {
      if (random.next_below(100) < 53) {
        const bool late = random.next_below(100) < late_share;
        const Nanoseconds ahead =
            late ? Nanoseconds{delay} + random.next_below(disorder) : random.next_below(reach);
        // Few payloads, so that the very same event may be pending twice.
        const EventKind kind = late                        ? EventKind::kDeliverToAll
                               : random.next_below(4) == 0 ? EventKind::kDeliverToAll
                               : random.next_below(2) == 0 ? EventKind::kApplierReady
                                                           : EventKind::kSession;
        const Event event(now + ahead, kind, random.next_below(16), random.next_below(3));
        late ? queue.push_late(event) : queue.push(event);
        reference.insert(key_of(event));
        continue;
      }
      const Nanoseconds limit = now + random.next_below(2 * reach);
      Event event;
      const bool expected = !reference.empty() && reference.begin()->first <= limit;
      REQUIRE(queue.pop_until(limit, event) == expected);
      if (!expected) {
        now = limit;
        continue;
      }
      REQUIRE(key_of(event) == *reference.begin());
      reference.erase(reference.begin());
      REQUIRE(queue.empty() == reference.empty());
      now = event.time_ns;
    }
    REQUIRE(drain(queue) == std::vector<Key>(reference.begin(), reference.end()));
    REQUIRE(queue.empty());
  }
}

}  // namespace switchyard
