// Recorded transactions under way: which writes take effect when a statement ends.
#pragma once

#include <algorithm>
#include <vector>

#include "core/ids.h"
#include "core/time.h"
#include "replay/recorder.h"
#include "replay/workload.h"

namespace switchyard {

class Transactions {
 public:
  // REQUIRES the workload to outlive it.
  explicit Transactions(const ReplayWorkload& workload)
      : columns_(workload.trace.columns()),
        effects_(workload.effects),
        sessions_(effects_.empty() ? 0 : workload.trace.session_count()) {}

  // Whether the request belongs to a transaction of several statements.
  bool has(RequestIndex request) const { return !effects_.empty() && columns_.txn[request] != 0; }

  // The node's work on a statement ends: calls commit(write, node, time) for each write that takes
  // effect by that, which is itself, or all that its transaction held back.
  template <class Commit>
  void statement_ended(const Flight& flight, Nanoseconds finish_ns, Commit&& commit) {
    if (has(flight.request)) {
      ended_in_transaction(flight, finish_ns, commit);
    } else if (replicates(flight.op)) {
      commit(flight.request, flight.node, finish_ns);
    }
  }

  // A statement fails, and with it its transaction.
  void statement_failed(const Flight& flight) {
    if (!has(flight.request)) return;
    drop(flight.request);
    sessions_[columns_.session[flight.request]].failed = columns_.txn[flight.request];
  }

  // The node stops: transactions that have written on it fail.
  void node_lost(NodeId node) {
    for (Session& session : sessions_) {
      const auto there = std::ranges::find(session.held, node, &HeldWrite::node);
      if (there == session.held.end()) continue;
      session.failed = there->txn;
      std::erase_if(session.held,
                    [&](const HeldWrite& write) { return write.txn == session.failed; });
    }
  }

 private:
  // A write whose transaction is open.
  struct HeldWrite {
    std::uint32_t txn = 0;
    RequestIndex request = 0;
    NodeId node = kNoNode;
    Nanoseconds finish_ns = 0;
  };
  struct Session {
    std::vector<HeldWrite> held;
    std::uint32_t committed = 0;  // the latest; in the open loop writes of it may still be running
    std::uint32_t failed = 0;     // the latest
  };

  template <class Commit>
  void ended_in_transaction(const Flight& flight, Nanoseconds finish_ns, Commit&& commit) {
    Session& session = sessions_[columns_.session[flight.request]];
    const std::uint32_t txn = columns_.txn[flight.request];
    if (session.failed == txn) return;
    if (replicates(flight.op)) {
      const WriteEffect effect = effects_[flight.request];
      if (effect == WriteEffect::kNever) return;
      if (effect == WriteEffect::kAtOnce || session.committed == txn) {
        commit(flight.request, flight.node, finish_ns);
      } else {
        session.held.push_back({txn, flight.request, flight.node, finish_ns});
      }
    } else if (flight.op == Op::kCommit) {
      for (const HeldWrite& write : session.held) {
        if (write.txn != txn) continue;
        commit(write.request, write.node, std::max(finish_ns, write.finish_ns));
      }
      drop(flight.request);
      session.committed = txn;
    }
  }

  void drop(RequestIndex end_of_transaction) {
    const std::uint32_t txn = columns_.txn[end_of_transaction];
    std::erase_if(sessions_[columns_.session[end_of_transaction]].held,
                  [&](const HeldWrite& write) { return write.txn == txn; });
  }

  const TraceColumns& columns_;
  const std::vector<WriteEffect>& effects_;
  std::vector<Session> sessions_;
};

}  // namespace switchyard
