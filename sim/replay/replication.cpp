#include "replay/replication.h"

#include <algorithm>

namespace switchyard {

Replication::Replication(const ClusterSpec& cluster, const ReplayOptions& options,
                         std::span<const std::int64_t> service_ns, EventQueue& events,
                         FlightTable& flights, Servers& servers, Ledger& ledger, Recorder& recorder)
    : spec_(cluster.replication),
      service_ns_(service_ns),
      events_(events),
      flights_(flights),
      servers_(servers),
      ledger_(ledger),
      recorder_(recorder),
      constant_delay_(spec_.delay.kind() == Law::Kind::kConstant),
      delay_ns_(constant_delay_ ? round_ns(spec_.delay.mean()) : 0),
      nodes_(cluster.nodes.size()),
      in_order_(!constant_delay_ && spec_.order == ReplicationOrder::kCommit),
      routes_(in_order_ ? nodes_.size() * nodes_.size() : 0) {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    nodes_[i].planned = servers_.planned(node_id(i)) || !spec_.apply_competes;
    nodes_[i].workers = WorkerPlan(spec_.apply_workers);
    nodes_[i].service_random = RandomStream(options.seed, RandomPurpose::kApplyService, i);
    nodes_[i].shipping_random = RandomStream(options.seed, RandomPurpose::kShipping, i);
  }
}

void Replication::ship(CommitId commit) {
  if (nodes_.size() == 1) return;
  const Nanoseconds commit_ns = ledger_.commit_ns(commit);
  if (spec_.mode == ReplicationMode::kSync) {
    if (acks_.size() <= commit) acks_.resize(commit + 1);
    acks_[commit] = 0;
  }
  if (constant_delay_) {
    ship_to_all(commit, commit_ns);
    receipts_.assign(nodes_.size() - 1, commit_ns + delay_ns_);
  } else {
    const std::size_t origin = index(ledger_.origin_of(commit));
    receipts_.clear();
    for (std::size_t to = 0; to < nodes_.size(); ++to) {
      if (to == origin) continue;
      RandomStream& random = nodes_[to].shipping_random;
      random.seek(ledger_.write_of(commit));
      Nanoseconds receipt = commit_ns + spec_.delay.sample_ns(random);
      if (in_order_) {
        // Held up behind an earlier commit, it arrives together with that one, and after it.
        Route& route = routes_[origin * nodes_.size() + to];
        receipt = route.latest_receipt_ns = std::max(route.latest_receipt_ns, receipt);
        route.under_way.push(commit);
        events_.push({receipt, EventKind::kDeliverNext, static_cast<std::uint32_t>(origin), to});
      } else {
        events_.push({receipt, EventKind::kDeliver, commit, to});
      }
      receipts_.push_back(receipt);
    }
  }
  if (spec_.mode != ReplicationMode::kSemiSync) return;
  const auto last = receipts_.begin() + (spec_.acks - 1);
  std::ranges::nth_element(receipts_, last);
  events_.push({*last, EventKind::kAcknowledged, commit});
}

void Replication::deliver_to_all(CommitId commit, Nanoseconds now) {
  const NodeId origin = ledger_.origin_of(commit);
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (node_id(i) != origin) receive(commit, node_id(i), now);
  }
}

void Replication::deliver_next(NodeId origin, NodeId to, Nanoseconds now) {
  Ring<CommitId>& under_way = routes_[index(origin) * nodes_.size() + index(to)].under_way;
  const CommitId commit = under_way.front();
  under_way.pop();
  receive(commit, to, now);
}

void Replication::receive(CommitId commit, NodeId id, Nanoseconds now) {
  Node& node = nodes_[index(id)];
  if (!spec_.applies_take_time()) {
    applied(commit, id, now);
  } else if (node.backlog.empty() && worker_free(node, now)) {
    apply(commit, id, now);
  } else {
    node.backlog.push(commit);
    start_backlog(id, now);
  }
}

void Replication::applier_ready(NodeId id, Nanoseconds now) {
  nodes_[index(id)].ready_scheduled = false;
  start_backlog(id, now);
}

// Applies what it can; where ends are known ahead, comes back when the next worker is free.
void Replication::start_backlog(NodeId id, Nanoseconds now) {
  Node& node = nodes_[index(id)];
  while (!node.backlog.empty() && worker_free(node, now)) {
    const CommitId commit = node.backlog.front();
    node.backlog.pop();
    apply(commit, id, now);
  }
  if (node.backlog.empty() || !node.planned || node.ready_scheduled) return;
  node.ready_scheduled = true;
  events_.push({node.workers.earliest(), EventKind::kApplierReady, index(id)});
}

bool Replication::worker_free(const Node& node, Nanoseconds now) const {
  return node.planned ? node.workers.earliest() <= now : node.at_work < spec_.apply_workers;
}

Nanoseconds Replication::service_ns(RequestIndex write, NodeId id) {
  RandomStream& random = nodes_[index(id)].service_random;
  double service = static_cast<double>(service_ns_[write]) * spec_.apply_share;
  if (!spec_.apply_service.is_zero()) {
    random.seek(write);
    service += spec_.apply_service.sample(random);
  }
  return servers_.scaled(round_ns(service), id);
}

void Replication::apply(CommitId commit, NodeId id, Nanoseconds now) {
  Node& node = nodes_[index(id)];
  Flight flight;
  flight.request = ledger_.write_of(commit);
  flight.node = id;
  flight.op = Op::kWrite;
  flight.is_apply = true;
  flight.commit = commit;
  flight.intended_ns = flight.issued_ns = flight.dispatched_ns = ledger_.commit_ns(commit);
  flight.arrive_ns = now;
  flight.service_ns = service_ns(flight.request, id);
  if (!node.planned) {
    ++node.at_work;
    servers_.serve_by_event(flights_.add(flight));
    return;
  }
  const Nanoseconds finish =
      spec_.apply_competes ? servers_.serve_planned(flight).finish_ns : now + flight.service_ns;
  node.workers.submit(now, finish - now);
  applied(commit, id, finish);
}

void Replication::apply_ended(const Flight& flight, Nanoseconds now) {
  --nodes_[index(flight.node)].at_work;
  applied(flight.commit, flight.node, now);
  start_backlog(flight.node, now);
}

void Replication::applied(CommitId commit, NodeId node, Nanoseconds finish) {
  recorder_.applied(node, ledger_.commit_ns(commit), finish);
  if (spec_.mode == ReplicationMode::kSync) events_.push({finish, EventKind::kApplied, commit});
  ledger_.applied(commit, node, finish);
}

}  // namespace switchyard
