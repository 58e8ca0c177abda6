// The nodes at work, on requests and on applies of what others have committed.
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
  const Flight& operator[](JobId id) const { return flights_[id]; }
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

// How a node meets a request that arrives.
enum class Door : std::uint8_t {
  kOpen,
  kErring,   // answers with an error at once
  kClosed,   // down: refuses the connection
  kNoAnswer  // down or cut off: nothing comes back, nor do answers to what it already has
};

class Servers {
 public:
  Servers(const ClusterSpec& cluster, const ReplayOptions& options,
          std::span<const std::int64_t> service_ns, EventQueue& events, FlightTable& flights,
          Recorder& recorder);

  const NodeSpec& spec(NodeId node) const { return nodes_[index(node)].spec; }
  Role role(NodeId node) const { return nodes_[index(node)].spec.role; }
  void set_role(NodeId node, Role role) { nodes_[index(node)].spec.role = role; }
  // How many times as long as usual its work takes.
  double fault_slowness(NodeId node) const { return nodes_[index(node)].fault_slowness; }
  Door door(NodeId node) const { return nodes_[index(node)].door; }
  void set_door(NodeId node, Door door) { nodes_[index(node)].door = door; }
  Nanoseconds half_trip_ns(NodeId node) const { return nodes_[index(node)].half_trip_ns; }
  bool planned(NodeId node) const { return nodes_[index(node)].model == nullptr; }
  Nanoseconds service_ns(RequestIndex request, NodeId node) const {
    return scaled(service_ns_[request], node);
  }
  // What takes `service` on a node of speed 1.
  Nanoseconds scaled(Nanoseconds service, NodeId id) const {
    const Node& node = nodes_[index(id)];
    return node.unit_speed
               ? service
               : static_cast<Nanoseconds>(static_cast<double>(service) * node.slowness + 0.5);
  }
  bool queue_is_full(NodeId id, Nanoseconds now) {
    Node& node = nodes_[index(id)];
    return node.spec.queue_limit > 0 && waiting(node, now) >= node.spec.queue_limit;
  }

  // On a planned node: serves the flight, which arrives now.
  [[gnu::always_inline]] ServiceSlot serve_planned(const Flight& flight) {
    Node& node = nodes_[index(flight.node)];
    const Nanoseconds now = flight.arrive_ns;
    const ServiceSlot slot = node.plan.submit(now, flight.service_ns);
    if (slot.start_ns > now) {
      const std::size_t before = waiting_planned(node, now);
      node.planned_starts.push(slot.start_ns);
      recorder_.waiting(flight.node, before + 1, now);
    }
    recorder_.served(flight, slot.start_ns, slot.finish_ns);
    return slot;
  }
  // REQUIRES a node by events: requests and applies that wait there.
  std::uint32_t waiting(NodeId node) const {
    return static_cast<std::uint32_t>(nodes_[index(node)].model->waiting());
  }
  // Likewise: those that its workers are busy with.
  std::uint32_t in_service(NodeId node) const {
    return static_cast<std::uint32_t>(nodes_[index(node)].model->in_service());
  }
  // On any other: the end comes by complete(). Returns the job whose service began, if any.
  std::optional<JobId> serve_by_event(JobId id);

  // kNodeCompletion. Nothing ends if the event is outdated.
  struct Completion {
    std::optional<JobId> ended;
    std::optional<JobId> started;
  };
  Completion complete(const Event& event);

  // These two REQUIRE nodes by events. Work takes this many times its service time from now on.
  void set_slowness(NodeId node, Nanoseconds now, double slowness);
  // The node loses all its work; the ids are still in the flight table, in the order of starts.
  std::vector<JobId> drop_all(NodeId node, Nanoseconds now);

  // Of a query sent now, with these on their way before it; kNever if it would fail. For the
  // oracle.
  Nanoseconds response_if_sent(RequestIndex request, RequestClass kind, NodeId node,
                               Nanoseconds now, std::span<const Coming> before) const;

 private:
  struct Node {
    NodeSpec spec;
    Nanoseconds half_trip_ns = 0;
    bool unit_speed = true;
    double slowness = 1;  // 1 / speed
    double fault_slowness = 1;
    Door door = Door::kOpen;
    WorkerPlan plan{1};                // if planned
    Ring<Nanoseconds> planned_starts;  // of requests that wait, in order
    std::unique_ptr<EventNode> model;  // if not
    // The model's completion that is in the event queue, and which of its events is the valid one.
    Nanoseconds scheduled_ns = kNever;
    std::uint32_t version = 0;
  };

  static std::size_t waiting(Node& node, Nanoseconds now) {
    return node.model ? node.model->waiting() : waiting_planned(node, now);
  }
  [[gnu::always_inline]] static std::size_t waiting_planned(Node& node, Nanoseconds now) {
    while (!node.planned_starts.empty() && node.planned_starts.front() <= now) {
      node.planned_starts.pop();
    }
    return node.planned_starts.size();
  }
  static bool is_full(const Node& node, Nanoseconds now);
  void schedule_completion(Node& node, NodeId id);

  std::vector<Node> nodes_;
  mutable WorkerPlan scratch_{1};
  std::span<const std::int64_t> service_ns_;
  EventQueue& events_;
  FlightTable& flights_;
  Recorder& recorder_;
};

}  // namespace switchyard
