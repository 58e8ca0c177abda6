#include "replay/supervisor.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace switchyard {

Supervisor::Supervisor(const ClusterSpec& cluster, EventQueue& events, Servers& servers,
                       Replication& replication, Connectivity& connectivity, Client& client)
    : faults_(cluster.faults),
      failover_(cluster.failover),
      events_(events),
      servers_(servers),
      replication_(replication),
      connectivity_(connectivity),
      client_(client),
      nodes_(cluster.nodes.size()) {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    nodes_[i].state = nodes_[i].noticed = {true, cluster.nodes[i].role};
  }
  for (std::size_t i = 0; i < faults_.size(); ++i) {
    events_.push({faults_[i].at_ns, EventKind::kFault, static_cast<std::uint32_t>(i), 0});
  }
}

void Supervisor::handle(const Event& event) {
  const Nanoseconds now = event.time_ns;
  if (event.kind() == EventKind::kFault) {
    const FaultSpec& fault = faults_[event.low()];
    const bool begins = event.high() % 2 == 0;
    if (begins && fault.lasts_ns != kNever) {
      events_.push({now + fault.lasts_ns, EventKind::kFault, event.low(), event.high() + 1});
    }
    if (begins && event.high() / 2 + 1 < fault.times) {
      events_.push({now + fault.every_ns, EventKind::kFault, event.low(), event.high() + 2});
    }
    fault_changes(fault, begins, now);
    return;
  }
  Node& node = nodes_[event.low()];
  if (event.kind() == EventKind::kPromote) {
    if (event.high() != (node.loss_version & 0xFFFFFF)) return;
    vacancy_ = node_id(event.low());
    promote_in_place_of(vacancy_, now);
  } else if (event.high() == (node.notice_version & 0xFFFFFF)) {
    node.noticed = node.state;
    std::vector<NodeState> states;
    for (const Node& each : nodes_) states.push_back(each.noticed);
    client_.routers_notice(states);
  }
}

void Supervisor::fault_changes(const FaultSpec& fault, bool begins, Nanoseconds now) {
  if (fault.kind == FaultKind::kPartition) {
    if (begins) {
      connectivity_.add_partition(fault.nodes, fault.cuts_clients);
    } else {
      connectivity_.remove_partition(fault.nodes);
    }
  } else {
    for (const NodeId node : fault.nodes) node_changes(fault, node, begins, now);
  }
  update_all(now);
}

void Supervisor::node_changes(const FaultSpec& fault, NodeId id, bool begins, Nanoseconds now) {
  Node& node = nodes_[index(id)];
  const int change = begins ? 1 : -1;
  switch (fault.kind) {
    case FaultKind::kDown:
      if (fault.silent) connectivity_.add_silence(id, change);
      if (begins && connectivity_.up(id)) {
        connectivity_.add_down(id, change);
        servers_.set_door(id, connectivity_.silent(id) ? Door::kNoAnswer : Door::kClosed);
        client_.node_stopped(id);
      } else {
        connectivity_.add_down(id, change);
      }
      break;
    case FaultKind::kSlow:
      if (begins) {
        node.slowing.push_back(fault.factor);
      } else {
        node.slowing.erase(std::ranges::find(node.slowing, fault.factor));
      }
      // Multiplied anew: dividing again would leave a rounding error behind.
      servers_.set_slowness(
          id, now,
          std::accumulate(node.slowing.begin(), node.slowing.end(), 1.0, std::multiplies<>()));
      break;
    case FaultKind::kErrors:
      node.erring += change;
      break;
    case FaultKind::kStallReplication:
      node.stalled += change;
      replication_.set_stalled(id, node.stalled > 0, now);
      break;
    case FaultKind::kDelayReplication:
      node.detour_ns += begins ? fault.delay_ns : -fault.delay_ns;
      replication_.set_detour(id, node.detour_ns);
      break;
    case FaultKind::kPartition:
      break;
  }
}

void Supervisor::update_all(Nanoseconds now) {
  replication_.routes_changed(now);
  for (std::size_t i = 0; i < nodes_.size(); ++i) update(node_id(i), now);
  if (has_primary()) vacancy_ = heir_ = kNoNode;
  if (vacancy_ != kNoNode && heir_ == kNoNode) promote_in_place_of(vacancy_, now);
}

void Supervisor::update(NodeId id, Nanoseconds now) {
  Node& node = nodes_[index(id)];
  const bool up = connectivity_.up(id);
  const bool silent = connectivity_.silent(id);
  const Door awake = node.erring > 0 ? Door::kErring : Door::kOpen;
  const Door reachable = up ? awake : Door::kClosed;
  servers_.set_door(id, silent ? Door::kNoAnswer : reachable);
  if (up && !node.was_up) replication_.node_returned(id, now);
  node.was_up = up;
  if (node.state.up != (up && !silent)) {
    node.state.up = up && !silent;
    notify(id, now);
  }

  const bool lost = !connectivity_.supervised(id);
  if (lost == node.lost) return;
  node.lost = lost;
  ++node.loss_version;
  if (id == heir_) heir_ = kNoNode;
  if (!lost) {
    if (node.replaced) demote(id, now);
  } else if (failover_.promotes() && node.state.role == Role::kPrimary) {
    events_.push({now + failover_.detect_after_ns + failover_.promote_after_ns, EventKind::kPromote,
                  static_cast<std::uint32_t>(id), node.loss_version});
  }
}

void Supervisor::notify(NodeId id, Nanoseconds now) {
  Node& node = nodes_[index(id)];
  ++node.notice_version;
  events_.push({now + failover_.detect_after_ns, EventKind::kNotice, static_cast<std::uint32_t>(id),
                node.notice_version});
}

bool Supervisor::has_primary() const {
  return std::ranges::any_of(
      nodes_, [](const Node& node) { return !node.lost && node.state.role == Role::kPrimary; });
}

void Supervisor::promote_in_place_of(NodeId former, Nanoseconds now) {
  if (has_primary()) {
    vacancy_ = heir_ = kNoNode;
    return;
  }
  NodeId best = kNoNode;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i].lost || node_id(i) == former) continue;
    if (best == kNoNode || replication_.held(node_id(i)) > replication_.held(best)) {
      best = node_id(i);
    }
  }
  heir_ = best;
  if (best == kNoNode) return;
  // Whoever is to take writes must not keep what it received to itself.
  replication_.set_stalled(best, false, now);
  finish_promotion(now);
}

void Supervisor::finish_promotion(Nanoseconds now) {
  if (replication_.has_backlog(heir_)) return;
  const NodeId heir = heir_;
  const NodeId former = vacancy_;
  heir_ = vacancy_ = kNoNode;
  servers_.set_role(heir, Role::kPrimary);
  nodes_[index(heir)].state.role = Role::kPrimary;
  nodes_[index(former)].state.role = Role::kReplica;
  nodes_[index(former)].replaced = true;
  replication_.succeed(former, heir, now);
  notify(heir, now);
  notify(former, now);
}

void Supervisor::demote(NodeId id, Nanoseconds now) {
  nodes_[index(id)].replaced = false;
  servers_.set_role(id, Role::kReplica);
  client_.node_stopped(id);
  replication_.rejoin(id, now);
  replication_.node_returned(id, now);
}

}  // namespace switchyard
