// What the routers of one instance are told besides the queries they place: only what they asked
// for, and only of their own requests.
#pragma once

#include <vector>

#include "replay/event_queue.h"
#include "replay/probes.h"
#include "replay/recorder.h"
#include "replay/servers.h"
#include "routers/chain.h"

namespace switchyard {

class RouterFeed {
 public:
  // REQUIRES all to outlive it; `truth` tells what no real router knows.
  RouterFeed(const RouterChain& routers, std::uint32_t instance, std::size_t nodes,
             const TraceColumns& columns, std::size_t sessions, EventQueue& events,
             FlightTable& flights, Probes& probes, const Truth& truth, const Positions& positions)
      : routers_(routers),
        instance_(instance),
        wants_(routers.wants()),
        own_wants_(routers.own_wants()),
        columns_(columns),
        events_(events),
        flights_(flights),
        probes_(probes),
        outstanding_(nodes),
        session_seen_(wants_.sessions ? sessions : 0) {
    view_.outstanding = wants_.outstanding ? &outstanding_ : nullptr;
    view_.truth = wants_.truth ? &truth : nullptr;
    view_.positions = wants_.positions ? &positions : nullptr;
    awaited_.reserve(wants_.positions ? nodes : 0);
    view_.awaited = &awaited_;
  }
  RouterFeed(const RouterFeed&) = delete;
  RouterFeed& operator=(const RouterFeed&) = delete;

  const RouterChain& routers() const { return routers_; }
  const Signals& wants() const { return wants_; }
  // What the last decision to wait for positions was about.
  const std::vector<Position>& awaited() const { return awaited_; }
  // As of now.
  [[gnu::always_inline]] const ClusterView& view(Nanoseconds now) {
    outstanding_.set_time(now);
    return view_;
  }

  void request_of(std::uint32_t session, Nanoseconds now) {
    if (!wants_.sessions || session_seen_[session]) return;
    session_seen_[session] = true;
    routers_.on_session_start(static_cast<SessionId>(session), now);
  }
  // kSessionEnd
  void session_ended(std::uint32_t session, Nanoseconds now) {
    routers_.on_session_end(static_cast<SessionId>(session), now);
    routers_called(now);
  }
  [[gnu::always_inline]] void dispatched(const Flight& flight) {
    if (wants_.outstanding) outstanding_.add(flight.node);
    if (wants_.responses) {
      routers_.on_dispatch({flight.dispatched_ns, flight.node, session_of(flight), key_of(flight),
                            table_of(flight), class_of(flight.op), flight.op,
                            transaction_of(flight)});
      routers_called(flight.dispatched_ns);
    }
  }
  // The answer comes at `response_ns`, now or later.
  void answered(const Flight& flight, Status status, Nanoseconds response_ns) {
    if (wants_.outstanding) outstanding_.will_end(flight.node, response_ns);
    if (!wants_.responses) return;
    Flight answered = flight;
    answered.arrive_ns = static_cast<Nanoseconds>(status);
    // Ids settle what comes first at one instant, so a witness must not shift them.
    if (own_wants_.responses) {
      events_.push({response_ns, EventKind::kResponse, flights_.add(answered)});
    } else {
      events_.push({response_ns, EventKind::kResponse, told_.add(answered), instance_ + 1});
    }
  }
  // Of a request for which dispatched() was not called: sent and answered within one step.
  [[gnu::always_inline]] void dispatched_and_answered(NodeId node, Nanoseconds response_ns) {
    if (wants_.outstanding) outstanding_.add_until(node, response_ns);
  }
  // kResponse
  void respond(JobId id, Nanoseconds now) { respond(flights_.remove(id), now); }
  // One that only a witness hears of.
  void tell_witness(JobId id, Nanoseconds now) { respond(told_.remove(id), now); }
  void probe_answered(const ProbeAnswer& answer, bool is_of_witness) {
    routers_.on_probe(answer, is_of_witness);
    routers_called(answer.now_ns);
  }

  // After every call of a router: what it wants now.
  void routers_called(Nanoseconds now) {
    if (wants_.probes) {
      routers_.for_each_probe([&](NodeId node) { probes_.send(instance_, node, now, false); });
      routers_.for_each_probe_of_witness(
          [&](NodeId node) { probes_.send(instance_, node, now, true); });
    }
    if (!wants_.timers) return;
    const Nanoseconds next = routers_.next_timer();
    if (next >= timer_ns_) return;
    timer_ns_ = std::max(next, now);
    events_.push({timer_ns_, EventKind::kTimer, instance_});
  }
  // kTimer; `idle`: no request is to come, and timers alone must not keep a run alive.
  void fire_timer(Nanoseconds now, bool idle) {
    // Another has taken its place that came earlier.
    if (now != timer_ns_) return;
    timer_ns_ = kNever;
    if (idle) return;
    routers_.on_timer(view(now), now);
    routers_called(now);
  }

 private:
  void respond(const Flight& flight, Nanoseconds now) {
    const auto status = static_cast<Status>(flight.arrive_ns);
    const bool ok = status == Status::kOk;
    routers_.on_response({now, flight.node, session_of(flight), key_of(flight), table_of(flight),
                          class_of(flight.op), flight.op, transaction_of(flight), status,
                          now - flight.dispatched_ns, ok ? flight.position : Position(),
                          ok ? flight.waiting : 0, ok ? flight.service_ns : 0});
    routers_called(now);
  }
  SessionId session_of(const Flight& flight) const {
    return static_cast<SessionId>(columns_.session[flight.request]);
  }

  KeyId key_of(const Flight& flight) const {
    return columns_.key.empty() ? kNoKey : static_cast<KeyId>(columns_.key[flight.request]);
  }
  TableId table_of(const Flight& flight) const {
    return columns_.table.empty() ? kNoTable : static_cast<TableId>(columns_.table[flight.request]);
  }

  std::uint32_t transaction_of(const Flight& flight) const {
    return columns_.txn.empty() ? 0 : columns_.txn[flight.request];
  }

  const RouterChain& routers_;
  std::uint32_t instance_;
  const Signals wants_;
  const Signals own_wants_;  // without a witness
  const TraceColumns& columns_;
  EventQueue& events_;
  FlightTable& flights_;
  FlightTable told_;  // answers that only a witness hears of
  Probes& probes_;
  Outstanding outstanding_;
  std::vector<bool> session_seen_;
  std::vector<Position> awaited_;
  ClusterView view_;
  Nanoseconds timer_ns_ = kNever;
};

}  // namespace switchyard
