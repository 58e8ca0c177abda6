// Lets the faults of a cluster happen, and does what its operators would: notices what has become
// of a node, and makes a replica primary when the last primary is lost.
//
// A supervisor sees what routers see, but always from the side of the nodes that a partition does
// not name. The most advanced replica is the one that has received most commits (the first in order
// among equals); it takes writes when it has applied all of them. A primary that was replaced and
// comes back loses what it committed since and goes on as a replica; one that comes back before
// that stays primary.
#pragma once

#include <vector>

#include "cluster/spec.h"
#include "replay/connectivity.h"
#include "replay/event_queue.h"
#include "replay/replication.h"
#include "replay/servers.h"
#include "routers/router.h"

namespace switchyard {

class Supervisor {
 public:
  // Who knows of requests and routers.
  class Client {
   public:
    virtual ~Client() = default;
    // The node stops: all that it was asked is lost.
    virtual void node_stopped(NodeId node) = 0;
    virtual void routers_notice(std::span<const NodeState> states) = 0;
  };

  // REQUIRES all but the cluster's failover to outlive it.
  Supervisor(const ClusterSpec& cluster, EventQueue& events, Servers& servers,
             Replication& replication, Connectivity& connectivity, Client& client);

  // kFault, kNotice and kPromote.
  void handle(const Event& event);
  // The node may have applied the last of what it must before it becomes primary.
  void applied(NodeId node, Nanoseconds now) {
    if (node == heir_) finish_promotion(now);
  }

 private:
  struct Node {
    std::vector<double> slowing;  // the factors of its faults
    int erring = 0;
    int stalled = 0;
    Nanoseconds detour_ns = 0;
    NodeState state;                   // what routers should know …
    NodeState noticed;                 // … and do
    std::uint32_t notice_version = 0;  // of the last change
    bool was_up = true;
    bool lost = false;  // seen by the supervisor
    std::uint32_t loss_version = 0;
    bool replaced = false;  // another took its place and it does not know
  };

  void fault_changes(const FaultSpec& fault, bool begins, Nanoseconds now);
  void node_changes(const FaultSpec& fault, NodeId node, bool begins, Nanoseconds now);
  void update_all(Nanoseconds now);
  void update(NodeId node, Nanoseconds now);
  void notify(NodeId node, Nanoseconds now);
  void demote(NodeId node, Nanoseconds now);
  void promote_in_place_of(NodeId node, Nanoseconds now);
  void finish_promotion(Nanoseconds now);
  bool has_primary() const;

  const std::vector<FaultSpec>& faults_;
  FailoverSpec failover_;
  EventQueue& events_;
  Servers& servers_;
  Replication& replication_;
  Connectivity& connectivity_;
  Client& client_;
  std::vector<Node> nodes_;
  NodeId vacancy_ = kNoNode;  // the primary to be replaced as soon as there is somebody
  NodeId heir_ = kNoNode;     // who is to replace it, but still applies
};

}  // namespace switchyard
