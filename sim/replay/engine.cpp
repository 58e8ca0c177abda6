#include "replay/engine.h"

#include <fmt/format.h>

#include <chrono>

#include "core/error.h"
#include "replay/arrivals.h"
#include "replay/event_queue.h"
#include "replay/origin_memory.h"
#include "replay/recorder.h"
#include "replay/servers.h"

namespace switchyard {
namespace {

using Clock = std::chrono::steady_clock;

// One decision in this many is timed: enough for a p99, too few to slow the run.
constexpr std::uint64_t kOverheadSampling = 256;
constexpr std::uint64_t kProgressStep = 4096;

std::int64_t elapsed_ns(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(to - from).count();
}

// What timing nothing shows: subtracted from each sample.
std::int64_t clock_cost_ns() {
  Histogram costs;
  for (int i = 0; i < 1000; ++i) {
    const auto before = Clock::now();
    costs.record(elapsed_ns(before, Clock::now()));
  }
  return costs.quantile(0.5);
}

Nanoseconds mean_gap_ns(const ReplayWorkload& workload, const ReplayOptions& options) {
  const auto requests = static_cast<double>(std::max<std::size_t>(1, workload.trace.size()));
  return static_cast<Nanoseconds>(static_cast<double>(workload.trace.span_ns()) / requests /
                                  options.speed);
}

// Whether a run needs only what the plain engine has.
bool is_plain(const ClusterSpec& cluster, const Signals& wants, const ReplayOptions& options) {
  const auto plain_node = [](const NodeSpec& node) {
    return node.discipline == Discipline::kFifo && node.round_trip_ns == 0 && node.queue_limit == 0;
  };
  return !options.all_nodes_by_events && options.timeout_ns == 0 && !wants.responses &&
         !wants.sessions && !wants.timers && !wants.origin && !wants.truth &&
         std::ranges::all_of(cluster.nodes, plain_node);
}

// The plain engine (kGeneral false) leaves out at compile time what most runs never use; where it
// can run, the general one does the same, only slower.
template <bool kGeneral>
class Engine : private Truth {
 public:
  Engine(const ReplayWorkload& workload, const ClusterSpec& cluster, const RouterChain& routers,
         const ReplayOptions& options, const RunControl& control)
      : columns_(workload.trace.columns()),
        routers_(routers),
        wants_(routers.wants()),
        options_(options),
        control_(control),
        delay_ns_(cluster.replication.delay_ns),
        events_(mean_gap_ns(workload, options)),
        recorder_(
            cluster.nodes.size(),
            static_cast<Nanoseconds>(static_cast<double>(workload.trace.span_ns()) / options.speed),
            options.warmup_ns),
        servers_(cluster, options, workload.service_ns, events_, flights_, recorder_),
        arrivals_(workload, options, events_),
        nodes_(cluster.nodes.size()),
        outstanding_(cluster.nodes.size()),
        origins_(wants_.origin ? workload.trace.session_count() : 0),
        session_seen_(wants_.sessions ? workload.trace.session_count() : 0) {
    view_.outstanding = wants_.outstanding ? &outstanding_ : nullptr;
    view_.truth = wants_.truth ? this : nullptr;
  }

  RunTally run() {
    const auto begin = Clock::now();
    clock_cost_ns_ = clock_cost_ns();
    schedule_timer();
    while (true) {
      const Nanoseconds next_arrival = arrivals_.next_time();
      if (Event event; events_.pop_until(next_arrival, event)) {
        now_ = event.time_ns;
        handle(event);
        continue;
      }
      if (next_arrival == kNever) break;
      now_ = next_arrival;
      if (const auto arrival = arrivals_.take()) issue(*arrival);
    }
    report_progress();
    recorder_.overhead().run_seconds = static_cast<double>(elapsed_ns(begin, Clock::now())) / 1e9;
    return recorder_.take();
  }

 private:
  void handle(const Event& event) {
    switch (event.kind()) {
      case EventKind::kApplierReady:
        servers_.applier_ready(node_id(event.payload()), now_);
        break;
      case EventKind::kDeliver:
        servers_.deliver(event.low(), node_id(event.high()), now_);
        break;
      case EventKind::kSession:
        issue(arrivals_.resume(event.low(), now_));
        break;
      case EventKind::kRetry:
        retry(static_cast<JobId>(event.payload()));
        break;
      default:
        if constexpr (kGeneral) handle_general(event);
        break;
    }
  }
  void handle_general(const Event& event) {
    switch (event.kind()) {
      case EventKind::kNodeCompletion:
        if (const auto id = servers_.complete(event)) finish(flights_.remove(*id), now_);
        break;
      case EventKind::kResponse:
        respond(static_cast<JobId>(event.payload()));
        break;
      case EventKind::kTimeout:
        give_up(event.low(), event.high());
        break;
      case EventKind::kTimer:
        fire_timer();
        break;
      case EventKind::kNodeArrival:
        reach_node(static_cast<JobId>(event.payload()));
        break;
      default:
        break;
    }
  }

  // A request leaves its client.
  void issue(const Arrival& arrival) {
    Flight flight;
    flight.request = arrival.request;
    flight.op = columns_.op[arrival.request];
    flight.intended_ns = arrival.intended_ns;
    flight.issued_ns = now_;
    if (kGeneral && wants_.sessions) start_session(columns_.session[arrival.request]);
    route(flight);
    if (++issued_ % kProgressStep == 0) report_progress();
  }

  void retry(JobId id) {
    Flight flight = flights_.remove(id);
    route(flight);
  }

  void route(Flight& flight) {
    const Decision decision = decide(flight);
    switch (decision.kind) {
      case Decision::Kind::kNode:
        dispatch(flight, decision.node);
        break;
      case Decision::Kind::kWait:
        if (decision.until_ns <= now_) {
          throw InputError("a router asked to wait until a time that is not in the future");
        }
        events_.push({decision.until_ns, EventKind::kRetry, flights_.add(flight)});
        break;
      default:
        refuse(flight, Status::kRejected, now_);
        break;
    }
  }

  Decision decide(const Flight& flight) {
    const RequestClass kind = class_of(flight.op);
    if (kind == RequestClass::kControl) return routers_.unrouted();
    const RequestIndex request = flight.request;
    const std::uint32_t session = columns_.session[request];
    const std::uint32_t key = columns_.key.empty() ? kNone : columns_.key[request];
    Query query;
    query.kind = kind;
    query.op = flight.op;
    query.session = static_cast<SessionId>(session);
    query.key = static_cast<KeyId>(key);
    if (!columns_.table.empty()) query.table = static_cast<TableId>(columns_.table[request]);
    if (!columns_.txn.empty()) query.in_transaction = columns_.txn[request] != 0;
    if (!columns_.flags.empty()) {
      query.read_only_transaction = (columns_.flags[request] & kFlagReadOnlyTransaction) != 0;
    }
    if (kGeneral && wants_.origin && kind == RequestClass::kWrite &&
        flight.op != Op::kLockingRead) {
      query.origin = origins_.origin(session, key);
    }
    if (kGeneral) asking_for_ = request;
    outstanding_.set_time(now_);
    const Decision decision = timed_choice(query);
    if (kGeneral && wants_.timers) schedule_timer();
    const bool sent = decision.kind == Decision::Kind::kNode;
    if (sent && index(decision.node) >= nodes_) {
      throw InputError(fmt::format("a router chose node number {}, but the cluster has only {}",
                                   index(decision.node), nodes_));
    }
    if (kGeneral && sent && wants_.origin && !replicates(flight.op)) {
      origins_.loaded(session, key, decision.node);
    }
    return decision;
  }

  Decision timed_choice(const Query& query) {
    if (++decisions_ % kOverheadSampling != 0) return routers_.choose(query, view_, now_);
    const auto before = Clock::now();
    const Decision decision = routers_.choose(query, view_, now_);
    const std::int64_t spent = elapsed_ns(before, Clock::now()) - clock_cost_ns_;
    recorder_.overhead().decision_ns.record(std::max<std::int64_t>(0, spent));
    return decision;
  }

  void dispatch(Flight& flight, NodeId node) {
    flight.node = node;
    flight.dispatched_ns = now_;
    if (wants_.outstanding) outstanding_.add(node);
    if (kGeneral && wants_.responses) {
      routers_.on_dispatch({now_, node, session_of(flight), class_of(flight.op)});
    }
    const Nanoseconds half_trip = half_trip_ns(node);
    flight.arrive_ns = now_ + half_trip;
    if (half_trip == 0 && planned(node)) {
      if (!turn_away(flight)) serve_planned(flight);
    } else if constexpr (kGeneral) {
      send(flight, half_trip);
    }
  }

  void send(const Flight& flight, Nanoseconds half_trip) {
    const JobId id = flights_.add(flight);
    if (options_.timeout_ns > 0) {
      events_.push({flight.issued_ns + options_.timeout_ns, EventKind::kTimeout, id,
                    flights_.generation(id)});
    }
    if (half_trip == 0) {
      reach_node(id);
    } else {
      events_.push({flight.arrive_ns, EventKind::kNodeArrival, id});
    }
  }

  void reach_node(JobId id) {
    Flight flight = flights_[id];
    if (turn_away(flight)) {
      flights_.remove(id);
    } else if (planned(flight.node)) {
      flights_.remove(id);
      serve_planned(flight);
    } else {
      flights_[id].service_ns = servers_.service_ns(flight.request, flight.node);
      servers_.serve_by_event(id);
    }
  }

  // Whether the node refuses the request at its door.
  bool turn_away(const Flight& flight) {
    const bool needs_primary = class_of(flight.op) == RequestClass::kWrite;
    Status status = Status::kOk;
    if (needs_primary && servers_.spec(flight.node).role == Role::kReplica) {
      status = Status::kRefused;
    } else if (kGeneral && servers_.queue_is_full(flight.node, now_)) {
      status = Status::kRejected;
    }
    if (status == Status::kOk) return false;
    if (!flight.abandoned) refuse(flight, status, now_ + half_trip_ns(flight.node));
    return true;
  }

  void serve_planned(Flight& flight) {
    flight.service_ns = servers_.service_ns(flight.request, flight.node);
    finish(flight, servers_.serve_planned(flight));
  }

  // The node's work on a request ends at finish_ns, which a plan knows ahead.
  void finish(const Flight& flight, Nanoseconds finish_ns) {
    const Nanoseconds response_ns = finish_ns + half_trip_ns(flight.node);
    if (replicates(flight.op)) ship(flight, finish_ns);
    if (kGeneral && flight.abandoned) return;
    if (kGeneral && options_.timeout_ns > 0 &&
        response_ns > flight.issued_ns + options_.timeout_ns) {
      const Nanoseconds given_up = flight.issued_ns + options_.timeout_ns;
      recorder_.not_completed(flight, Status::kTimedOut, given_up);
      answer(flight, Status::kTimedOut, given_up);
      return;
    }
    recorder_.completed(flight, finish_ns, response_ns);
    answer(flight, Status::kOk, response_ns);
  }

  void refuse(const Flight& flight, Status status, Nanoseconds response_ns) {
    recorder_.not_completed(flight, status, response_ns);
    answer(flight, status, response_ns);
  }

  // A timeout of a request whose end no plan foresaw; the node keeps working on it.
  void give_up(JobId id, std::uint32_t generation) {
    if (flights_.generation(id) != generation || flights_[id].abandoned) return;
    flights_[id].abandoned = true;
    recorder_.not_completed(flights_[id], Status::kTimedOut, now_);
    answer(flights_[id], Status::kTimedOut, now_);
  }

  // The client, and the router if it cares, hear of the outcome at response_ns.
  void answer(const Flight& flight, Status status, Nanoseconds response_ns) {
    arrivals_.answered(flight.request, response_ns);
    if (flight.node == kNoNode) return;
    if (wants_.outstanding) outstanding_.will_end(flight.node, response_ns);
    if (kGeneral && wants_.responses) {
      Flight answered = flight;
      answered.arrive_ns = static_cast<Nanoseconds>(status);
      events_.push({response_ns, EventKind::kResponse, flights_.add(answered)});
    }
  }

  void respond(JobId id) {
    const Flight flight = flights_.remove(id);
    routers_.on_response({now_, flight.node, session_of(flight), class_of(flight.op),
                          static_cast<Status>(flight.arrive_ns), now_ - flight.dispatched_ns});
    if (kGeneral && wants_.timers) schedule_timer();
  }

  void ship(const Flight& flight, Nanoseconds commit_ns) {
    if (nodes_ == 1) return;
    events_.push({commit_ns + delay_ns_, EventKind::kDeliver, flight.request, index(flight.node)});
  }

  void start_session(std::uint32_t session) {
    if (session_seen_[session]) return;
    session_seen_[session] = true;
    routers_.on_session_start(static_cast<SessionId>(session), now_);
  }

  void schedule_timer() {
    if (!wants_.timers) return;
    const Nanoseconds next = routers_.next_timer();
    if (next >= timer_ns_) return;
    timer_ns_ = next;
    events_.push({std::max(next, now_), EventKind::kTimer, 0});
  }
  void fire_timer() {
    timer_ns_ = kNever;
    if (finished()) return;
    routers_.on_timer(now_);
    schedule_timer();
  }
  // Timers alone must not keep a run alive.
  bool finished() const { return events_.empty() && arrivals_.next_time() == kNever; }

  void report_progress() {
    if (control_.requests_done != nullptr) {
      control_.requests_done->fetch_add(issued_ - reported_, std::memory_order_relaxed);
      reported_ = issued_;
    }
    if (control_.stop != nullptr && control_.stop->load(std::memory_order_relaxed)) {
      throw Interrupted();
    }
  }

  Nanoseconds half_trip_ns(NodeId node) const { return kGeneral ? servers_.half_trip_ns(node) : 0; }
  bool planned(NodeId node) const { return !kGeneral || servers_.planned(node); }
  SessionId session_of(const Flight& flight) const {
    return static_cast<SessionId>(columns_.session[flight.request]);
  }
  Nanoseconds response_if_sent(NodeId node) const override {
    return servers_.response_if_sent(asking_for_, node, now_);
  }

  const TraceColumns& columns_;
  const RouterChain& routers_;
  const Signals wants_;
  const ReplayOptions& options_;
  const RunControl& control_;
  const Nanoseconds delay_ns_;
  EventQueue events_;
  FlightTable flights_;
  Recorder recorder_;
  Servers servers_;
  Arrivals arrivals_;
  std::size_t nodes_;
  Outstanding outstanding_;
  OriginMemory origins_;
  std::vector<bool> session_seen_;
  ClusterView view_;
  Nanoseconds now_ = 0;
  Nanoseconds timer_ns_ = kNever;
  RequestIndex asking_for_ = 0;
  std::uint64_t decisions_ = 0;
  std::uint64_t issued_ = 0;
  std::uint64_t reported_ = 0;
  std::int64_t clock_cost_ns_ = 0;
};

}  // namespace

RunTally replay(const ReplayWorkload& workload, const ClusterSpec& cluster,
                const RouterChain& routers, const ReplayOptions& options,
                const RunControl& control) {
  if (is_plain(cluster, routers.wants(), options)) {
    return Engine<false>(workload, cluster, routers, options, control).run();
  }
  return Engine<true>(workload, cluster, routers, options, control).run();
}

}  // namespace switchyard
