// Writes what happens into a RunTally, leaving out what is not to be measured.
#pragma once

#include <algorithm>
#include <bit>

#include "replay/options.h"
#include "replay/outage_log.h"
#include "replay/tally.h"
#include "routers/router.h"
#include "workload/op.h"

namespace switchyard {

// What a node works on.
enum class Work : std::uint8_t {
  kRequest,
  kApply,  // of what another node has committed
  kProbe,  // what answering a router's probe costs
};

// A request on its way. For an apply only `request`, `node`, `commit`, `intended_ns` (of the
// commit), `arrive_ns` and `service_ns` mean anything; for a probe the node, `probe` and the
// last two.
struct Flight {
  RequestIndex request = 0;
  NodeId node = kNoNode;
  Op op = Op::kRead;
  Work work = Work::kRequest;
  bool abandoned = false;         // its client has given up on this attempt
  std::uint8_t attempts = 0;      // that have failed
  bool waited_out = false;        // for a node's position or answer
  std::uint32_t commit = kNone;   // the commit that an apply is of
  std::uint32_t waiting = 0;      // on the node when this one ended, if routers are told
  std::uint32_t probe = kNone;    // whose answer it has; or, of a probe, that waits for its end
  Nanoseconds intended_ns = 0;    // the client wanted to ask
  Nanoseconds issued_ns = 0;      // its session was free: the router was asked
  Nanoseconds asked_ns = 0;       // likewise, but of this attempt
  Nanoseconds dispatched_ns = 0;  // it left the router
  Nanoseconds arrive_ns = 0;      // it reached the node
  Nanoseconds service_ns = 0;     // on that node
  Position position = {};         // of what it committed, if routers are told
};

class Recorder {
 public:
  // `follows_outages`: whether it is worth its cost to tell for how long nothing was served.
  Recorder(std::size_t nodes, Nanoseconds span_ns, MeasuredTime measured, bool follows_outages)
      : measured_(measured), follows_outages_(follows_outages) {
    tally_.nodes.resize(nodes);
    tally_.series = TimeSeries(nodes, span_ns);
    tally_.measured_from_ns = measured.from_ns;
    tally_.measured_to_ns = measured.from_ns;
  }

  // The node worked on it from `start_ns` to `finish_ns`.
  // This and the next are on the way of every request: inlined, so that it stays in registers.
  [[gnu::always_inline]] void served(const Flight& flight, Nanoseconds start_ns,
                                     Nanoseconds finish_ns) {
    NodeTally& node = tally_.nodes[index(flight.node)];
    const Nanoseconds waited = finish_ns - flight.arrive_ns - flight.service_ns;
    add_clipped(node.busy_ns, start_ns, finish_ns, flight.service_ns);
    if (waited > 0) {
      add_clipped(node.waiting_ns, flight.arrive_ns, flight.arrive_ns + waited, waited);
      tally_.series.add_waiting(index(flight.node), flight.arrive_ns, flight.arrive_ns + waited);
    }
    mix(flight, start_ns, finish_ns);
  }
  // The node stops, and the work it had begun on it at `start_ns` (now, if it had not) is lost.
  void dropped(const Flight& flight, Nanoseconds start_ns, Nanoseconds worked_ns, Nanoseconds now) {
    NodeTally& node = tally_.nodes[index(flight.node)];
    ran_until(now);
    add_clipped(node.busy_ns, start_ns, now, worked_ns);
    add_clipped(node.waiting_ns, flight.arrive_ns, start_ns, start_ns - flight.arrive_ns);
    tally_.series.add_waiting(index(flight.node), flight.arrive_ns, start_ns);
  }
  // A node works until then on what nobody waits for any more.
  void abandoned_until(Nanoseconds finish_ns) { ran_until(finish_ns); }

  // Between its end on the node and the response, `acks_ns` passed until other nodes had its
  // commit.
  [[gnu::always_inline]] void completed(const Flight& flight, Nanoseconds finish_ns,
                                        Nanoseconds response_ns, Nanoseconds acks_ns = 0) {
    ran_until(response_ns);
    if (!measured_.contains(flight.intended_ns)) return;
    NodeTally& node = tally_.nodes[index(flight.node)];
    const Nanoseconds latency = response_ns - flight.intended_ns;
    const std::size_t bucket = Histogram::bucket_of(latency);
    switch (class_of(flight.op)) {
      case RequestClass::kRead:
        ++node.reads;
        tally_.read_ns.record(latency, bucket);
        break;
      case RequestClass::kWrite:
        ++node.writes;
        tally_.write_ns.record(latency, bucket);
        break;
      case RequestClass::kControl:
        ++node.control;
        tally_.control_ns.record(latency, bucket);
        break;
    }
    if (follows_outages_) [[unlikely]]
      note_outcome(flight, response_ns, true);
    ++tally_.completed;
    // Most don't wait: those are counted at the end.
    const Nanoseconds waited = finish_ns - flight.arrive_ns - flight.service_ns;
    if (waited > 0) tally_.wait_ns.record(waited);
    tally_.service_ns += flight.service_ns;
    tally_.held_ns += flight.issued_ns - flight.intended_ns;
    tally_.router_ns += flight.dispatched_ns - flight.issued_ns;
    tally_.acks_ns += acks_ns;
    tally_.wire_ns += flight.arrive_ns - flight.dispatched_ns + response_ns - finish_ns - acks_ns;
    tally_.series.add_latency(flight.intended_ns, latency, bucket);
  }

  void probed() { ++tally_.probes; }
  // And the node was a primary then.
  void completed_by_primary(const Flight& flight) {
    const bool counts = measured_.contains(flight.intended_ns);
    if (counts && class_of(flight.op) == RequestClass::kRead) {
      ++tally_.nodes[index(flight.node)].reads_as_primary;
    }
  }

  void not_completed(const Flight& flight, Status status, Nanoseconds response_ns) {
    ran_until(response_ns);
    mix(flight, response_ns, static_cast<Nanoseconds>(status));
    if (!measured_.contains(flight.intended_ns)) return;
    tally_.series.add_unanswered(flight.intended_ns);
    if (status == Status::kTimedOut) {
      ++tally_.timed_out;
    } else if (status == Status::kRejected) {
      ++tally_.rejected;
    } else {
      ++tally_.failed;
    }
    attempt_failed(flight, status);
    const RequestClass kind = class_of(flight.op);
    tally_.read_outages.not_served += kind == RequestClass::kRead ? 1 : 0;
    tally_.write_outages.not_served += kind == RequestClass::kWrite ? 1 : 0;
    if (follows_outages_) note_outcome(flight, response_ns, false);
  }
  // The client tries again after this.
  void retried(const Flight& flight, Status status, Nanoseconds response_ns) {
    ran_until(response_ns);
    mix(flight, response_ns, static_cast<Nanoseconds>(status));
    if (!measured_.contains(flight.intended_ns)) return;
    ++tally_.retries;
    attempt_failed(flight, status);
  }

  void applied(NodeId node_id, Nanoseconds commit_ns, Nanoseconds finish_ns) {
    ran_until(finish_ns);
    if (!measured_.contains(commit_ns)) return;
    NodeTally& node = tally_.nodes[index(node_id)];
    const Nanoseconds lag = finish_ns - commit_ns;
    ++node.applies;
    node.apply_lag_ns += lag;
    node.max_apply_lag_ns = std::max(node.max_apply_lag_ns, lag);
    tally_.series.add_lag(index(node_id), commit_ns, lag);
  }

  void waiting(NodeId node, std::size_t count, Nanoseconds now) {
    if (!measured_.contains(now)) return;
    NodeTally& tally = tally_.nodes[index(node)];
    tally.max_waiting = std::max<std::uint64_t>(tally.max_waiting, count);
  }

  void time_advances(Nanoseconds now) {
    if (follows_outages_) outages_.settle(now, tally_);
  }

  RunTally& tally() { return tally_; }
  RunTally take() {
    outages_.finish(tally_);
    tally_.wait_ns.record_zeros(tally_.completed - tally_.wait_ns.count());
    return std::move(tally_);
  }

 private:
  [[gnu::noinline]] void note_outcome(Flight flight, Nanoseconds response_ns, bool served) {
    const RequestClass kind = class_of(flight.op);
    if (kind == RequestClass::kControl) return;
    outages_.note(response_ns, kind == RequestClass::kWrite, served);
  }
  void attempt_failed(const Flight& flight, Status status) {
    if (status == Status::kTimedOut || flight.node == kNoNode) return;
    ++tally_.nodes[index(flight.node)].errors;
  }
  // Adds the part of `amount`, spread evenly over the interval, that lies in the measured time.
  void add_clipped(std::int64_t& sum, Nanoseconds from, Nanoseconds to, Nanoseconds amount) const {
    if (from >= measured_.from_ns && to <= measured_.until_ns) {
      sum += amount;
      return;
    }
    const Nanoseconds inside = std::min(to, measured_.until_ns) - std::max(from, measured_.from_ns);
    if (inside <= 0) return;
    const double share = static_cast<double>(inside) / static_cast<double>(to - from);
    sum += static_cast<std::int64_t>(static_cast<double>(amount) * share);
  }
  void ran_until(Nanoseconds time) {
    time = std::min(time, measured_.until_ns);
    if (time > tally_.measured_to_ns) tally_.measured_to_ns = time;
  }
  // Adding makes the checksum independent of the order in which events are recorded.
  [[gnu::always_inline]] void mix(const Flight& flight, Nanoseconds a, Nanoseconds b) {
    const std::uint64_t who = std::uint64_t{flight.request} << 17 |
                              static_cast<std::uint64_t>(flight.node) << 1 |
                              static_cast<std::uint32_t>(flight.work);
    std::uint64_t hash = who * 0x9E3779B97F4A7C15;
    hash ^= std::rotl(static_cast<std::uint64_t>(flight.dispatched_ns), 43) ^
            std::rotl(static_cast<std::uint64_t>(a), 21) ^ static_cast<std::uint64_t>(b);
    hash = (hash ^ hash >> 32) * 0xFF51AFD7ED558CCD;
    tally_.event_checksum += hash ^ hash >> 29;
  }

  RunTally tally_;
  MeasuredTime measured_;
  bool follows_outages_;
  OutageLog outages_;
};

}  // namespace switchyard
