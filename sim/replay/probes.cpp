#include "replay/probes.h"

#include <algorithm>

namespace switchyard {

Probes::Probes(const ClusterSpec& cluster, bool wanted, EventQueue& events, FlightTable& flights,
               Servers& servers, Recorder& recorder, const Progress* progress)
    : service_ns_(cluster.probe_service_ns),
      events_(events),
      flights_(flights),
      servers_(servers),
      recorder_(recorder),
      progress_(progress),
      node_count_(cluster.nodes.size()),
      nodes_(wanted ? cluster.nodes.size() : 0) {
  for (Node& node : nodes_) node.by_load.resize(kLoads);
}

void Probes::send(std::uint32_t instance, NodeId node, Nanoseconds now, bool is_of_witness) {
  Probe probe;
  probe.instance = instance;
  if (!is_of_witness) recorder_.probed();
  send(probe, node, now, is_of_witness ? kOfWitness : 0);
}

void Probes::ask(JobId query, NodeId node, Nanoseconds now) {
  Probe probe;
  probe.query = query;
  probe.generation = flights_.generation(query);
  recorder_.probed();
  send(probe, node, now, 0);
}

void Probes::send(const Probe& sent, NodeId node, Nanoseconds now, std::uint32_t kind) {
  Pool& pool = pool_of(kind);
  if (pool.free.empty()) {
    pool.free.push_back(static_cast<std::uint32_t>(pool.probes.size()) | kind);
    pool.probes.emplace_back();
    if (progress_ != nullptr) pool.reached.resize(pool.probes.size() * node_count_);
  }
  const std::uint32_t id = pool.free.back();
  pool.free.pop_back();
  probe(id) = sent;
  probe(id).answer.sent_ns = now;
  probe(id).answer.node = node;
  events_.push({now + servers_.half_trip_ns(node), EventKind::kProbeArrival, id});
}

void Probes::arrive(std::uint32_t id, Nanoseconds now) {
  ProbeAnswer& answer = probe(id).answer;
  const Door door = servers_.door(answer.node);
  if (door == Door::kNoAnswer) {
    release(id);
    return;
  }
  answer.up = door != Door::kClosed;
  if (answer.up) {
    const Node& node = nodes_[index(answer.node)];
    answer.in_flight = node.in_flight;
    answer.latency_ns = latency_near(node, node.in_flight);
    if (progress_ != nullptr) note_positions(id);
  }
  const bool takes_time = answer.up && service_ns_ > 0 && !is_of_witness(id);
  const bool answers_at_end = takes_time && is_of_query(id);
  if (!answers_at_end) send_back(id, now);
  if (!takes_time) return;
  Flight work;
  work.node = answer.node;
  work.work = Work::kProbe;
  work.probe = answers_at_end ? id : kNone;
  work.arrive_ns = now;
  work.service_ns = servers_.scaled(service_ns_, answer.node);
  servers_.serve_by_event(flights_.add(work));
}

void Probes::note_positions(std::uint32_t id) {
  Probe& noted = probe(id);
  progress_->for_each_reached(noted.answer.node, [&](const Position& position) {
    reached(id)[noted.origins++] = position;
  });
}

void Probes::send_back(std::uint32_t id, Nanoseconds now) {
  const NodeId node = probe(id).answer.node;
  events_.push({now + servers_.half_trip_ns(node), EventKind::kProbeAnswer, id});
}

void Probes::work_ended(const Flight& work, Nanoseconds now) {
  if (work.probe == kNone) return;
  if (servers_.door(work.node) == Door::kNoAnswer) {
    release(work.probe);
  } else {
    send_back(work.probe, now);
  }
}

void Probes::work_lost(const Flight& work, Nanoseconds now) {
  if (work.probe != kNone) probe(work.probe).answer.up = false;
  work_ended(work, now);
}

Probes::Answer Probes::take_answer(std::uint32_t id, Nanoseconds now) {
  probe(id).answer.now_ns = now;
  release(id);
  return {probe(id).instance, is_of_witness(id), answer(id)};
}

JobId Probes::answered(std::uint32_t id, Nanoseconds now) {
  Probe& back = probe(id);
  if (flights_.generation(back.query) != back.generation) {
    release(id);
    return kNoQuery;
  }
  back.answer.now_ns = now;
  return back.query;
}

const ProbeAnswer& Probes::answer(std::uint32_t id) {
  Probe& told = probe(id);
  if (progress_ != nullptr) told.answer.reached = std::span(reached(id), told.origins);
  return told.answer;
}

void Probes::request_entered(JobId id, NodeId node) {
  if (nodes_.empty()) return;
  if (met_.size() <= id) met_.resize(id + 1);
  met_[id] = nodes_[index(node)].in_flight++;
}

void Probes::request_left(JobId id, const Flight& flight, Nanoseconds now) {
  if (nodes_.empty()) return;
  Node& node = nodes_[index(flight.node)];
  --node.in_flight;
  node.by_load[std::min<std::size_t>(met_[id], kLoads - 1)].add(now - flight.arrive_ns);
}

// Of the nearest load that any is known of, the lower of two as near.
Nanoseconds Probes::latency_near(const Node& node, std::size_t load) {
  load = std::min(load, kLoads - 1);
  for (std::size_t apart = 0; apart < kLoads; ++apart) {
    if (apart <= load && !node.by_load[load - apart].empty()) {
      return node.by_load[load - apart].median();
    }
    if (load + apart < kLoads && !node.by_load[load + apart].empty()) {
      return node.by_load[load + apart].median();
    }
  }
  return 0;
}

void Probes::Recent::add(Nanoseconds time) {
  times_[next_] = time;
  next_ = (next_ + 1) % kKept;
  count_ = std::min(count_ + 1, kKept);
}

Nanoseconds Probes::Recent::median() const {
  std::array<Nanoseconds, kKept> sorted = times_;
  const auto end = sorted.begin() + static_cast<std::ptrdiff_t>(count_);
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>((count_ - 1) / 2);
  std::nth_element(sorted.begin(), middle, end);
  return *middle;
}

}  // namespace switchyard
