#include "replay/engine.h"

#include <fmt/format.h>

#include <utility>

#include "core/error.h"
#include "replay/answer_memory.h"
#include "replay/arrivals.h"
#include "replay/connectivity.h"
#include "replay/decision_timer.h"
#include "replay/event_queue.h"
#include "replay/ledger.h"
#include "replay/origin_memory.h"
#include "replay/probes.h"
#include "replay/recorder.h"
#include "replay/replication.h"
#include "replay/router_feed.h"
#include "replay/run_needs.h"
#include "replay/servers.h"
#include "replay/session_ends.h"
#include "replay/supervisor.h"
#include "replay/transactions.h"
#include "replay/waiting_answers.h"
#include "replay/waiting_reads.h"

namespace switchyard {
namespace {

constexpr std::uint64_t kProgressStep = 4096;
constexpr std::uint64_t kStopStep = 65536;
// So many requests ahead, what a read will need is fetched into the cache.
constexpr RequestIndex kPrefetch = 16;

// The plain engine (kGeneral false) leaves out at compile time what most runs never use; where it
// can run, the general one does the same, only slower.
template <bool kGeneral>
class Engine : private Truth, private Supervisor::Client {
 public:
  Engine(const ReplayWorkload& workload, const ClusterSpec& cluster,
         std::span<const RouterChain> instances, const ReplayOptions& options,
         const RunControl& control)
      : columns_(workload.trace.columns()),
        wants_(instances.front().wants()),
        options_(watched(options, cluster, wants_)),
        control_(control),
        events_(mean_gap_ns(workload, options)),
        recorder_(
            cluster.nodes.size(),
            static_cast<Nanoseconds>(static_cast<double>(workload.trace.span_ns()) / options.speed),
            options.measured, kGeneral && requests_may_fail(cluster, options)),
        connectivity_(cluster.nodes.size()),
        servers_(cluster, options_, workload.service_ns, events_, flights_, recorder_),
        ledger_(columns_, workload.trace.key_count(), cluster.nodes.size(),
                {.conflicts = several_primaries_possible(cluster),
                 .discards = discards_possible(cluster)},
                options, recorder_.tally(), control.observer),
        progress_(cluster.nodes.size(), cluster.replication.observe_every_ns, events_, servers_,
                  connectivity_, wants_.positions),
        replication_(cluster, options_, workload.service_ns, events_, flights_, servers_,
                     connectivity_, ledger_, recorder_, wants_.positions ? &progress_ : nullptr),
        supervisor_(cluster, events_, servers_, replication_, connectivity_, *this),
        probes_(cluster, wants_.probes, events_, flights_, servers_, recorder_,
                wants_.positions ? &progress_ : nullptr),
        first_feed_(instances.front(), 0, cluster.nodes.size(), columns_,
                    workload.trace.session_count(), events_, flights_, probes_, *this, progress_),
        arrivals_(workload, options_, events_),
        session_ends_(columns_, workload.trace.session_count(), wants_.sessions, events_),
        nodes_(cluster.nodes.size()),
        travelling_(nodes_),
        waiting_reads_(nodes_),
        transactions_(workload),
        origins_(wants_.origin ? workload.trace.session_count() : 0),
        answers_(columns_.asked.empty() ? 0 : workload.trace.session_count(), kNoNode),
        other_answers_(control.choices == nullptr || columns_.asked.empty()
                           ? 0
                           : workload.trace.session_count(),
                       {}) {
    const Truth& truth = *this;
    for (std::uint32_t i = 1; i < instances.size(); ++i) {
      more_feeds_.push_back(std::make_unique<RouterFeed>(instances[i], i, nodes_, columns_,
                                                         workload.trace.session_count(), events_,
                                                         flights_, probes_, truth, progress_));
    }
  }

  RunTally run() {
    const auto begin = DecisionTimer::Clock::now();
    for_each_feed([&](RouterFeed& feed) { feed.routers_called(now_); });
    while (true) {
      const Nanoseconds next_arrival = arrivals_.next_time();
      if (Event event; events_.pop_until(next_arrival, event)) {
        advance_to(event.time_ns);
        handle(event);
        // Where nothing is issued for long, too, a run can be stopped.
        if (kGeneral && ++handled_ % kStopStep == 0) report_progress();
        continue;
      }
      if (next_arrival == kNever) break;
      advance_to(next_arrival);
      if (const auto arrival = arrivals_.take()) issue(*arrival);
    }
    settle_reads(kNever);
    if constexpr (kGeneral) replication_.finish(now_);
    report_progress();
    const auto end = DecisionTimer::Clock::now();
    recorder_.tally().overhead.run_seconds =
        static_cast<double>(DecisionTimer::elapsed_ns(begin, end)) / 1e9;
    return recorder_.take();
  }

 private:
  // Of the router instance that the session is connected to.
  [[gnu::always_inline]] RouterFeed& feed_of(std::uint32_t session) {
    if (!kGeneral || more_feeds_.empty()) return first_feed_;
    return feed(session % (more_feeds_.size() + 1));
  }
  RouterFeed& feed_of(const Flight& flight) { return feed_of(columns_.session[flight.request]); }
  RouterFeed& feed(std::size_t instance) {
    return instance == 0 ? first_feed_ : *more_feeds_[instance - 1];
  }
  template <class Visitor>
  void for_each_feed(Visitor&& visit) {
    visit(first_feed_);
    for (const auto& other : more_feeds_) visit(*other);
  }

  // No request is to come, nor an answer to one: what comes again and again may end.
  bool is_idle() const {
    return arrivals_.next_time() == kNever && arrivals_.scheduled() == 0 &&
           issued_ == answered_ + never_answered_;
  }

  [[gnu::noinline]] void handle(Event event) {
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
      case EventKind::kFault:
      case EventKind::kNotice:
      case EventKind::kPromote:
        // Once all is answered, what else happens to the cluster matters to nobody.
        if (answered_ < columns_.op.size()) supervisor_.handle(event);
        fail_discarded();
        break;
      case EventKind::kNodeCompletion:
        complete(event);
        break;
      case EventKind::kApplyEnd:
        if (flights_.generation(event.low()) == event.high()) apply_ended(event.low());
        break;
      case EventKind::kCommit:
        ledger_.committed(event.low());
        replication_.ship(event.low());
        break;
      case EventKind::kDeliver:
        replication_.deliver(event.low(), node_id(event.high()), now_);
        break;
      case EventKind::kDeliverNext:
        replication_.deliver_next(event);
        break;
      case EventKind::kAckArrives:
        if (const auto commit = replication_.ack_arrives(event)) acknowledge(*commit);
        break;
      case EventKind::kAcknowledged:
        if (replication_.is_acknowledged(event)) acknowledge(event.low());
        break;
      case EventKind::kResponse:
        if (event.high() == 0) {
          feed_of(flights_[event.low()]).respond(event.low(), now_);
        } else {
          feed(event.high() - 1).tell_witness(event.low(), now_);
        }
        break;
      case EventKind::kSessionEnd:
        feed_of(event.low()).session_ended(event.low(), now_);
        break;
      case EventKind::kTimeout:
        give_up(event.low(), event.high());
        break;
      case EventKind::kCaughtUp:
        if (flights_.generation(event.low()) == event.high()) caught_up(event.low());
        break;
      case EventKind::kWaitOver:
        if (flights_.generation(event.low()) == event.high()) wait_over(event.low());
        break;
      case EventKind::kObserve:
        // It must not keep a run alive by itself.
        if (!is_idle()) observe();
        break;
      case EventKind::kTimer:
        feed(event.payload()).fire_timer(now_, is_idle());
        break;
      case EventKind::kProbeArrival:
        probes_.arrive(event.low(), now_);
        break;
      case EventKind::kProbeAnswer:
        probe_answered(event.low());
        break;
      case EventKind::kNodeArrival:
        arrive_next(node_id(event.payload()));
        break;
      default:
        break;
    }
  }

  void observe() {
    progress_.observe(now_);
    for_each_feed([&](RouterFeed& feed) {
      feed.routers().on_observation(progress_, now_);
      feed.routers_called(now_);
    });
  }
  void complete(const Event& event) {
    const Servers::Completion completion = servers_.complete(event);
    if (completion.started) expect_read(flights_[*completion.started], now_);
    if (!completion.ended) return;
    const JobId id = *completion.ended;
    switch (flights_[id].work) {
      case Work::kApply:
        apply_ended(id);
        break;
      case Work::kProbe:
        recorder_.abandoned_until(now_);
        probes_.work_ended(flights_.remove(id), now_);
        break;
      case Work::kRequest:
        probes_.request_left(id, flights_[id], now_);
        if (wants_.server) flights_[id].waiting = servers_.waiting(flights_[id].node);
        finish(flights_.remove(id), now_);
        break;
    }
  }
  void apply_ended(JobId id) {
    const NodeId node = flights_[id].node;
    replication_.apply_ended(id, now_);
    supervisor_.applied(node, now_);
    fail_discarded();
  }
  // What is lost will never be acknowledged.
  void fail_discarded() {
    for (const CommitId commit : replication_.take_discarded()) {
      const JobId id = waiting_answers_.waiting_for(commit);
      if (id != WaitingAnswers::kNoFlight) fail_waiting(id);
    }
  }
  void fail_waiting(JobId id) {
    waiting_answers_.for_each_commit(id, [&](CommitId one) { ledger_.release(one); });
    waiting_answers_.cancel(id);
    lose(flights_.remove(id));
  }
  // What its node had of it is gone.
  void lose(const Flight& flight) {
    if (flight.abandoned) return;
    if (servers_.door(flight.node) == Door::kNoAnswer) {
      leave_unanswered(flight);
    } else {
      fail(flight, Status::kLost, now_ + half_trip_ns(flight.node));
    }
  }

  // A request leaves its client.
  [[gnu::always_inline]] void issue(const Arrival& arrival) {
    ledger_.prefetch(arrival.request + kPrefetch);
    Flight flight;
    flight.request = arrival.request;
    flight.op = columns_.op[arrival.request];
    flight.intended_ns = arrival.intended_ns;
    flight.issued_ns = flight.asked_ns = now_;
    if (kGeneral) feed_of(flight).request_of(columns_.session[arrival.request], now_);
    route(flight);
    if (++issued_ % kProgressStep == 0) report_progress();
  }

  [[gnu::noinline]] void retry(JobId id) {
    Flight flight = flights_.remove(id);
    if (kGeneral && now_ >= given_up_ns(flight)) {
      fail(flight, Status::kTimedOut, now_);
    } else {
      route(flight);
    }
  }

  // What follows, up to finish(), is inlined where requests are issued: else every request and
  // decision would go through memory.
  [[gnu::always_inline]] void route(Flight& flight) {
    const Decision decision = decide(flight);
    if (kGeneral && control_.observer != nullptr && options_.all_nodes_by_events) [[unlikely]] {
      control_.observer->decided(flight.request, decision, now_, servers_);
    }
    switch (decision.kind) {
      case Decision::Kind::kNode:
        dispatch(flight, decision.node);
        break;
      case Decision::Kind::kWait:
        wait_until(flight, decision.until_ns);
        break;
      case Decision::Kind::kWaitFor:
      case Decision::Kind::kProbe:
        await_node(flight, decision);
        break;
      case Decision::Kind::kFail:
        fail(flight, Status::kError, now_);
        break;
      default:
        fail(flight, Status::kRejected, now_);
        break;
    }
  }

  // By value, here and below, where a request leaves the path of most: a reference would keep every
  // request in memory.
  [[gnu::noinline]] void wait_until(Flight flight, Nanoseconds until_ns) {
    check_is_ahead(until_ns);
    events_.push(
        {std::min(until_ns, given_up_ns(flight)), EventKind::kRetry, flights_.add(flight)});
  }

  [[gnu::noinline]] void await_node(Flight flight, Decision decision) {
    const bool asks = decision.kind == Decision::Kind::kProbe;
    if (!(asks ? wants_.probes : wants_.positions) || index(decision.node) >= nodes_) {
      throw InputError(
          "a router waits for positions or an answer that it did not ask for, or of no node");
    }
    if constexpr (kGeneral) asks ? ask_node(flight, decision) : wait_for(flight, decision);
  }
  void wait_for(Flight& flight, const Decision& decision) {
    flight.node = decision.node;
    const std::vector<Position>& awaited = feed_of(flight).awaited();
    if (progress_.has_reached(decision.node, awaited)) {
      dispatch(flight, decision.node);
      return;
    }
    const JobId id = wait_at_most(flight, decision.until_ns);
    progress_.wait(decision.node, awaited, id, flights_.generation(id));
  }
  JobId wait_at_most(const Flight& flight, Nanoseconds until_ns) {
    check_is_ahead(until_ns);
    const JobId id = flights_.add(flight);
    events_.push({std::min(until_ns, given_up_ns(flight)), EventKind::kWaitOver, id,
                  flights_.generation(id)});
    return id;
  }
  void check_is_ahead(Nanoseconds until_ns) const {
    if (until_ns <= now_) {
      throw InputError("a router asked to wait until a time that is not in the future");
    }
  }
  void caught_up(JobId id) {
    Flight flight = flights_.remove(id);
    dispatch(flight, flight.node);
  }
  void wait_over(JobId id) {
    // Else it waits for the answer to its probe, which will find nobody.
    if (flights_[id].node != kNoNode) progress_.stop_waiting(flights_[id].node, id);
    flights_[id].waited_out = true;
    flights_[id].node = kNoNode;
    retry(id);
  }

  void ask_node(Flight& flight, const Decision& decision) {
    drop_answer(flight);
    probes_.ask(wait_at_most(flight, decision.until_ns), decision.node, now_);
  }
  void probe_answered(std::uint32_t probe) {
    if (!probes_.is_of_query(probe)) {
      const Probes::Answer answer = probes_.take_answer(probe, now_);
      feed(answer.instance).probe_answered(answer.content, answer.is_of_witness);
      return;
    }
    const JobId id = probes_.answered(probe, now_);
    if (id == Probes::kNoQuery) return;
    flights_[id].probe = probe;
    flights_[id].waited_out = false;
    retry(id);
  }
  // What the query was answered by a node is of no more use.
  void drop_answer(Flight& flight) {
    if (flight.probe != kNone) probes_.release(std::exchange(flight.probe, kNone));
  }

  [[gnu::always_inline]] Decision decide(const Flight& flight) {
    const RequestClass kind = class_of(flight.op);
    const RequestIndex request = flight.request;
    const std::uint32_t session = columns_.session[request];
    RouterFeed& feed = feed_of(session);
    if (!kGeneral && kind == RequestClass::kControl) return feed.routers().unrouted();
    const std::uint32_t key = columns_.key.empty() ? kNone : columns_.key[request];
    Query query;
    query.kind = kind;
    query.op = flight.op;
    query.asked_ns = flight.asked_ns;
    query.session = static_cast<SessionId>(session);
    query.key = static_cast<KeyId>(key);
    if (!columns_.table.empty()) query.table = static_cast<TableId>(columns_.table[request]);
    if (kGeneral && !columns_.txn.empty()) query.transaction = columns_.txn[request];
    if (!columns_.flags.empty()) {
      query.read_only_transaction = (columns_.flags[request] & kFlagReadOnlyTransaction) != 0;
    }
    if constexpr (kGeneral) {
      asking_for_ = request;
      query.waited_out = flight.waited_out;
      if (flight.probe != kNone) query.probe = &probes_.answer(flight.probe);
      progress_.set_time(now_);
    }
    const bool is_recorded = kGeneral && is_asking_recorded(request);
    if (kGeneral && kind == RequestClass::kControl && !is_recorded) {
      const Decision placed = feed.routers().place_control(query, feed.view(now_), now_);
      feed.routers_called(now_);
      return placed;
    }
    if (kGeneral && wants_.origin && !is_recorded && kind == RequestClass::kWrite &&
        flight.op != Op::kLockingRead) {
      name_object(query, key, query.table);
      query.has_object = query.origin != kNoNode;
    }
    const ClusterView& view = feed.view(now_);
    const Decision decision = is_recorded ? decide_as_recorded(flight, query, feed.routers(), view)
                                          : ask_in_turn(feed.routers(), query, view);
    if (kGeneral) feed.routers_called(now_);
    const bool sent = decision.kind == Decision::Kind::kNode;
    if (sent && index(decision.node) >= nodes_) {
      throw InputError(fmt::format("a router chose node number {}, but the cluster has only {}",
                                   index(decision.node), nodes_));
    }
    if (kGeneral && sent && wants_.origin && kind != RequestClass::kControl) {
      if (!replicates(flight.op)) {
        origins_.loaded(session, key, decision.node);
      } else if (is_recorded && servers_.role(decision.node) == Role::kPrimary) {
        // Of other recordings it is not known whether a write is that of an object.
        origins_.saved(session, key, decision.node);
      }
    }
    return decision;
  }
  void name_object(Query& query, std::uint32_t object, TableId table) const {
    query.has_object = true;
    query.object = static_cast<KeyId>(object);
    query.object_table = table;
    query.origin = origins_.origin(static_cast<std::uint32_t>(query.session), object);
  }

  bool is_asking_recorded(RequestIndex request) const {
    return !columns_.asked.empty() && columns_.asked[request] != 0;
  }
  void name_object_as_recorded(RequestIndex request, Query& query) const {
    const bool is_other = !columns_.object_table.empty() && columns_.object_table[request] != kNone;
    if (!is_other) return name_object(query, static_cast<std::uint32_t>(query.key), query.table);
    name_object(query, columns_.object.empty() ? kNone : columns_.object[request],
                static_cast<TableId>(columns_.object_table[request]));
  }
  // Calls whose answers are dropped are calls as well: they cost the same, and draw random numbers.
  [[gnu::noinline]] Decision decide_as_recorded(const Flight& flight, Query query,
                                                const RouterChain& routers,
                                                const ClusterView& view) {
    const Asking asking = unpack_valid_asking(columns_.asked[flight.request]);
    const auto session = static_cast<std::uint32_t>(query.session);
    const RequestClass recorded = query.kind;
    if (wants_.origin && asking.with_object) name_object_as_recorded(flight.request, query);
    Decision decision;
    const auto call = [&](std::size_t i) {
      query.kind = asking.calls[i];
      const Decision said = ask_in_turn(routers, query, view);
      if (asking.call_count - i == asking.decided_by) decision = said;
      const bool is_placed =
          said.kind == Decision::Kind::kNode || said.kind == Decision::Kind::kWaitFor;
      return is_placed ? said.node : kNoNode;
    };
    // Of a query that had to wait, only the call is repeated that decides it.
    const bool asks_again = now_ > flight.asked_ns || flight.waited_out || flight.probe != kNone;
    Choices* const others = control_.choices;
    for (std::size_t i = 0; i < asking.call_count && !asks_again; ++i) {
      answers_.add(session, call(i));
      if (others != nullptr) other_answers_.add(session, *others);
    }
    query.kind = recorded;
    if (asking.decided_by == 0) return routers.place_control(query, view, now_);
    NodeId& answer = answers_.answer(session, asking.decided_by);
    const bool is_own = asking.decided_by <= asking.call_count;
    if (is_own && asks_again) {
      answer = call(asking.call_count - asking.decided_by);
      if (others != nullptr) other_answers_.answer(session, asking.decided_by) = *others;
    }
    if (is_own || answer != kNoNode) {
      if (others != nullptr) *others = other_answers_.answer(session, asking.decided_by);
      return is_own ? decision : Decision::to(answer, Reason::kPinned);
    }
    // The recording begins in the midst of an operation, or its call was not answered.
    return recorded == RequestClass::kControl ? routers.place_control(query, view, now_)
                                              : ask_in_turn(routers, query, view);
  }

  [[gnu::always_inline]] Decision ask_in_turn(const RouterChain& routers, const Query& query,
                                              const ClusterView& view) {
    return DecisionTimer::is_due(issued_) ? timed_choice(routers, query, view)
                                          : ask(routers, query, view);
  }
  [[gnu::noinline]] Decision timed_choice(const RouterChain& routers, const Query& query,
                                          const ClusterView& view) {
    return timer_.time(recorder_.tally().overhead.decision_ns,
                       [&] { return ask(routers, query, view); });
  }
  [[gnu::always_inline]] Decision ask(const RouterChain& routers, const Query& query,
                                      const ClusterView& view) {
    return kGeneral ? routers.choose(query, view, now_)
                    : routers.choose_unpinned(query, view, now_);
  }

  [[gnu::always_inline]] void dispatch(Flight& flight, NodeId node) {
    flight.node = node;
    flight.dispatched_ns = now_;
    if (kGeneral) drop_answer(flight);
    if (kGeneral) feed_of(flight).dispatched(flight);
    if (kGeneral && transactions_.has(flight.request) &&
        (class_of(flight.op) != RequestClass::kControl || is_asking_recorded(flight.request))) {
      ledger_.placed_in_transaction(flight.request, node, now_);
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
    expect_timeout(id);
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
      probes_.request_entered(id, flight.node);
      if (const auto started = servers_.serve_by_event(id)) begin_service(flights_[*started]);
    }
  }

  // Service of the job begins now, on its arrival.
  [[gnu::always_inline]] void begin_service(const Flight& flight) {
    if (flight.work == Work::kRequest && returns_rows(flight.op)) {
      ledger_.read(flight.request, flight.node, flight.issued_ns, now_);
    }
  }
  // Or at `start_ns`, when all else of that instant has happened.
  [[gnu::always_inline]] void expect_read(const Flight& flight, Nanoseconds start_ns) {
    if (flight.work == Work::kRequest && returns_rows(flight.op) && ledger_.checks_reads()) {
      waiting_reads_.push(flight.node, {flight.request, flight.issued_ns, start_ns});
    }
  }
  // Virtual time goes on; the reads that began in between are looked at first.
  void advance_to(Nanoseconds time) {
    if (waiting_reads_.next_ns() < time) [[unlikely]]
      settle_reads(time);
    if (kGeneral && time > now_) recorder_.time_advances(time);
    now_ = time;
  }
  [[gnu::noinline]] void settle_reads(Nanoseconds before) {
    waiting_reads_.take_before(before, [&](NodeId node, const WaitingRead& read) {
      ledger_.read(read.request, node, read.issued_ns, read.start_ns);
    });
  }

  // Whether the node refuses the request at its door.
  [[gnu::always_inline]] bool turn_away(const Flight& flight) {
    Status status = Status::kOk;
    const Door door = kGeneral ? servers_.door(flight.node) : Door::kOpen;
    const bool needs_primary = class_of(flight.op) == RequestClass::kWrite;
    if (kGeneral && door != Door::kOpen) {
      status = door == Door::kErring ? Status::kError : Status::kDown;
    } else if (needs_primary && servers_.role(flight.node) == Role::kReplica) {
      status = Status::kRefused;
    } else if (kGeneral && servers_.queue_is_full(flight.node, now_)) {
      status = Status::kRejected;
    }
    if (status == Status::kOk) return false;
    if (flight.abandoned) return true;
    if (kGeneral && door == Door::kNoAnswer) {
      leave_unanswered(flight);
    } else {
      fail(flight, status, now_ + half_trip_ns(flight.node));
    }
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
    const bool unheard = servers_.door(flight.node) == Door::kNoAnswer;
    const bool too_late = flight.abandoned || unheard || response_ns > given_up_ns(flight);
    const bool awaits = replication_.waits_for_acks() && !too_late;
    // Whoever gives up on a statement gives up the transaction, but a commit is beyond recall.
    if (too_late && flight.op != Op::kCommit) transactions_.statement_failed(flight);
    const CommitChain chain =
        commit_writes(flight, finish_ns, awaits || too_late ? kNever : response_ns);
    if (too_late) recorder_.abandoned_until(finish_ns);
    if (flight.abandoned) return;
    if (too_late) {
      leave_unanswered(flight);
    } else if (awaits && chain.count > 0) {
      await_acks(flight, finish_ns, chain);
    } else {
      recorder_.completed(flight, finish_ns, response_ns);
      if (servers_.role(flight.node) == Role::kPrimary) recorder_.completed_by_primary(flight);
      answer(flight, Status::kOk, response_ns);
    }
  }

  // What the end of a statement commits.
  CommitChain commit_writes(Flight& flight, Nanoseconds finish_ns, Nanoseconds ack_ns) {
    CommitChain chain;
    transactions_.statement_ended(
        flight, finish_ns, [&](RequestIndex write, NodeId node, Nanoseconds commit_ns) {
          const CommitId id = ledger_.open(write, node, commit_ns, ack_ns, now_);
          events_.push({commit_ns, EventKind::kCommit, id, order_of(write)});
          waiting_answers_.add(chain, id);
          if (wants_.positions) flight.position = progress_.committed(id, node, commit_ns);
        });
    return chain;
  }

  // The client hears of the end only when other nodes have the commits too.
  void await_acks(const Flight& flight, Nanoseconds finish_ns, const CommitChain& chain) {
    const JobId id = flights_.add(flight);
    waiting_answers_.wait(id, finish_ns, chain);
    waiting_answers_.for_each_commit(id, [&](CommitId one) { ledger_.hold(one); });
    expect_timeout(id);
  }

  // Enough other nodes have the commit.
  void acknowledge(CommitId commit) {
    const JobId id = waiting_answers_.acknowledged(commit);
    if (id == WaitingAnswers::kNoFlight) return;
    const Flight flight = flights_.remove(id);
    const Nanoseconds finish_ns = waiting_answers_.finish_ns(id);
    const Nanoseconds response_ns = now_ + half_trip_ns(flight.node);
    const bool unheard =
        servers_.door(flight.node) == Door::kNoAnswer || response_ns > given_up_ns(flight);
    waiting_answers_.for_each_commit(id, [&](CommitId one) {
      ledger_.release(one);
      if (!flight.abandoned && !unheard) ledger_.acknowledged(one, response_ns);
    });
    if (flight.abandoned) return;
    if (unheard) {
      leave_unanswered(flight);
      return;
    }
    recorder_.completed(flight, finish_ns, response_ns, now_ - finish_ns);
    answer(flight, Status::kOk, response_ns);
  }

  // The attempt fails; the client hears of it at `response_ns` and may try again.
  [[gnu::noinline]] void fail(Flight flight, Status status, Nanoseconds response_ns) {
    if constexpr (kGeneral) {
      drop_answer(flight);
      if (response_ns > given_up_ns(flight)) {
        status = Status::kTimedOut;
        response_ns = std::max(now_, given_up_ns(flight));
      }
      if (status != Status::kTimedOut || flight.op != Op::kCommit) {
        transactions_.statement_failed(flight);
      }
      if (may_retry(flight, status)) {
        recorder_.retried(flight, status, response_ns);
        if (flight.node != kNoNode) feed_of(flight).answered(flight, status, response_ns);
        ++flight.attempts;
        flight.node = kNoNode;
        flight.waited_out = false;
        flight.asked_ns = response_ns + options_.retry_after_ns;
        events_.push({flight.asked_ns, EventKind::kRetry, flights_.add(flight)});
        return;
      }
    }
    recorder_.not_completed(flight, status, response_ns);
    answer(flight, status, response_ns);
  }
  bool may_retry(const Flight& flight, Status status) const {
    if (flight.attempts >= options_.retries || transactions_.has(flight.request)) return false;
    const bool unknown = status == Status::kTimedOut || status == Status::kLost;
    return class_of(flight.op) == RequestClass::kRead || !unknown;
  }

  // No answer will come: the client notices when it gives up, or never.
  void leave_unanswered(const Flight& flight) {
    if (given_up_ns(flight) != kNever) {
      fail(flight, Status::kTimedOut, given_up_ns(flight));
    } else {
      ++never_answered_;
    }
  }
  Nanoseconds given_up_ns(const Flight& flight) const {
    return options_.timeout_ns > 0 ? flight.asked_ns + options_.timeout_ns : kNever;
  }
  void expect_timeout(JobId id) {
    const Nanoseconds at = given_up_ns(flights_[id]);
    if (at != kNever) events_.push({at, EventKind::kTimeout, id, flights_.generation(id)});
  }
  // A timeout of a request whose end no plan foresaw; the node keeps working on it.
  void give_up(JobId id, std::uint32_t generation) {
    if (flights_.generation(id) != generation || flights_[id].abandoned) return;
    const Flight flight = flights_[id];
    flights_[id].abandoned = true;
    fail(flight, Status::kTimedOut, now_);
  }

  void node_stopped(NodeId node) override {
    std::vector<JobId> lost;
    for (const JobId id : servers_.drop_all(node, now_)) {
      if (flights_[id].work == Work::kRequest) lost.push_back(id);
      if (flights_[id].work == Work::kProbe) probes_.work_lost(flights_.remove(id), now_);
    }
    probes_.node_stopped(node);
    for (const JobId id : waiting_answers_.all()) {
      if (flights_[id].node == node) fail_waiting(id);
    }
    replication_.node_stopped(node);
    transactions_.node_lost(node);
    for (const JobId id : lost) lose(flights_.remove(id));
  }
  void routers_notice(std::span<const NodeState> states) override {
    for_each_feed([&](RouterFeed& feed) {
      feed.routers().on_topology(states, now_);
      feed.routers_called(now_);
    });
  }

  // The client, and the router if it cares, hear of the outcome at response_ns.
  [[gnu::always_inline]] void answer(const Flight& flight, Status status, Nanoseconds response_ns) {
    ++answered_;
    arrivals_.answered(flight.request, response_ns);
    if (kGeneral) session_ends_.answered(flight.request, response_ns);
    if (kGeneral && control_.observer != nullptr) [[unlikely]] {
      control_.observer->answered(flight.request, flight.node, status, flight.intended_ns,
                                  response_ns);
    }
    if (flight.node == kNoNode) return;
    if constexpr (kGeneral) {
      feed_of(flight).answered(flight, status, response_ns);
    } else {
      first_feed_.dispatched_and_answered(flight.node, response_ns);
    }
  }

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
  Nanoseconds response_if_sent(NodeId node, RequestClass kind) const override {
    coming_.clear();
    const Ring<JobId>& travelling = travelling_[index(node)];
    for (std::size_t i = 0; i < travelling.size(); ++i) {
      const Flight& flight = flights_[travelling[i]];
      coming_.push_back({flight.arrive_ns, servers_.service_ns(flight.request, node)});
    }
    return servers_.response_if_sent(asking_for_, kind, node, now_, coming_);
  }
  bool is_fresh(NodeId node) const override { return ledger_.is_fresh(asking_for_, node, now_); }

  const TraceColumns columns_;
  const Signals wants_;
  const ReplayOptions options_;
  const RunControl& control_;
  EventQueue events_;
  FlightTable flights_;
  Recorder recorder_;
  Connectivity connectivity_;
  Servers servers_;
  Ledger ledger_;
  Progress progress_;
  Replication replication_;
  Supervisor supervisor_;
  Probes probes_;
  RouterFeed first_feed_;
  std::vector<std::unique_ptr<RouterFeed>> more_feeds_;  // of the other router instances
  Arrivals arrivals_;
  SessionEnds session_ends_;
  std::size_t nodes_;
  std::vector<Ring<JobId>> travelling_;  // per node
  mutable std::vector<Coming> coming_;   // of one node, for the oracle
  WaitingReads waiting_reads_;
  Transactions transactions_;
  WaitingAnswers waiting_answers_;
  OriginMemory origins_;
  AnswerMemory<NodeId> answers_;
  AnswerMemory<Choices> other_answers_;  // of Alternatives
  DecisionTimer timer_;
  Nanoseconds now_ = 0;
  RequestIndex asking_for_ = 0;
  std::uint64_t handled_ = 0;
  std::uint64_t issued_ = 0;
  std::uint64_t answered_ = 0;
  std::uint64_t never_answered_ = 0;
  std::uint64_t reported_ = 0;
};

}  // namespace

RunTally replay(const ReplayWorkload& workload, const ClusterSpec& cluster,
                std::span<const RouterChain> instances, const ReplayOptions& options,
                const RunControl& control) {
  check_time_range(workload, cluster, options);
  if (instances.size() == 1 && is_plain(workload, cluster, instances.front(), options)) {
    return Engine<false>(workload, cluster, instances, options, control).run();
  }
  return Engine<true>(workload, cluster, instances, options, control).run();
}

RunTally replay(const ReplayWorkload& workload, const ClusterSpec& cluster,
                const RouterChain& routers, const ReplayOptions& options,
                const RunControl& control) {
  return replay(workload, cluster, std::span(&routers, 1), options, control);
}

}  // namespace switchyard
