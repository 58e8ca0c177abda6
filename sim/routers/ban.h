// Bans of replicas that failed, as PgCat has them.
#pragma once

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include "routers/catalogue.h"
#include "routers/pool.h"
#include "routers/split_router.h"

namespace switchyard {

inline constexpr ParameterInfo kBan = {
    .name = "ban",
    .type = ParameterInfo::Type::kDuration,
    .default_value = "0s",
    .help =
        "for how long a replica takes no read after it refused one, stopped, or did not answer "
        "in time (PgCat 60s); where all are banned, the next read frees them all. 0: never"};

// A picker that leaves banned replicas out. A primary is never banned. Source: PgCat, pool.rs (its
// rule).
template <class Picker>
class WithBan : public Picker {
 public:
  // REQUIRES ban_ns > 0.
  WithBan(Picker picker, std::span<const NodeInfo> nodes, Nanoseconds ban_ns)
      : Picker(std::move(picker)), ban_ns_(ban_ns), banned_until_ns_(nodes.size(), kNotBanned) {
    for (const NodeInfo& node : nodes) roles_.push_back(node.role);
    left_.reserve(nodes.size());
  }

  Signals wants() const {
    Signals signals = Picker::wants();
    signals.responses = true;
    return signals;
  }

  NodeId pick(const Read& read) {
    const auto is_free = [&](NodeId node) { return banned_until_ns_[index(node)] < read.now_ns; };
    const std::span<const NodeId> nodes = read.eligible.nodes;
    left_.clear();
    std::ranges::copy_if(nodes, std::back_inserter(left_), is_free);
    if (left_.size() == nodes.size()) return Picker::pick(read);
    const bool has_replica = std::ranges::any_of(
        left_, [&](NodeId node) { return roles_[index(node)] == Role::kReplica; });
    if (!has_replica) {
      const NodeId node = Picker::pick(read);
      const bool frees = node != kNoNode && !is_free(node) && !read.eligible.is_narrowed();
      if (frees) std::ranges::fill(banned_until_ns_, kNotBanned);
      return node;
    }
    const Eligible left = {left_, kWithoutBanned + ++times_};
    return Picker::pick({left, read.query, read.view, read.now_ns});
  }

  void on_response(const Response& response) {
    if constexpr (requires(Picker & picker) { picker.on_response(response); }) {
      Picker::on_response(response);
    }
    const bool is_answer = response.status == Status::kOk || response.status == Status::kError ||
                           response.status == Status::kRefused;
    if (is_answer || roles_[index(response.node)] == Role::kPrimary) return;
    banned_until_ns_[index(response.node)] = response.now_ns + ban_ns_;
  }
  void on_topology(std::span<const NodeState> states) {
    for (std::size_t i = 0; i < states.size(); ++i) {
      roles_[i] = states[i].role;
      if (states[i].role == Role::kPrimary) banned_until_ns_[i] = kNotBanned;
    }
  }

 private:
  static constexpr Nanoseconds kNotBanned = -1;
  // No generation of a pool is that high.
  static constexpr std::uint64_t kWithoutBanned = Eligible::kNarrowed + Eligible::kNarrowed / 2;

  Nanoseconds ban_ns_;
  std::vector<Nanoseconds> banned_until_ns_;  // per node
  std::vector<Role> roles_;                   // per node, as noticed
  std::vector<NodeId> left_;
  std::uint64_t times_ = 0;
};

// With bans if the parameter `ban` says so, else without what they cost.
template <class Picker>
std::unique_ptr<Router> make_with_ban(const RouterSetup& setup, const Parameters& p,
                                      Picker picker) {
  NodePool pool(setup.nodes, setup.default_node, p);
  const Nanoseconds ban_ns = p.duration("ban");
  if (ban_ns == 0) {
    return std::make_unique<SplitRouter<Picker>>(std::move(pool), std::move(picker));
  }
  return std::make_unique<SplitRouter<WithBan<Picker>>>(
      std::move(pool), WithBan<Picker>(std::move(picker), setup.nodes, ban_ns));
}

}  // namespace switchyard
