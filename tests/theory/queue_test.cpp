// One node against the formulas of queueing theory.
#include "theory/theory.h"

namespace switchyard::testing {
namespace {

RunTally single_node(std::uint32_t workers, double rate, double utilisation, const Law& service,
                     std::uint64_t requests) {
  OpenSystem system;
  system.rate = rate;
  system.utilisation = utilisation;
  system.service = service;
  system.requests = requests;
  return simulate(system, cluster_of(1, workers), candidate_of("primary_only"));
}

const Law kExponential = Law::exponential(kUnitNs);

}  // namespace

TEST_CASE("M/M/1 at half load") {
  const auto tally = single_node(1, 0.5, 0.5, kExponential, requests_for("mm1-r0.5-mu1-p99"));
  check_known("mm1-r0.5-mu1-W", mean_units(tally.read_ns));
  check_known("mm1-r0.5-mu1-p99", quantile_units(tally.read_ns, 0.99));
}

TEST_CASE("M/M/1 at load 0.8: mean, wait, probability of waiting and tail") {
  const auto tally = single_node(1, 0.8, 0.8, kExponential, requests_for("mm1-r0.8-mu1-p999"));
  check_known("mm1-r0.8-mu1-W", mean_units(tally.read_ns));
  check_known("mm1-r0.8-mu1-Wq", mean_units(tally.wait_ns));
  check_known("mm1-r0.8-mu1-pw", share_above_zero(tally.wait_ns));
  check_known("mm1-r0.8-mu1-p99", quantile_units(tally.read_ns, 0.99));
  check_known("mm1-r0.8-mu1-p999", quantile_units(tally.read_ns, 0.999));
}

TEST_CASE("M/M/1 at load 0.9") {
  // The known result has a service rate of 200: times there are in seconds of 200 services.
  const auto tally = single_node(1, 0.9, 0.9, kExponential, requests_for("mm1-r0.9-mu200-p99"));
  check_known("mm1-r0.9-mu200-W", mean_units(tally.read_ns) / 200);
  check_known("mm1-r0.9-mu200-p50", quantile_units(tally.read_ns, 0.5) / 200);
  check_known("mm1-r0.9-mu200-p99", quantile_units(tally.read_ns, 0.99) / 200);
}

TEST_CASE("M/M/c with 2, 4 and 16 workers") {
  const auto two = single_node(2, 1.5, 0.75, kExponential, requests_for("mmc-c2-r0.75-Wq"));
  check_known("mmc-c2-r0.75-C", share_above_zero(two.wait_ns));
  check_known("mmc-c2-r0.75-Wq", mean_units(two.wait_ns));
  const auto four = single_node(4, 3.6, 0.9, kExponential, requests_for("mmc-c4-r0.9-p99"));
  check_known("mmc-c4-r0.9-Wq", mean_units(four.wait_ns));
  check_known("mmc-c4-r0.9-p99", quantile_units(four.read_ns, 0.99));
  const auto sixteen = single_node(16, 12.8, 0.8, kExponential, requests_for("mmc-c16-r0.8-C"));
  check_known("mmc-c16-r0.8-C", share_above_zero(sixteen.wait_ns));
  check_known("mmc-c16-r0.8-W", mean_units(sixteen.read_ns));
}

TEST_CASE("M/D/1: mean wait, spread and Erlang's 99th percentile") {
  const auto tally =
      single_node(1, 0.8, 0.8, Law::constant(kUnitNs), requests_for("mg1-det-r0.8-p99"));
  check_known("mg1-det-r0.8-Wq", mean_units(tally.wait_ns));
  check_known("mg1-det-r0.8-sdT", tally.read_ns.standard_deviation() / kUnitNs);
  check_known("mg1-det-r0.8-p99", quantile_units(tally.read_ns, 0.99));
}

TEST_CASE("M/G/1 with lognormal, hyperexponential, Erlang and bimodal service") {
  const auto lognormal =
      single_node(1, 0.6, 0.6, Law::lognormal(kUnitNs, 2), requests_for("mg1-logn-cv2-r0.6-Wq"));
  check_known("mg1-logn-cv2-r0.6-Wq", mean_units(lognormal.wait_ns));
  const auto hyper = single_node(1, 0.7, 0.7, Law::hyperexponential(kUnitNs, 2),
                                 requests_for("mg1-h2-scv4-r0.7-Wq"));
  check_known("mg1-h2-scv4-r0.7-Wq", mean_units(hyper.wait_ns));
  check_known("mg1-h2-scv4-r0.7-sdT", hyper.read_ns.standard_deviation() / kUnitNs);
  const auto erlang =
      single_node(1, 0.7, 0.7, Law::erlang(kUnitNs, 4), requests_for("mg1-erl4-r0.7-Wq"));
  check_known("mg1-erl4-r0.7-Wq", mean_units(erlang.wait_ns));
  const auto bimodal =
      single_node(1, 0.5, 0.5, Law::discrete({0.5 * kUnitNs, 50.5 * kUnitNs}, {0.99, 0.01}),
                  requests_for("mg1-bimodal-r0.5-Wq"));
  check_known("mg1-bimodal-r0.5-Wq", mean_units(bimodal.wait_ns));
}

TEST_CASE("M/M/1/K: share rejected and time of those accepted") {
  OpenSystem system;
  system.rate = 0.9;
  system.utilisation = 0.9;
  system.requests = requests_for("mm1k-K5-r0.9-PB");
  ClusterSpec cluster = cluster_of(1, 1);
  // K = 5 counts the one in service.
  cluster.nodes[0].queue_limit = 4;
  const auto tally = simulate(system, cluster, candidate_of("primary_only"));
  check_known("mm1k-K5-r0.9-PB",
              static_cast<double>(tally.rejected) / static_cast<double>(tally.arrived()));
  check_known("mm1k-K5-r0.9-W", mean_units(tally.read_ns));
}

TEST_CASE("D/M/1: requests at equal gaps") {
  OpenSystem system;
  system.arrivals = ArrivalLaw::Kind::kConstant;
  system.rate = 0.8;
  system.utilisation = 0.8;
  system.requests = requests_for("dm1-r0.8-W");
  const auto tally = simulate(system, cluster_of(1, 1), candidate_of("primary_only"));
  check_known("dm1-r0.8-W", mean_units(tally.read_ns));
}

TEST_CASE("MMPP(2)/M/1: bursts that switch between two rates") {
  OpenSystem system;
  system.arrivals = ArrivalLaw::Kind::kMmpp;
  system.rate = 0.75;
  system.utilisation = 0.9;
  system.requests = requests_for("mmpp-1.2_0.3-0.02_0.02");
  SyntheticWorkload workload = workload_of(system);
  workload.arrivals.rates = {1.2 * 1e9 / kUnitNs, 0.3 * 1e9 / kUnitNs};
  workload.arrivals.mean_durations_ns = {50 * kUnitNs, 50 * kUnitNs};
  const auto tally = run(synthetic(workload), cluster_of(1, 1), candidate_of("primary_only"),
                         open_loop(system.utilisation));
  check_known("mmpp-1.2_0.3-0.02_0.02", mean_units(tally.read_ns));
}

TEST_CASE("M/G/1 processor sharing does not depend on the law of service") {
  ClusterSpec cluster = cluster_of(1, 1);
  cluster.nodes[0].discipline = Discipline::kProcessorSharing;
  OpenSystem system;
  system.rate = 0.8;
  system.utilisation = 0.8;
  system.service = Law::constant(kUnitNs);
  system.requests = requests_for("ps-det-r0.8-W");
  check_known("ps-det-r0.8-W",
              mean_units(simulate(system, cluster, candidate_of("primary_only")).read_ns));
  system.rate = 0.7;
  system.utilisation = 0.7;
  system.service = Law::hyperexponential(kUnitNs, 2);
  system.requests = requests_for("ps-h2-scv4-r0.7-W");
  check_known("ps-h2-scv4-r0.7-W",
              mean_units(simulate(system, cluster, candidate_of("primary_only")).read_ns));
}

}  // namespace switchyard::testing
