// For how long no read, or no write, was served.
//
// Outcomes are noted when they become certain, which may be long before the client hears of them:
// they are put in the order of time first.
#pragma once

#include <functional>
#include <queue>
#include <vector>

#include "core/time.h"
#include "replay/tally.h"

namespace switchyard {

class OutageLog {
 public:
  void note(Nanoseconds response_ns, bool is_write, bool served) {
    coming_.push({response_ns, is_write, served});
  }
  // Nothing more will be noted of before `now`.
  void settle(Nanoseconds now, RunTally& tally) {
    for (; !coming_.empty() && coming_.top().time_ns < now; coming_.pop()) {
      const Outcome& outcome = coming_.top();
      OutageTally& outages = outcome.is_write ? tally.write_outages : tally.read_outages;
      Nanoseconds& since = since_ns_[outcome.is_write ? 1 : 0];
      if (outcome.served) {
        end(outages, since, outcome.time_ns);
      } else if (since == kNever) {
        since = outcome.time_ns;
      }
    }
  }
  // The run is over.
  void finish(RunTally& tally) {
    settle(kNever, tally);
    end(tally.read_outages, since_ns_[0], tally.measured_to_ns);
    end(tally.write_outages, since_ns_[1], tally.measured_to_ns);
  }

 private:
  struct Outcome {
    Nanoseconds time_ns = 0;
    bool is_write = false;
    bool served = false;  // of those at one instant, the served come first
    bool operator>(const Outcome& other) const {
      return time_ns != other.time_ns ? time_ns > other.time_ns : served < other.served;
    }
  };
  static void end(OutageTally& outages, Nanoseconds& since, Nanoseconds time) {
    if (since != kNever && since < time) {
      ++outages.outages;
      outages.total_ns += time - since;
      outages.longest_ns = std::max(outages.longest_ns, time - since);
    }
    since = kNever;
  }

  std::priority_queue<Outcome, std::vector<Outcome>, std::greater<>> coming_;
  Nanoseconds since_ns_[2] = {kNever, kNever};
};

}  // namespace switchyard
