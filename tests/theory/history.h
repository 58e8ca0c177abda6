// Workloads of reads and writes at given times, for what is known of staleness and conflicts.
#pragma once

#include <string>

#include "theory.h"

namespace switchyard::testing {

// A workload in the making, with times in units; rows may come in any order.
class History {
 public:
  void write(double t, std::uint32_t session, std::uint32_t key, Nanoseconds service = 0) {
    builder_.add_numbered(round_ns(t * kUnitNs), session, Op::kWrite, key, service);
    ++writes_;
  }
  void read(double t, std::uint32_t session, std::uint32_t key) {
    builder_.add_numbered(round_ns(t * kUnitNs), session, Op::kRead, key, 0);
  }
  double writes() const { return static_cast<double>(writes_); }
  ReplayWorkload finish() { return prepare(builder_.finish({}), std::nullopt, 1); }

 private:
  TraceBuilder builder_;
  std::uint64_t writes_ = 0;
};

// Exponential gaps; REQUIRES a rate above 0.
class PoissonClock {
 public:
  PoissonClock(double rate, std::uint64_t stream)
      : gap_(Law::exponential(1 / rate)), random_(1, RandomPurpose::kArrivals, stream) {}
  double next() { return now_ += gap_.sample(random_); }

 private:
  Law gap_;
  RandomStream random_;
  double now_ = 0;
};

// One primary, replicas that receive its writes after `delay`, and reads on any node.
inline ClusterSpec lagging_cluster(std::size_t nodes, const Law& delay,
                                   ReplicationOrder order = ReplicationOrder::kAny) {
  ClusterSpec cluster = cluster_of(nodes, 1);
  cluster.replication.delay = delay;
  cluster.replication.order = order;
  return cluster;
}
inline const ParameterTexts kAnyNode = {{"include_primary", "true"}};

inline ConsistencyTally judge(History& history, const ClusterSpec& cluster,
                              const ParameterTexts& parameters = kAnyNode) {
  return run(history.finish(), cluster, candidate_of("random_replica", parameters),
             options_of(LoopMode::kOpen))
      .consistency;
}

inline double share(std::uint64_t part, std::uint64_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

inline Law law_of(const nlohmann::json& p) {
  const std::string name = p.at("delay");
  if (name == "logn") {
    // Mean and coefficient of variation.
    return Law::lognormal(p.at("delay_par")[0].get<double>() * kUnitNs, p.at("delay_par")[1]);
  }
  const double mean = p.contains("delay_par") ? p.at("delay_par") : p.at("mean_delay");
  return name == "det" ? Law::constant(mean * kUnitNs) : Law::exponential(mean * kUnitNs);
}

inline constexpr std::uint32_t kWriter = 0;
inline constexpr std::uint32_t kReader = 1;
// Keys used in turn, so that one trial is over before the next of its key begins.
inline constexpr std::uint32_t kKeys = 1000;

}  // namespace switchyard::testing
