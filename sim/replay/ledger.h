// Who has which commit, and which reads missed one: the ground truth of a run's consistency.
//
// A version of a key is a commit that wrote it; versions are ordered by the time of their commit,
// then by their request (last writer wins). A node shows the newest version that it has applied.
// A read is stale if the node, when the read's service starts, lacks a newer version than the one
// it shows whose commit was acknowledged before the read was issued.
//
// What a failover discards is no version any more: it is counted as lost if its client had been
// told of it, and reads that do not show it are not stale for that.
//
// Only versions that some node still lacks are kept, so memory depends on what is on its way, not
// on the length of the run. A key all of whose versions are everywhere costs a read one look.
#pragma once

#include <boost/unordered/unordered_flat_set.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/ids.h"
#include "core/ring.h"
#include "core/time.h"
#include "replay/observer.h"
#include "replay/options.h"
#include "replay/tally.h"
#include "workload/trace.h"

namespace switchyard {

using CommitId = std::uint32_t;
inline constexpr CommitId kNoCommit = 0xFFFFFFFF;

class Ledger {
 public:
  // What can happen to commits in a cluster; what cannot costs nothing.
  struct Possible {
    bool conflicts = false;
    bool discards = false;
  };
  // REQUIRES columns and tally to outlive it. `observer` may be null.
  Ledger(const TraceColumns& columns, std::size_t keys, std::size_t nodes, Possible possible,
         const ReplayOptions& options, RunTally& tally, ReplayObserver* observer);

  // A commit of `write` on `origin` at `commit_ns`, known now, at `now`, or to come. Its client
  // hears of it at `ack_ns`; kNever if that is not known yet, or never happens.
  CommitId open(RequestIndex write, NodeId origin, Nanoseconds commit_ns, Nanoseconds ack_ns,
                Nanoseconds now);
  // Somebody refers to the commit's id until it is released, even if all nodes have it.
  void hold(CommitId commit) { ++commits_[commit].holds; }
  void release(CommitId commit) { --commits_[commit].holds; }
  void acknowledged(CommitId commit, Nanoseconds ack_ns);
  // At the commit's time: finds conflicts with what its origin has not applied by then.
  void committed(CommitId commit);
  // It takes effect on `node` at `time`, not before now. The commit may be gone after the last one.
  void applied(CommitId id, NodeId node, Nanoseconds time) {
    Commit& commit = commits_[id];
    if (commit.key != kNone) applied_ns(id, node) = time;
    commit.everywhere_ns = std::max(commit.everywhere_ns, time);
    // What every node has no failover discards.
    if (--commit.lacking == 0 && possible_.discards) forget_overwritten(id);
    if (observer_ != nullptr) observer_->applied(commit.write, node, time);
  }
  // A new primary, `successor`, does not have it: from now on it never was. Its id stays taken.
  void discard(CommitId commit, NodeId successor, Nanoseconds now);
  bool discarded(CommitId commit) const { return commits_[commit].discarded; }

  RequestIndex write_of(CommitId commit) const { return commits_[commit].write; }
  NodeId origin_of(CommitId commit) const { return commits_[commit].origin; }
  Nanoseconds commit_ns(CommitId commit) const { return commits_[commit].commit_ns; }

  bool checks_reads() const { return !newest_.empty(); }
  // The service of a read started at `start_ns`, and no commit was opened since.
  [[gnu::always_inline]] void read(RequestIndex request, NodeId node, Nanoseconds issued_ns,
                                   Nanoseconds start_ns) {
    if (newest_.empty()) return;
    const std::uint32_t key = columns_.key[request];
    if (key == kNone) return;
    if (observer_ != nullptr) observer_->read_started(request, node, issued_ns, start_ns);
    const bool counts = measured_.contains(issued_ns);
    tally_.consistency.reads_checked += counts ? 1 : 0;
    if (newest_[key] != kNoCommit) look(request, node, issued_ns, start_ns, counts);
  }
  // Whether the request, sent now, would miss nothing on the node, should it start at once.
  bool is_fresh(RequestIndex request, NodeId node, Nanoseconds now) const;
  // Has what a read of the request will need fetched into the cache.
  void prefetch(RequestIndex request) const {
    if (request >= columns_.key.size() || newest_.empty()) return;
    if (const std::uint32_t key = columns_.key[request]; key != kNone) {
      __builtin_prefetch(&newest_[key]);
    }
  }

  // A statement of a recorded transaction is sent to a node.
  void placed_in_transaction(RequestIndex request, NodeId node, Nanoseconds now);

 private:
  struct Commit {
    RequestIndex write = 0;
    NodeId origin = kNoNode;
    std::uint32_t key = kNone;
    std::uint32_t lacking = 0;   // nodes of which it is not known when they have it
    CommitId older = kNoCommit;  // of the same key
    CommitId newer = kNoCommit;
    std::uint32_t seen_by = kNone;     // sessions that read it, in readers_
    std::uint32_t overwritten_by = 0;  // conflicting commits that were not discarded
    std::uint32_t holds = 0;
    bool listed = false;       // reached from newest_
    bool conflicting = false;  // with an earlier or a later one
    bool discarded = false;
    Nanoseconds commit_ns = 0;
    Nanoseconds ack_ns = kNever;
    Nanoseconds everywhere_ns = 0;  // the last time of those known
  };
  struct Reader {
    std::uint32_t session = 0;
    std::uint32_t next = kNone;
  };
  struct OpenTransaction {
    std::uint32_t txn = 0;
    NodeId home = kNoNode;
    NodeId writer = kNoNode;     // of its latest write …
    RequestIndex write = kNone;  // … which is this one
    bool left = false;
    bool split = false;
  };

  // What the newest version that `node` shows misses.
  struct Missing {
    std::uint64_t versions = 0;
    CommitId oldest = kNoCommit;
    CommitId own = kNoCommit;   // the session's newest
    CommitId seen = kNoCommit;  // the newest that the session has read elsewhere
  };

  void look(RequestIndex request, NodeId node, Nanoseconds issued_ns, Nanoseconds start_ns,
            bool counts);
  void count(const Missing& missing, RequestIndex request, NodeId node, Nanoseconds start_ns);
  void note(const Evidence& evidence);
  void list(CommitId commit);
  void unlist_with_older(CommitId commit);
  void mark_conflicting(Commit& commit) {
    if (!commit.conflicting) ++tally_.consistency.conflicting_writes;
    commit.conflicting = true;
  }
  void overwritten(CommitId earlier, CommitId later);
  void forget_overwritten(CommitId later);
  void forget_readers(CommitId commit);
  void retire(Nanoseconds now);
  void remember(CommitId commit, std::uint32_t session);
  static std::uint64_t pair_of(CommitId commit, std::uint32_t session) {
    return std::uint64_t{commit} << 32 | session;
  }
  bool before(const Commit& a, const Commit& b) const {
    return a.commit_ns != b.commit_ns ? a.commit_ns < b.commit_ns : a.write < b.write;
  }
  Nanoseconds& applied_ns(CommitId commit, NodeId node) {
    return applied_ns_[std::size_t{commit} * nodes_ + index(node)];
  }

  const TraceColumns& columns_;
  std::size_t nodes_;
  Possible possible_;
  MeasuredTime measured_;
  ReplayObserver* observer_;
  RunTally& tally_;
  std::vector<Commit> commits_;
  std::vector<Nanoseconds> applied_ns_;  // per commit and node; only of those with a key
  // Per commit, the conflicting ones that it overwrote, as long as a failover may discard it.
  std::vector<std::vector<CommitId>> overwrote_;
  std::vector<CommitId> free_;
  Ring<CommitId> oldest_first_;   // in the order of opening
  std::vector<CommitId> newest_;  // per key, kNoCommit when every node has all versions
  std::vector<Reader> readers_;
  std::uint32_t free_reader_ = kNone;
  boost::unordered_flat_set<std::uint64_t> seen_;  // (commit, session)
  std::vector<OpenTransaction> transactions_;      // per session
};

}  // namespace switchyard
