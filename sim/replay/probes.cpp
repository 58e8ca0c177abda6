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

void Probes::send(std::uint32_t instance, NodeId node, Nanoseconds now) {
  Probe probe;
  probe.instance = instance;
  send(probe, node, now);
}

void Probes::ask(JobId query, NodeId node, Nanoseconds now) {
  Probe probe;
  probe.query = query;
  probe.generation = flights_.generation(query);
  send(probe, node, now);
}

void Probes::send(const Probe& probe, NodeId node, Nanoseconds now) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(probes_.size()));
    probes_.emplace_back();
    if (progress_ != nullptr) reached_.resize(probes_.size() * node_count_);
  }
  const std::uint32_t id = free_.back();
  free_.pop_back();
  probes_[id] = probe;
  probes_[id].answer.sent_ns = now;
  probes_[id].answer.node = node;
  recorder_.probed();
  events_.push({now + servers_.half_trip_ns(node), EventKind::kProbeArrival, id});
}

void Probes::arrive(std::uint32_t id, Nanoseconds now) {
  ProbeAnswer& answer = probes_[id].answer;
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
  const bool takes_time = answer.up && service_ns_ > 0;
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
  Probe& probe = probes_[id];
  progress_->for_each_reached(probe.answer.node, [&](const Position& position) {
    reached_[id * node_count_ + probe.origins++] = position;
  });
}

void Probes::send_back(std::uint32_t id, Nanoseconds now) {
  const NodeId node = probes_[id].answer.node;
  events_.push({now + servers_.half_trip_ns(node), EventKind::kProbeAnswer, id});
}

void Probes::work_ended(const Flight& probe, Nanoseconds now) {
  if (probe.probe == kNone) return;
  if (servers_.door(probe.node) == Door::kNoAnswer) {
    release(probe.probe);
  } else {
    send_back(probe.probe, now);
  }
}

void Probes::work_lost(const Flight& probe, Nanoseconds now) {
  if (probe.probe != kNone) probes_[probe.probe].answer.up = false;
  work_ended(probe, now);
}

Probes::Answer Probes::take_answer(std::uint32_t id, Nanoseconds now) {
  probes_[id].answer.now_ns = now;
  release(id);
  return {probes_[id].instance, answer(id)};
}

JobId Probes::answered(std::uint32_t id, Nanoseconds now) {
  Probe& probe = probes_[id];
  if (flights_.generation(probe.query) != probe.generation) {
    release(id);
    return kNoQuery;
  }
  probe.answer.now_ns = now;
  return probe.query;
}

const ProbeAnswer& Probes::answer(std::uint32_t id) {
  Probe& probe = probes_[id];
  if (progress_ != nullptr) {
    probe.answer.reached = std::span(reached_).subspan(id * node_count_, probe.origins);
  }
  return probe.answer;
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
