// Strategies over several nodes against theory.
#include <array>
#include <numeric>

#include "measure/statistics.h"
#include "routers/catalogue.h"
#include "routers/pool.h"
#include "theory/theory.h"

namespace switchyard::testing {
namespace {

const ParameterTexts kAllNodes = {{"include_primary", "true"}};

RunTally nodes_of_one_worker(const std::string& router, ParameterTexts parameters,
                             std::size_t nodes, double rate, std::uint64_t requests) {
  OpenSystem system;
  system.rate = rate;
  system.utilisation = rate / static_cast<double>(nodes);
  system.requests = requests;
  parameters.insert(parameters.end(), kAllNodes.begin(), kAllNodes.end());
  return simulate(system, cluster_of(nodes, 1), candidate_of(router, parameters));
}

double mean_sojourn(const std::string& router, const ParameterTexts& parameters,
                    const std::string& id) {
  const auto& p = known(id).at("parameters");
  return mean_units(
      nodes_of_one_worker(router, parameters, p.at("N"), p.at("lam_total"), requests_for(id))
          .read_ns);
}

ParameterTexts choices(int d, bool replacement) {
  return {{"d", std::to_string(d)}, {"replacement", replacement ? "true" : "false"}};
}

// Among many nodes that choose the less busy of several there is no long memory, so that a shorter
// warm-up does than theory.h has by default; this utilisation stands for its length.
double for_short_warmup(double rho) {
  return 1 - std::sqrt(1 - rho);
}

// Looks now and then at the nodes' counts, as a request that arrives finds them.
class Onlooker : public Router {
 public:
  Onlooker(std::unique_ptr<Router> inner, std::size_t nodes, Nanoseconds from)
      : inner_(std::move(inner)), nodes_(nodes), from_(from) {}
  Signals wants() const override { return inner_->wants(); }
  Decision choose(const Query& query, const ClusterView& view, Nanoseconds now) override {
    if (now >= from_ && asked_++ % 100 == 0) look(*view.outstanding);
    return inner_->choose(query, view, now);
  }
  // Of nodes, with at least so many requests.
  static double share_with(std::size_t requests) {
    return static_cast<double>(with_at_least[requests]) / static_cast<double>(with_at_least[0]);
  }
  // Per number of requests, how many nodes were seen with as many or more.
  // (The chain owns the router, so this outlives it.)
  static inline std::array<std::uint64_t, 8> with_at_least = {};

 private:
  void look(Outstanding& outstanding) const {
    for (std::size_t node = 0; node < nodes_; ++node) {
      const std::size_t count = std::min<std::size_t>(outstanding[node_id(node)], 7);
      for (std::size_t i = 0; i <= count; ++i) ++with_at_least[i];
    }
  }

  std::unique_ptr<Router> inner_;
  std::size_t nodes_;
  Nanoseconds from_;
  std::uint64_t asked_ = 0;
};

// Node i with probability weight i: the law of the known result, as a router of one's own.
class Weighted : public Router {
 public:
  explicit Weighted(std::vector<double> cumulative) : cumulative_(std::move(cumulative)) {}
  Decision choose(const Query&, const ClusterView&, Nanoseconds) override {
    const double u = random_.next_unit();
    std::size_t i = 0;
    while (u >= cumulative_[i]) ++i;
    return Decision::to(node_id(i));
  }

 private:
  std::vector<double> cumulative_;
  RandomStream random_{1, RandomPurpose::kRouter};
};

}  // namespace

TEST_CASE("round robin over N nodes is E_N/M/1 at each") {
  const auto two = nodes_of_one_worker("round_robin", {}, 2, 1.6, requests_for("rr-N2-r0.8-p99"));
  check_known("rr-N2-r0.8-W", mean_units(two.read_ns));
  check_known("rr-N2-r0.8-pw", share_above_zero(two.wait_ns));
  check_known("rr-N2-r0.8-p99", quantile_units(two.read_ns, 0.99));
  check_known("rr-N5-r0.9-W", mean_sojourn("round_robin", {}, "rr-N5-r0.9-W"));
}

TEST_CASE("a random split makes independent M/M/1 queues") {
  const auto tally =
      nodes_of_one_worker("random_replica", {}, 4, 3.2, requests_for("split-1_1_1_1-lam3.2"));
  check_known("split-1_1_1_1-lam3.2", mean_units(tally.read_ns));
  // RestAuth's router draws from Python's generator; the law is the same.
  OpenSystem system;
  system.rate = 3.2;
  system.utilisation = 0.8;
  system.requests = requests_for("split-1_1_1_1-lam3.2");
  check_known("split-1_1_1_1-lam3.2",
              mean_units(simulate(system, cluster_of(4, 1), candidate_of("MasterSlave")).read_ns));
}

TEST_CASE("a weighted split over nodes of different speed") {
  OpenSystem system;
  system.rate = 3;
  system.utilisation = 0.75;
  system.requests = requests_for("split-2_1_1-lam3");
  ClusterSpec cluster = cluster_of(3, 1);
  cluster.nodes[0].speed = 2;
  std::vector<std::unique_ptr<Router>> routers;
  routers.push_back(std::make_unique<Weighted>(std::vector<double>{0.5, 0.75, 1.0}));
  const RouterChain chain(std::move(routers), NodeId{0});
  const auto tally = replay(synthetic(workload_of(system)), cluster, chain, open_loop(0.75));
  check_known("split-2_1_1-lam3", mean_units(tally.read_ns));
}

TEST_CASE("least outstanding over 2, 3 and 10 like nodes") {
  check_known("jsq-N2-r0.5-W", mean_sojourn("least_outstanding", {}, "jsq-N2-r0.5-W"));
  check_known("jsq-N2-r0.9-W", mean_sojourn("least_outstanding", {}, "jsq-N2-r0.9-W"));
  check_known("jsq-N3-r0.8-W", mean_sojourn("least_outstanding", {}, "jsq-N3-r0.8-W"));
  check_known("jsq-N10-r0.9-W", mean_sojourn("least_outstanding", {}, "jsq-N10-r0.9-W"));
}

TEST_CASE("least outstanding over two nodes of different speed") {
  OpenSystem system;
  system.rate = 2.4;
  system.utilisation = 0.8;
  system.requests = requests_for("jsqhet-2_1-lam2.4");
  ClusterSpec cluster = cluster_of(2, 1);
  cluster.nodes[0].speed = 2;
  const auto tally = simulate(system, cluster, candidate_of("least_outstanding", kAllNodes));
  check_known("jsqhet-2_1-lam2.4", mean_units(tally.read_ns));
}

TEST_CASE("two choices over four nodes, with and without replacement") {
  check_known("pod-N4-d2-wr-r0.7-W",
              mean_sojourn("d_choices", choices(2, true), "pod-N4-d2-wr-r0.7-W"));
  check_known("pod-N4-d2-wor-r0.7-W",
              mean_sojourn("d_choices", choices(2, false), "pod-N4-d2-wor-r0.7-W"));
}

TEST_CASE("the supermarket model at 100 nodes, choices with replacement") {
  for (const char* id : {"supermarket-n100-d2-wr-r0.5", "supermarket-n100-d2-wr-r0.8",
                         "supermarket-n100-d2-wr-r0.9"}) {
    check_known(id, mean_sojourn("d_choices", choices(2, true), id));
  }
  check_known("supermarket-n100-d3-wr-r0.9",
              mean_sojourn("d_choices", choices(3, true), "supermarket-n100-d3-wr-r0.9"));
}

TEST_CASE("the supermarket model at 100 nodes, distinct choices: Mitzenmacher's own averages") {
  for (const char* id :
       {"supermarket-n100-d2-wor-r0.7-mitz", "supermarket-n100-d2-wor-r0.95-mitz"}) {
    check_known(id, mean_sojourn("d_choices", choices(2, false), id));
  }
  check_known("supermarket-n100-d3-wor-r0.5-mitz",
              mean_sojourn("d_choices", choices(3, false), "supermarket-n100-d3-wor-r0.5-mitz"));
}

TEST_CASE("the supermarket model at 500 nodes and more is close to its limit") {
  for (const int d : {1, 2, 3}) {
    for (const char* rho : {"0.5", "0.7", "0.9", "0.95", "0.99"}) {
      const std::string id = fmt::format("supermarket-limit-d{}-r{}", d, rho);
      // With one choice, 0.99 has to run for very long: below.
      if (d == 1 && rho == std::string("0.99")) continue;
      const auto& p = known(id).at("parameters");
      OpenSystem system;
      system.rate = p.at("lam_total");
      system.utilisation = d == 1 ? p.at("rho").get<double>() : for_short_warmup(p.at("rho"));
      system.requests = requests_for(id);
      const auto tally =
          simulate(system, cluster_of(p.at("N"), 1),
                   candidate_of("d_choices", {{"d", std::to_string(d)}, kAllNodes[0]}));
      check_known(id, mean_units(tally.read_ns));
    }
  }
}

// One choice makes each node a queue of its own, so that few do; each run is as long as memory
// allows.
TEST_CASE("with one choice at a load of 0.99 a request takes a hundred services") {
  const std::string id = "supermarket-limit-d1-r0.99";
  OpenSystem system;
  constexpr std::size_t kNodes = 10;
  system.utilisation = known(id).at("parameters").at("rho");
  system.rate = kNodes * system.utilisation;
  system.requests = 10'000'000;
  double total = 0;
  constexpr int kRuns = 10;
  for (int seed = 1; seed <= kRuns; ++seed) {
    ReplayOptions options = open_loop(system.utilisation);
    options.seed = static_cast<std::uint64_t>(seed);
    const auto tally = run(synthetic(workload_of(system), options.seed), cluster_of(kNodes, 1),
                           candidate_of("d_choices", {{"d", "1"}, kAllNodes[0]}), options);
    total += mean_units(tally.read_ns);
  }
  check_known(id, total / kRuns);
}

TEST_CASE("with two choices few of 2000 nodes have many requests") {
  const std::string prefix = "supermarket-tail-d2-r0.9-i";
  const auto& p = known(prefix + "1").at("parameters");
  OpenSystem system;
  system.rate = p.at("lam_total");
  system.utilisation = for_short_warmup(p.at("rho"));
  system.requests = requests_for(prefix + "1");
  const ReplayOptions options = open_loop(system.utilisation);
  const ClusterSpec cluster = cluster_of(p.at("N"), 1);
  std::vector<NodeInfo> nodes;
  for (const NodeSpec& node : cluster.nodes) nodes.push_back({node.name, node.role, 1});
  const StrategyInfo& info = find_strategy("d_choices");
  std::vector<std::unique_ptr<Router>> routers;
  routers.push_back(std::make_unique<Onlooker>(
      info.make({nodes, NodeId{0}, RandomStream(1, RandomPurpose::kRouter), nullptr},
                parameters_of("d_choices", info, kAllNodes)),
      nodes.size(), options.measured.from_ns));
  const RouterChain chain(std::move(routers), NodeId{0});
  replay(synthetic(workload_of(system)), cluster, chain, options);
  for (std::size_t i = 1; i <= 5; ++i) {
    check_known(prefix + std::to_string(i), Onlooker::share_with(i));
  }
}

TEST_CASE("counts from a board that is posted only now and then cost what Mitzenmacher computed") {
  for (const char* id :
       {"board-T1-d2-r0.9-N500", "board-T5-d2-r0.5-N500", "board-T2-dall-r0.5-N500"}) {
    const auto& p = known(id).at("parameters");
    const bool all = p.at("d") == "all";
    ParameterTexts parameters = all ? ParameterTexts{} : choices(p.at("d"), true);
    parameters.emplace_back("refresh_every",
                            fmt::format("{}ns", round_ns(p.at("T").get<double>() * kUnitNs)));
    check_known(id, mean_sojourn(all ? "least_outstanding" : "d_choices", parameters, id));
  }
}

TEST_CASE("reads beside applies on a replica are an M/G/1 queue, writes alone an M/M/1") {
  const auto check = [](const std::string& prefix) {
    const auto& p = known(prefix + "-read").at("parameters");
    const double second = 1e9;
    const auto replicas = p.at("replicas").get<std::size_t>();
    const double utilisation =
        std::max(p.at("replica_rho").get<double>(), p.at("primary_rho").get<double>());
    const double write_share = p.at("write_share");
    // Sample sizes count requests of the class that is measured; writes are the fewest.
    const auto requests =
        static_cast<std::uint64_t>(static_cast<double>(std::max(requests_for(prefix + "-write"),
                                                                requests_for(prefix + "-lag"))) /
                                   write_share);
    SyntheticWorkload workload;
    workload.requests = requests;
    workload.arrivals.rate = p.at("lam_total");
    workload.read_share = 1 - write_share;
    workload.read_service = Law::exponential(p.at("read_s").get<double>() * second);
    workload.write_service = Law::exponential(p.at("write_s").get<double>() * second);
    ClusterSpec cluster = cluster_of(replicas + 1, 1);
    cluster.replication.apply_service = Law::exponential(p.at("apply_s").get<double>() * second);
    // The theory queues an apply with the reads at once, not behind the apply before it.
    cluster.replication.apply_workers = 1000;
    ReplayOptions options = options_of(LoopMode::kOpen);
    options.measured.from_ns =
        static_cast<Nanoseconds>(20 / std::pow(1 - utilisation, 2) * 0.003 * second);
    const auto tally = run(synthetic(workload), cluster, candidate_of("random_replica"), options);
    check_known(prefix + "-read", tally.read_ns.mean() / second);
    check_known(prefix + "-write", tally.write_ns.mean() / second);
    const NodeTally& replica = tally.nodes.back();
    check_known(prefix + "-lag", static_cast<double>(replica.apply_lag_ns) /
                                     static_cast<double>(replica.applies) / second);
  };
  check("rwmix-lam1000-w0.1-R3");
  check("rwmix-lam600-w0.3-R2");
}

TEST_CASE("round robin counts differ by at most one") {
  SyntheticWorkload workload;
  workload.requests = 100'003;
  workload.arrivals.rate = 1000;
  const auto tally = run(synthetic(workload), cluster_of(7, 8),
                         candidate_of("round_robin", kAllNodes), options_of(LoopMode::kOpen));
  check_known("rr-counts-n100003-N7", static_cast<double>(tally.nodes.front().reads));
  CHECK(tally.nodes.back().reads + 1 >= tally.nodes.front().reads);
}

TEST_CASE("random routing spreads as the multinomial law says") {
  // 4,000 runs of 1,000 requests over 10 nodes, from one long run of RestAuth's router.
  SyntheticWorkload workload;
  workload.requests = 1000;
  workload.arrivals.rate = 1e6;
  const ReplayWorkload thousand = synthetic(workload);
  const ClusterSpec cluster = cluster_of(10, 8);
  int within = 0;
  constexpr int kRuns = 4000;
  for (int seed = 1; seed <= kRuns; ++seed) {
    ReplayOptions options = options_of(LoopMode::kOpen);
    options.seed = static_cast<std::uint64_t>(seed);
    const auto tally = run(thousand, cluster, candidate_of("MasterSlave"), options);
    std::uint64_t most = 0;
    for (const NodeTally& node : tally.nodes) most = std::max(most, node.reads);
    within += most <= 120 ? 1 : 0;
  }
  check_known("maxload-n1000-N10-m120", static_cast<double>(within) / kRuns);
}

TEST_CASE("random routing over five nodes passes the chi-square test at one in a million") {
  SyntheticWorkload workload;
  workload.requests = 1'000'000;
  workload.arrivals.rate = 1000;
  for (const char* router : {"MasterSlave", "MultipleMasterSlave", "random_replica"}) {
    ClusterSpec cluster = cluster_of(5, 8);
    cluster.nodes[1].name = "master-1";
    const auto tally = run(synthetic(workload), cluster,
                           candidate_of(router, router[0] == 'M' ? ParameterTexts{} : kAllNodes),
                           options_of(LoopMode::kOpen));
    std::vector<std::uint64_t> counts;
    for (const NodeTally& node : tally.nodes) counts.push_back(node.reads);
    INFO(router);
    CHECK(chi_square_equal_shares(counts).statistic <
          known("chi2-N5-a1e-06").at("expected").get<double>());
  }
}

}  // namespace switchyard::testing
