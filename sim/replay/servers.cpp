#include "replay/servers.h"

namespace switchyard {

Servers::Servers(const ClusterSpec& cluster, const ReplayOptions& options,
                 std::span<const std::int64_t> service_ns, EventQueue& events, FlightTable& flights,
                 Recorder& recorder)
    : replication_(cluster.replication),
      service_ns_(service_ns),
      events_(events),
      flights_(flights),
      recorder_(recorder) {
  for (std::size_t i = 0; i < cluster.nodes.size(); ++i) {
    Node& node = nodes_.emplace_back();
    node.spec = cluster.nodes[i];
    node.half_trip_ns = node.spec.round_trip_ns / 2;
    node.unit_speed = node.spec.speed == 1;
    node.slowness = 1 / node.spec.speed;
    node.plan = WorkerPlan(node.spec.workers);
    if (options.all_nodes_by_events || node.spec.discipline != Discipline::kFifo) {
      node.model = make_event_node(node.spec);
    }
    node.applies_planned = node.model == nullptr || !replication_.apply_competes;
    node.appliers = WorkerPlan(replication_.apply_workers);
    node.apply_random = RandomStream(options.seed, RandomPurpose::kApplyService, i);
  }
}

void Servers::serve_by_event(JobId id) {
  const Flight flight = flights_[id];
  submit_by_event(nodes_[index(flight.node)], id, flight.arrive_ns, flight.service_ns);
}

void Servers::submit_by_event(Node& node, JobId id, Nanoseconds now, Nanoseconds service_ns) {
  node.model->arrive(now, id, service_ns);
  const NodeId node_id = flights_[id].node;
  recorder_.waiting(node_id, node.model->waiting(), now);
  schedule_completion(node, node_id);
}

void Servers::schedule_completion(Node& node, NodeId id) {
  const Nanoseconds next = node.model->next_completion();
  if (next == node.scheduled_ns) return;
  node.scheduled_ns = next;
  ++node.version;
  if (next == kNever) return;
  events_.push({next, EventKind::kNodeCompletion, static_cast<std::uint32_t>(id), node.version});
}

std::optional<JobId> Servers::complete(const Event& event) {
  const auto id = static_cast<NodeId>(event.low());
  Node& node = nodes_[index(id)];
  if (event.high() != (node.version & 0xFFFFFF)) return std::nullopt;
  const Nanoseconds now = event.time_ns;
  const JobId job = node.model->complete(now);
  node.scheduled_ns = kNever;
  schedule_completion(node, id);
  const Flight flight = flights_[job];
  const bool shared = node.spec.discipline == Discipline::kProcessorSharing;
  recorder_.served(flight, shared ? flight.arrive_ns : now - flight.service_ns, now);
  if (!flight.is_apply) return job;
  flights_.remove(job);
  --node.applying;
  recorder_.applied(id, flight.intended_ns, now);
  start_backlog(id, now);
  return std::nullopt;
}

void Servers::deliver(RequestIndex request, NodeId origin, Nanoseconds now) {
  const Nanoseconds commit_ns = now - replication_.delay_ns;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const NodeId id = node_id(i);
    if (id == origin) continue;
    Node& node = nodes_[i];
    if (!replication_.applies_take_time()) {
      recorder_.applied(id, commit_ns, now);
    } else if (node.backlog.empty() && applier_free(node, now)) {
      apply(id, request, commit_ns, now);
    } else {
      node.backlog.push({request, commit_ns});
      start_backlog(id, now);
    }
  }
}

void Servers::applier_ready(NodeId id, Nanoseconds now) {
  nodes_[index(id)].ready_scheduled = false;
  start_backlog(id, now);
}

// Applies what it can; where ends are known ahead, comes back when the next worker is free.
void Servers::start_backlog(NodeId id, Nanoseconds now) {
  Node& node = nodes_[index(id)];
  while (!node.backlog.empty() && applier_free(node, now)) {
    const auto [write, commit_ns] = node.backlog.front();
    node.backlog.pop();
    apply(id, write, commit_ns, now);
  }
  if (node.backlog.empty() || !node.applies_planned || node.ready_scheduled) return;
  node.ready_scheduled = true;
  events_.push({node.appliers.earliest(), EventKind::kApplierReady, index(id)});
}

bool Servers::applier_free(const Node& node, Nanoseconds now) const {
  return node.applies_planned ? node.appliers.earliest() <= now
                              : node.applying < replication_.apply_workers;
}

Nanoseconds Servers::apply_service(Node& node, RequestIndex write) const {
  double service = static_cast<double>(service_ns_[write]) * replication_.apply_share;
  if (!replication_.apply_service.is_zero()) {
    node.apply_random.seek(write);
    service += replication_.apply_service.sample(node.apply_random);
  }
  return scaled(round_ns(service), node);
}

void Servers::apply(NodeId id, RequestIndex write, Nanoseconds commit_ns, Nanoseconds now) {
  Node& node = nodes_[index(id)];
  Flight flight;
  flight.request = write;
  flight.node = id;
  flight.op = Op::kWrite;
  flight.is_apply = true;
  flight.intended_ns = flight.issued_ns = flight.dispatched_ns = commit_ns;
  flight.arrive_ns = now;
  flight.service_ns = apply_service(node, write);
  if (!node.applies_planned) {
    ++node.applying;
    submit_by_event(node, flights_.add(flight), now, flight.service_ns);
    return;
  }
  const Nanoseconds finish =
      replication_.apply_competes ? plan(node, flight) : now + flight.service_ns;
  node.appliers.submit(now, finish - now);
  recorder_.applied(id, commit_ns, finish);
}

Nanoseconds Servers::response_if_sent(RequestIndex request, NodeId id, Nanoseconds now) const {
  const Node& node = nodes_[index(id)];
  const Nanoseconds arrive = now + node.half_trip_ns;
  const Nanoseconds service = scaled(service_ns_[request], node);
  const Nanoseconds finish = node.model ? node.model->finish_if_sent(arrive, service)
                                        : std::max(arrive, node.plan.earliest()) + service;
  return finish + node.half_trip_ns;
}

}  // namespace switchyard
