// Probes that routers send to nodes, and what the nodes answer.
//
// A probe takes half a round trip each way. It is answered as it arrives, before all that waits
// there; what it costs the node is done behind that. One that a query has to wait for is a query
// itself, and answered when that work is done. A node that errs answers probes all the same.
#pragma once

#include <array>
#include <vector>

#include "cluster/spec.h"
#include "replay/event_queue.h"
#include "replay/progress.h"
#include "replay/recorder.h"
#include "replay/servers.h"

namespace switchyard {

class Probes {
 public:
  // `wanted`: whether any router sends probes. `progress` is null if none looks at positions.
  Probes(const ClusterSpec& cluster, bool wanted, EventQueue& events, FlightTable& flights,
         Servers& servers, Recorder& recorder, const Progress* progress);

  // By the router instance of this number.
  void send(std::uint32_t instance, NodeId node, Nanoseconds now);
  // By a query that waits for the answer.
  void ask(JobId query, NodeId node, Nanoseconds now);
  // kProbeArrival
  void arrive(std::uint32_t id, Nanoseconds now);
  // The work on a probe has ended, or the node has stopped before that.
  void work_ended(const Flight& probe, Nanoseconds now);
  void work_lost(const Flight& probe, Nanoseconds now);
  // kProbeAnswer of one that no query waits for; the id is free afterwards.
  struct Answer {
    std::uint32_t instance = 0;
    ProbeAnswer content;
  };
  Answer take_answer(std::uint32_t id, Nanoseconds now);
  // kProbeAnswer of any other: the query, or kNoQuery if it has ceased to wait; the id is free
  // then.
  bool is_of_query(std::uint32_t id) const { return probes_[id].query != kNoQuery; }
  JobId answered(std::uint32_t id, Nanoseconds now);
  // Of that query's probe, until it is released or another is sent.
  const ProbeAnswer& answer(std::uint32_t id);
  void release(std::uint32_t id) { free_.push_back(id); }
  static constexpr JobId kNoQuery = 0xFFFFFFFF;

  // What nodes remember of their requests, to answer probes.
  void request_entered(JobId id, NodeId node);
  void request_left(JobId id, const Flight& flight, Nanoseconds now);
  void node_stopped(NodeId node) {
    if (!nodes_.empty()) nodes_[index(node)].in_flight = 0;
  }

 private:
  // The latest times of requests that met the same number of others.
  class Recent {
   public:
    void add(Nanoseconds time);
    bool empty() const { return count_ == 0; }
    Nanoseconds median() const;

   private:
    static constexpr std::size_t kKept = 15;
    std::array<Nanoseconds, kKept> times_{};
    std::size_t count_ = 0;
    std::size_t next_ = 0;
  };
  // Those that met so many or more are kept as one.
  static constexpr std::size_t kLoads = 256;
  struct Node {
    std::uint32_t in_flight = 0;
    std::vector<Recent> by_load;
  };
  struct Probe {
    std::uint32_t instance = 0;
    JobId query = kNoQuery;
    std::uint32_t generation = 0;  // of that flight
    std::uint32_t origins = 0;     // whose commits have reached the node
    ProbeAnswer answer;
  };

  void send(const Probe& probe, NodeId node, Nanoseconds now);
  void send_back(std::uint32_t id, Nanoseconds now);
  void note_positions(std::uint32_t id);
  static Nanoseconds latency_near(const Node& node, std::size_t load);

  Nanoseconds service_ns_;
  EventQueue& events_;
  FlightTable& flights_;
  Servers& servers_;
  Recorder& recorder_;
  const Progress* progress_;
  std::size_t node_count_;
  std::vector<Node> nodes_;         // empty if no probes are wanted
  std::vector<std::uint32_t> met_;  // per job: the requests that it met on arrival
  std::vector<Probe> probes_;
  std::vector<Position> reached_;  // per probe, room for one of each origin
  std::vector<std::uint32_t> free_;
};

}  // namespace switchyard
