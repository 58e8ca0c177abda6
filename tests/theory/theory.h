// Known results from queueing theory, and the simulator's figures beside them.
//
// With SWITCHYARD_THEORY_TABLE set to a file name, each comparison adds a line to that file.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "catch.h"
#include "replay/harness.h"

namespace switchyard::testing {

// One mean service time in the units of the known results.
inline constexpr double kUnitNs = 1e6;

inline const nlohmann::json& known_points() {
  static const nlohmann::json points = [] {
    std::ifstream in(SWITCHYARD_SOURCE_DIR "/tests/theory/known_results.json");
    return nlohmann::json::parse(in).at("points");
  }();
  return points;
}

inline const nlohmann::json& known(const std::string& id) {
  for (const auto& point : known_points()) {
    if (point.at("id") == id) return point;
  }
  throw std::out_of_range("no known result " + id);
}

// The sample size at which the tolerance holds.
inline std::uint64_t requests_for(const std::string& id) {
  const auto& n = known(id).at("n_min");
  return n.is_null() ? 1'000'000 : n.get<std::uint64_t>();
}

// `value` in the units of the known result.
inline void check_known(const std::string& id, double value) {
  const auto& point = known(id);
  const double expected = point.at("expected");
  const auto& tolerance = point.at("tolerance");
  const double allowed = tolerance.contains("rel")
                             ? tolerance["rel"].get<double>() * std::abs(expected)
                             : tolerance["abs"].get<double>();
  const double difference = (value - expected) / expected;
  if (const char* table = std::getenv("SWITCHYARD_THEORY_TABLE")) {
    std::ofstream(table, std::ios::app)
        << fmt::format("{:<34} {:>14.6g} {:>14.6g} {:>+8.3f}%  (allowed {:.1f}%)\n", id, expected,
                       value, 100 * difference, 100 * allowed / std::abs(expected));
  }
  INFO(id << ": expected " << expected << ", simulated " << value);
  CHECK(std::abs(value - expected) <= allowed);
}

// Poisson reads at `rate` per unit of time over identical single-worker nodes unless told
// otherwise.
struct OpenSystem {
  ArrivalLaw::Kind arrivals = ArrivalLaw::Kind::kPoisson;
  double rate = 1;  // per unit of time, in total
  Law service = Law::exponential(kUnitNs);
  std::uint64_t requests = 0;
  double utilisation = 0;  // for the length of the warm-up
};

inline SyntheticWorkload workload_of(const OpenSystem& system) {
  SyntheticWorkload workload;
  // Enough on top of what counts to make up for the warm-up.
  const double warmup = 20 / std::pow(1 - system.utilisation, 2);
  workload.requests = system.requests + static_cast<std::uint64_t>(1.2 * warmup * system.rate) + 1;
  workload.arrivals.kind = system.arrivals;
  workload.arrivals.rate = system.rate * 1e9 / kUnitNs;
  workload.read_service = system.service;
  workload.write_service = system.service;
  return workload;
}

inline ReplayOptions open_loop(double utilisation) {
  ReplayOptions options = options_of(LoopMode::kOpen);
  options.measured.from_ns = static_cast<Nanoseconds>(20 / std::pow(1 - utilisation, 2) * kUnitNs);
  return options;
}

inline RunTally simulate(const OpenSystem& system, const ClusterSpec& cluster,
                         const Candidate& candidate) {
  return run(synthetic(workload_of(system)), cluster, candidate, open_loop(system.utilisation));
}

inline double mean_units(const Histogram& histogram) {
  return histogram.mean() / kUnitNs;
}
inline double quantile_units(const Histogram& histogram, double q) {
  return static_cast<double>(histogram.quantile(q)) / kUnitNs;
}
inline double share_above_zero(const Histogram& histogram) {
  std::uint64_t zero = 0;
  histogram.for_each_bucket(
      [&](std::int64_t value, std::uint64_t n) { zero += value == 0 ? n : 0; });
  return 1 - static_cast<double>(zero) / static_cast<double>(histogram.count());
}

}  // namespace switchyard::testing
