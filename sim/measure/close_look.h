// A closer look at one candidate's run: what was decided around a moment and why, what others would
// have decided there, and when each node was slow.
//
// The run is simulated again for it: exactly as in a comparison, whose report keeps no more than
// figures.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "measure/compare.h"
#include "replay/journal.h"

namespace switchyard {

struct DecisionReport {
  std::uint64_t request = 0;  // row of what is replayed, from 0
  Nanoseconds at_ns = 0;      // virtual time
  std::string op;
  std::string session;
  std::string key;        // empty: it names none
  std::string decision;   // "replica-1", "wait until 12.5ms", …
  NodeId node = kNoNode;  // where it was sent, if it was
  std::string reason;
  std::string outcome;  // "answered after 1.2ms", …
  std::vector<NodeMoment> nodes;
  // Of each candidate, its own decision included; empty where one was not asked.
  std::vector<std::string> choices;
};

struct MomentReport {
  std::vector<std::string> nodes;
  std::vector<std::string> candidates;
  std::size_t candidate = 0;
  std::vector<DecisionReport> decisions;  // in the order of time
  std::size_t first = 0;                  // of them, at or after the moment asked for
};

// Percentiles of latency on each node in each stretch of the measured time (from the beginning
// where the warm-up is to be found); negative where nothing was answered.
struct HeatReport {
  std::vector<std::string> nodes;
  Nanoseconds from_ns = 0;  // where the first column begins
  Nanoseconds column_ns = 1;
  std::size_t columns = 0;
  std::vector<std::int64_t> p50_ns;  // node by node
  std::vector<std::int64_t> p99_ns;
  std::vector<std::uint64_t> answered;
};

class CloseLook {
 public:
  // Reads the workload, once for all that follows. Throws InputError, and Interrupted once
  // control.stop is set.
  CloseLook(Scenario scenario, CompareControl& control);

  // `candidate` by its place in the scenario; `before` and `after` count decisions, from a time or
  // the first about a request on. Throws InputError if there is no such candidate or request,
  // Interrupted once control.stop is set.
  MomentReport at(std::size_t candidate, Nanoseconds time_ns, std::size_t before, std::size_t after,
                  CompareControl& control) const;
  MomentReport at_request(std::size_t candidate, std::uint64_t request, std::size_t before,
                          std::size_t after, CompareControl& control) const;
  HeatReport heat(std::size_t candidate, std::size_t columns, CompareControl& control) const;

  const Scenario& scenario() const { return scenario_; }

 private:
  MomentReport look(std::size_t candidate, const Journal::Span& span,
                    CompareControl& control) const;
  void run(std::size_t candidate, ReplayObserver& observer, const std::atomic<bool>& stop,
           Choices* choices, CompareControl& control) const;

  Scenario scenario_;
  ReplayWorkload workload_;
};

// "d_choices at 12.5s: …", as lines of text; `shown` decisions from the moment on.
std::string to_text(const MomentReport& report, std::size_t shown);
// A line a cell: node,from_ns,answered,p50_ns,p99_ns.
std::string to_csv(const HeatReport& report);

// In words.
std::string_view describe(Reason reason);

}  // namespace switchyard
