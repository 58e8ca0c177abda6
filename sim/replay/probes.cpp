#include "replay/probes.h"

#include <algorithm>

namespace switchyard {

Probes::Probes(const ClusterSpec& cluster, bool wanted, EventQueue& events, FlightTable& flights,
               Servers& servers, Recorder& recorder)
    : service_ns_(cluster.probe_service_ns),
      events_(events),
      flights_(flights),
      servers_(servers),
      recorder_(recorder),
      nodes_(wanted ? cluster.nodes.size() : 0) {
  for (Node& node : nodes_) node.by_load.resize(kLoads);
}

void Probes::send(std::uint32_t instance, NodeId node, Nanoseconds now) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(probes_.size()));
    probes_.emplace_back();
  }
  const std::uint32_t id = free_.back();
  free_.pop_back();
  probes_[id] = {instance, {}};
  probes_[id].answer.sent_ns = now;
  probes_[id].answer.node = node;
  recorder_.probed();
  events_.push({now + servers_.half_trip_ns(node), EventKind::kProbeArrival, id});
}

void Probes::arrive(std::uint32_t id, Nanoseconds now) {
  ProbeAnswer& answer = probes_[id].answer;
  const Door door = servers_.door(answer.node);
  if (door == Door::kNoAnswer) {
    free_.push_back(id);
    return;
  }
  answer.up = door != Door::kClosed;
  if (answer.up) {
    const Node& node = nodes_[index(answer.node)];
    answer.in_flight = node.in_flight;
    answer.latency_ns = latency_near(node, node.in_flight);
  }
  events_.push({now + servers_.half_trip_ns(answer.node), EventKind::kProbeAnswer, id});
  if (!answer.up || service_ns_ == 0) return;
  Flight work;
  work.node = answer.node;
  work.work = Work::kProbe;
  work.arrive_ns = now;
  work.service_ns = servers_.scaled(service_ns_, answer.node);
  servers_.serve_by_event(flights_.add(work));
}

Probes::Answer Probes::take_answer(std::uint32_t id, Nanoseconds now) {
  free_.push_back(id);
  Answer answer = {probes_[id].instance, probes_[id].answer};
  answer.content.now_ns = now;
  return answer;
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
