#include "replay/progress.h"

#include <algorithm>

namespace switchyard {

Progress::Progress(std::size_t nodes, Nanoseconds observe_every_ns, EventQueue& events,
                   const Servers& servers, const Connectivity& connectivity, bool wanted)
    : observe_every_ns_(observe_every_ns),
      events_(events),
      servers_(servers),
      connectivity_(connectivity),
      logs_(wanted ? nodes : 0),
      states_(wanted ? nodes * nodes : 0),
      waiting_(wanted ? nodes : 0) {
  if (observe_every_ns_ == 0 || !wanted) return;
  seen_ = {std::vector<std::uint64_t>(nodes * nodes), std::vector<std::uint64_t>(nodes),
           std::vector<Nanoseconds>(nodes), std::vector<bool>(nodes, true),
           std::vector<Nanoseconds>(nodes)};
  events_.push({observe_every_ns_, EventKind::kObserve, 0});
}

void Progress::observe(Nanoseconds now) {
  now_ = now;
  for (std::size_t i = 0; i < states_.size(); ++i) seen_.applied[i] = states_[i].applied;
  for (std::size_t i = 0; i < logs_.size(); ++i) {
    seen_.missing[i] = true_missing(node_id(i));
    seen_.lag_ns[i] = true_lag_ns(node_id(i));
    seen_.lag_is_known[i] = reaches_its_sources(node_id(i));
    seen_.last_write_ns[i] = true_last_write_ns(node_id(i));
  }
  events_.push({now + observe_every_ns_, EventKind::kObserve, 0});
}

Position Progress::committed(CommitId commit, NodeId origin, Nanoseconds commit_ns) {
  Log& log = logs_[index(origin)];
  const Position position = {origin, log.end()};
  log.entries.push({commit_ns, log.replaced});
  log.discarded += log.replaced ? 1 : 0;
  if (positions_.size() <= commit) positions_.resize(commit + 1);
  positions_[commit] = position;
  applied(commit, origin, commit_ns);
  if (log.replaced) {
    for (std::size_t i = 0; i < logs_.size(); ++i) advance(node_id(i), origin, commit_ns);
    shorten(origin);
  }
  return position;
}

void Progress::applied(CommitId commit, NodeId node, Nanoseconds now) {
  const Position position = positions_[commit];
  State& s = state(node, position.origin);
  const bool held_up_others = s.applied + 1 == logs_[index(position.origin)].first;
  s.beyond.insert(position.number);
  advance(node, position.origin, now);
  if (held_up_others) shorten(position.origin);
}

void Progress::discarded(CommitId commit, Nanoseconds now) {
  const Position position = positions_[commit];
  Log& log = logs_[index(position.origin)];
  if (position.number < log.first) return;
  Entry& entry = log.entries[position.number - log.first];
  log.discarded += entry.discarded ? 0 : 1;
  entry.discarded = true;
  for (std::size_t i = 0; i < logs_.size(); ++i) advance(node_id(i), position.origin, now);
  shorten(position.origin);
}

void Progress::advance(NodeId node, NodeId origin, Nanoseconds now) {
  State& s = state(node, origin);
  const Log& log = logs_[index(origin)];
  const std::uint64_t before = s.applied;
  while (s.applied + 1 < log.end()) {
    const bool lost = log.entries[s.applied + 1 - log.first].discarded;
    if (s.beyond.erase(s.applied + 1) == 0 && !lost) break;
    ++s.applied;
  }
  if (s.applied == before) return;
  std::erase_if(waiting_[index(node)], [&](const Waiter& waiter) {
    if (!has_reached(node, waiter.positions)) return false;
    events_.push({now, EventKind::kCaughtUp, waiter.flight, waiter.generation});
    return true;
  });
}

void Progress::shorten(NodeId origin) {
  Log& log = logs_[index(origin)];
  std::uint64_t everywhere = log.end();
  for (std::size_t i = 0; i < logs_.size(); ++i) {
    everywhere = std::min(everywhere, state(node_id(i), origin).applied + 1);
  }
  for (; log.first < everywhere; ++log.first) {
    const Entry& entry = log.entries.front();
    log.discarded -= entry.discarded ? 1 : 0;
    if (!entry.discarded) log.last_commit_before_ns = entry.commit_ns;
    log.entries.pop();
  }
}

std::uint64_t Progress::true_missing(NodeId node) const {
  std::uint64_t count = 0;
  for (std::size_t origin = 0; origin < logs_.size(); ++origin) {
    const State& s = state(node, node_id(origin));
    const Log& log = logs_[origin];
    count += log.end() - 1 - s.applied - s.beyond.size();
    if (log.discarded == 0) continue;
    for (std::uint64_t at = s.applied + 1; at < log.end(); ++at) {
      count -= log.entries[at - log.first].discarded && !s.beyond.contains(at) ? 1 : 0;
    }
  }
  return count;
}

Nanoseconds Progress::true_lag_ns(NodeId node) const {
  Nanoseconds lag = 0;
  for (std::size_t origin = 0; origin < logs_.size(); ++origin) {
    const std::uint64_t next = state(node, node_id(origin)).applied + 1;
    const Log& log = logs_[origin];
    if (next < log.end()) lag = std::max(lag, now_ - log.entries[next - log.first].commit_ns);
  }
  return lag;
}

bool Progress::reaches_its_sources(NodeId node) const {
  if (connectivity_.whole()) return true;
  for (std::size_t i = 0; i < logs_.size(); ++i) {
    const bool is_source =
        node_id(i) != node && servers_.role(node_id(i)) == Role::kPrimary && !logs_[i].replaced;
    if (is_source && !connectivity_.linked(node, node_id(i))) return false;
  }
  return true;
}

Nanoseconds Progress::true_last_write_ns(NodeId node) const {
  Nanoseconds latest = 0;
  for (std::size_t origin = 0; origin < logs_.size(); ++origin) {
    const Log& log = logs_[origin];
    std::uint64_t at = state(node, node_id(origin)).applied;
    while (at >= log.first && log.entries[at - log.first].discarded) --at;
    latest = std::max(
        latest, at < log.first ? log.last_commit_before_ns : log.entries[at - log.first].commit_ns);
  }
  return latest;
}

bool Progress::reached(NodeId node, const Position& position) const {
  if (observe_every_ns_ == 0) return has_reached(node, position);
  return seen_.applied[index(node) * logs_.size() + index(position.origin)] >= position.number;
}

std::uint64_t Progress::missing(NodeId node) const {
  return observe_every_ns_ == 0 ? true_missing(node) : seen_.missing[index(node)];
}

Nanoseconds Progress::lag_ns(NodeId node) const {
  return observe_every_ns_ == 0 ? true_lag_ns(node) : seen_.lag_ns[index(node)];
}

bool Progress::lag_is_known(NodeId node) const {
  return observe_every_ns_ == 0 ? reaches_its_sources(node) : seen_.lag_is_known[index(node)];
}

Nanoseconds Progress::last_write_ns(NodeId node) const {
  return observe_every_ns_ == 0 ? true_last_write_ns(node) : seen_.last_write_ns[index(node)];
}

}  // namespace switchyard
