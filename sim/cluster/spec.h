// Description of the modelled cluster: nodes in a defined order, and how writes reach the others.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/faults.h"
#include "core/ids.h"
#include "core/time.h"
#include "workload/law.h"

namespace switchyard {

enum class Role : std::uint8_t { kPrimary, kReplica };

enum class Discipline : std::uint8_t {
  kFifo,              // a request waits for a free worker, then has it to itself
  kProcessorSharing,  // all requests share the workers equally; each gets at most one worker
};

struct NodeSpec {
  std::string name;
  Role role = Role::kReplica;
  std::uint32_t workers = 8;      // parallel servers, at least 1
  double speed = 1;               // service times are divided by this; > 0
  std::uint32_t queue_limit = 0;  // waiting requests beyond which one is rejected; 0 = none
  Nanoseconds round_trip_ns = 0;  // between router and node; half of it each way
  double weight = 1;
  Discipline discipline = Discipline::kFifo;

  bool operator==(const NodeSpec&) const = default;
};

// When a client hears that its write is committed.
enum class ReplicationMode : std::uint8_t {
  kAsync,     // when it has committed on its primary
  kSemiSync,  // when `acks` other nodes have received it besides
  kSync,      // when `acks` other nodes have applied it besides
};

enum class ReplicationOrder : std::uint8_t {
  kCommit,  // each node receives a primary's commits in their order
  kAny,     // each commit arrives by itself; the last writer of a key wins
};

// How a commit on one node reaches all others: it is received after `delay`, waits for one of the
// receiver's apply workers, and takes effect there when that one has worked on it.
struct ReplicationSpec {
  ReplicationMode mode = ReplicationMode::kAsync;
  std::uint32_t acks = 1;  // nodes besides the primary, at least 1; not with kAsync
  Law delay;               // from commit to receipt, drawn for each commit and receiving node
  Law ack_delay;           // from receipt (semi_sync) or apply (sync) until the primary knows
  ReplicationOrder order = ReplicationOrder::kCommit;
  std::uint32_t apply_workers = 1;   // applies of one node that run at a time, at least 1
  Law apply_service;                 // time of an apply on a node of speed 1 …
  double apply_share = 0;            // … plus this share of the write's own service time
  bool apply_competes = true;        // an apply takes one of the node's workers
  Nanoseconds observe_every_ns = 0;  // routers see positions as of the last such look; 0: as of now

  bool operator==(const ReplicationSpec&) const = default;
  bool applies_take_time() const { return apply_share > 0 || !apply_service.is_zero(); }
};

struct ClusterSpec {
  std::vector<NodeSpec> nodes;
  // What answering a router's probe takes of a node of speed 1, behind all that it has to do; the
  // answer does not wait for that.
  Nanoseconds probe_service_ns = 0;
  ReplicationSpec replication;
  std::vector<FaultSpec> faults;
  FailoverSpec failover;

  bool operator==(const ClusterSpec&) const = default;
  // kNoNode when there is none of that name.
  NodeId find(std::string_view name) const;
  std::size_t count(Role role) const;
};

// Takes a node away: from the faults too, of which those that no other node has go with it.
// REQUIRES that there is such a node.
void remove_node(ClusterSpec& cluster, NodeId node);

// Throws InputError unless the cluster can be run: a node `default`, a primary, at least one
// worker a node, names that differ, positive speeds, at most kMaxNodes nodes, faults that end
// before they come again.
void validate(const ClusterSpec& cluster);
// Part of the above: one fault.
void validate(const FaultSpec& fault, const ClusterSpec& cluster);

}  // namespace switchyard
