// Nodes that break down or slow down, against closed forms.
#include "theory.h"

namespace switchyard::testing {

TEST_CASE("a server that breaks down and resumes its work keeps requests as long as computed") {
  const char* id = "breakdown-lam0.5-mu1-xi0.01-eta0.1";
  const auto& p = known(id).at("parameters");
  SyntheticWorkload workload;
  workload.requests = 6'000'000;
  workload.arrivals.rate = p.at("lam").get<double>() * 1e9 / kUnitNs;
  workload.read_service = workload.write_service = Law::exponential(kUnitNs);
  workload.read_share = 1;
  ClusterSpec cluster = cluster_of(1, 1);
  const Law good = Law::exponential(kUnitNs / p.at("fail_rate").get<double>());
  const Law bad = Law::exponential(kUnitNs / p.at("repair_rate").get<double>());
  RandomStream random(5, RandomPurpose::kThink);
  const auto end = static_cast<Nanoseconds>(static_cast<double>(workload.requests) /
                                            p.at("lam").get<double>() * kUnitNs);
  for (Nanoseconds at = good.sample_ns(random); at < end;) {
    FaultSpec breakdown;
    // So slow that it is as good as stopped, but nothing is lost.
    breakdown.kind = FaultKind::kSlow;
    breakdown.factor = 0x1p30;
    breakdown.nodes = {NodeId{0}};
    breakdown.at_ns = at;
    breakdown.lasts_ns = bad.sample_ns(random);
    cluster.faults.push_back(breakdown);
    at += breakdown.lasts_ns + good.sample_ns(random);
  }
  const RunTally tally = run(synthetic(workload), cluster, candidate_of("random_replica"),
                             options_of(LoopMode::kOpen));
  check_known(id, mean_units(tally.read_ns));
}

TEST_CASE("least outstanding spares a server that becomes slow, as in Buoyant's experiment") {
  const char* id = "buoyant-ll";
  const auto& p = known(id).at("parameters");
  const std::uint32_t servers = p.at("N");
  const double seconds = p.at("duration_s");
  const double rate = p.at("qps");
  TraceBuilder builder;
  RandomStream random(6, RandomPurpose::kReadService);
  const double mean = p.at("latency_mean");
  const double deviation = p.at("latency_sd");
  const auto count = static_cast<std::uint32_t>(seconds * rate);
  for (std::uint32_t i = 0; i < count; ++i) {
    // A sum of twelve uniform numbers is normal enough.
    double normal = -6;
    for (int k = 0; k < 12; ++k) normal += random.next_unit();
    builder.add_numbered(round_ns(i / rate * 1e9), i, Op::kRead, 0,
                         round_ns((mean + deviation * normal) * 1e9));
  }
  ClusterSpec cluster = cluster_of(servers, 1000);
  FaultSpec slow;
  slow.kind = FaultKind::kSlow;
  slow.nodes = {NodeId{0}};
  slow.factor = p.at("slow_latency_s").get<double>() / mean;
  slow.at_ns = p.at("slow_from").get<Nanoseconds>() * kSecond;
  slow.lasts_ns = p.at("slow_to").get<Nanoseconds>() * kSecond - slow.at_ns;
  cluster.faults.push_back(slow);
  const RunTally tally = run(prepare(builder.finish({}), std::nullopt, 1), cluster,
                             candidate_of("least_outstanding", {{"include_primary", "true"}}),
                             options_of(LoopMode::kOpen));
  // The experiment's balancer counts a request until its server is done with it, so no client gives
  // up here; those answered too late are counted instead.
  const Nanoseconds timeout_ns = p.at("timeout_s").get<Nanoseconds>() * kSecond;
  std::uint64_t in_time = 0;
  tally.read_ns.for_each_bucket([&](std::int64_t latency_ns, std::uint64_t n) {
    in_time += latency_ns <= timeout_ns ? n : 0;
  });
  check_known(id, static_cast<double>(in_time) / count);
}

}  // namespace switchyard::testing
