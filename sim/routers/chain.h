// Django's outer shell around routers: the list DATABASE_ROUTERS.
//
// The first router that answers wins. If none does, a write goes to the database its object was
// loaded from, and everything else to `default`. Statements that are neither reads nor writes are
// not routed: Django opens transactions on `default`.
// Source: Django 3.2, django/db/utils.py, ConnectionRouter; docs "Automatic database routing".
#pragma once

#include <memory>
#include <vector>

#include "routers/router.h"

namespace switchyard {

class RouterChain {
 public:
  // An empty list is Django without routers. REQUIRES default_node to be a node.
  RouterChain(std::vector<std::unique_ptr<Router>> routers, NodeId default_node);

  const Signals& wants() const { return wants_; }
  Decision choose(const Query& query, const ClusterView& view, Nanoseconds now) const {
    if (first_ != nullptr) {
      const Decision decision = first_->choose(query, view, now);
      if (decision.kind != Decision::Kind::kNoAnswer) return decision;
    }
    return choose_after_first(query, view, now);
  }
  // Where what is not routed goes.
  Decision unrouted() const { return Decision::to(default_node_, Reason::kDefault); }

  void on_dispatch(const Dispatch& dispatch) const;
  void on_response(const Response& response) const;
  void on_topology(std::span<const NodeState> states, Nanoseconds now) const;
  void on_session_start(SessionId session, Nanoseconds now) const;
  Nanoseconds next_timer() const;
  // Calls the routers whose timer is due.
  void on_timer(Nanoseconds now) const;

 private:
  Decision choose_after_first(const Query& query, const ClusterView& view, Nanoseconds now) const;

  std::vector<std::unique_ptr<Router>> routers_;
  Router* first_ = nullptr;  // of routers_; most chains have no other
  NodeId default_node_;
  Signals wants_;
};

}  // namespace switchyard
