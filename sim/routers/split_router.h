// Splits reads from writes: a write goes to the primary, a read where a picker wants it.
//
// A picker is a small class: `Signals wants() const`, `NodeId pick(const Read& read)`, which must
// not allocate (kNoNode: none may take it; or a Decision, where it may also have to wait), and
// where it wants them on_dispatch(), on_response(), take_probes(), on_probe(), on_session_end() and
// timers as a Router has them (on_timer() may leave out the view), on_topology(states), and
// on_session_start(eligible, session), which is also told the nodes that take reads.
#pragma once

#include <type_traits>
#include <utility>

#include "routers/pool.h"
#include "routers/router.h"

namespace switchyard {

struct Read {
  Eligible eligible;
  const Query& query;
  const ClusterView& view;
  Nanoseconds now_ns = 0;
};

template <class Picker>
class SplitRouter : public Router {
 public:
  SplitRouter(NodePool pool, Picker picker) : pool_(std::move(pool)), picker_(std::move(picker)) {}

  Signals wants() const override { return picker_.wants(); }
  Decision choose(const Query& query, const ClusterView& view, Nanoseconds now) override {
    if (query.kind == RequestClass::kWrite) return pool_.write();
    const Eligible eligible = pool_.readers(view);
    if (eligible.nodes.empty()) [[unlikely]]
      return pool_.without_node(query, now);
    const auto picked = picker_.pick({eligible, query, view, now});
    if constexpr (std::is_same_v<decltype(picked), const Decision>) {
      return picked.kind == Decision::Kind::kNode ? pool_.read(picked.node) : picked;
    } else {
      return picked == kNoNode ? pool_.without_node(query, now) : pool_.read(picked);
    }
  }
  void on_topology(std::span<const NodeState> states, Nanoseconds /*now*/) override {
    pool_.update(states);
    if constexpr (requires { picker_.on_topology(states); }) picker_.on_topology(states);
  }
  void on_dispatch(const Dispatch& dispatch) override {
    if constexpr (requires { picker_.on_dispatch(dispatch); }) picker_.on_dispatch(dispatch);
  }
  void on_response(const Response& response) override {
    if constexpr (requires { picker_.on_response(response); }) picker_.on_response(response);
  }
  void on_session_start(SessionId session, Nanoseconds /*now*/) override {
    if constexpr (requires { picker_.on_session_start(pool_.readers({}), session); }) {
      picker_.on_session_start(pool_.readers({}), session);
    }
  }
  void on_session_end(SessionId session, Nanoseconds now) override {
    if constexpr (requires { picker_.on_session_end(session, now); }) {
      picker_.on_session_end(session, now);
    }
  }
  std::span<const NodeId> take_probes() override {
    if constexpr (requires { picker_.take_probes(); }) return picker_.take_probes();
    return {};
  }
  void on_probe(const ProbeAnswer& answer) override {
    if constexpr (requires { picker_.on_probe(answer); }) picker_.on_probe(answer);
  }
  Nanoseconds next_timer() const override {
    if constexpr (requires { picker_.next_timer(); }) return picker_.next_timer();
    return kNever;
  }
  void on_timer(const ClusterView& view, Nanoseconds now) override {
    if constexpr (requires { picker_.on_timer(view, now); }) {
      picker_.on_timer(view, now);
    } else if constexpr (requires { picker_.on_timer(now); }) {
      picker_.on_timer(now);
    }
  }

 private:
  NodePool pool_;
  Picker picker_;
};

}  // namespace switchyard
