#include "replay/journal.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "replay/servers.h"

namespace switchyard {

Journal::Journal(Span span, std::size_t nodes, Choices& others, const std::atomic<bool>& cancelled)
    : span_(span), others_(others), cancelled_(cancelled), missing_(nodes) {}

std::vector<JournalEntry> Journal::take() {
  return {std::make_move_iterator(entries_.begin()), std::make_move_iterator(entries_.end())};
}

void Journal::committed(RequestIndex write, NodeId origin, Nanoseconds commit_ns,
                        Nanoseconds /*ack_ns*/) {
  if (missing_.size() > 1) changes_.push({commit_ns, write, origin, true});
}

void Journal::applied(RequestIndex write, NodeId node, Nanoseconds time) {
  changes_.push({time, write, node, false});
}

void Journal::discarded(RequestIndex write, Nanoseconds now) {
  advance_to(now);
  const auto commit = commits_.find(write);
  if (commit == commits_.end()) return;
  for (std::set<Missing>& missing : missing_) missing.erase({commit->second.commit_ns, write});
  commits_.erase(commit);
}

void Journal::advance_to(Nanoseconds now) {
  for (; !changes_.empty() && changes_.top().time_ns <= now; changes_.pop()) {
    const Change& change = changes_.top();
    if (change.is_commit) {
      commits_[change.write] = {change.time_ns, missing_.size() - 1};
      for (std::size_t node = 0; node < missing_.size(); ++node) {
        if (node != index(change.node)) missing_[node].insert({change.time_ns, change.write});
      }
      continue;
    }
    const auto commit = commits_.find(change.write);
    if (commit == commits_.end()) continue;
    const Missing applied = {commit->second.commit_ns, change.write};
    const bool was_missing = missing_[index(change.node)].erase(applied) > 0;
    if (was_missing && --commit->second.lacking == 0) commits_.erase(commit);
  }
}

std::vector<NodeMoment> Journal::look(Nanoseconds now, const Servers& servers) const {
  std::vector<NodeMoment> nodes;
  for (std::size_t i = 0; i < missing_.size(); ++i) {
    const NodeId node = node_id(i);
    const std::set<Missing>& missing = missing_[i];
    nodes.push_back({servers.waiting(node), servers.in_service(node),
                     static_cast<std::uint32_t>(missing.size()),
                     missing.empty() ? 0 : now - missing.begin()->commit_ns,
                     servers.door(node) == Door::kOpen, servers.role(node)});
  }
  return nodes;
}

void Journal::decided(RequestIndex request, const Decision& decision, Nanoseconds now,
                      const Servers& servers) {
  if (cancelled_.load(std::memory_order_relaxed)) stop_ = true;
  advance_to(now);
  Choices others;
  const bool asked = std::ranges::any_of(others_, [](const auto& one) { return one.has_value(); });
  if (asked) others = others_;
  std::ranges::fill(others_, std::nullopt);
  has_come_ = has_come_ || (span_.request ? request == *span_.request : now >= span_.at_ns);
  if (has_come_) {
    if (from_then_on_ == span_.after) return;
    ++from_then_on_;
    ++unanswered_;
  } else if (span_.before == 0) {
    return;
  } else if (entries_.size() == span_.before) {
    const auto kept = kept_.find(entries_.front().request);
    if (--kept->second == 0) kept_.erase(kept);
    entries_.pop_front();
  }
  ++kept_[request];
  entries_.push_back({request, now, decision, look(now, servers), has_come_, std::move(others)});
}

void Journal::answered(RequestIndex request, NodeId /*node*/, Status status,
                       Nanoseconds intended_ns, Nanoseconds response_ns) {
  if (!kept_.contains(request)) return;
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
    if (entry->request != request) continue;
    if (entry->latency_ns == kNever && entry->is_after) --unanswered_;
    entry->latency_ns = response_ns - intended_ns;
    entry->status = status;
  }
  if (from_then_on_ == span_.after && unanswered_ == 0) stop_ = true;
}

}  // namespace switchyard
