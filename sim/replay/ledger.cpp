#include "replay/ledger.h"

#include <algorithm>

#include "workload/op.h"

namespace switchyard {

Ledger::Ledger(const TraceColumns& columns, std::size_t keys, std::size_t nodes, Possible possible,
               const ReplayOptions& options, RunTally& tally, ReplayObserver* observer)
    : columns_(columns),
      nodes_(nodes),
      possible_(possible),
      measured_(options.measured),
      observer_(observer),
      tally_(tally),
      newest_(options.ledger ? keys : 0, kNoCommit) {
  tally_.consistency.checked = !newest_.empty();
}

CommitId Ledger::open(RequestIndex write, NodeId origin, Nanoseconds commit_ns, Nanoseconds ack_ns,
                      Nanoseconds now) {
  retire(now);
  CommitId id = kNoCommit;
  if (free_.empty()) {
    id = static_cast<CommitId>(commits_.size());
    commits_.emplace_back();
    applied_ns_.resize(applied_ns_.size() + nodes_);
  } else {
    id = free_.back();
    free_.pop_back();
  }
  Commit commit;
  commit.write = write;
  commit.origin = origin;
  commit.lacking = static_cast<std::uint32_t>(nodes_) - 1;
  commit.commit_ns = commit_ns;
  commit.ack_ns = ack_ns;
  commit.everywhere_ns = commit_ns;
  if (!newest_.empty()) commit.key = columns_.key[write];
  commits_[id] = commit;
  oldest_first_.push(id);
  if (commit.key != kNone) {
    std::fill_n(&applied_ns(id, NodeId{}), nodes_, kNever);
    applied_ns(id, origin) = commit_ns;
    list(id);
  }
  if (observer_ != nullptr) observer_->committed(write, origin, commit_ns, ack_ns);
  return id;
}

// Into its key's versions, newest first.
void Ledger::list(CommitId id) {
  Commit& commit = commits_[id];
  commit.listed = true;
  CommitId newer = kNoCommit;
  CommitId older = newest_[commit.key];
  while (older != kNoCommit && before(commit, commits_[older])) {
    newer = older;
    older = commits_[older].older;
  }
  commit.newer = newer;
  commit.older = older;
  if (older != kNoCommit) commits_[older].newer = id;
  if (newer != kNoCommit) {
    commits_[newer].older = id;
  } else {
    newest_[commit.key] = id;
  }
}

void Ledger::acknowledged(CommitId id, Nanoseconds ack_ns) {
  commits_[id].ack_ns = ack_ns;
  if (observer_ != nullptr) observer_->acknowledged(commits_[id].write, ack_ns);
}

void Ledger::committed(CommitId id) {
  Commit& commit = commits_[id];
  if (!possible_.conflicts || commit.key == kNone || !measured_.contains(commit.commit_ns)) return;
  bool conflicts = false;
  for (CommitId other = commit.older; other != kNoCommit; other = commits_[other].older) {
    Commit& earlier = commits_[other];
    if (earlier.origin == commit.origin) continue;
    if (applied_ns(other, commit.origin) < commit.commit_ns) continue;
    ++tally_.consistency.conflicting_pairs;
    overwritten(other, id);
    mark_conflicting(earlier);
    mark_conflicting(commit);
    if (!conflicts) {
      note({EvidenceKind::kWriteConflict, commit.write, commit.origin, earlier.write,
            earlier.origin, commit.commit_ns, commit.commit_ns - earlier.commit_ns});
    }
    conflicts = true;
  }
  tally_.consistency.write_conflicts += conflicts ? 1 : 0;
}

void Ledger::overwritten(CommitId earlier, CommitId later) {
  if (++commits_[earlier].overwritten_by == 1) ++tally_.consistency.lost_updates;
  if (!possible_.discards) return;
  if (overwrote_.size() <= later) overwrote_.resize(commits_.size());
  overwrote_[later].push_back(earlier);
  hold(earlier);
}

void Ledger::forget_overwritten(CommitId later) {
  if (later >= overwrote_.size()) return;
  for (const CommitId earlier : overwrote_[later]) release(earlier);
  overwrote_[later].clear();
}

void Ledger::discard(CommitId id, NodeId successor, Nanoseconds now) {
  Commit& commit = commits_[id];
  commit.discarded = true;
  if (commit.listed) {
    commit.listed = false;
    forget_readers(id);
    (commit.newer != kNoCommit ? commits_[commit.newer].older : newest_[commit.key]) = commit.older;
    if (commit.older != kNoCommit) commits_[commit.older].newer = commit.newer;
  }
  if (commit.overwritten_by > 0) --tally_.consistency.lost_updates;
  if (id < overwrote_.size()) {
    for (const CommitId earlier : overwrote_[id]) {
      const bool last = --commits_[earlier].overwritten_by == 0;
      if (last && !commits_[earlier].discarded) --tally_.consistency.lost_updates;
    }
    forget_overwritten(id);
  }
  if (observer_ != nullptr) observer_->discarded(commit.write, now);
  if (commit.ack_ns == kNever || !measured_.contains(commit.commit_ns)) return;
  ++tally_.consistency.lost_acknowledged_writes;
  note({EvidenceKind::kLostAcknowledgedWrite, commit.write, commit.origin, commit.write, successor,
        now, now - commit.commit_ns});
}

// Drops the commits that every node has, as far as they are the oldest. A version goes only with
// all older ones of its key, which else would look like the newest.
void Ledger::retire(Nanoseconds now) {
  const auto is_everywhere = [&](CommitId id) {
    const Commit& commit = commits_[id];
    return commit.lacking == 0 && commit.everywhere_ns < now && commit.holds == 0;
  };
  while (!oldest_first_.empty()) {
    const CommitId id = oldest_first_.front();
    if (commits_[id].discarded) {
      oldest_first_.pop();
      continue;
    }
    for (CommitId at = id; at != kNoCommit;
         at = commits_[at].listed ? commits_[at].older : kNoCommit) {
      if (!is_everywhere(at)) return;
    }
    if (commits_[id].listed) unlist_with_older(id);
    oldest_first_.pop();
    free_.push_back(id);
  }
}

void Ledger::unlist_with_older(CommitId id) {
  const CommitId newer = commits_[id].newer;
  if (newer != kNoCommit) {
    commits_[newer].older = kNoCommit;
  } else {
    newest_[commits_[id].key] = kNoCommit;
  }
  for (CommitId at = id; at != kNoCommit; at = commits_[at].older) {
    commits_[at].listed = false;
    forget_readers(at);
  }
}

void Ledger::forget_readers(CommitId id) {
  Commit& commit = commits_[id];
  while (commit.seen_by != kNone) {
    const std::uint32_t reader = commit.seen_by;
    seen_.erase(pair_of(id, readers_[reader].session));
    commit.seen_by = readers_[reader].next;
    readers_[reader].next = free_reader_;
    free_reader_ = reader;
  }
}

void Ledger::look(RequestIndex request, NodeId node, Nanoseconds issued_ns, Nanoseconds start_ns,
                  bool counts) {
  const std::uint32_t session = columns_.session[request];
  Missing missing;
  CommitId at = newest_[columns_.key[request]];
  for (; at != kNoCommit && applied_ns(at, node) > start_ns; at = commits_[at].older) {
    const Commit& commit = commits_[at];
    if (missing.seen == kNoCommit && seen_.contains(pair_of(at, session))) missing.seen = at;
    if (commit.ack_ns > issued_ns) continue;
    ++missing.versions;
    missing.oldest = at;
    const bool own = columns_.session[commit.write] == session;
    if (own && missing.own == kNoCommit) missing.own = at;
  }
  if (at != kNoCommit) remember(at, session);
  if (counts) count(missing, request, node, start_ns);
}

bool Ledger::is_fresh(RequestIndex request, NodeId node, Nanoseconds now) const {
  const std::uint32_t key = newest_.empty() ? kNone : columns_.key[request];
  if (key == kNone) return true;
  for (CommitId at = newest_[key]; at != kNoCommit; at = commits_[at].older) {
    if (applied_ns_[std::size_t{at} * nodes_ + index(node)] <= now) return true;
    if (commits_[at].ack_ns <= now) return false;
  }
  return true;
}

void Ledger::count(const Missing& missing, RequestIndex request, NodeId node,
                   Nanoseconds start_ns) {
  ConsistencyTally& tally = tally_.consistency;
  const auto note_missing = [&](EvidenceKind kind, CommitId id) {
    const Commit& commit = commits_[id];
    note({kind, request, node, commit.write, commit.origin, start_ns, start_ns - commit.commit_ns});
  };
  if (missing.seen != kNoCommit) {
    ++tally.monotonic_read_violations;
    note_missing(EvidenceKind::kMonotonicRead, missing.seen);
  }
  if (missing.versions == 0) return;
  const Nanoseconds age = start_ns - commits_[missing.oldest].commit_ns;
  ++tally.stale_reads;
  tally.stale_age_ns.record(age);
  tally.stale_versions.record(static_cast<std::int64_t>(missing.versions));
  tally_.series.add_stale(start_ns);
  note_missing(EvidenceKind::kStaleRead, missing.oldest);
  if (missing.own == kNoCommit) return;
  ++tally.read_your_writes_violations;
  note_missing(EvidenceKind::kReadYourWrites, missing.own);
}

void Ledger::remember(CommitId commit, std::uint32_t session) {
  if (!seen_.insert(pair_of(commit, session)).second) return;
  std::uint32_t reader = free_reader_;
  if (reader == kNone) {
    reader = static_cast<std::uint32_t>(readers_.size());
    readers_.emplace_back();
  } else {
    free_reader_ = readers_[reader].next;
  }
  readers_[reader] = {session, commits_[commit].seen_by};
  commits_[commit].seen_by = reader;
}

void Ledger::note(const Evidence& evidence) {
  std::vector<Evidence>& kept = tally_.consistency.evidence;
  const auto same = std::ranges::count(kept, evidence.kind, &Evidence::kind);
  if (same < kEvidenceOfAKind) kept.push_back(evidence);
}

void Ledger::placed_in_transaction(RequestIndex request, NodeId node, Nanoseconds now) {
  const std::uint32_t session = columns_.session[request];
  if (session >= transactions_.size()) transactions_.resize(session + 1);
  OpenTransaction& open = transactions_[session];
  if (open.txn != columns_.txn[request]) open = {.txn = columns_.txn[request], .home = node};
  const bool counts = measured_.contains(now);
  if (node != open.home && !open.left) {
    open.left = true;
    tally_.consistency.left_transactions += counts ? 1 : 0;
  }
  if (class_of(columns_.op[request]) != RequestClass::kWrite) return;
  if (open.writer != kNoNode && open.writer != node && !open.split) {
    open.split = true;
    tally_.consistency.split_transactions += counts ? 1 : 0;
    if (counts) {
      note({EvidenceKind::kSplitTransaction, request, node, open.write, open.writer, now, 0});
    }
  }
  open.writer = node;
  open.write = request;
}

}  // namespace switchyard
