#include "replay/engine.h"

#include <fmt/format.h>

#include <chrono>

#include "core/error.h"
#include "replay/arrivals.h"
#include "replay/event_queue.h"
#include "replay/ledger.h"
#include "replay/origin_memory.h"
#include "replay/recorder.h"
#include "replay/replication.h"
#include "replay/servers.h"
#include "replay/transactions.h"
#include "replay/waiting_answers.h"
#include "replay/waiting_reads.h"

namespace switchyard {
namespace {

using Clock = std::chrono::steady_clock;

// One decision in this many is timed: enough for a p99, too few to slow the run.
constexpr std::uint64_t kOverheadSampling = 256;
constexpr std::uint64_t kProgressStep = 4096;
// So many requests ahead, what a read will need is fetched into the cache.
constexpr RequestIndex kPrefetch = 16;

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
bool is_plain(const ReplayWorkload& workload, const ClusterSpec& cluster, const Signals& wants,
              const ReplayOptions& options) {
  const auto plain_node = [](const NodeSpec& node) {
    return node.discipline == Discipline::kFifo && node.round_trip_ns == 0 && node.queue_limit == 0;
  };
  const bool simple_commits = cluster.replication.mode == ReplicationMode::kAsync &&
                              cluster.replication.delay.kind() == Law::Kind::kConstant &&
                              cluster.count(Role::kPrimary) == 1 && workload.effects.empty();
  return simple_commits && !options.all_nodes_by_events && options.timeout_ns == 0 &&
         !wants.responses && !wants.sessions && !wants.timers && !wants.origin && !wants.truth &&
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
        events_(mean_gap_ns(workload, options)),
        recorder_(
            cluster.nodes.size(),
            static_cast<Nanoseconds>(static_cast<double>(workload.trace.span_ns()) / options.speed),
            options.warmup_ns),
        servers_(cluster, options, workload.service_ns, events_, flights_, recorder_),
        ledger_(columns_, workload.trace.key_count(), cluster.nodes.size(),
                cluster.count(Role::kPrimary) > 1, options, recorder_.tally(), control.observer),
        replication_(cluster, options, workload.service_ns, events_, flights_, servers_, ledger_,
                     recorder_),
        arrivals_(workload, options, events_),
        nodes_(cluster.nodes.size()),
        travelling_(nodes_),
        waiting_reads_(nodes_),
        transactions_(workload),
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
        advance_to(event.time_ns);
        handle(event);
        continue;
      }
      if (next_arrival == kNever) break;
      advance_to(next_arrival);
      if (const auto arrival = arrivals_.take()) issue(*arrival);
    }
    settle_reads(kNever);
    report_progress();
    recorder_.tally().overhead.run_seconds =
        static_cast<double>(elapsed_ns(begin, Clock::now())) / 1e9;
    return recorder_.take();
  }

 private:
  void handle(const Event& event) {
    switch (event.kind()) {
      case EventKind::kApplierReady:
        replication_.applier_ready(node_id(event.payload()), now_);
        break;
      case EventKind::kDeliverToAll:
        replication_.deliver_to_all(event.low(), now_);
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
        complete(event);
        break;
      case EventKind::kCommit:
        ledger_.committed(event.low());
        replication_.ship(event.low());
        break;
      case EventKind::kDeliver:
        replication_.deliver(event.low(), node_id(event.high()), now_);
        break;
      case EventKind::kDeliverNext:
        replication_.deliver_next(node_id(event.low()), node_id(event.high()), now_);
        break;
      case EventKind::kApplied:
        if (replication_.count_ack(event.low())) acknowledge(event.low());
        break;
      case EventKind::kAcknowledged:
        acknowledge(event.low());
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
        arrive_next(node_id(event.payload()));
        break;
      default:
        break;
    }
  }

  void complete(const Event& event) {
    const Servers::Completion completion = servers_.complete(event);
    if (completion.started) expect_read(flights_[*completion.started], now_);
    if (!completion.ended) return;
    const Flight flight = flights_.remove(*completion.ended);
    if (flight.is_apply) {
      replication_.apply_ended(flight, now_);
    } else {
      finish(flight, now_);
    }
  }

  // A request leaves its client.
  void issue(const Arrival& arrival) {
    ledger_.prefetch(arrival.request + kPrefetch);
    Flight flight;
    flight.request = arrival.request;
    flight.op = columns_.op[arrival.request];
    flight.intended_ns = arrival.intended_ns;
    flight.issued_ns = now_;
    if (kGeneral && wants_.sessions) start_session(columns_.session[arrival.request]);
    route(flight);
    if (++issued_ % kProgressStep == 0) report_progress();
  }

  [[gnu::noinline]] void retry(JobId id) {
    Flight flight = flights_.remove(id);
    route(flight);
  }

  // What follows, up to finish(), is inlined where requests are issued: else every request and
  // decision would go through memory.
  [[gnu::always_inline]] void route(Flight& flight) {
    const Decision decision = decide(flight);
    switch (decision.kind) {
      case Decision::Kind::kNode:
        dispatch(flight, decision.node);
        break;
      case Decision::Kind::kWait:
        wait_until(flight, decision.until_ns);
        break;
      default:
        refuse(flight, Status::kRejected, now_);
        break;
    }
  }

  // By value, here and below, where a request leaves the path of most: a reference would keep every
  // request in memory.
  [[gnu::noinline]] void wait_until(Flight flight, Nanoseconds until_ns) {
    if (until_ns <= now_) {
      throw InputError("a router asked to wait until a time that is not in the future");
    }
    events_.push({until_ns, EventKind::kRetry, flights_.add(flight)});
  }

  [[gnu::always_inline]] Decision decide(const Flight& flight) {
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
    const bool timed = issued_ % kOverheadSampling == kOverheadSampling / 2;
    const Decision decision = timed ? timed_choice(query) : routers_.choose(query, view_, now_);
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

  [[gnu::noinline]] Decision timed_choice(const Query& query) {
    const auto before = Clock::now();
    const Decision decision = routers_.choose(query, view_, now_);
    const std::int64_t spent = elapsed_ns(before, Clock::now()) - clock_cost_ns_;
    recorder_.tally().overhead.decision_ns.record(std::max<std::int64_t>(0, spent));
    return decision;
  }

  [[gnu::always_inline]] void dispatch(Flight& flight, NodeId node) {
    flight.node = node;
    flight.dispatched_ns = now_;
    if (kGeneral && wants_.outstanding) outstanding_.add(node);
    if (kGeneral && transactions_.has(flight.request) &&
        class_of(flight.op) != RequestClass::kControl) {
      ledger_.placed_in_transaction(flight.request, node, now_);
    }
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

  [[gnu::noinline]] void send(Flight flight, Nanoseconds half_trip) {
    const JobId id = flights_.add(flight);
    if (options_.timeout_ns > 0) {
      events_.push({flight.issued_ns + options_.timeout_ns, EventKind::kTimeout, id,
                    flights_.generation(id)});
    }
    if (half_trip == 0) {
      reach_node(id);
    } else {
      // A node's requests arrive in the order in which they were sent.
      travelling_[index(flight.node)].push(id);
      events_.push({flight.arrive_ns, EventKind::kNodeArrival, index(flight.node)});
    }
  }

  void arrive_next(NodeId node) {
    const JobId id = travelling_[index(node)].front();
    travelling_[index(node)].pop();
    reach_node(id);
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
      if (const auto started = servers_.serve_by_event(id)) begin_service(flights_[*started]);
    }
  }

  // Service of the job begins now, on its arrival.
  [[gnu::always_inline]] void begin_service(const Flight& flight) {
    if (!flight.is_apply && returns_rows(flight.op)) {
      ledger_.read(flight.request, flight.node, flight.issued_ns, now_);
    }
  }
  // Or at `start_ns`, when all else of that instant has happened.
  [[gnu::always_inline]] void expect_read(const Flight& flight, Nanoseconds start_ns) {
    if (!flight.is_apply && returns_rows(flight.op) && ledger_.checks_reads()) {
      waiting_reads_.push(flight.node, {flight.request, flight.issued_ns, start_ns});
    }
  }
  // Virtual time goes on; the reads that began in between are looked at first.
  void advance_to(Nanoseconds time) {
    if (waiting_reads_.next_ns() < time) [[unlikely]]
      settle_reads(time);
    now_ = time;
  }
  [[gnu::noinline]] void settle_reads(Nanoseconds before) {
    waiting_reads_.take_before(before, [&](NodeId node, const WaitingRead& read) {
      ledger_.read(read.request, node, read.issued_ns, read.start_ns);
    });
  }

  // Whether the node refuses the request at its door.
  [[gnu::always_inline]] bool turn_away(const Flight& flight) {
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

  [[gnu::always_inline]] void serve_planned(Flight& flight) {
    flight.service_ns = servers_.service_ns(flight.request, flight.node);
    const ServiceSlot slot = servers_.serve_planned(flight);
    if (slot.start_ns == now_) {
      begin_service(flight);
    } else {
      expect_read(flight, slot.start_ns);
    }
    finish(flight, slot.finish_ns);
  }

  // The node's work on a request ends at finish_ns, which a plan knows ahead.
  [[gnu::always_inline]] void finish(const Flight& flight, Nanoseconds finish_ns) {
    const Nanoseconds response_ns = finish_ns + half_trip_ns(flight.node);
    if constexpr (kGeneral) {
      finish_general(flight, finish_ns, response_ns);
      return;
    }
    if (replicates(flight.op)) {
      replication_.ship_to_all(
          ledger_.open(flight.request, flight.node, finish_ns, response_ns, now_), finish_ns);
    }
    recorder_.completed(flight, finish_ns, response_ns);
    answer(flight, Status::kOk, response_ns);
  }

  [[gnu::noinline]] void finish_general(Flight flight, Nanoseconds finish_ns,
                                        Nanoseconds response_ns) {
    const Nanoseconds given_up_ns =
        options_.timeout_ns > 0 ? flight.issued_ns + options_.timeout_ns : kNever;
    const bool too_late = flight.abandoned || response_ns > given_up_ns;
    const bool awaits = replication_.waits_for_acks() && !too_late;
    const CommitChain chain =
        commit_writes(flight, finish_ns, awaits || too_late ? kNever : response_ns);
    if (too_late) recorder_.abandoned_until(finish_ns);
    if (flight.abandoned) return;
    if (too_late) {
      recorder_.not_completed(flight, Status::kTimedOut, given_up_ns);
      answer(flight, Status::kTimedOut, given_up_ns);
    } else if (awaits && chain.count > 0) {
      await_acks(flight, finish_ns, chain);
    } else {
      recorder_.completed(flight, finish_ns, response_ns);
      answer(flight, Status::kOk, response_ns);
    }
  }

  // What the end of a statement commits.
  CommitChain commit_writes(const Flight& flight, Nanoseconds finish_ns, Nanoseconds ack_ns) {
    CommitChain chain;
    transactions_.statement_ended(
        flight, finish_ns, [&](RequestIndex write, NodeId node, Nanoseconds commit_ns) {
          const CommitId id = ledger_.open(write, node, commit_ns, ack_ns, now_);
          events_.push({commit_ns, EventKind::kCommit, id, order_of(write)});
          waiting_answers_.add(chain, id);
        });
    return chain;
  }

  // The client hears of the end only when other nodes have the commits too.
  void await_acks(const Flight& flight, Nanoseconds finish_ns, const CommitChain& chain) {
    const JobId id = flights_.add(flight);
    waiting_answers_.wait(id, finish_ns, chain);
    if (options_.timeout_ns > 0) {
      events_.push({flight.issued_ns + options_.timeout_ns, EventKind::kTimeout, id,
                    flights_.generation(id)});
    }
  }

  // Enough other nodes have the commit.
  void acknowledge(CommitId commit) {
    const JobId id = waiting_answers_.acknowledged(commit);
    if (id == WaitingAnswers::kNoFlight) return;
    const Flight flight = flights_.remove(id);
    if (flight.abandoned) return;
    const Nanoseconds finish_ns = waiting_answers_.finish_ns(id);
    const Nanoseconds response_ns = now_ + half_trip_ns(flight.node);
    waiting_answers_.for_each_commit(id,
                                     [&](CommitId one) { ledger_.acknowledged(one, response_ns); });
    recorder_.completed(flight, finish_ns, response_ns, now_ - finish_ns);
    answer(flight, Status::kOk, response_ns);
  }

  [[gnu::noinline]] void refuse(Flight flight, Status status, Nanoseconds response_ns) {
    if (kGeneral) transactions_.statement_failed(flight);
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
  [[gnu::always_inline]] void answer(const Flight& flight, Status status, Nanoseconds response_ns) {
    arrivals_.answered(flight.request, response_ns);
    if (flight.node == kNoNode) return;
    if (wants_.outstanding) {
      if constexpr (kGeneral) {
        outstanding_.will_end(flight.node, response_ns);
      } else {
        // Sent and, since nothing intervenes, answered within one step.
        outstanding_.add_until(flight.node, response_ns);
      }
    }
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
  EventQueue events_;
  FlightTable flights_;
  Recorder recorder_;
  Servers servers_;
  Ledger ledger_;
  Replication replication_;
  Arrivals arrivals_;
  std::size_t nodes_;
  std::vector<Ring<JobId>> travelling_;  // per node
  WaitingReads waiting_reads_;
  Transactions transactions_;
  WaitingAnswers waiting_answers_;
  Outstanding outstanding_;
  OriginMemory origins_;
  std::vector<bool> session_seen_;
  ClusterView view_;
  Nanoseconds now_ = 0;
  Nanoseconds timer_ns_ = kNever;
  RequestIndex asking_for_ = 0;
  std::uint64_t issued_ = 0;
  std::uint64_t reported_ = 0;
  std::int64_t clock_cost_ns_ = 0;
};

}  // namespace

RunTally replay(const ReplayWorkload& workload, const ClusterSpec& cluster,
                const RouterChain& routers, const ReplayOptions& options,
                const RunControl& control) {
  if (is_plain(workload, cluster, routers.wants(), options)) {
    return Engine<false>(workload, cluster, routers, options, control).run();
  }
  return Engine<true>(workload, cluster, routers, options, control).run();
}

}  // namespace switchyard
