// How long requests took on each node at each time.
#pragma once

#include <algorithm>
#include <vector>

#include "core/histogram.h"
#include "replay/observer.h"
#include "replay/options.h"

namespace switchyard {

class HeatMap : public ReplayObserver {
 public:
  // `columns` stretches of `column_ns` each, from the beginning of what is measured on; what
  // arrives later in it belongs to the last. REQUIRES both to be positive.
  HeatMap(std::size_t nodes, std::size_t columns, Nanoseconds column_ns, MeasuredTime measured)
      : columns_(columns), column_ns_(column_ns), measured_(measured), cells_(nodes * columns) {}

  // Of completed requests, from intended arrival to response; null where there were none.
  const Histogram* cell(std::size_t node, std::size_t column) const {
    const std::vector<Histogram>& one = cells_[node * columns_ + column];
    return one.empty() ? nullptr : &one.front();
  }

  void committed(RequestIndex /*write*/, NodeId /*origin*/, Nanoseconds /*commit_ns*/,
                 Nanoseconds /*ack_ns*/) override {}
  void acknowledged(RequestIndex /*write*/, Nanoseconds /*ack_ns*/) override {}
  void applied(RequestIndex /*write*/, NodeId /*node*/, Nanoseconds /*time*/) override {}
  void read_started(RequestIndex /*read*/, NodeId /*node*/, Nanoseconds /*issued_ns*/,
                    Nanoseconds /*start_ns*/) override {}
  void answered(RequestIndex /*request*/, NodeId node, Status status, Nanoseconds intended_ns,
                Nanoseconds response_ns) override {
    if (status != Status::kOk || node == kNoNode || !measured_.contains(intended_ns)) return;
    const std::size_t column = std::min(
        columns_ - 1, static_cast<std::size_t>((intended_ns - measured_.from_ns) / column_ns_));
    std::vector<Histogram>& cell = cells_[index(node) * columns_ + column];
    if (cell.empty()) cell.emplace_back();
    cell.front().record(response_ns - intended_ns);
  }

 private:
  std::size_t columns_;
  Nanoseconds column_ns_;
  MeasuredTime measured_;
  // A histogram takes some memory, and many nodes have none to serve at most times.
  std::vector<std::vector<Histogram>> cells_;
};

}  // namespace switchyard
