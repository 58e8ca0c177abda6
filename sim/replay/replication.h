// Ships commits to the other nodes and has them applied there.
#pragma once

#include <vector>

#include "cluster/spec.h"
#include "cluster/worker_plan.h"
#include "core/random.h"
#include "core/ring.h"
#include "replay/event_queue.h"
#include "replay/ledger.h"
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
              Servers& servers, Ledger& ledger, Recorder& recorder);

  // Whether a client waits for other nodes to have its commit.
  bool waits_for_acks() const { return spec_.mode != ReplicationMode::kAsync && nodes_.size() > 1; }
  bool constant_delay() const { return constant_delay_; }

  // With a constant delay, and no later than the commit: has it reach all other nodes.
  void ship_to_all(CommitId commit, Nanoseconds commit_ns) {
    if (nodes_.size() > 1) {
      events_.push({commit_ns + delay_ns_, EventKind::kDeliverToAll, commit,
                    order_of(ledger_.write_of(commit))});
    }
  }
  // At the time of the commit. With semi-sync, kAcknowledged follows.
  void ship(CommitId commit);

  // kDeliverToAll
  void deliver_to_all(CommitId commit, Nanoseconds now);
  // kDeliver
  void deliver(CommitId commit, NodeId to, Nanoseconds now) { receive(commit, to, now); }
  // kDeliverNext: of the commits under way from one node to another, the earliest has arrived.
  void deliver_next(NodeId origin, NodeId to, Nanoseconds now);
  // kApplierReady
  void applier_ready(NodeId node, Nanoseconds now);
  // An apply on a node that is no planned one has ended; `flight` is it.
  void apply_ended(const Flight& flight, Nanoseconds now);
  // kApplied, with sync: whether this was the last apply that the client waits for.
  bool count_ack(CommitId commit) { return ++acks_[commit] == spec_.acks; }

 private:
  struct Node {
    // Where ends are known ahead, when an apply worker is free; else how many are at work.
    bool planned = true;
    WorkerPlan workers{1};
    std::uint32_t at_work = 0;
    bool ready_scheduled = false;
    Ring<CommitId> backlog;
    RandomStream service_random{0, RandomPurpose::kApplyService};
    RandomStream shipping_random{0, RandomPurpose::kShipping};
  };

  struct Route {
    Nanoseconds latest_receipt_ns = 0;
    Ring<CommitId> under_way;
  };

  void receive(CommitId commit, NodeId node, Nanoseconds now);
  void start_backlog(NodeId node, Nanoseconds now);
  bool worker_free(const Node& node, Nanoseconds now) const;
  void apply(CommitId commit, NodeId node, Nanoseconds now);
  void applied(CommitId commit, NodeId node, Nanoseconds finish);
  Nanoseconds service_ns(RequestIndex write, NodeId node);

  ReplicationSpec spec_;
  std::span<const std::int64_t> service_ns_;
  EventQueue& events_;
  FlightTable& flights_;
  Servers& servers_;
  Ledger& ledger_;
  Recorder& recorder_;
  bool constant_delay_;
  Nanoseconds delay_ns_ = 0;
  std::vector<Node> nodes_;
  bool in_order_;                      // and not so by itself, as with a constant delay
  std::vector<Route> routes_;          // then: per origin and receiver
  std::vector<Nanoseconds> receipts_;  // of the commit being shipped
  std::vector<std::uint32_t> acks_;    // per commit, with kSync
};

}  // namespace switchyard
