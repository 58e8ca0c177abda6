#include "replay/servers.h"

namespace switchyard {

Servers::Servers(const ClusterSpec& cluster, const ReplayOptions& options,
                 std::span<const std::int64_t> service_ns, EventQueue& events, FlightTable& flights,
                 Recorder& recorder)
    : service_ns_(service_ns), events_(events), flights_(flights), recorder_(recorder) {
  for (const NodeSpec& spec : cluster.nodes) {
    Node& node = nodes_.emplace_back();
    node.spec = spec;
    node.half_trip_ns = node.spec.round_trip_ns / 2;
    node.unit_speed = node.spec.speed == 1;
    node.slowness = 1 / node.spec.speed;
    node.plan = WorkerPlan(node.spec.workers);
    if (options.all_nodes_by_events || node.spec.discipline != Discipline::kFifo) {
      node.model = make_event_node(node.spec);
    }
  }
}

std::optional<JobId> Servers::serve_by_event(JobId id) {
  const Flight flight = flights_[id];
  Node& node = nodes_[index(flight.node)];
  node.model->arrive(flight.arrive_ns, id, flight.service_ns);
  recorder_.waiting(flight.node, node.model->waiting(), flight.arrive_ns);
  schedule_completion(node, flight.node);
  return node.model->started();
}

void Servers::schedule_completion(Node& node, NodeId id) {
  const Nanoseconds next = node.model->next_completion();
  if (next == node.scheduled_ns) return;
  node.scheduled_ns = next;
  ++node.version;
  if (next == kNever) return;
  events_.push({next, EventKind::kNodeCompletion, static_cast<std::uint32_t>(id), node.version});
}

Servers::Completion Servers::complete(const Event& event) {
  const auto id = static_cast<NodeId>(event.low());
  Node& node = nodes_[index(id)];
  if (event.high() != (node.version & 0xFFFFFF)) return {};
  const Nanoseconds now = event.time_ns;
  const EventNode::Ended ended = node.model->complete(now);
  node.scheduled_ns = kNever;
  schedule_completion(node, id);
  Flight& flight = flights_[ended.job];
  // A fault may have made it slower or faster than foreseen.
  if (ended.worked_ns) flight.service_ns = std::min(*ended.worked_ns, now - flight.arrive_ns);
  recorder_.served(flight, ended.started_ns, now);
  return {ended.job, node.model->started()};
}

void Servers::set_slowness(NodeId id, Nanoseconds now, double slowness) {
  Node& node = nodes_[index(id)];
  node.fault_slowness = slowness;
  node.model->set_slowness(now, slowness);
  schedule_completion(node, id);
}

std::vector<JobId> Servers::drop_all(NodeId id, Nanoseconds now) {
  Node& node = nodes_[index(id)];
  std::vector<JobId> jobs;
  for (const EventNode::Dropped& dropped : node.model->drop_all(now)) {
    recorder_.dropped(flights_[dropped.job], std::min(dropped.started_ns, now), dropped.worked_ns,
                      now);
    jobs.push_back(dropped.job);
  }
  schedule_completion(node, id);
  return jobs;
}

bool Servers::is_full(const Node& node, Nanoseconds now) {
  if (node.spec.queue_limit == 0) return false;
  if (node.model) return node.model->waiting() >= node.spec.queue_limit;
  std::size_t past = 0;
  while (past < node.planned_starts.size() && node.planned_starts[past] <= now) ++past;
  return node.planned_starts.size() - past >= node.spec.queue_limit;
}

Nanoseconds Servers::response_if_sent(RequestIndex request, RequestClass kind, NodeId id,
                                      Nanoseconds now, std::span<const Coming> before) const {
  const Node& node = nodes_[index(id)];
  if (node.door != Door::kOpen || is_full(node, now)) return kNever;
  if (kind == RequestClass::kWrite && node.spec.role == Role::kReplica) return kNever;
  const Nanoseconds arrive = now + node.half_trip_ns;
  const Nanoseconds service = service_ns(request, id);
  if (node.model) return node.model->finish_if_sent(arrive, service, before) + node.half_trip_ns;
  scratch_ = node.plan;
  for (const Coming& job : before) scratch_.submit(job.arrive_ns, job.service_ns);
  return scratch_.submit(arrive, service).finish_ns + node.half_trip_ns;
}

}  // namespace switchyard
