// A guard stands before a router: it sends some queries to a primary, has them wait, or narrows the
// nodes that the router may choose for a read. Guards wrap one another; the one named first is
// asked first.
#pragma once

#include <memory>
#include <utility>

#include "routers/catalogue.h"
#include "routers/pool.h"
#include "routers/router.h"

namespace switchyard {

// Hands everything on to the router behind it.
class Guard : public Router {
 public:
  explicit Guard(RouterSetup setup)
      : inner_(std::move(setup.guarded)), primaries_(setup.nodes, setup.default_node, true, true) {
    for (const NodeInfo& node : setup.nodes) states_.push_back({true, node.role});
    narrowed_.resize(states_.size());
  }

  Signals wants() const override { return inner_->wants(); }
  Decision choose(const Query& query, const ClusterView& view, Nanoseconds now) override {
    return inner_->choose(query, view, now);
  }
  void on_dispatch(const Dispatch& dispatch) override { inner_->on_dispatch(dispatch); }
  void on_response(const Response& response) override { inner_->on_response(response); }
  void on_topology(std::span<const NodeState> states, Nanoseconds now) override {
    primaries_.update(states);
    states_.assign(states.begin(), states.end());
    inner_->on_topology(states, now);
  }
  void on_observation(const Positions& positions, Nanoseconds now) override {
    inner_->on_observation(positions, now);
  }
  void on_session_start(SessionId session, Nanoseconds now) override {
    inner_->on_session_start(session, now);
  }
  void on_session_end(SessionId session, Nanoseconds now) override {
    inner_->on_session_end(session, now);
  }
  std::span<const NodeId> take_probes() override { return inner_->take_probes(); }
  void on_probe(const ProbeAnswer& answer) override { inner_->on_probe(answer); }
  Nanoseconds next_timer() const override { return inner_->next_timer(); }
  void on_timer(const ClusterView& view, Nanoseconds now) override { inner_->on_timer(view, now); }
  void give_account(RouterAccount& account) const override { inner_->give_account(account); }
  void finish() override { inner_->finish(); }

 protected:
  std::size_t node_count() const { return states_.size(); }
  bool is_replica(NodeId node) const { return states_[index(node)].role == Role::kReplica; }
  bool is_up(NodeId node) const { return states_[index(node)].up; }
  bool is_up_replica(NodeId node) const { return is_replica(node) && is_up(node); }
  NodeId primary() const { return primaries_.writer(); }
  Decision to_primary(Reason reason) const { return Decision::to(primaries_.writer(), reason); }
  // Of several primaries, one that is 1 in `eligible`, if any is.
  Decision to_primary_among(const std::uint8_t* eligible, Reason reason) const {
    NodeId node = primaries_.writer();
    for (std::size_t i = 0; eligible[index(node)] == 0 && i < states_.size(); ++i) {
      if (eligible[i] != 0 && states_[i] == NodeState{true, Role::kPrimary}) node = node_id(i);
    }
    return Decision::to(node, reason);
  }

  // What the router behind chooses for a read among the nodes that are 1 in `eligible`; a primary
  // if no replica is among them, or the router takes no heed.
  Decision choose_among(const std::vector<std::uint8_t>& eligible, const Query& query,
                        ClusterView view, Nanoseconds now, Reason otherwise) {
    if (view.eligible != nullptr) {
      for (std::size_t i = 0; i < eligible.size(); ++i) {
        narrowed_[i] = eligible[i] & view.eligible[i];
      }
      view.eligible = narrowed_.data();
    } else {
      view.eligible = eligible.data();
    }
    bool some_replica = false;
    for (std::size_t i = 0; i < states_.size(); ++i) {
      some_replica |= view.eligible[i] != 0 && is_up_replica(node_id(i));
    }
    if (!some_replica) return to_primary_among(view.eligible, otherwise);
    const Decision decision = inner_->choose(query, view, now);
    const bool is_placed =
        decision.kind == Decision::Kind::kNode || decision.kind == Decision::Kind::kWaitFor;
    const bool to_other = is_placed && view.eligible[index(decision.node)] == 0;
    return to_other ? to_primary_among(view.eligible, otherwise) : decision;
  }

 private:
  std::unique_ptr<Router> inner_;
  NodePool primaries_;
  std::vector<NodeState> states_;  // as noticed
  std::vector<std::uint8_t> narrowed_;
};

}  // namespace switchyard
