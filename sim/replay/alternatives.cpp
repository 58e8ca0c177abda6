#include "replay/alternatives.h"

#include <algorithm>

namespace switchyard {

Alternatives::Alternatives(std::vector<RouterChain> others, const Signals& running, Choices& last)
    : count_(others.size()), last_(last) {
  for (std::size_t i = 0; i < others.size(); ++i) {
    const Signals& wants = others[i].wants();
    if (wants.probes || (wants.origin && !running.origin)) continue;
    others_.push_back({std::move(others[i]), i});
  }
  last_.assign(count_, std::nullopt);
}

Signals Alternatives::wants() const {
  Signals all;
  for (const Other& other : others_) all |= other.chain.wants();
  return all;
}

ClusterView Alternatives::seen_from(const ClusterView& view) {
  ClusterView own = view;
  own.awaited = &awaited_;
  return own;
}

Decision Alternatives::choose(const Query& query, const ClusterView& view, Nanoseconds now) {
  const ClusterView own = seen_from(view);
  last_.assign(count_, std::nullopt);
  for (const Other& other : others_) last_[other.place] = other.chain.choose(query, own, now);
  return Decision::no_answer();
}

void Alternatives::on_dispatch(const Dispatch& dispatch) {
  for (const Other& other : others_) other.chain.on_dispatch(dispatch);
}

void Alternatives::on_response(const Response& response) {
  for (const Other& other : others_) other.chain.on_response(response);
}

void Alternatives::on_topology(std::span<const NodeState> states, Nanoseconds now) {
  for (const Other& other : others_) other.chain.on_topology(states, now);
}

void Alternatives::on_observation(const Positions& positions, Nanoseconds now) {
  for (const Other& other : others_) other.chain.on_observation(positions, now);
}

void Alternatives::on_session_start(SessionId session, Nanoseconds now) {
  for (const Other& other : others_) other.chain.on_session_start(session, now);
}

void Alternatives::on_session_end(SessionId session, Nanoseconds now) {
  for (const Other& other : others_) other.chain.on_session_end(session, now);
}

Nanoseconds Alternatives::next_timer() const {
  Nanoseconds next = kNever;
  for (const Other& other : others_) next = std::min(next, other.chain.next_timer());
  return next;
}

void Alternatives::on_timer(const ClusterView& view, Nanoseconds now) {
  const ClusterView own = seen_from(view);
  for (const Other& other : others_) other.chain.on_timer(own, now);
}

void Alternatives::finish() {
  for (const Other& other : others_) other.chain.finish();
}

}  // namespace switchyard
