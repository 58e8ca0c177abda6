#include "replay/alternatives.h"

#include <algorithm>

namespace switchyard {
namespace {

bool waits(const Decision& decision) {
  return decision.kind == Decision::Kind::kWait || decision.kind == Decision::Kind::kWaitFor ||
         decision.kind == Decision::Kind::kProbe;
}

}  // namespace

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

Query Alternatives::asked_of(const RouterChain& other, const Query& query, const Decision* said) {
  Query own = query;
  if (!other.wants().origin) own.forget_object();
  const bool has_probed = said != nullptr && said->kind == Decision::Kind::kProbe;
  const bool waited = has_probed || (said != nullptr && said->kind == Decision::Kind::kWaitFor);
  own.waited_out = query.waited_out && waited;
  if (!has_probed || (query.probe != nullptr && query.probe->node != said->node)) {
    own.probe = nullptr;
  }
  return own;
}

Decision Alternatives::choose(const Query& query, const ClusterView& view, Nanoseconds now) {
  now_ = now;
  const ClusterView own = seen_from(view);
  const std::size_t session = index(query.session);
  if (session >= asked_ns_.size()) {
    asked_ns_.resize(session + 1, kNever);
    said_.resize((session + 1) * others_.size());
  }
  const bool is_asked_again = query.asked_ns < now || query.waited_out || query.probe != nullptr;
  const bool is_known = is_asked_again && asked_ns_[session] == query.asked_ns;
  asked_ns_[session] = query.asked_ns;
  last_.clear();
  for (std::size_t i = 0; i < others_.size(); ++i) {
    Decision& said = said_[session * others_.size() + i];
    if (!is_known || waits(said)) {
      const Query asked = asked_of(others_[i], query, is_known ? &said : nullptr);
      said = query.kind == RequestClass::kControl ? others_[i].place_control(asked, own, now)
                                                  : others_[i].choose(asked, own, now);
    }
    last_.emplace_back(said);
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
      if (index(node) >= under_way_.size()) under_way_.resize(index(node) + 1);
      under_way_[index(node)].push({i, now_});
    });
  }
  return to_send_;
}

void Alternatives::on_probe(const ProbeAnswer& answer) {
  now_ = answer.now_ns;
  // Those sent to a node are answered in their order, unless it is silent for a while.
  Ring<Probe>& sent = under_way_[index(answer.node)];
  while (!sent.empty() && sent.front().sent_ns < answer.sent_ns) sent.pop();
  if (sent.empty()) return;
  const std::size_t other = sent.front().other;
  sent.pop();
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
