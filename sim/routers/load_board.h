// What a router reads of the nodes' loads: its own counts as they are, or a copy of them that a
// monitor posts at every multiple of some time, and that is out of date in between.
//
// Source: M. Mitzenmacher, "How useful is old information?", IEEE TPDS 2000 (periodic updates).
#pragma once

#include <cstdint>
#include <vector>

#include "routers/parameters.h"
#include "routers/router.h"

namespace switchyard {

class LoadBoard {
 public:
  // `refresh_every` 0: always current.
  LoadBoard(std::size_t nodes, Nanoseconds refresh_every)
      : refresh_every_(refresh_every),
        next_refresh_(refresh_every == 0 ? kNever : refresh_every),
        posted_(refresh_every == 0 ? 0 : nodes) {}
  // `parameters` has kRefreshEvery.
  LoadBoard(std::size_t nodes, const Parameters& parameters)
      : LoadBoard(nodes, parameters.duration("refresh_every")) {}

  bool is_current() const { return posted_.empty(); }
  // A router that has a board wants these.
  Signals wants() const {
    Signals signals;
    signals.outstanding = true;
    signals.timers = !is_current();
    return signals;
  }
  // The count to decide by.
  std::uint32_t read(NodeId node, const ClusterView& view) const {
    return is_current() ? (*view.outstanding)[node] : posted_[index(node)];
  }

  Nanoseconds next_refresh() const { return next_refresh_; }
  // When that time has come.
  void refresh(const ClusterView& view) {
    for (std::size_t i = 0; i < posted_.size(); ++i) posted_[i] = (*view.outstanding)[node_id(i)];
    next_refresh_ += refresh_every_;
  }

 private:
  Nanoseconds refresh_every_;
  Nanoseconds next_refresh_;
  std::vector<std::uint32_t> posted_;  // per node; at first nothing was sent
};

// More often would cost much and change nothing.
inline constexpr Nanoseconds kShortestRefresh = 100 * kMicrosecond;

inline constexpr ParameterInfo kRefreshEvery = {
    .name = "refresh_every",
    .type = ParameterInfo::Type::kDuration,
    .default_value = "0s",
    .help =
        "how often a monitor posts the counts that are looked at, so that they are out of date in "
        "between; 0: they are always current",
    .shortest = kShortestRefresh,
    .or_zero = true};

}  // namespace switchyard
