// Which commits each node has applied, in their order: the truth, and what routers observe of it.
#pragma once

#include <boost/unordered/unordered_flat_set.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/ring.h"
#include "replay/connectivity.h"
#include "replay/event_queue.h"
#include "replay/ledger.h"
#include "replay/servers.h"
#include "routers/positions.h"

namespace switchyard {

class Progress : public Positions {
 public:
  // Observed every `observe_every_ns`; 0: at every look. REQUIRES all else to outlive it, and
  // nothing to be asked or told unless `wanted`.
  Progress(std::size_t nodes, Nanoseconds observe_every_ns, EventQueue& events,
           const Servers& servers, const Connectivity& connectivity, bool wanted);

  // kObserve; comes again as long as that is called.
  void observe(Nanoseconds now);
  void set_time(Nanoseconds now) { now_ = now; }

  // The truth, in the order of events.
  Position committed(CommitId commit, NodeId origin, Nanoseconds commit_ns);
  void applied(CommitId commit, NodeId node, Nanoseconds now);
  void discarded(CommitId commit, Nanoseconds now);
  // Another took the origin's place: nobody is behind for lacking what it commits from now on.
  void set_replaced(NodeId origin, bool replaced) { logs_[index(origin)].replaced = replaced; }
  bool has_reached(NodeId node, const Position& position) const {
    return state(node, position.origin).applied >= position.number;
  }
  // Calls visit(position) for the furthest that it has come in each origin's commits, if at all.
  template <class Visitor>
  void for_each_reached(NodeId node, Visitor&& visit) const {
    for (std::size_t origin = 0; origin < logs_.size(); ++origin) {
      const std::uint64_t applied = state(node, node_id(origin)).applied;
      if (applied > 0) visit(Position{node_id(origin), applied});
    }
  }
  bool has_reached(NodeId node, const std::vector<Position>& all) const {
    return std::ranges::all_of(all, [&](const Position& each) { return has_reached(node, each); });
  }
  // kCaughtUp comes with this flight and generation when it has reached all.
  void stop_waiting(NodeId node, JobId flight) {
    std::erase_if(waiting_[index(node)], [&](const Waiter& w) { return w.flight == flight; });
  }
  void wait(NodeId node, const std::vector<Position>& all, JobId flight, std::uint32_t generation) {
    waiting_[index(node)].push_back({all, flight, generation});
  }

  bool reached(NodeId node, const Position& position) const override;
  std::uint64_t missing(NodeId node) const override;
  Nanoseconds lag_ns(NodeId node) const override;
  bool lag_is_known(NodeId node) const override;
  Nanoseconds last_write_ns(NodeId node) const override;

 private:
  struct Entry {
    Nanoseconds commit_ns = 0;
    bool discarded = false;
  };
  // Of one origin: what some node lacks.
  struct Log {
    std::uint64_t first = 1;  // position of the first entry
    Ring<Entry> entries;
    std::uint64_t discarded = 0;            // of them
    Nanoseconds last_commit_before_ns = 0;  // of those before the first entry that count
    bool replaced = false;
    std::uint64_t end() const { return first + entries.size(); }
  };
  // Of one node and origin.
  struct State {
    std::uint64_t applied = 0;                        // up to here, all
    boost::unordered_flat_set<std::uint64_t> beyond;  // and these
  };
  struct Waiter {
    std::vector<Position> positions;
    JobId flight = 0;
    std::uint32_t generation = 0;
  };
  struct Observation {
    std::vector<std::uint64_t> applied;  // per node and origin
    std::vector<std::uint64_t> missing;  // per node
    std::vector<Nanoseconds> lag_ns;
    std::vector<bool> lag_is_known;
    std::vector<Nanoseconds> last_write_ns;
  };

  State& state(NodeId node, NodeId origin) {
    return states_[index(node) * logs_.size() + index(origin)];
  }
  const State& state(NodeId node, NodeId origin) const {
    return states_[index(node) * logs_.size() + index(origin)];
  }
  void advance(NodeId node, NodeId origin, Nanoseconds now);
  void shorten(NodeId origin);
  std::uint64_t true_missing(NodeId node) const;
  Nanoseconds true_lag_ns(NodeId node) const;
  bool reaches_its_sources(NodeId node) const;
  Nanoseconds true_last_write_ns(NodeId node) const;

  Nanoseconds observe_every_ns_;
  EventQueue& events_;
  const Servers& servers_;
  const Connectivity& connectivity_;
  Nanoseconds now_ = 0;
  std::vector<Log> logs_;
  std::vector<State> states_;
  std::vector<Position> positions_;  // per commit
  std::vector<std::vector<Waiter>> waiting_;
  Observation seen_;
};

}  // namespace switchyard
