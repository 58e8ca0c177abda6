// Ships commits to the other nodes and has them applied there.
//
// Without faults a commit's way is settled when it sets out. With faults each route from the node
// that made a commit to another keeps what has not arrived: when the route is cut all that is under
// way on it is lost, and sets out again when it is whole.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "cluster/spec.h"
#include "cluster/worker_plan.h"
#include "core/random.h"
#include "core/ring.h"
#include "replay/connectivity.h"
#include "replay/event_queue.h"
#include "replay/ledger.h"
#include "replay/progress.h"
#include "replay/recorder.h"
#include "replay/servers.h"

namespace switchyard {

// The order of commits at one instant, as of one transaction: that of their requests, whatever ids
// they were given. It has room in an event, and repeats only after 16 million requests.
constexpr std::uint32_t order_of(RequestIndex write) {
  return write & 0xFFFFFF;
}

class Replication {
 public:
  Replication(const ClusterSpec& cluster, const ReplayOptions& options,
              std::span<const std::int64_t> service_ns, EventQueue& events, FlightTable& flights,
              Servers& servers, const Connectivity& connectivity, Ledger& ledger,
              Recorder& recorder, Progress* progress);

  // Whether a client waits for other nodes to have its commit.
  bool waits_for_acks() const { return spec_.mode != ReplicationMode::kAsync && nodes_.size() > 1; }

  // With a constant delay, and no later than the commit: has it reach all other nodes.
  void ship_to_all(CommitId commit, Nanoseconds commit_ns) {
    if (nodes_.size() > 1) {
      // Before a commit that is known, only those come that other workers finish sooner.
      events_.push_late({commit_ns + delay_ns_, EventKind::kDeliverToAll, commit,
                         order_of(ledger_.write_of(commit))});
    }
  }
  // At the time of the commit. With semi-sync, kAcknowledged follows.
  void ship(CommitId commit);

  // kDeliverToAll
  void deliver_to_all(CommitId commit, Nanoseconds now);
  // kDeliver
  void deliver(CommitId commit, NodeId to, Nanoseconds now);
  // kDeliverNext: of the commits under way from one node to another, the earliest has arrived.
  void deliver_next(const Event& event);
  // kApplierReady
  void applier_ready(NodeId node, Nanoseconds now);
  // An apply on a node that is no planned one has ended (or kApplyEnd); its flight is removed.
  void apply_ended(JobId flight, Nanoseconds now);
  // kAcknowledged: whether the commit is still what the event is about.
  bool is_acknowledged(const Event& event) const {
    const CommitId commit = event.low();
    return order_of(ledger_.write_of(commit)) == event.high();
  }
  // kAckArrives. The commit, if enough nodes have it now.
  std::optional<CommitId> ack_arrives(const Event& event);

  // What follows is for clusters with faults.
  // Routes may have been cut, or be whole again.
  void routes_changed(Nanoseconds now);
  // The node has stopped; its own work is dropped already. What it applied begins anew later.
  void node_stopped(NodeId node);
  void node_returned(NodeId node, Nanoseconds now) { start_backlog(node, now); }
  void set_stalled(NodeId node, bool stalled, Nanoseconds now) {
    nodes_[index(node)].stalled = stalled;
    start_backlog(node, now);
  }
  // Commits that set out for the node from now on take this much longer.
  void set_detour(NodeId node, Nanoseconds detour_ns) { nodes_[index(node)].detour_ns = detour_ns; }
  // Commits that the node has, applied or not.
  std::uint64_t held(NodeId node) const { return nodes_[index(node)].held; }
  bool has_backlog(NodeId node) const {
    return !nodes_[index(node)].backlog.empty() || !nodes_[index(node)].at_work.empty();
  }
  // `heir` has become primary in place of `former`: others follow it, and what it lacks is lost.
  void succeed(NodeId former, NodeId heir, Nanoseconds now);
  // `former` is back as a replica: what it committed after its heir took over is lost.
  void rejoin(NodeId former, Nanoseconds now);
  // The commits lost since this was last asked.
  std::vector<CommitId> take_discarded() { return std::exchange(discarded_, {}); }
  // At the end of the run: those who never came back.
  void finish(Nanoseconds now);

 private:
  struct Node {
    // Where ends are known ahead, when an apply worker is free; else the applies at work, in the
    // order in which they began.
    bool planned = true;
    WorkerPlan workers{1};
    std::vector<JobId> at_work;
    bool ready_scheduled = false;
    bool stalled = false;
    Ring<CommitId> backlog;
    Nanoseconds detour_ns = 0;
    std::uint64_t held = 0;
    NodeId heir = kNoNode;  // who keeps its commits for the others; kNoNode: it does
    RandomStream service_random{0, RandomPurpose::kApplyService};
    RandomStream shipping_random{0, RandomPurpose::kShipping};
    RandomStream ack_random{0, RandomPurpose::kAcks};
  };

  struct Receipt {
    Nanoseconds time_ns = 0;
    RequestIndex write = 0;
    CommitId commit = kNoCommit;
    bool operator>(const Receipt& other) const {
      return time_ns != other.time_ns ? time_ns > other.time_ns : write > other.write;
    }
  };

  // The id may have come to mean another commit by the time that this one is at the front.
  struct Shipment {
    CommitId commit = kNoCommit;
    RequestIndex write = 0;
  };

  // A node's answer to a commit's origin that it has it.
  struct Ack {
    Shipment shipment;
    NodeId origin = kNoNode;
    NodeId from = kNoNode;
    std::uint32_t cuts = 0;  // of its way, before it set out
  };

  // From where a commit was made to another node, and the acks' way back.
  struct Route {
    Nanoseconds latest_receipt_ns = 0;
    Ring<Shipment> under_way;       // in the order of commits; with faults also what can't set out
    std::vector<Receipt> receipts;  // to come, as a heap; where they come in any order
    NodeId source = kNoNode;        // from where it sets out: the origin or its heir
    bool whole = true;
    std::uint32_t version = 0;  // of what is under way
    bool passes_acks = true;
    std::uint32_t cuts = 0;  // of the acks' way
    Nanoseconds passes_acks_since_ns = 0;
    std::vector<Ack> held_acks;  // until their way is whole
  };
  Route& route(NodeId origin, NodeId to) {
    return routes_[index(origin) * nodes_.size() + index(to)];
  }
  bool still_lacks(NodeId node, const Shipment& shipment) const {
    return ledger_.write_of(shipment.commit) == shipment.write &&
           !ledger_.discarded(shipment.commit) && !has(node, shipment.commit);
  }
  bool has(NodeId node, CommitId commit) const {
    return has_[std::size_t{commit} * nodes_.size() + index(node)];
  }

  void ship_on_routes(CommitId commit, NodeId origin, Nanoseconds commit_ns);
  // Returns the receipt.
  Nanoseconds set_out(CommitId commit, NodeId origin, NodeId to, Nanoseconds now);
  void set_out_again(NodeId origin, NodeId to, Nanoseconds now);
  void drop_arrived(Route& route, NodeId to) {
    Ring<Shipment>& under_way = route.under_way;
    while (!under_way.empty() && !still_lacks(to, under_way.front())) under_way.pop();
  }
  // The node has it, received or applied, at `time`; its origin hears of that later.
  Nanoseconds ack_ns(RequestIndex write, NodeId node, Nanoseconds time);
  void send_ack(CommitId commit, NodeId node, Nanoseconds time);
  void set_out(const Ack& ack, Nanoseconds time);
  void acks_way_changed(NodeId origin, NodeId from, Nanoseconds now);
  void discard_what_lacks(NodeId origin, NodeId heir, Nanoseconds now);
  // By value: else every apply would be kept in memory.
  [[gnu::noinline]] void apply_by_event(Flight flight);
  // What follows is inlined where a commit reaches all nodes, which is most often.
  [[gnu::always_inline]] inline void receive(CommitId commit, NodeId node, Nanoseconds now);
  void start_backlog(NodeId node, Nanoseconds now);
  bool worker_free(NodeId node, Nanoseconds now) const;
  [[gnu::always_inline]] inline void apply(CommitId commit, NodeId node, Nanoseconds now);
  [[gnu::always_inline]] inline void applied(CommitId commit, NodeId node, Nanoseconds finish);
  [[gnu::always_inline]] inline Nanoseconds service_ns(RequestIndex write, NodeId node);

  ReplicationSpec spec_;
  std::span<const std::int64_t> service_ns_;
  EventQueue& events_;
  FlightTable& flights_;
  Servers& servers_;
  Ledger& ledger_;
  Recorder& recorder_;
  Progress* progress_;  // null if no router looks at positions
  const Connectivity& connectivity_;
  bool semi_sync_;
  bool faulty_;
  bool applies_take_time_;
  // What no stream is asked for: a constant law's time.
  bool constant_apply_;
  double constant_apply_ns_;
  bool constant_delay_;
  Nanoseconds delay_ns_ = 0;
  std::vector<Node> nodes_;
  bool in_order_;                     // and not so by itself, as with a constant delay
  std::vector<Route> routes_;         // then, and with faults: per origin and receiver
  std::vector<Nanoseconds> acks_ns_;  // of the commit being shipped, by semi_sync without faults
  std::vector<std::uint32_t> acks_;   // per commit, where clients wait
  std::vector<Ack> travelling_acks_;
  std::vector<std::uint32_t> free_acks_;  // indices of the former
  std::vector<bool> has_;                 // with faults: per commit and node
  std::vector<CommitId> discarded_;
};

}  // namespace switchyard
