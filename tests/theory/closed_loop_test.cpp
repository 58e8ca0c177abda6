// Clients that think, ask and wait, against the theory of closed networks.
#include "theory/theory.h"

namespace switchyard::testing {
namespace {

constexpr double kSecond = 1e9;

// Exact mean value analysis of a closed network of single-worker stations: throughput and response
// time with `clients`. Source: Reiser and Lavenberg, JACM 27 (1980).
struct Mva {
  double throughput = 0;
  double response = 0;
};
Mva mean_value_analysis(const std::vector<double>& demands, int clients, double think) {
  std::vector<double> queue(demands.size(), 0.0);
  Mva result;
  for (int n = 1; n <= clients; ++n) {
    result.response = 0;
    for (std::size_t i = 0; i < demands.size(); ++i) {
      result.response += demands[i] * (1 + queue[i]);
    }
    result.throughput = n / (think + result.response);
    for (std::size_t i = 0; i < demands.size(); ++i) {
      queue[i] = result.throughput * demands[i] * (1 + queue[i]);
    }
  }
  return result;
}

struct Figures {
  double throughput = 0;
  double response = 0;
};

// Throughput while every client is at work: at the end some have run out of requests.
Figures simulate_clients(const SyntheticWorkload& workload, const ClusterSpec& cluster,
                         const std::string& router) {
  ReplayOptions options = options_of(LoopMode::kClosed);
  options.measured.from_ns = static_cast<Nanoseconds>(60 * kSecond);
  const auto tally = run(synthetic(workload), cluster, candidate_of(router), options);
  const auto buckets = tally.series.used();
  // Whole buckets after the warm-up and well before the end.
  const auto first =
      static_cast<std::size_t>(options.measured.from_ns / tally.series.bucket_ns()) + 1;
  const std::size_t last = buckets.size() * 9 / 10;
  REQUIRE(first + 10 < last);
  std::uint64_t arrivals = 0;
  for (std::size_t i = first; i < last; ++i) arrivals += buckets[i].arrivals;
  const double time =
      static_cast<double>(last - first) * static_cast<double>(tally.series.bucket_ns()) / kSecond;
  return {static_cast<double>(arrivals) / time, all_latencies(tally).mean() / kSecond};
}

SyntheticWorkload clients_of(std::uint32_t clients, double think, double service,
                             std::uint64_t requests) {
  SyntheticWorkload workload;
  workload.requests = requests;
  workload.sessions = clients;
  workload.think = Law::exponential(think * kSecond);
  workload.read_service = Law::exponential(service * kSecond);
  workload.write_service = workload.read_service;
  return workload;
}

}  // namespace

TEST_CASE("machine repairman: 20 clients on one worker, 50 clients on four") {
  for (const auto& [id, workers] : {std::pair{std::string("closed-N20-Z1-S0.1-c1"), 1U},
                                    std::pair{std::string("closed-N50-Z1-S0.1-c4"), 4U}}) {
    const auto& p = known(id + "-X").at("parameters");
    const auto requests = std::max(requests_for(id + "-X"), requests_for(id + "-R")) * 2;
    const auto workload =
        clients_of(p.at("clients"), p.at("mean_think_exp"), p.at("mean_service"), requests);
    const Figures figures = simulate_clients(workload, cluster_of(1, workers), "primary_only");
    check_known(id + "-X", figures.throughput);
    check_known(id + "-R", figures.response);
  }
}

TEST_CASE("mean value analysis, checked by a published result, agrees on primary and replicas") {
  // The published network has a proxy in front, which the model has not: it judges the analysis,
  // and the analysis without the proxy judges the simulation.
  const auto& p = known("mva-1p3r-w20-N60-X").at("parameters");
  const int clients = p.at("clients");
  const double think = p.at("mean_think");
  auto demands = p.at("demands").get<std::vector<double>>();
  const Mva published = mean_value_analysis(demands, clients, think);
  check_known("mva-1p3r-w20-N60-X", published.throughput);
  check_known("mva-1p3r-w20-N60-R", published.response);

  demands.erase(demands.begin());
  const Mva expected = mean_value_analysis(demands, clients, think);
  SyntheticWorkload workload =
      clients_of(static_cast<std::uint32_t>(clients), think, p.at("read_s"), 2'000'000);
  workload.read_share = 1 - p.at("write_share").get<double>();
  workload.write_service = Law::exponential(p.at("write_s").get<double>() * kSecond);
  const Figures figures = simulate_clients(workload, cluster_of(4, 1), "random_replica");
  CHECK(figures.throughput == Approx(expected.throughput).epsilon(0.01));
  CHECK(figures.response == Approx(expected.response).epsilon(0.02));
}

}  // namespace switchyard::testing
