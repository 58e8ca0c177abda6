// Oracle: knows every node's true remaining work and position, and each request's true service
// time. The bound that other strategies are measured against; no real router can have it.
//
// Ships in: nothing. Parameters: freshness (true).
// Known failure: greedy, so not the best schedule in every case; close to it for reads.
// Source: a reference bound ("ORA", Suresh et al., C3, NSDI'15, for the idea).
#include "routers/catalogue.h"

namespace switchyard {
namespace {

class Oracle : public Router {
 public:
  Oracle(std::size_t nodes, NodeId fallback, bool freshness)
      : nodes_(nodes), fallback_(fallback), freshness_(freshness) {}

  Signals wants() const override {
    Signals signals;
    signals.truth = true;
    return signals;
  }
  Decision choose(const Query& query, const ClusterView& view, Nanoseconds /*now*/) override {
    const NodeId fresh = freshness_ ? earliest(query, view, true) : kNoNode;
    const NodeId best = fresh != kNoNode ? fresh : earliest(query, view, false);
    return Decision::to(best != kNoNode ? best : fallback_);
  }

 private:
  NodeId earliest(const Query& query, const ClusterView& view, bool only_fresh) const {
    NodeId best = kNoNode;
    Nanoseconds earliest = kNever;
    for (std::size_t i = 0; i < nodes_; ++i) {
      const NodeId node = node_id(i);
      const Nanoseconds response = view.truth->response_if_sent(node, query.kind);
      if (response < earliest && (!only_fresh || view.truth->is_fresh(node))) {
        earliest = response;
        best = node;
      }
    }
    return best;
  }

  std::size_t nodes_;
  NodeId fallback_;  // while no node can answer
  bool freshness_;
};

constexpr std::array kParameters = {
    ParameterInfo{
        .name = "freshness",
        .type = ParameterInfo::Type::kBoolean,
        .default_value = "true",
        .help = "whether a request only goes where it misses no acknowledged commit, if there "
                "is such a database"},
    kPinTransaction};

}  // namespace

extern const StrategyInfo kOracle = {
    .name = "oracle",
    .summary =
        "bound: every request where it is answered first, reads fresh, knowing all true state",
    .rule =
        "A read goes to the node, a write to the primary, on which its response would come "
        "earliest given all work there now and its own true service time; the first in order "
        "among equals. A request goes to a node that lacks an acknowledged commit of its key only "
        "where all that could serve it do. A node that is down, would refuse it or has a full "
        "queue is left out, from the instant that it is; while there is no other, `default` is "
        "asked. No random draws.",
    .parameters = kParameters,
    .systems = "none: a bound",
    .failure_modes = "Greedy: it does not leave room for requests still to come.",
    .source = "reference bound",
    .is_bound = true,
    .make = [](RouterSetup setup, const Parameters& p) -> std::unique_ptr<Router> {
      return std::make_unique<Oracle>(setup.nodes.size(), setup.default_node,
                                      p.boolean("freshness"));
    },
};

}  // namespace switchyard
