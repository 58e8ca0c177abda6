// Answers that wait until enough other nodes have the commits they report.
#pragma once

#include <vector>

#include "cluster/event_node.h"
#include "core/time.h"
#include "replay/ledger.h"

namespace switchyard {

// The commits of one statement, linked from the last to the first.
struct CommitChain {
  CommitId last = kNoCommit;
  std::uint32_t count = 0;
};

class WaitingAnswers {
 public:
  void add(CommitChain& chain, CommitId commit) {
    if (commits_.size() <= commit) commits_.resize(commit + 1);
    commits_[commit] = {kNoFlight, chain.last};
    chain = {commit, chain.count + 1};
  }

  // The answer to the flight waits for the chain; the node's work on it ends at `finish_ns`.
  void wait(JobId flight, Nanoseconds finish_ns, const CommitChain& chain) {
    if (answers_.size() <= flight) answers_.resize(flight + 1);
    answers_[flight] = {finish_ns, chain};
    for (CommitId at = chain.last; at != kNoCommit; at = commits_[at].before) {
      commits_[at].flight = flight;
    }
  }

  // Enough nodes have the commit. Returns the flight that waited for no other, or kNoFlight.
  JobId acknowledged(CommitId commit) {
    const JobId flight = commits_[commit].flight;
    if (flight == kNoFlight || --answers_[flight].chain.count > 0) return kNoFlight;
    return flight;
  }
  // The flights that wait.
  std::vector<JobId> all() const {
    std::vector<JobId> flights;
    for (std::size_t i = 0; i < answers_.size(); ++i) {
      if (answers_[i].chain.count > 0) flights.push_back(static_cast<JobId>(i));
    }
    return flights;
  }
  // The flight that waits for this commit among others, or kNoFlight.
  JobId waiting_for(CommitId commit) const {
    if (commit >= commits_.size()) return kNoFlight;
    const JobId flight = commits_[commit].flight;
    return flight != kNoFlight && answers_[flight].chain.count > 0 ? flight : kNoFlight;
  }
  // The flight will get no answer.
  void cancel(JobId flight) {
    for (CommitId at = answers_[flight].chain.last; at != kNoCommit; at = commits_[at].before) {
      commits_[at].flight = kNoFlight;
    }
    answers_[flight].chain.count = 0;
  }
  Nanoseconds finish_ns(JobId flight) const { return answers_[flight].finish_ns; }
  template <class Visitor>
  void for_each_commit(JobId flight, Visitor&& visit) const {
    for (CommitId at = answers_[flight].chain.last; at != kNoCommit; at = commits_[at].before) {
      visit(at);
    }
  }

  static constexpr JobId kNoFlight = 0xFFFFFFFF;

 private:
  struct Commit {
    JobId flight = kNoFlight;
    CommitId before = kNoCommit;  // of the same statement
  };
  struct Answer {
    Nanoseconds finish_ns = 0;
    CommitChain chain;  // count: those that too few nodes have
  };
  std::vector<Commit> commits_;
  std::vector<Answer> answers_;
};

}  // namespace switchyard
