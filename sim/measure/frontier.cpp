#include "measure/frontier.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace switchyard {

std::vector<std::size_t> pareto_front(std::span<const CandidateReport> candidates,
                                      double (*x)(const CandidateReport&),
                                      double (*y)(const CandidateReport&)) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (!candidates[i].is_bound && candidates[i].completed > 0) order.push_back(i);
  }
  std::ranges::stable_sort(
      order, {}, [&](std::size_t i) { return std::pair(x(candidates[i]), y(candidates[i])); });
  std::vector<std::size_t> front;
  double least = std::numeric_limits<double>::infinity();
  for (const std::size_t i : order) {
    if (y(candidates[i]) >= least) continue;
    least = y(candidates[i]);
    front.push_back(i);
  }
  return front;
}

}  // namespace switchyard
