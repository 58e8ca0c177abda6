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
  explicit Oracle(std::span<const NodeInfo> nodes) {
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      readers_.push_back(node_id(i));
      if (nodes[i].role == Role::kPrimary) writers_.push_back(node_id(i));
    }
  }
  Signals wants() const override {
    Signals signals;
    signals.truth = true;
    return signals;
  }
  Decision choose(const Query& query, const ClusterView& view, Nanoseconds /*now*/) override {
    NodeId best = kNoNode;
    Nanoseconds earliest = kNever;
    for (const NodeId node : query.kind == RequestClass::kRead ? readers_ : writers_) {
      const Nanoseconds response = view.truth->response_if_sent(node);
      if (response < earliest || best == kNoNode) {
        earliest = response;
        best = node;
      }
    }
    return Decision::to(best);
  }

 private:
  std::vector<NodeId> readers_;
  std::vector<NodeId> writers_;
};

}  // namespace

const StrategyInfo kOracle = {
    .name = "oracle",
    .summary = "bound: every request where it will be answered first, knowing all true state",
    .rule =
        "A read goes to the node, a write to the primary, on which its response would come "
        "earliest given all work there now and its own true service time; the first in order "
        "among equals. No random draws.",
    .parameters = {},
    .systems = "none: a bound",
    .failure_modes =
        "Greedy: it does not leave room for requests still to come, and does not look "
        "at freshness.",
    .source = "reference bound",
    .is_bound = true,
    .make = [](RouterSetup setup, const Parameters&) -> std::unique_ptr<Router> {
      return std::make_unique<Oracle>(setup.nodes);
    },
};

}  // namespace switchyard
