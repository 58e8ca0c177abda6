// Probes that routers send to nodes, and what the nodes answer.
//
// A probe takes half a round trip each way. It is answered as it arrives, before all that waits
// there; what it costs the node is done behind that. One that a query has to wait for is a query
// itself, and answered when that work is done. A node that errs answers probes all the same. Those
// of a chain's witness cost nothing and are not counted.
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

  // By the router instance of this number, or its witness.
  void send(std::uint32_t instance, NodeId node, Nanoseconds now, bool is_of_witness);
  // By a query that waits for the answer.
  void ask(JobId query, NodeId node, Nanoseconds now);
  // kProbeArrival
  void arrive(std::uint32_t id, Nanoseconds now);
  // The work on a probe has ended, or the node has stopped before that.
  void work_ended(const Flight& work, Nanoseconds now);
  void work_lost(const Flight& work, Nanoseconds now);
  // kProbeAnswer of one that no query waits for; the id is free afterwards.
  struct Answer {
    std::uint32_t instance = 0;
    bool is_of_witness = false;
    ProbeAnswer content;
  };
  Answer take_answer(std::uint32_t id, Nanoseconds now);
  // kProbeAnswer of any other: the query, or kNoQuery if it has ceased to wait; the id is free
  // then.
  bool is_of_query(std::uint32_t id) { return probe(id).query != kNoQuery; }
  JobId answered(std::uint32_t id, Nanoseconds now);
  // Of that query's probe, until it is released or another is sent.
  const ProbeAnswer& answer(std::uint32_t id);
  void release(std::uint32_t id) { pool_of(id).free.push_back(id); }
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

  // Those of witnesses are apart, as events of one instant go by ids, which must be those of a run
  // without them.
  struct Pool {
    std::vector<Probe> probes;
    std::vector<Position> reached;  // per probe, room for one of each origin
    std::vector<std::uint32_t> free;
  };
  static constexpr std::uint32_t kOfWitness = 1U << 31;  // in an id
  static bool is_of_witness(std::uint32_t id) { return (id & kOfWitness) != 0; }
  Pool& pool_of(std::uint32_t id) { return is_of_witness(id) ? witnesses_ : own_; }
  Probe& probe(std::uint32_t id) { return pool_of(id).probes[id & ~kOfWitness]; }
  Position* reached(std::uint32_t id) {
    return &pool_of(id).reached[(id & ~kOfWitness) * node_count_];
  }

  void send(const Probe& sent, NodeId node, Nanoseconds now, std::uint32_t kind);
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
  Pool own_;
  Pool witnesses_;
};

}  // namespace switchyard
