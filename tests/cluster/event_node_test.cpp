#include "cluster/event_node.h"

#include "catch.h"

namespace switchyard {
namespace {

NodeSpec spec_of(Discipline discipline, std::uint32_t workers) {
  NodeSpec spec;
  spec.discipline = discipline;
  spec.workers = workers;
  return spec;
}

}  // namespace

TEST_CASE("a FIFO node serves in the order of arrival, as many at a time as it has workers") {
  const auto node = make_event_node(spec_of(Discipline::kFifo, 1));
  node->arrive(0, 1, 10);
  node->arrive(1, 2, 10);
  node->arrive(2, 3, 10);
  CHECK(node->waiting() == 2);
  CHECK(node->next_completion() == 10);
  CHECK(node->complete(10).job == 1);
  CHECK(node->next_completion() == 20);
  CHECK(node->complete(20).job == 2);
  CHECK(node->complete(30).job == 3);
  CHECK(node->next_completion() == kNever);
}

TEST_CASE("processor sharing: two like jobs take twice as long, a short one overtakes") {
  const auto node = make_event_node(spec_of(Discipline::kProcessorSharing, 1));
  // By hand: job 1 alone 0-10 (10 of 30 served), then both at half speed. Job 2 (5) needs 10 more:
  // ends at 20; job 1 has 15 left of 30 and ends at 35.
  node->arrive(0, 1, 30);
  node->arrive(10, 2, 5);
  CHECK(node->next_completion() == 20);
  CHECK(node->complete(20).job == 2);
  CHECK(node->next_completion() == 35);
  CHECK(node->complete(35).job == 1);
}

TEST_CASE("processor sharing over two workers slows down only beyond two jobs") {
  const auto node = make_event_node(spec_of(Discipline::kProcessorSharing, 2));
  node->arrive(0, 1, 10);
  node->arrive(0, 2, 10);
  CHECK(node->next_completion() == 10);
  CHECK(node->waiting() == 0);
  // Three jobs at rate 2/3 from time 4 on: 6 of work left take 9.
  node->arrive(4, 3, 10);
  CHECK(node->waiting() == 1);
  CHECK(node->next_completion() == 13);
}

}  // namespace switchyard
