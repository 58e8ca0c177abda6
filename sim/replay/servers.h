// The cluster at work: nodes that serve requests and apply what others have committed.
//
// A FIFO node is a WorkerPlan, whose starts and finishes are known on arrival; other disciplines
// (and every node, if asked) are EventNodes, whose completions come as events.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "cluster/event_node.h"
#include "cluster/spec.h"
#include "cluster/worker_plan.h"
#include "core/random.h"
#include "core/ring.h"
#include "replay/event_queue.h"
#include "replay/options.h"
#include "replay/recorder.h"

namespace switchyard {

// Flights that are under way, by id; ids are used again.
class FlightTable {
 public:
  JobId add(const Flight& flight) {
    if (free_.empty()) {
      flights_.push_back(flight);
      generations_.push_back(0);
      return static_cast<JobId>(flights_.size() - 1);
    }
    const JobId id = free_.back();
    free_.pop_back();
    flights_[id] = flight;
    return id;
  }
  Flight& operator[](JobId id) { return flights_[id]; }
  // Tells an id's uses apart, in 24 bits.
  std::uint32_t generation(JobId id) const { return generations_[id] & 0xFFFFFF; }
  Flight remove(JobId id) {
    ++generations_[id];
    free_.push_back(id);
    return flights_[id];
  }

 private:
  std::vector<Flight> flights_;
  std::vector<std::uint32_t> generations_;
  std::vector<JobId> free_;
};

class Servers {
 public:
  Servers(const ClusterSpec& cluster, const ReplayOptions& options,
          std::span<const std::int64_t> service_ns, EventQueue& events, FlightTable& flights,
          Recorder& recorder);

  const NodeSpec& spec(NodeId node) const { return nodes_[index(node)].spec; }
  Nanoseconds half_trip_ns(NodeId node) const { return nodes_[index(node)].half_trip_ns; }
  bool planned(NodeId node) const { return nodes_[index(node)].model == nullptr; }
  Nanoseconds service_ns(RequestIndex request, NodeId node) const {
    return scaled(service_ns_[request], nodes_[index(node)]);
  }
  bool queue_is_full(NodeId id, Nanoseconds now) {
    Node& node = nodes_[index(id)];
    return node.spec.queue_limit > 0 && waiting(node, now) >= node.spec.queue_limit;
  }

  // On a planned node: serves the flight and returns the finish.
  Nanoseconds serve_planned(const Flight& flight) {
    return plan(nodes_[index(flight.node)], flight);
  }
  // On any other: the end comes by complete().
  void serve_by_event(JobId id);

  // A commit of `request` on `origin` has reached the other nodes.
  void deliver(RequestIndex request, NodeId origin, Nanoseconds now);
  void applier_ready(NodeId node, Nanoseconds now);
  // kNodeCompletion: the id of the request that ended, or nothing (an apply, or an outdated event).
  std::optional<JobId> complete(const Event& event);

  // Of a query sent now and not yet submitted; for the oracle.
  Nanoseconds response_if_sent(RequestIndex request, NodeId node, Nanoseconds now) const;

 private:
  struct Node {
    NodeSpec spec;
    Nanoseconds half_trip_ns = 0;
    bool unit_speed = true;
    double slowness = 1;               // 1 / speed
    WorkerPlan plan{1};                // if planned
    Ring<Nanoseconds> planned_starts;  // of requests that wait, in order
    std::unique_ptr<EventNode> model;  // if not
    // The model's completion that is in the event queue, and which of its events is the valid one.
    Nanoseconds scheduled_ns = kNever;
    std::uint32_t version = 0;
    // Applying: where ends are known ahead, when an apply worker is free; else how many are at
    // work.
    bool applies_planned = true;
    WorkerPlan appliers{1};
    std::uint32_t applying = 0;
    bool ready_scheduled = false;
    Ring<std::pair<RequestIndex, Nanoseconds>> backlog;  // write, commit time
    RandomStream apply_random{0, RandomPurpose::kApplyService};
  };

  static Nanoseconds scaled(Nanoseconds service, const Node& node) {
    return node.unit_speed
               ? service
               : static_cast<Nanoseconds>(static_cast<double>(service) * node.slowness + 0.5);
  }
  static std::size_t waiting(Node& node, Nanoseconds now) {
    if (node.model) return node.model->waiting();
    while (!node.planned_starts.empty() && node.planned_starts.front() <= now) {
      node.planned_starts.pop();
    }
    return node.planned_starts.size();
  }
  void submit_by_event(Node& node, JobId id, Nanoseconds now, Nanoseconds service_ns);
  void schedule_completion(Node& node, NodeId id);
  Nanoseconds plan(Node& node, const Flight& flight) {
    const Nanoseconds now = flight.arrive_ns;
    const ServiceSlot slot = node.plan.submit(now, flight.service_ns);
    if (slot.start_ns > now) {
      const std::size_t before = waiting(node, now);
      node.planned_starts.push(slot.start_ns);
      recorder_.waiting(flight.node, before + 1, now);
    }
    recorder_.served(flight, slot.start_ns, slot.finish_ns);
    return slot.finish_ns;
  }
  Nanoseconds apply_service(Node& node, RequestIndex write) const;
  void apply(NodeId id, RequestIndex write, Nanoseconds commit_ns, Nanoseconds now);
  void start_backlog(NodeId id, Nanoseconds now);
  bool applier_free(const Node& node, Nanoseconds now) const;

  std::vector<Node> nodes_;
  ReplicationSpec replication_;
  std::span<const std::int64_t> service_ns_;
  EventQueue& events_;
  FlightTable& flights_;
  Recorder& recorder_;
};

}  // namespace switchyard
