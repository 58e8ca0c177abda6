// The decisions around a moment of a run, each with the state that the cluster was in.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>

#include <atomic>
#include <deque>
#include <optional>
#include <queue>
#include <set>
#include <vector>

#include "cluster/spec.h"
#include "replay/alternatives.h"
#include "replay/observer.h"

namespace switchyard {

// A node, truly, just before a decision takes effect.
struct NodeMoment {
  std::uint32_t waiting = 0;     // requests and applies
  std::uint32_t in_service = 0;  // likewise
  std::uint32_t behind = 0;      // commits of other nodes that it has not applied
  Nanoseconds lag_ns = 0;        // since the oldest of those was committed
  bool is_up = true;
  Role role = Role::kReplica;
};

struct JournalEntry {
  RequestIndex request = 0;
  Nanoseconds at_ns = 0;
  Decision decision;
  std::vector<NodeMoment> nodes;
  bool is_after = false;  // at or after the moment that was asked for
  Choices others;         // what other candidates would have decided; empty where none was asked
  // Of the request, once it is known; kNever for an answer that never comes.
  Nanoseconds latency_ns = kNever;
  Status status = Status::kOk;
};

class Journal : public ReplayObserver {
 public:
  // Keeps the last `before` decisions before a moment, and as many as `after` from then on: before
  // `at_ns` or, if it is given, the first decision about `request`.
  struct Span {
    Nanoseconds at_ns = 0;
    std::size_t before = 0;
    std::size_t after = 1;
    std::optional<RequestIndex> request = std::nullopt;
  };
  // `others` are the choices of Alternatives, if there are any. Both must outlive it.
  Journal(Span span, std::size_t nodes, Choices& others, const std::atomic<bool>& cancelled);

  // Set when all has been seen, or `cancelled` was: the run can stop.
  const std::atomic<bool>& stop() const { return stop_; }
  std::vector<JournalEntry> take();

  void committed(RequestIndex write, NodeId origin, Nanoseconds commit_ns,
                 Nanoseconds ack_ns) override;
  void acknowledged(RequestIndex /*write*/, Nanoseconds /*ack_ns*/) override {}
  void applied(RequestIndex write, NodeId node, Nanoseconds time) override;
  void discarded(RequestIndex write, Nanoseconds now) override;
  void read_started(RequestIndex /*read*/, NodeId /*node*/, Nanoseconds /*issued_ns*/,
                    Nanoseconds /*start_ns*/) override {}
  void decided(RequestIndex request, const Decision& decision, Nanoseconds now,
               const Servers& servers) override;
  void answered(RequestIndex request, NodeId node, Status status, Nanoseconds intended_ns,
                Nanoseconds response_ns) override;

 private:
  // A commit that happens on its origin, or takes effect elsewhere, at a time that may be ahead.
  struct Change {
    Nanoseconds time_ns = 0;
    RequestIndex write = 0;
    NodeId node = kNoNode;
    bool is_commit = false;
    // Of equal times a commit comes first.
    bool operator>(const Change& other) const {
      return time_ns != other.time_ns ? time_ns > other.time_ns : is_commit < other.is_commit;
    }
  };
  struct Missing {
    Nanoseconds commit_ns = 0;
    RequestIndex write = 0;
    auto operator<=>(const Missing&) const = default;
  };
  void advance_to(Nanoseconds now);
  std::vector<NodeMoment> look(Nanoseconds now, const Servers& servers) const;

  Span span_;
  Choices& others_;
  const std::atomic<bool>& cancelled_;
  std::atomic<bool> stop_{false};
  std::deque<JournalEntry> entries_;
  boost::unordered_flat_map<RequestIndex, std::uint32_t> kept_;  // how often each is in entries_
  bool has_come_ = false;                                        // the moment
  std::size_t from_then_on_ = 0;                                 // of the entries
  std::size_t unanswered_ = 0;                                   // of those

  std::priority_queue<Change, std::vector<Change>, std::greater<>> changes_;
  std::vector<std::set<Missing>> missing_;  // per node
  struct Commit {
    Nanoseconds commit_ns = 0;
    std::size_t lacking = 0;  // nodes
  };
  boost::unordered_flat_map<RequestIndex, Commit> commits_;  // that some node lacks
};

}  // namespace switchyard
