// The consistency figures computed the obvious way, from a full history kept until the end: a
// second opinion on replay/ledger.h, for tests only.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <vector>

#include "replay/observer.h"
#include "replay/tally.h"
#include "workload/trace.h"

namespace switchyard::testing {

class NaiveLedger : public ReplayObserver {
 public:
  NaiveLedger(const Trace& trace, std::size_t nodes) : trace_(trace), nodes_(nodes) {}

  void committed(RequestIndex write, NodeId origin, Nanoseconds commit_ns,
                 Nanoseconds ack_ns) override {
    Version version;
    version.write = write;
    version.origin = origin;
    version.commit_ns = commit_ns;
    version.ack_ns = ack_ns;
    version.has_since.assign(nodes_, kNever);
    version.has_since[index(origin)] = commit_ns;
    versions_.push_back(std::move(version));
  }
  void acknowledged(RequestIndex write, Nanoseconds ack_ns) override { of(write).ack_ns = ack_ns; }
  void applied(RequestIndex write, NodeId node, Nanoseconds time) override {
    of(write).has_since[index(node)] = time;
  }
  void discarded(RequestIndex write, Nanoseconds now) override {
    of(write).lost_ns = now;
    lost_acknowledged_ += of(write).ack_ns != kNever ? 1 : 0;
  }
  void read_started(RequestIndex read, NodeId node, Nanoseconds issued_ns,
                    Nanoseconds start_ns) override {
    reads_.push_back({read, node, issued_ns, start_ns});
  }

  // The figures of all that was told.
  ConsistencyTally judge() const {
    ConsistencyTally tally;
    tally.checked = true;
    judge_reads(tally);
    judge_writes(tally);
    tally.lost_acknowledged_writes = lost_acknowledged_;
    return tally;
  }

 private:
  struct Version {
    RequestIndex write = 0;
    NodeId origin = kNoNode;
    Nanoseconds commit_ns = 0;
    Nanoseconds ack_ns = kNever;
    Nanoseconds lost_ns = kNever;  // by a failover
    std::vector<Nanoseconds> has_since;
    std::pair<Nanoseconds, RequestIndex> order() const { return {commit_ns, write}; }
  };
  struct Read {
    RequestIndex read = 0;
    NodeId node = kNoNode;
    Nanoseconds issued_ns = 0;
    Nanoseconds start_ns = 0;
  };

  Version& of(RequestIndex write) { return *std::ranges::find(versions_, write, &Version::write); }
  std::uint32_t key(RequestIndex request) const { return trace_.columns().key[request]; }
  std::uint32_t session(RequestIndex request) const { return trace_.columns().session[request]; }

  void judge_reads(ConsistencyTally& tally) const {
    std::vector<Read> reads = reads_;
    std::ranges::stable_sort(reads, {}, &Read::start_ns);
    // What each session has been shown of each key.
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::set<RequestIndex>> shown;
    for (const Read& read : reads) {
      ++tally.reads_checked;
      const Version* visible = nullptr;
      for (const Version& version : versions_) {
        if (key(version.write) != key(read.read)) continue;
        if (version.has_since[index(read.node)] > read.start_ns) continue;
        if (version.lost_ns <= read.start_ns) continue;
        if (visible == nullptr || version.order() > visible->order()) visible = &version;
      }
      auto& seen = shown[{session(read.read), key(read.read)}];
      bool went_back = false;
      bool own = false;
      std::int64_t missed = 0;
      Nanoseconds oldest = kNever;
      for (const Version& version : versions_) {
        if (key(version.write) != key(read.read)) continue;
        if (visible != nullptr && version.order() <= visible->order()) continue;
        if (version.lost_ns <= read.start_ns) continue;
        went_back |= seen.contains(version.write);
        if (version.ack_ns > read.issued_ns) continue;
        ++missed;
        oldest = std::min(oldest, version.commit_ns);
        own |= session(version.write) == session(read.read);
      }
      if (visible != nullptr) seen.insert(visible->write);
      tally.monotonic_read_violations += went_back ? 1 : 0;
      if (missed == 0) continue;
      ++tally.stale_reads;
      tally.stale_versions.record(missed);
      tally.stale_age_ns.record(read.start_ns - oldest);
      tally.read_your_writes_violations += own ? 1 : 0;
    }
  }

  void judge_writes(ConsistencyTally& tally) const {
    std::set<RequestIndex> lost;
    std::set<RequestIndex> conflicting;
    for (const Version& later : versions_) {
      bool conflicts = false;
      for (const Version& earlier : versions_) {
        if (key(earlier.write) == kNone || key(earlier.write) != key(later.write)) continue;
        if (earlier.origin == later.origin || earlier.order() >= later.order()) continue;
        if (earlier.has_since[index(later.origin)] < later.commit_ns) continue;
        if (earlier.lost_ns <= later.commit_ns) continue;
        conflicts = true;
        ++tally.conflicting_pairs;
        // What a failover loses in the end is no lost update, and overwrites nothing.
        if (earlier.lost_ns == kNever && later.lost_ns == kNever) lost.insert(earlier.write);
        conflicting.insert({earlier.write, later.write});
      }
      tally.write_conflicts += conflicts ? 1 : 0;
    }
    tally.lost_updates = lost.size();
    tally.conflicting_writes = conflicting.size();
  }

  const Trace& trace_;
  std::size_t nodes_;
  std::vector<Version> versions_;
  std::vector<Read> reads_;
  std::uint64_t lost_acknowledged_ = 0;
};

}  // namespace switchyard::testing
