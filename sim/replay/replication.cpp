#include "replay/replication.h"

#include <algorithm>
#include <functional>

namespace switchyard {

Replication::Replication(const ClusterSpec& cluster, const ReplayOptions& options,
                         std::span<const std::int64_t> service_ns, EventQueue& events,
                         FlightTable& flights, Servers& servers, const Connectivity& connectivity,
                         Ledger& ledger, Recorder& recorder, Progress* progress)
    : spec_(cluster.replication),
      service_ns_(service_ns),
      events_(events),
      flights_(flights),
      servers_(servers),
      ledger_(ledger),
      recorder_(recorder),
      progress_(progress),
      connectivity_(connectivity),
      semi_sync_(spec_.mode == ReplicationMode::kSemiSync),
      faulty_(!cluster.faults.empty()),
      applies_take_time_(spec_.applies_take_time()),
      constant_apply_(spec_.apply_service.kind() == Law::Kind::kConstant),
      constant_apply_ns_(constant_apply_ ? spec_.apply_service.mean() : 0),
      constant_delay_(spec_.delay.kind() == Law::Kind::kConstant),
      delay_ns_(constant_delay_ ? round_ns(spec_.delay.mean()) : 0),
      nodes_(cluster.nodes.size()),
      in_order_(spec_.order == ReplicationOrder::kCommit && (faulty_ || !constant_delay_)),
      routes_(in_order_ || faulty_ ? nodes_.size() * nodes_.size() : 0) {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    nodes_[i].planned =
        !faulty_ && progress_ == nullptr && (servers_.planned(node_id(i)) || !spec_.apply_competes);
    nodes_[i].workers = WorkerPlan(spec_.apply_workers);
    nodes_[i].service_random = RandomStream(options.seed, RandomPurpose::kApplyService, i);
    nodes_[i].shipping_random = RandomStream(options.seed, RandomPurpose::kShipping, i);
    nodes_[i].ack_random = RandomStream(options.seed, RandomPurpose::kAcks, i);
  }
  for (std::size_t i = 0; i < routes_.size(); ++i) routes_[i].source = node_id(i / nodes_.size());
}

void Replication::ship(CommitId commit) {
  if (nodes_.size() == 1) return;
  const Nanoseconds commit_ns = ledger_.commit_ns(commit);
  if (waits_for_acks()) {
    if (acks_.size() <= commit) acks_.resize(commit + 1);
    acks_[commit] = 0;
  }
  acks_ns_.clear();
  const NodeId origin = ledger_.origin_of(commit);
  if (constant_delay_ && !faulty_) {
    ship_to_all(commit, commit_ns);
    for (std::size_t i = 0; semi_sync_ && i < nodes_.size(); ++i) {
      if (node_id(i) == origin) continue;
      acks_ns_.push_back(ack_ns(ledger_.write_of(commit), node_id(i), commit_ns + delay_ns_));
    }
  } else {
    ship_on_routes(commit, origin, commit_ns);
  }
  // With faults, acks are sent as commits arrive.
  if (!semi_sync_ || faulty_) return;
  const auto last = acks_ns_.begin() + (spec_.acks - 1);
  std::ranges::nth_element(acks_ns_, last);
  events_.push({*last, EventKind::kAcknowledged, commit, order_of(ledger_.write_of(commit))});
}

Nanoseconds Replication::ack_ns(RequestIndex write, NodeId id, Nanoseconds time) {
  if (spec_.ack_delay.is_zero()) return time;
  RandomStream& random = nodes_[index(id)].ack_random;
  random.seek(write);
  return time + spec_.ack_delay.sample_ns(random);
}

void Replication::send_ack(CommitId commit, NodeId from, Nanoseconds time) {
  const Ack ack{{commit, ledger_.write_of(commit)}, ledger_.origin_of(commit), from};
  if (faulty_ && !route(ack.origin, from).passes_acks) {
    route(ack.origin, from).held_acks.push_back(ack);
  } else {
    set_out(ack, time);
  }
}

void Replication::set_out(const Ack& ack, Nanoseconds time) {
  if (free_acks_.empty()) {
    free_acks_.push_back(static_cast<std::uint32_t>(travelling_acks_.size()));
    travelling_acks_.emplace_back();
  }
  const std::uint32_t id = free_acks_.back();
  free_acks_.pop_back();
  travelling_acks_[id] = ack;
  if (faulty_) travelling_acks_[id].cuts = route(ack.origin, ack.from).cuts;
  events_.push({ack_ns(ack.shipment.write, ack.from, time), EventKind::kAckArrives, id,
                order_of(ack.shipment.write)});
}

std::optional<CommitId> Replication::ack_arrives(const Event& event) {
  const Ack ack = travelling_acks_[event.low()];
  free_acks_.push_back(event.low());
  if (faulty_) {
    Route& way = route(ack.origin, ack.from);
    if (!way.passes_acks) {
      way.held_acks.push_back(ack);
      return std::nullopt;
    }
    if (way.cuts != ack.cuts) {
      // It was lost, and set out again when its way was whole, which is less than its delay ago.
      set_out(ack, way.passes_acks_since_ns);
      return std::nullopt;
    }
  }
  const CommitId commit = ack.shipment.commit;
  if (ledger_.write_of(commit) != ack.shipment.write || ledger_.discarded(commit) ||
      ++acks_[commit] != spec_.acks) {
    return std::nullopt;
  }
  return commit;
}

void Replication::acks_way_changed(NodeId origin, NodeId from, Nanoseconds now) {
  Route& way = route(origin, from);
  const bool passes = connectivity_.linked(origin, from);
  if (passes == way.passes_acks) return;
  way.passes_acks = passes;
  if (!passes) {
    ++way.cuts;
    return;
  }
  way.passes_acks_since_ns = now;
  for (const Ack& ack : std::exchange(way.held_acks, {})) set_out(ack, now);
}

void Replication::ship_on_routes(CommitId commit, NodeId origin, Nanoseconds commit_ns) {
  if (faulty_) {
    has_.resize(std::max(has_.size(), (std::size_t{commit} + 1) * nodes_.size()));
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      has_[std::size_t{commit} * nodes_.size() + i] = node_id(i) == origin;
    }
    ++nodes_[index(origin)].held;
  }
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (node_id(i) == origin) continue;
    if (!routes_.empty()) {
      Route& way = route(origin, node_id(i));
      way.under_way.push({commit, ledger_.write_of(commit)});
      if (faulty_ && (!way.whole || !has(way.source, commit))) continue;
    }
    const Nanoseconds receipt = set_out(commit, origin, node_id(i), commit_ns);
    if (semi_sync_ && !faulty_)
      acks_ns_.push_back(ack_ns(ledger_.write_of(commit), node_id(i), receipt));
  }
}

Nanoseconds Replication::set_out(CommitId commit, NodeId origin, NodeId to, Nanoseconds now) {
  Node& receiver = nodes_[index(to)];
  Nanoseconds receipt = now + delay_ns_ + receiver.detour_ns;
  if (!constant_delay_) {
    receiver.shipping_random.seek(ledger_.write_of(commit));
    receipt += spec_.delay.sample_ns(receiver.shipping_random);
  }
  if (routes_.empty()) {
    events_.push({receipt, EventKind::kDeliver, commit, index(to)});
    return receipt;
  }
  Route& way = route(origin, to);
  if (in_order_) {
    // Held up behind an earlier commit, it arrives together with that one, and after it.
    receipt = way.latest_receipt_ns = std::max(way.latest_receipt_ns, receipt);
  } else {
    way.receipts.push_back({receipt, ledger_.write_of(commit), commit});
    std::ranges::push_heap(way.receipts, std::greater<>());
  }
  events_.push({receipt, EventKind::kDeliverNext, way.version, index(to) << 12 | index(origin)});
  return receipt;
}

void Replication::deliver_to_all(CommitId commit, Nanoseconds now) {
  const NodeId origin = ledger_.origin_of(commit);
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (node_id(i) != origin) receive(commit, node_id(i), now);
  }
}

void Replication::deliver(CommitId commit, NodeId to, Nanoseconds now) {
  receive(commit, to, now);
}

void Replication::deliver_next(const Event& event) {
  const NodeId to = node_id(event.high() >> 12);
  Route& way = route(node_id(event.high() & 0xFFF), to);
  if (way.version != event.low()) return;
  if (faulty_) drop_arrived(way, to);
  if (in_order_) {
    const CommitId commit = way.under_way.front().commit;
    way.under_way.pop();
    receive(commit, to, event.time_ns);
  } else {
    std::ranges::pop_heap(way.receipts, std::greater<>());
    const CommitId commit = way.receipts.back().commit;
    way.receipts.pop_back();
    receive(commit, to, event.time_ns);
  }
}

void Replication::receive(CommitId commit, NodeId id, Nanoseconds now) {
  Node& node = nodes_[index(id)];
  if (faulty_) {
    has_[std::size_t{commit} * nodes_.size() + index(id)] = true;
    ++node.held;
    if (semi_sync_) send_ack(commit, id, now);
  }
  if (!applies_take_time_ && !node.stalled) {
    applied(commit, id, now);
  } else if (node.backlog.empty() && worker_free(id, now)) {
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
  while (!node.backlog.empty() && worker_free(id, now)) {
    const CommitId commit = node.backlog.front();
    node.backlog.pop();
    if (faulty_ && ledger_.discarded(commit)) continue;
    apply(commit, id, now);
  }
  if (node.backlog.empty() || !node.planned || node.ready_scheduled) return;
  node.ready_scheduled = true;
  events_.push({node.workers.earliest(), EventKind::kApplierReady, index(id)});
}

bool Replication::worker_free(NodeId id, Nanoseconds now) const {
  const Node& node = nodes_[index(id)];
  if (node.planned) return node.workers.earliest() <= now;
  if (faulty_ && (node.stalled || !connectivity_.up(id))) return false;
  return node.at_work.size() < spec_.apply_workers;
}

Nanoseconds Replication::service_ns(RequestIndex write, NodeId id) {
  double service = static_cast<double>(service_ns_[write]) * spec_.apply_share;
  if (constant_apply_) {
    service += constant_apply_ns_;
  } else {
    RandomStream& random = nodes_[index(id)].service_random;
    random.seek(write);
    service += spec_.apply_service.sample(random);
  }
  if (!spec_.apply_competes) service *= servers_.fault_slowness(id);
  return servers_.scaled(round_ns(service), id);
}

void Replication::apply(CommitId commit, NodeId id, Nanoseconds now) {
  Node& node = nodes_[index(id)];
  if (!applies_take_time_) {
    applied(commit, id, now);
    return;
  }
  Flight flight;
  flight.request = ledger_.write_of(commit);
  flight.node = id;
  flight.op = Op::kWrite;
  flight.work = Work::kApply;
  flight.commit = commit;
  flight.intended_ns = flight.issued_ns = flight.dispatched_ns = ledger_.commit_ns(commit);
  flight.arrive_ns = now;
  flight.service_ns = service_ns(flight.request, id);
  if (!node.planned) {
    apply_by_event(flight);
    return;
  }
  const Nanoseconds finish =
      spec_.apply_competes ? servers_.serve_planned(flight).finish_ns : now + flight.service_ns;
  node.workers.submit(now, finish - now);
  applied(commit, id, finish);
}

void Replication::apply_by_event(Flight flight) {
  const JobId id = flights_.add(flight);
  nodes_[index(flight.node)].at_work.push_back(id);
  if (spec_.apply_competes) {
    servers_.serve_by_event(id);
  } else {
    events_.push(
        {flight.arrive_ns + flight.service_ns, EventKind::kApplyEnd, id, flights_.generation(id)});
  }
}

void Replication::apply_ended(JobId id, Nanoseconds now) {
  const Flight flight = flights_.remove(id);
  std::erase(nodes_[index(flight.node)].at_work, id);
  if (!faulty_ || !ledger_.discarded(flight.commit)) applied(flight.commit, flight.node, now);
  start_backlog(flight.node, now);
}

void Replication::applied(CommitId commit, NodeId node, Nanoseconds finish) {
  recorder_.applied(node, ledger_.commit_ns(commit), finish);
  if (spec_.mode == ReplicationMode::kSync) send_ack(commit, node, finish);
  ledger_.applied(commit, node, finish);
  if (progress_ != nullptr) progress_->applied(commit, node, finish);
}

void Replication::node_stopped(NodeId id) {
  Node& node = nodes_[index(id)];
  Ring<CommitId> backlog;
  for (const JobId job : node.at_work) backlog.push(flights_.remove(job).commit);
  node.at_work.clear();
  for (; !node.backlog.empty(); node.backlog.pop()) backlog.push(node.backlog.front());
  node.backlog = std::move(backlog);
}

void Replication::routes_changed(Nanoseconds now) {
  for (std::size_t origin = 0; origin < nodes_.size(); ++origin) {
    const NodeId heir = nodes_[origin].heir;
    for (std::size_t to = 0; to < nodes_.size(); ++to) {
      if (origin == to) continue;
      acks_way_changed(node_id(origin), node_id(to), now);
      Route& way = route(node_id(origin), node_id(to));
      const NodeId before = way.source;
      if (heir == kNoNode) way.source = node_id(origin);
      if (heir != kNoNode && connectivity_.linked(heir, node_id(to))) way.source = heir;
      const bool whole = connectivity_.linked(way.source, node_id(to));
      if (whole == way.whole && way.source == before) continue;
      way.whole = whole;
      set_out_again(node_id(origin), node_id(to), now);
    }
  }
}

// What was under way is lost; if the route is whole, all that has not arrived sets out now.
void Replication::set_out_again(NodeId origin, NodeId to, Nanoseconds now) {
  Route& way = route(origin, to);
  ++way.version;
  way.latest_receipt_ns = 0;
  way.receipts.clear();
  drop_arrived(way, to);
  if (!way.whole) return;
  for (std::size_t i = 0; i < way.under_way.size(); ++i) {
    const Shipment& shipment = way.under_way[i];
    if (still_lacks(to, shipment) && has(way.source, shipment.commit)) {
      set_out(shipment.commit, origin, to, now);
    }
  }
}

void Replication::discard_what_lacks(NodeId origin, NodeId heir, Nanoseconds now) {
  Ring<Shipment>& lacking = route(origin, heir).under_way;
  for (; !lacking.empty(); lacking.pop()) {
    if (!still_lacks(heir, lacking.front())) continue;
    const CommitId commit = lacking.front().commit;
    for (std::size_t i = 0; i < nodes_.size(); ++i)
      nodes_[i].held -= has(node_id(i), commit) ? 1 : 0;
    ledger_.discard(commit, heir, now);
    if (progress_ != nullptr) progress_->discarded(commit, now);
    discarded_.push_back(commit);
  }
}

void Replication::succeed(NodeId former, NodeId heir, Nanoseconds now) {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    Node& origin = nodes_[i];
    const bool kept_by_former = i == index(former) || origin.heir == former;
    if (!kept_by_former) continue;
    origin.heir = node_id(i) == heir ? kNoNode : heir;
    if (progress_ != nullptr) progress_->set_replaced(node_id(i), origin.heir != kNoNode);
    if (node_id(i) != heir) discard_what_lacks(node_id(i), heir, now);
  }
  // In-order routes lose what was discarded, so all begin anew.
  for (Route& way : routes_) way.whole = false;
  routes_changed(now);
}

void Replication::rejoin(NodeId former, Nanoseconds now) {
  const NodeId heir = nodes_[index(former)].heir;
  if (heir == kNoNode) return;
  discard_what_lacks(former, heir, now);
  for (Route& way : routes_) way.whole = false;
  routes_changed(now);
}

void Replication::finish(Nanoseconds now) {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i].heir != kNoNode) discard_what_lacks(node_id(i), nodes_[i].heir, now);
  }
}

}  // namespace switchyard
