// What freshness costs: the candidates of which none other is better in two figures at once.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "measure/report.h"

namespace switchyard {

// Places among `candidates`, by rising x. Lower is better in both; of equal ones the first counts.
// Bounds, which can't be deployed, and those that answered nothing are left out.
std::vector<std::size_t> pareto_front(std::span<const CandidateReport> candidates,
                                      double (*x)(const CandidateReport&),
                                      double (*y)(const CandidateReport&));

}  // namespace switchyard
