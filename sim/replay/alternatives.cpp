#include "replay/alternatives.h"

#include <algorithm>

namespace switchyard {

Alternatives::Alternatives(std::vector<RouterChain> others, Choices& last)
    : others_(std::move(others)), last_(last) {
  last_.assign(others_.size(), std::nullopt);
}

Signals Alternatives::wants() const {
  Signals all;
  for (const RouterChain& other : others_) all |= other.wants();
  return all;
}

ClusterView Alternatives::seen_from(const ClusterView& view) {
  ClusterView own = view;
  own.awaited = &awaited_;
  return own;
}

Decision Alternatives::choose(const Query& query, const ClusterView& view, Nanoseconds now) {
  now_ = now;
  const ClusterView own = seen_from(view);
  last_.clear();
  for (const RouterChain& other : others_) {
    last_.emplace_back(query.kind == RequestClass::kControl ? other.place_control(query, own, now)
                                                            : other.choose(query, own, now));
  }
  return Decision::no_answer();
}

void Alternatives::on_dispatch(const Dispatch& dispatch) {
  now_ = dispatch.now_ns;
  for (const RouterChain& other : others_) other.on_dispatch(dispatch);
}

void Alternatives::on_response(const Response& response) {
  now_ = response.now_ns;
  for (const RouterChain& other : others_) other.on_response(response);
}

void Alternatives::on_topology(std::span<const NodeState> states, Nanoseconds now) {
  now_ = now;
  for (const RouterChain& other : others_) other.on_topology(states, now);
}

void Alternatives::on_observation(const Positions& positions, Nanoseconds now) {
  now_ = now;
  for (const RouterChain& other : others_) other.on_observation(positions, now);
}

void Alternatives::on_session_start(SessionId session, Nanoseconds now) {
  now_ = now;
  for (const RouterChain& other : others_) other.on_session_start(session, now);
}

void Alternatives::on_session_end(SessionId session, Nanoseconds now) {
  now_ = now;
  for (const RouterChain& other : others_) other.on_session_end(session, now);
}

std::span<const NodeId> Alternatives::take_probes() {
  to_send_.clear();
  for (std::size_t i = 0; i < others_.size(); ++i) {
    others_[i].for_each_probe([&](NodeId node) {
      to_send_.push_back(node);
      under_way_.push_back({i, node, now_});
    });
  }
  return to_send_;
}

void Alternatives::on_probe(const ProbeAnswer& answer) {
  now_ = answer.now_ns;
  // Those sent to a node are answered in their order, unless it is silent for a while.
  std::erase_if(under_way_, [&](const Probe& probe) {
    return probe.node == answer.node && probe.sent_ns < answer.sent_ns;
  });
  const auto probe = std::ranges::find(under_way_, answer.node, &Probe::node);
  if (probe == under_way_.end()) return;
  const std::size_t other = probe->other;
  under_way_.erase(probe);
  others_[other].on_probe(answer, false);
}

Nanoseconds Alternatives::next_timer() const {
  Nanoseconds next = kNever;
  for (const RouterChain& other : others_) next = std::min(next, other.next_timer());
  return next;
}

void Alternatives::on_timer(const ClusterView& view, Nanoseconds now) {
  now_ = now;
  const ClusterView own = seen_from(view);
  for (const RouterChain& other : others_) other.on_timer(own, now);
}

void Alternatives::finish() {
  for (const RouterChain& other : others_) other.finish();
}

}  // namespace switchyard
