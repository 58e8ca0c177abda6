// Oracle: knows every node's true remaining work and each request's true service time. The bound
// for latency that other strategies are measured against; no real router can have it.
//
// Ships in: nothing. Parameters: none.
// Known failure: greedy, so not the best schedule in every case; close to it for reads.
// Source: a reference bound ("ORA", Suresh et al., C3, NSDI'15, for the idea).
#include "routers/catalogue.h"
#include "routers/strategies.h"

namespace switchyard {
namespace {

class Oracle : public Router {
 public:
  Oracle(std::size_t nodes, NodeId fallback) : nodes_(nodes), fallback_(fallback) {}

  Signals wants() const override {
    Signals signals;
    signals.truth = true;
    return signals;
  }
  Decision choose(const Query& query, const ClusterView& view, Nanoseconds /*now*/) override {
    NodeId best = fallback_;
    Nanoseconds earliest = kNever;
    for (std::size_t i = 0; i < nodes_; ++i) {
      const Nanoseconds response = view.truth->response_if_sent(node_id(i), query.kind);
      if (response < earliest) {
        earliest = response;
        best = node_id(i);
      }
    }
    return Decision::to(best);
  }

 private:
  std::size_t nodes_;
  NodeId fallback_;  // while no node can answer
};

constexpr std::array kParameters = {kPinTransaction};

}  // namespace

const StrategyInfo kOracle = {
    .name = "oracle",
    .summary = "bound: every request where it will be answered first, knowing all true state",
    .rule =
        "A read goes to the node, a write to the primary, on which its response would come "
        "earliest given all work there now and its own true service time; the first in order "
        "among equals. A node that is down or would refuse it is left out, from the instant that "
        "it is; while there is no other, `default` is asked. No random draws.",
    .parameters = kParameters,
    .systems = "none: a bound",
    .failure_modes =
        "Greedy: it does not leave room for requests still to come, and does not look "
        "at freshness.",
    .source = "reference bound",
    .is_bound = true,
    .make = [](RouterSetup setup, const Parameters&) -> std::unique_ptr<Router> {
      return std::make_unique<Oracle>(setup.nodes.size(), setup.default_node);
    },
};

}  // namespace switchyard
