// Django's outer shell around routers: the list DATABASE_ROUTERS.
//
// The first router that answers wins. If none does, what names an object goes to the database that
// this was loaded from or saved to, and everything else to `default`. Statements that are neither
// reads nor writes are not routed: Django opens transactions on `default`. Routers that keep a
// transaction on one node take its begin and end there too. Source: Django 3.2, django/db/utils.py,
// ConnectionRouter; docs "Automatic database routing".
#pragma once

#include <memory>
#include <vector>

#include "routers/router.h"

namespace switchyard {

// What the routers are asked only once for.
enum class Pinning : std::uint8_t {
  kNone,
  // A recorded transaction, its begin and its end included, stays where its first statement was
  // sent: on a primary, unless it is read only.
  kTransaction,
  kSession,  // likewise, and all other reads of a session stay on one node while it is up
};

class RouterChain {
 public:
  // An empty list is Django without routers. REQUIRES default_node to be a node. `guarded_nodes`:
  // how many there are, if the routers are behind guards. A `witness` is asked and told all that
  // the chain is, what is pinned and statements that are neither reads nor writes included, and
  // gets the signals that it wants; nothing that it says counts.
  RouterChain(std::vector<std::unique_ptr<Router>> routers, NodeId default_node,
              Pinning pinning = Pinning::kNone, std::size_t guarded_nodes = 0,
              std::unique_ptr<Router> witness = nullptr);

  // With those of the witness.
  const Signals& wants() const { return wants_; }
  // Without them.
  const Signals& own_wants() const { return own_wants_; }
  Decision choose(const Query& query, const ClusterView& view, Nanoseconds now) const {
    if (care_ >= (query.transaction != 0 ? Care::kTransactions : Care::kSessions)) [[unlikely]] {
      return choose_with_care(query, view, now);
    }
    return choose_unpinned(query, view, now);
  }
  Pinning pinning() const { return pinning_; }
  bool has_witness() const { return witness_ != nullptr; }
  // As if nothing were pinned. REQUIRES that there is no witness.
  Decision choose_unpinned(const Query& query, const ClusterView& view, Nanoseconds now) const {
    if (first_ != nullptr) {
      const Decision decision = first_->choose(query, view, now);
      if (decision.kind != Decision::Kind::kNoAnswer) return decision;
    }
    return choose_after_first(query, view, now);
  }
  // Where what is not routed goes.
  Decision unrouted() const { return Decision::to(default_node_, Reason::kDefault); }
  // Of a statement that is neither a read nor a write.
  Decision place_control(const Query& query, const ClusterView& view, Nanoseconds now) const {
    if (care_ == Care::kNone) return unrouted();
    return place_with_care(query, view, now);
  }

  void on_dispatch(const Dispatch& dispatch) const;
  void on_response(const Response& response) const;
  void on_topology(std::span<const NodeState> states, Nanoseconds now) const;
  void on_observation(const Positions& positions, Nanoseconds now) const;
  void on_session_start(SessionId session, Nanoseconds now) const;
  void on_session_end(SessionId session, Nanoseconds now) const;
  // Calls send(node) for each probe that a router wants to be sent now.
  template <class Send>
  void for_each_probe(Send&& send) const {
    for (const auto& router : routers_) {
      for (const NodeId node : router->take_probes()) send(node);
    }
  }
  // Likewise, of the witness.
  template <class Send>
  void for_each_probe_of_witness(Send&& send) const {
    if (witness_ == nullptr) return;
    for (const NodeId node : witness_->take_probes()) send(node);
  }
  void on_probe(const ProbeAnswer& answer, bool is_of_witness) const;
  Nanoseconds next_timer() const;
  // Calls the routers whose timer is due.
  void on_timer(const ClusterView& view, Nanoseconds now) const;
  void give_account(RouterAccount& account) const;
  void finish() const;

 private:
  // For which queries there is more to do than to ask the routers.
  enum class Care : std::uint8_t { kNone, kTransactions, kSessions, kWitnessed };
  struct Pin {
    std::uint32_t transaction = 0;
    NodeId transaction_node = kNoNode;
    NodeId reader = kNoNode;
    NodeId writer = kNoNode;
  };
  struct Pins {
    std::vector<Pin> of_session;
    std::vector<NodeState> states;   // as noticed; empty as long as nothing was
    std::vector<std::uint8_t> kept;  // the nodes that a session keeps to, for its guards
  };

  Decision choose_with_care(const Query& query, const ClusterView& view, Nanoseconds now) const;
  Decision place_with_care(const Query& query, const ClusterView& view, Nanoseconds now) const;
  // Shows it to the witness, and returns it as it is without one.
  Query witnessed(const Query& query, const ClusterView& view, Nanoseconds now) const;
  // The witness first.
  template <class Visitor>
  void for_all(Visitor&& visit) const {
    if (witness_ != nullptr) visit(*witness_);
    for (const auto& router : routers_) visit(*router);
  }
  Decision choose_pinned(const Query& query, const ClusterView& view, Nanoseconds now) const;
  Decision choose_after_first(const Query& query, const ClusterView& view, Nanoseconds now) const;

  std::vector<std::unique_ptr<Router>> routers_;
  Router* first_ = nullptr;  // of routers_; most chains have no other
  NodeId default_node_;
  Pinning pinning_;
  Care care_;
  std::unique_ptr<Pins> pins_;  // null without pinning
  Signals wants_;
  std::unique_ptr<Router> witness_;
  Signals own_wants_;  // without the witness
};

}  // namespace switchyard
