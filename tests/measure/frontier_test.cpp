// Which candidates no other beats in two figures at once.
#include "measure/frontier.h"

#include "catch.h"

namespace switchyard {
namespace {

CandidateReport at(std::int64_t x, std::int64_t y) {
  CandidateReport report;
  report.completed = 1;
  report.wait.mean = x;
  report.latency.p99 = y;
  return report;
}

std::vector<std::size_t> front(const std::vector<CandidateReport>& candidates) {
  return pareto_front(
      candidates, [](const CandidateReport& c) { return static_cast<double>(c.wait.mean); },
      [](const CandidateReport& c) { return static_cast<double>(c.latency.p99); });
}

}  // namespace

TEST_CASE("the front holds whom no other beats in both figures") {
  // (3, 3) is beaten by (2, 3), (5, 1) by nobody.
  CHECK(front({at(5, 1), at(3, 3), at(0, 9), at(2, 3)}) == std::vector<std::size_t>{2, 3, 0});
  CHECK(front({at(1, 1), at(1, 1)}) == std::vector<std::size_t>{0});
  CHECK(front({at(1, 2), at(1, 1)}) == std::vector<std::size_t>{1});
  CHECK(front({}).empty());
}

TEST_CASE("neither a bound nor who answered nothing is on the front") {
  CandidateReport bound = at(0, 0);
  bound.is_bound = true;
  CandidateReport silent = at(0, 0);
  silent.completed = 0;
  CHECK(front({bound, silent, at(4, 4)}) == std::vector<std::size_t>{2});
}

}  // namespace switchyard
