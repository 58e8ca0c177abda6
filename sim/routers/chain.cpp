#include "routers/chain.h"

#include <algorithm>

namespace switchyard {

Signals& Signals::operator|=(const Signals& other) {
  outstanding |= other.outstanding;
  responses |= other.responses;
  sessions |= other.sessions;
  timers |= other.timers;
  origin |= other.origin;
  positions |= other.positions;
  server |= other.server;
  probes |= other.probes;
  truth |= other.truth;
  return *this;
}

RouterChain::RouterChain(std::vector<std::unique_ptr<Router>> routers, NodeId default_node,
                         Pinning pinning, std::size_t guarded_nodes,
                         std::unique_ptr<Router> witness)
    : routers_(std::move(routers)),
      default_node_(default_node),
      pinning_(pinning),
      care_(witness != nullptr ? Care::kWitnessed : static_cast<Care>(pinning)),
      witness_(std::move(witness)) {
  static_assert(static_cast<int>(Care::kTransactions) == static_cast<int>(Pinning::kTransaction) &&
                static_cast<int>(Care::kSessions) == static_cast<int>(Pinning::kSession));
  if (pinning_ != Pinning::kNone) {
    pins_ = std::make_unique<Pins>();
    pins_->kept.resize(guarded_nodes);
  }
  for (const auto& router : routers_) wants_ |= router->wants();
  if (!routers_.empty()) first_ = routers_.front().get();
  // Without routers all that names an object goes to the object's node.
  if (routers_.empty()) wants_.origin = true;
  own_wants_ = wants_;
  if (witness_ != nullptr) wants_ |= witness_->wants();
}

Query RouterChain::witnessed(const Query& query, const ClusterView& view, Nanoseconds now) const {
  if (witness_ == nullptr) return query;
  witness_->choose(query, view, now);
  Query own = query;
  if (!own_wants_.origin) own.forget_object();
  return own;
}

Decision RouterChain::choose_with_care(const Query& query, const ClusterView& view,
                                       Nanoseconds now) const {
  const Query own = witnessed(query, view, now);
  const bool is_pinned =
      pinning_ >= (query.transaction != 0 ? Pinning::kTransaction : Pinning::kSession);
  return is_pinned ? choose_pinned(own, view, now) : choose_unpinned(own, view, now);
}

Decision RouterChain::place_with_care(const Query& query, const ClusterView& view,
                                      Nanoseconds now) const {
  // It may be a read or a write of which an application asks nobody.
  Query told = query;
  told.kind = RequestClass::kControl;
  const Query own = witnessed(told, view, now);
  if (pinning_ == Pinning::kNone || query.transaction == 0) return unrouted();
  return choose_pinned(own, view, now);
}

Decision RouterChain::choose_pinned(const Query& query, const ClusterView& view,
                                    Nanoseconds now) const {
  if (index(query.session) >= pins_->of_session.size()) {
    pins_->of_session.resize(index(query.session) + 1);
  }
  Pin& pin = pins_->of_session[index(query.session)];
  Query first = query;
  if (query.transaction != 0) {
    // A transaction can't move, not even from a node that is down; but it may not have begun yet.
    if (pin.transaction == query.transaction && !query.waited_out) {
      return Decision::to(pin.transaction_node, Reason::kPinned);
    }
    first.kind = query.read_only_transaction ? RequestClass::kRead : RequestClass::kWrite;
  }
  const bool reads = first.kind == RequestClass::kRead;
  NodeId& kept = reads ? pin.reader : pin.writer;
  const auto is_usable = [&](NodeId node) {
    if (node == kNoNode || pins_->states.empty()) return node != kNoNode;
    const NodeState& state = pins_->states[index(node)];
    return state.up && (reads || state.role == Role::kPrimary);
  };
  const bool keeps = pinning_ == Pinning::kSession && is_usable(kept);
  Decision decision = Decision::to(kept, Reason::kPinned);
  if (keeps && reads && !pins_->kept.empty()) {
    // Guards have their say, with no other node to choose from.
    std::ranges::fill(pins_->kept, std::uint8_t{0});
    pins_->kept[index(kept)] = 1;
    ClusterView narrowed = view;
    narrowed.eligible = pins_->kept.data();
    decision = choose_unpinned(first, narrowed, now);
  } else if (!keeps) {
    decision = choose_unpinned(first, view, now);
  }
  const bool is_placed =
      decision.kind == Decision::Kind::kNode || decision.kind == Decision::Kind::kWaitFor;
  if (!is_placed) return decision;
  // Where a guard has diverted it, it need not stay.
  const bool diverted = decision.kind == Decision::Kind::kNode &&
                        (decision.reason == Reason::kSticky ||
                         decision.reason == Reason::kLagging || decision.reason == Reason::kCausal);
  if (pinning_ == Pinning::kSession && !keeps && !diverted) kept = decision.node;
  if (query.transaction != 0) {
    pin.transaction = query.transaction;
    pin.transaction_node = decision.node;
  }
  return decision;
}

Decision RouterChain::choose_after_first(const Query& query, const ClusterView& view,
                                         Nanoseconds now) const {
  for (std::size_t i = 1; i < routers_.size(); ++i) {
    const Decision decision = routers_[i]->choose(query, view, now);
    if (decision.kind != Decision::Kind::kNoAnswer) return decision;
  }
  if (query.origin != kNoNode) return Decision::to(query.origin, Reason::kObjectNode);
  return unrouted();
}

void RouterChain::on_dispatch(const Dispatch& dispatch) const {
  for_all([&](Router& router) { router.on_dispatch(dispatch); });
}

void RouterChain::on_response(const Response& response) const {
  for_all([&](Router& router) { router.on_response(response); });
}

void RouterChain::on_topology(std::span<const NodeState> states, Nanoseconds now) const {
  if (pins_ != nullptr) {
    pins_->states.assign(states.begin(), states.end());
  }
  for_all([&](Router& router) { router.on_topology(states, now); });
}

void RouterChain::on_observation(const Positions& positions, Nanoseconds now) const {
  for_all([&](Router& router) { router.on_observation(positions, now); });
}

void RouterChain::on_session_start(SessionId session, Nanoseconds now) const {
  for_all([&](Router& router) { router.on_session_start(session, now); });
}

void RouterChain::on_session_end(SessionId session, Nanoseconds now) const {
  for_all([&](Router& router) { router.on_session_end(session, now); });
}

void RouterChain::on_probe(const ProbeAnswer& answer, bool is_of_witness) const {
  if (is_of_witness) return witness_->on_probe(answer);
  for (const auto& router : routers_) router->on_probe(answer);
}

Nanoseconds RouterChain::next_timer() const {
  Nanoseconds next = kNever;
  for_all([&](const Router& router) { next = std::min(next, router.next_timer()); });
  return next;
}

void RouterChain::on_timer(const ClusterView& view, Nanoseconds now) const {
  for_all([&](Router& router) {
    if (router.next_timer() <= now) router.on_timer(view, now);
  });
}

void RouterChain::give_account(RouterAccount& account) const {
  for (const auto& router : routers_) router->give_account(account);
}

void RouterChain::finish() const {
  for_all([](Router& router) { router.finish(); });
}

}  // namespace switchyard
