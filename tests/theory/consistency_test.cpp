// Staleness, session guarantees, conflicts and commit waits against their closed forms. One unit of
// time is a millisecond; requests take no time of their own unless said otherwise.
#include "history.h"

namespace switchyard::testing {

TEST_CASE("a read some time after a write is stale on each replica that lacks it") {
  for (const char* id : {"stale-t-exp-N3-t5", "stale-t-exp-N5-t20", "stale-t-logn-N4-t30"}) {
    const auto& p = known(id).at("parameters");
    History history;
    for (std::uint32_t i = 0; i < requests_for(id); ++i) {
      const double t = 100.0 * i;
      history.write(t, kWriter, i % kKeys);
      history.read(t + p.at("t").get<double>(), kReader, i % kKeys);
    }
    const auto c = judge(history, lagging_cluster(p.at("nodes_including_primary"), law_of(p)));
    check_known(id, share(c.stale_reads, c.reads_checked));
  }
}

TEST_CASE("a session's next read misses its own write on each replica that lacks it") {
  for (const char* id : {"ryw-exp-N3-d10-z50", "ryw-det-N4-d20-z100", "ryw-exp-N2-d5-z5"}) {
    const auto& p = known(id).at("parameters");
    const Law think = Law::exponential(p.at("mean_think"));
    RandomStream random(2, RandomPurpose::kThink);
    History history;
    for (std::uint32_t i = 0; i < requests_for(id); ++i) {
      const double t = 200.0 * i;
      history.write(t, kReader, i % kKeys);
      history.read(t + think.sample(random), kReader, i % kKeys);
    }
    const auto c = judge(history, lagging_cluster(p.at("nodes_including_primary"), law_of(p)));
    check_known(id, share(c.read_your_writes_violations, c.reads_checked));
  }
}

TEST_CASE("reads of a key that is written at random miss what is on its way") {
  for (const char* id :
       {"ss-lww-exp-lw0.1-d5", "ss-inorder-exp-lw0.1-d5", "ss-inorder-det-lw0.05-d4"}) {
    const auto& p = known(id).at("parameters");
    const bool in_order = p.at("apply_order") == "inorder";
    PoissonClock writes(p.at("key_write_rate"), 1);
    PoissonClock reads(0.1, 2);
    History history;
    constexpr double kEnd = 4e6;
    for (double t = writes.next(); t < kEnd; t = writes.next()) history.write(t, kWriter, 0);
    for (double t = reads.next(); t < kEnd; t = reads.next()) history.read(t, kReader, 0);
    const auto c =
        judge(history,
              lagging_cluster(2, law_of(p),
                              in_order ? ReplicationOrder::kCommit : ReplicationOrder::kAny),
              {});
    check_known(id, share(c.stale_reads, c.reads_checked));
  }
}

namespace {

// How often a commit takes effect elsewhere later than some time after it.
class LagCounter : public ReplayObserver {
 public:
  explicit LagCounter(double limit_ns) : limit_ns_(round_ns(limit_ns)) {}
  void committed(RequestIndex write, NodeId, Nanoseconds commit_ns, Nanoseconds) override {
    commits_.resize(std::max<std::size_t>(commits_.size(), write + 1));
    commits_[write] = commit_ns;
  }
  void acknowledged(RequestIndex, Nanoseconds) override {}
  void applied(RequestIndex write, NodeId, Nanoseconds time) override {
    ++applies_;
    above_ += time - commits_[write] > limit_ns_ ? 1 : 0;
  }
  void read_started(RequestIndex, NodeId, Nanoseconds, Nanoseconds) override {}
  double share() const { return static_cast<double>(above_) / static_cast<double>(applies_); }

 private:
  Nanoseconds limit_ns_;
  std::vector<Nanoseconds> commits_;
  std::uint64_t applies_ = 0;
  std::uint64_t above_ = 0;
};

}  // namespace

TEST_CASE("a replica's apply worker is an M/M/1 queue, and its sojourn time the lag") {
  const auto cluster_with = [](std::size_t nodes) {
    ClusterSpec cluster = lagging_cluster(nodes, {}, ReplicationOrder::kCommit);
    cluster.replication.apply_service = Law::exponential(kUnitNs);
    cluster.replication.apply_competes = false;
    return cluster;
  };
  PoissonClock writes(0.8, 1);
  PoissonClock reads(0.8, 2);
  const Law think = Law::exponential(3);
  const Zipf zipf(1000, 1);
  RandomStream random(3, RandomPurpose::kKeys);
  History next_reads;
  History any_reads;
  for (std::uint32_t i = 0; i < 2'200'000; ++i) {
    const double t = writes.next();
    // Own keys, so that only the session's own write can be missed.
    next_reads.write(t, kReader, i % 100'000);
    if (i % 4 == 0) next_reads.read(t + think.sample(random), kReader, i % 100'000);
    any_reads.write(t, kWriter, zipf.sample(random));
    any_reads.read(reads.next(), kReader, zipf.sample(random));
  }
  LagCounter lags(10 * kUnitNs);
  const ReplayWorkload any = any_reads.finish();
  const auto tally =
      replay(any, cluster_with(2), build_chain(candidate_of("random_replica"), cluster_with(2), 1),
             options_of(LoopMode::kOpen), {nullptr, nullptr, &lags});
  check_known("applier-lag-gt10-lw0.8-mu1", lags.share());
  check_known("applier-lag-mean-lw0.8-mu1", static_cast<double>(tally.nodes[1].apply_lag_ns) /
                                                static_cast<double>(tally.nodes[1].applies) /
                                                kUnitNs);
  check_known("applier-zipfstale-K1000-s1-lw0.8-mu1",
              share(tally.consistency.stale_reads, tally.consistency.reads_checked));
  const auto c = judge(next_reads, cluster_with(3));
  check_known("applier-ryw-N3-lw0.8-mu1-z3", share(c.read_your_writes_violations, c.reads_checked));
}

TEST_CASE("two reads of a session go back when the second meets the staler node") {
  for (const char* id : {"mono1-N3-d10-t5-gap5", "mono1-N5-d10-t10-gap2"}) {
    const auto& p = known(id).at("parameters");
    const double first = p.at("t");
    const double gap = p.at("gap");
    History history;
    for (std::uint32_t i = 0; i < requests_for(id); ++i) {
      const double t = 200.0 * i;
      history.write(t, kWriter, i % kKeys);
      history.read(t + first, kReader, i % kKeys);
      history.read(t + first + gap, kReader, i % kKeys);
    }
    const auto c = judge(
        history, lagging_cluster(p.at("nodes_including_primary"),
                                 Law::exponential(p.at("mean_delay").get<double>() * kUnitNs)));
    check_known(id, share(c.monotonic_read_violations, requests_for(id)));
  }
}

TEST_CASE("pairs of reads among steady writes go back as often as computed") {
  const auto violations = [](const char* id, const ClusterSpec& cluster,
                             const ParameterTexts& parameters) {
    const auto& p = known(id).at("parameters");
    const double gap = p.at("gap");
    PoissonClock writes(p.at("key_write_rate"), 1);
    PoissonClock pairs(0.1, 2);
    History history;
    constexpr double kEnd = 4e6;
    for (double t = writes.next(); t < kEnd; t = writes.next()) history.write(t, kWriter, 0);
    std::uint32_t count = 0;
    for (double t = pairs.next(); t + gap < kEnd; t = pairs.next()) {
      // A session of its own, which has seen nothing else.
      history.read(t, kReader + ++count, 0);
      history.read(t + gap, kReader + count, 0);
    }
    return share(judge(history, cluster, parameters).monotonic_read_violations, count);
  };
  const char* constant = "mono2-N4-lw0.1-D10-gap3";
  check_known(constant,
              violations(constant, lagging_cluster(4, Law::constant(10 * kUnitNs)), kAnyNode));
  const char* random = "mono4-R3-lw0.1-d5-gap2";
  check_known(random, violations(random, lagging_cluster(4, Law::exponential(5 * kUnitNs)), {}));
}

TEST_CASE("writes on several primaries conflict with what has not arrived yet") {
  const auto run_writes = [](const nlohmann::json& p, const Zipf& keys, std::uint64_t count,
                             const Law& delay) {
    ClusterSpec cluster = lagging_cluster(1, delay);
    for (int i = 0; i < p.at("masters").get<int>(); ++i) {
      NodeSpec node = cluster.nodes.front();
      node.name = fmt::format("master-{}", i);
      cluster.nodes.push_back(node);
    }
    PoissonClock clock(p.at("total_write_rate"), 1);
    RandomStream random(4, RandomPurpose::kKeys);
    History history;
    for (std::uint64_t i = 0; i < count; ++i) {
      history.write(clock.next(), kWriter, keys.sample(random));
    }
    const RunTally tally = run(history.finish(), cluster, candidate_of("MultipleMasterSlave"),
                               options_of(LoopMode::kOpen));
    return std::pair{tally.consistency, static_cast<double>(tally.measured_to_ns) / kUnitNs};
  };
  for (const char* id :
       {"ww-prior-det-M3-K1000-s0.9-lam100-d0.05", "ww-prior-exp-M2-K10000-s1.1-lam50-d0.1"}) {
    const auto& p = known(id).at("parameters");
    constexpr std::uint64_t kWrites = 1'000'000;
    const auto result = run_writes(p, Zipf(p.at("K"), p.at("zipf_s")), kWrites, law_of(p));
    check_known(id, share(result.first.write_conflicts, kWrites));
    if (p.at("masters") == 3) {
      // Counting both writes of a pair instead of the later one.
      check_known("ww-any-det-M3-K1000-s0.9-lam100-d0.05",
                  share(result.first.conflicting_writes, kWrites));
    }
  }
  const char* pairs = "wwpairs-M4-K10000-lam100-d0.1";
  const auto& p = known(pairs).at("parameters");
  const auto result = run_writes(p, Zipf(p.at("K"), 0), 5'000'000, law_of(p));
  check_known(pairs, static_cast<double>(result.first.conflicting_pairs) / result.second);
}

TEST_CASE("reads over nodes that lag by different times go back as often as computed") {
  const char* id = "mono3-0_2_5_9-lw0.25-gap1";
  const auto& p = known(id).at("parameters");
  const auto& lags = p.at("node_lags");
  ClusterSpec cluster = lagging_cluster(lags.size(), {});
  for (std::size_t i = 0; i < lags.size(); ++i) {
    FaultSpec lag;
    lag.kind = FaultKind::kDelayReplication;
    lag.nodes = {node_id(i)};
    lag.delay_ns = round_ns(lags[i].get<double>() * kUnitNs);
    cluster.faults.push_back(lag);
  }
  const double gap = p.at("gap");
  PoissonClock writes(p.at("key_write_rate"), 1);
  PoissonClock pairs(0.1, 2);
  History history;
  constexpr double kEnd = 2e6;
  for (double t = writes.next(); t < kEnd; t = writes.next()) history.write(t, kWriter, 0);
  std::uint32_t count = 0;
  for (double t = pairs.next(); t + gap < kEnd; t = pairs.next()) {
    history.read(t, kReader + ++count, 0);
    history.read(t + gap, kReader + count, 0);
  }
  check_known(id, share(judge(history, cluster).monotonic_read_violations, count));
}

TEST_CASE("a commit waits for the k fastest of n receivers") {
  for (const char* id : {"kofn-1of3-mu0.5", "kofn-3of5-mu1"}) {
    const auto& p = known(id).at("parameters");
    ClusterSpec cluster =
        lagging_cluster(p.at("n").get<std::size_t>() + 1,
                        Law::exponential(kUnitNs / p.at("ack_rate").get<double>()));
    cluster.replication.mode = ReplicationMode::kSemiSync;
    cluster.replication.acks = p.at("k");
    History history;
    for (std::uint64_t i = 0; i < requests_for(id); ++i) {
      history.write(static_cast<double>(i), kWriter, 0);
    }
    const RunTally tally =
        run(history.finish(), cluster, candidate_of("primary_only"), options_of(LoopMode::kOpen));
    check_known(id, mean_units(tally.write_ns));
  }
}

TEST_CASE("reading one and writing all limits what more nodes can carry") {
  const char* id = "rowa-speedup-w0.1-N8";
  const auto& p = known(id).at("parameters");
  ClusterSpec cluster = cluster_of(1, 1);
  for (int i = 1; i < p.at("nodes").get<int>(); ++i) {
    NodeSpec node = cluster.nodes.front();
    node.name = fmt::format("master-{}", i);
    cluster.nodes.push_back(node);
  }
  cluster.replication.apply_share = 1;
  SyntheticWorkload workload;
  workload.requests = 400'000;
  workload.read_share = 1 - p.at("write_share").get<double>();
  workload.read_service = workload.write_service = Law::constant(kUnitNs);
  workload.arrivals.rate = 100;
  const RunTally tally = run(synthetic(workload), cluster, candidate_of("MultipleMasterSlave"),
                             options_of(LoopMode::kOpen));
  std::int64_t busy = 0;
  for (const NodeTally& node : tally.nodes) busy += node.busy_ns;
  // One node alone would be busy for each request once.
  check_known(id, static_cast<double>(workload.requests) * kUnitNs *
                      static_cast<double>(cluster.nodes.size()) / static_cast<double>(busy));
}

TEST_CASE("clients that never rest get as much as reading one and writing all can give") {
  for (const char* id :
       {"cap-w0.1-R3-cw0.002-cr0.001-ca0.001-nr", "cap-w0.2-R4-cw0.001-cr0.001-ca0.001-pr",
        "cap-w0.5-R9-cw0.001-cr0.001-ca0.001-pr"}) {
    const auto& p = known(id).at("parameters");
    const auto replicas = p.at("replicas").get<std::size_t>();
    const auto service = [&](const char* name) {
      return Law::constant(p.at(name).get<double>() * 1e9);
    };
    ClusterSpec cluster = cluster_of(replicas + 1, 1);
    cluster.replication.apply_service = service("apply_s");
    // An apply queues with the reads at once, not behind the apply before it.
    cluster.replication.apply_workers = 1000;
    SyntheticWorkload workload;
    workload.requests = 200'000;
    workload.sessions = static_cast<std::uint32_t>(100 * (replicas + 1));
    workload.read_share = 1 - p.at("write_share").get<double>();
    workload.read_service = service("read_s");
    workload.write_service = service("write_s");
    workload.think = Law::constant(1000);
    const bool on_primary = p.at("reads_on_primary");
    const RunTally tally =
        run(synthetic(workload), cluster,
            candidate_of("least_outstanding", {{"include_primary", on_primary ? "true" : "false"}}),
            options_of(LoopMode::kClosed));
    CHECK(tally.completed == workload.requests);
    check_known(id, static_cast<double>(tally.completed) /
                        static_cast<double>(tally.measured_to_ns - tally.measured_from_ns) * 1e9);
  }
}

}  // namespace switchyard::testing
