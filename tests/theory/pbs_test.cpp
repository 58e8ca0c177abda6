// Partial quorums: probabilistically bounded staleness (Bailis et al., VLDB 2012).
//
// A write goes to N replicas and is acknowledged with the first answer (W = 1); a read goes to all
// of them and takes the first answer (R = 1). Each message has a delay of its own: W, A, R, S.
#include "history.h"

namespace switchyard::testing {
namespace {

struct Wars {
  Law write, ack, read, answer;
};

// Waits as long as the request takes to reach the replica whose answer will be the first.
class FirstAnswer : public Router {
 public:
  FirstAnswer(const Wars& wars, std::size_t replicas, std::size_t sessions)
      : wars_(wars), replicas_(replicas), chosen_(sessions, kNoNode) {}
  Decision choose(const Query& query, const ClusterView& /*view*/, Nanoseconds now) override {
    if (query.kind == RequestClass::kWrite) return Decision::to(NodeId{0});
    NodeId& node = chosen_[index(query.session)];
    if (node != kNoNode) return Decision::to(node);
    Nanoseconds first = kNever;
    Nanoseconds arrives = 0;
    for (std::size_t i = 1; i <= replicas_; ++i) {
      const Nanoseconds there = wars_.read.sample_ns(random_);
      const Nanoseconds back = wars_.answer.sample_ns(random_);
      if (there + back >= first) continue;
      first = there + back;
      arrives = there;
      node = node_id(i);
    }
    return arrives > 0 ? Decision::wait_until(now + arrives) : Decision::to(node);
  }

 private:
  const Wars& wars_;
  std::size_t replicas_;
  std::vector<NodeId> chosen_;  // per session
  RandomStream random_{3, RandomPurpose::kRouter};
};

// P(a read `t` after the acknowledgement shows the write).
double consistent(const Wars& wars, std::size_t replicas, double t, std::uint32_t trials) {
  ClusterSpec cluster = lagging_cluster(replicas + 1, wars.write);
  cluster.replication.mode = ReplicationMode::kSemiSync;
  cluster.replication.ack_delay = wars.ack;
  TraceBuilder builder;
  for (std::uint32_t i = 0; i < trials; ++i) {
    builder.add_numbered(i * kSecond, i, Op::kWrite, i, 0);
    builder.add_numbered(i * kSecond + round_ns(t * kUnitNs), i, Op::kRead, i, 0);
  }
  const ReplayWorkload workload = prepare(builder.finish({}), std::nullopt, 1);
  std::vector<std::unique_ptr<Router>> routers;
  routers.push_back(std::make_unique<FirstAnswer>(wars, replicas, trials));
  const RouterChain chain(std::move(routers), NodeId{0});
  const auto c = replay(workload, cluster, chain, options_of(LoopMode::kClosed)).consistency;
  return 1 - share(c.stale_reads, c.reads_checked);
}

// A law that is one of two by chance, as so many samples of it.
Law mixture(double share_of_first, const Law& first, const Law& second) {
  RandomStream random(4, RandomPurpose::kThink);
  std::vector<double> values;
  for (int i = 0; i < 1'000'000; ++i) {
    const bool is_first = random.next_unit() < share_of_first;
    values.push_back((is_first ? first : second).sample(random));
  }
  return Law::empirical(std::move(values));
}

// The paper's fits of LinkedIn's Voldemort, in milliseconds (table 3).
Wars linkedin_disk() {
  const Law ssd =
      mixture(0.9122, Law::pareto(0.235 * kUnitNs, 10), Law::exponential(kUnitNs / 1.66));
  const Law disk =
      mixture(0.38, Law::pareto(1.05 * kUnitNs, 1.51), Law::exponential(kUnitNs / 0.183));
  return {disk, ssd, ssd, ssd};
}

constexpr std::uint32_t kTrials = 300'000;

}  // namespace

TEST_CASE("a read right after a write to a partial quorum shows it as often as published") {
  const Law fast = Law::exponential(kUnitNs);
  check_known("pbs-exp-W0.1-ARS1-R1W1-t0",
              consistent({Law::exponential(kUnitNs / 0.1), fast, fast, fast}, 3, 0, kTrials));
  check_known("pbs-LNKD-DISK-R1W1-t0", consistent(linkedin_disk(), 3, 0, kTrials));
}

TEST_CASE("a partial quorum is consistent to 99.9 % after the time published") {
  const Wars wars = linkedin_disk();
  // Between two times the chance of a miss falls about exponentially.
  double t = 30;
  double missed = 1 - consistent(wars, 3, t, kTrials);
  for (double next = 35; next <= 70; next += 5) {
    const double misses = 1 - consistent(wars, 3, next, kTrials);
    if (misses <= 0.001) {
      t += (next - t) * std::log(missed / 0.001) / std::log(missed / misses);
      break;
    }
    missed = misses;
    t = next;
  }
  check_known("pbs-LNKD-DISK-R1W1-t999", t);
}

TEST_CASE("a read of one replica in three is rarely three writes behind, if each went to one") {
  // Masters that hardly ever hear of each other: a write reaches one of the three, at random.
  const char* id = "pbs-k-N3R1W1-k3";
  const auto& p = known(id).at("parameters");
  ClusterSpec cluster = lagging_cluster(1, Law::constant(1e15));
  cluster.nodes[0].name = "master-0";
  for (int i = 1; i < p.at("N").get<int>(); ++i) {
    cluster.nodes.push_back(cluster.nodes[0]);
    cluster.nodes.back().name = fmt::format("master-{}", i);
  }
  History history;
  constexpr std::uint32_t kReads = 150'000;
  for (std::uint32_t i = 0; i < kReads; ++i) {
    for (int k = 0; k < 12; ++k) history.write(20.0 * i + k, kWriter, i);
    history.read(20.0 * i + 15, kReader, i);
  }
  const ReplayWorkload workload = history.finish();
  RouterChain chain = build_chain(candidate_of("MultipleMasterSlave"), cluster, 1);
  const auto c = replay(workload, cluster, chain, options_of(LoopMode::kOpen)).consistency;
  std::uint64_t behind = 0;
  c.stale_versions.for_each_bucket([&](std::int64_t versions, std::uint64_t n) {
    behind += versions >= p.at("k").get<std::int64_t>() ? n : 0;
  });
  check_known(id, 1 - share(behind, c.reads_checked));
}

TEST_CASE("twice the masters and twice the delay: conflicts grow as the cube, and as computed") {
  const char* id = "gray-cubic-N4";
  const auto& p = known(id).at("parameters");
  const auto pairs_per_time = [&](int masters) {
    ClusterSpec cluster = lagging_cluster(1, Law::constant(0.02 * masters * kUnitNs));
    cluster.nodes[0].name = "master-0";
    for (int i = 1; i < masters; ++i) {
      cluster.nodes.push_back(cluster.nodes[0]);
      cluster.nodes.back().name = fmt::format("master-{}", i);
    }
    PoissonClock clock(10.0 * masters, 1);
    RandomStream random(4, RandomPurpose::kKeys);
    History history;
    for (int i = 0; i < 4'000'000; ++i) {
      history.write(clock.next(), kWriter, random.next_below(1000));
    }
    const ReplayWorkload workload = history.finish();
    const RouterChain chain = build_chain(candidate_of("MultipleMasterSlave"), cluster, 1);
    const RunTally tally = replay(workload, cluster, chain, options_of(LoopMode::kOpen));
    return static_cast<double>(tally.consistency.conflicting_pairs) /
           static_cast<double>(tally.measured_to_ns);
  };
  check_known(id, pairs_per_time(p.at("masters_to")) / pairs_per_time(p.at("masters_from")));
}

}  // namespace switchyard::testing
