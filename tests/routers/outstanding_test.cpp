#include "routers/outstanding.h"

#include <algorithm>

#include "catch.h"
#include "core/random.h"

namespace switchyard {

TEST_CASE("a request counts from dispatch to its response, whose instant is after it") {
  Outstanding outstanding(2);
  outstanding.set_time(0);
  outstanding.add(NodeId{1});
  CHECK(outstanding[NodeId{1}] == 1);
  outstanding.will_end(NodeId{1}, 10);
  outstanding.set_time(9);
  CHECK(outstanding[NodeId{1}] == 1);
  outstanding.set_time(10);
  CHECK(outstanding[NodeId{1}] == 0);
  CHECK(outstanding[NodeId{0}] == 0);
}

TEST_CASE("counts agree with counting every response, looked at rarely or often") {
  Outstanding outstanding(1);
  RandomStream random(7, RandomPurpose::kArrivals);
  std::vector<Nanoseconds> responses;
  Nanoseconds now = 0;
  for (int i = 0; i < 50'000; ++i) {
    now += random.next_below(10);
    outstanding.set_time(now);
    outstanding.add(NodeId{0});
    responses.push_back(now + random.next_below(400));
    outstanding.will_end(NodeId{0}, responses.back());
    if (random.next_below(50) == 0) {
      std::erase_if(responses, [&](Nanoseconds response) { return response <= now; });
      REQUIRE(outstanding[NodeId{0}] == responses.size());
    }
  }
}

}  // namespace switchyard
