// Splits reads from writes: a write goes to the primary, a read where a picker wants it.
//
// A picker is a small class: `Signals wants() const` and `NodeId pick(const Eligible& eligible,
// const ClusterView& view)`, which must not allocate.
#pragma once

#include <utility>

#include "routers/pool.h"
#include "routers/router.h"

namespace switchyard {

template <class Picker>
class SplitRouter : public Router {
 public:
  SplitRouter(NodePool pool, Picker picker)
      : pool_(std::move(pool)), picker_(std::move(picker)) {}

  Signals wants() const override { return picker_.wants(); }
  Decision choose(const Query& query, const ClusterView& view, Nanoseconds /*now*/) override {
    if (query.kind == RequestClass::kWrite) return pool_.write();
    return pool_.read(picker_.pick(pool_.readers(view), view));
  }
  void on_topology(std::span<const NodeState> states, Nanoseconds /*now*/) override {
    pool_.update(states);
  }

 private:
  NodePool pool_;
  Picker picker_;
};

}  // namespace switchyard
