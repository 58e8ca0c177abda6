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

namespace {

// Reads at a fixed rate whose service takes what `service_s` says for each of them.
template <class ServiceSeconds>
ReplayWorkload steady_reads(double rate, double seconds, ServiceSeconds service_s) {
  TraceBuilder builder;
  const auto count = static_cast<std::uint32_t>(seconds * rate);
  for (std::uint32_t i = 0; i < count; ++i) {
    builder.add_numbered(round_ns(i / rate * 1e9), i, Op::kRead, 0, round_ns(service_s() * 1e9));
  }
  return prepare(builder.finish({}), std::nullopt, 1);
}

FaultSpec first_node_slow(double factor, double from_s, double to_s) {
  FaultSpec slow;
  slow.kind = FaultKind::kSlow;
  slow.nodes = {NodeId{0}};
  slow.factor = factor;
  slow.at_ns = round_ns(from_s * 1e9);
  slow.lasts_ns = round_ns(to_s * 1e9) - slow.at_ns;
  return slow;
}

// The share of requests answered within the time. The experiment's balancer counts a request until
// its server is done with it, so no client gives up here; those answered too late are counted
// instead.
double share_in_time(const RunTally& tally, Nanoseconds timeout_ns) {
  std::uint64_t in_time = 0;
  tally.read_ns.for_each_bucket([&](std::int64_t latency_ns, std::uint64_t n) {
    in_time += latency_ns <= timeout_ns ? n : 0;
  });
  return static_cast<double>(in_time) / static_cast<double>(tally.read_ns.count());
}

const ParameterTexts kAllNodes = {{"include_primary", "true"}};

}  // namespace

TEST_CASE("least outstanding spares a server that becomes slow, as in Buoyant's experiment") {
  const char* id = "buoyant-ll";
  const auto& p = known(id).at("parameters");
  RandomStream random(6, RandomPurpose::kReadService);
  const double mean = p.at("latency_mean");
  const double deviation = p.at("latency_sd");
  const ReplayWorkload workload = steady_reads(p.at("qps"), p.at("duration_s"), [&] {
    // A sum of twelve uniform numbers is normal enough.
    double normal = -6;
    for (int k = 0; k < 12; ++k) normal += random.next_unit();
    return mean + deviation * normal;
  });
  ClusterSpec cluster = cluster_of(p.at("N"), 1000);
  cluster.faults = {first_node_slow(p.at("slow_latency_s").get<double>() / mean, p.at("slow_from"),
                                    p.at("slow_to"))};
  const RunTally tally = run(workload, cluster, candidate_of("least_outstanding", kAllNodes),
                             options_of(LoopMode::kOpen));
  check_known(id, share_in_time(tally, p.at("timeout_s").get<Nanoseconds>() * kSecond));
}

TEST_CASE("round robin fails each of its turns at a slow server, as in Buoyant's experiment") {
  const char* id = "rr-slow-N11-30of60";
  const auto& p = known(id).at("parameters");
  const double normal_s = p.at("normal_latency_s");
  const double slow_s = p.at("slow_latency_s");
  const double timeout_s = p.at("timeout_s");
  // There the requests sent in the window were slow; here it is the work done in it. What is under
  // way when it begins is late already if it was sent less than `ahead` before, and what is sent
  // less than `behind` before its end is not late: so it is moved by these.
  const double factor = slow_s / normal_s;
  const double ahead = (slow_s - timeout_s) / (factor - 1);
  const double behind = (timeout_s - normal_s) / (1 - 1 / factor);
  const double from_s = 15;
  const double to_s = from_s + p.at("slow_s").get<double>();
  ClusterSpec cluster = cluster_of(p.at("N"), 1000);
  cluster.faults = {first_node_slow(factor, from_s + ahead, to_s + behind)};
  const RunTally tally =
      run(steady_reads(p.at("qps"), p.at("duration_s"), [&] { return normal_s; }), cluster,
          candidate_of("round_robin", kAllNodes), options_of(LoopMode::kOpen));
  check_known(id, share_in_time(tally, round_ns(timeout_s * 1e9)));
}

TEST_CASE("least outstanding gives a slow server the share that keeps the counts equal") {
  const char* id = "ll-slowshare-N11-f0.167-s2";
  const auto& p = known(id).at("parameters");
  const double fast_s = p.at("fast_s");
  ClusterSpec cluster = cluster_of(p.at("N"), 1000);
  cluster.nodes[0].speed = fast_s / p.at("slow_s").get<double>();
  ReplayOptions options = options_of(LoopMode::kOpen);
  options.measured.from_ns = 100 * kSecond;
  const RunTally tally = run(steady_reads(p.at("lam"), 1000, [&] { return fast_s; }), cluster,
                             candidate_of("least_outstanding", kAllNodes), options);
  check_known(
      id, static_cast<double>(tally.nodes[0].reads) / static_cast<double>(tally.read_ns.count()));
}

}  // namespace switchyard::testing
