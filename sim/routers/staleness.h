// How far secondaries are behind, as the drivers of MongoDB estimate it: from what each node has
// told of its last write, and when it told that.
//
// A primary without writes makes one of its own every 10 s, so that the estimate does not stand
// still; such writes are not modelled.
// Source: MongoDB specifications, Max Staleness.
#pragma once

#include <algorithm>
#include <vector>

#include "core/ids.h"
#include "core/time.h"

namespace switchyard {

class Staleness {
 public:
  // `heartbeat_ns`: by how much a secondary may have fallen back since it was last heard.
  Staleness(std::size_t nodes, Nanoseconds heartbeat_ns)
      : heartbeat_ns_(heartbeat_ns), seen_(nodes) {}

  // The node was heard at `update_ns`; the last write that it has was made at `write_ns`.
  void hear(NodeId node, Nanoseconds update_ns, Nanoseconds write_ns) {
    seen_[index(node)] = {true, update_ns, write_ns};
  }
  // What it told counts no more.
  void forget(NodeId node) { seen_[index(node)].heard = false; }

  // REQUIRES both to have been heard. What the primary wrote since then the secondary may lack
  // besides.
  Nanoseconds behind_primary(NodeId secondary, NodeId primary) const {
    const Seen& s = seen_[index(secondary)];
    const Seen& p = seen_[index(primary)];
    return (s.update_ns - s.write_ns) - (p.update_ns - p.write_ns) + heartbeat_ns_;
  }
  // Where no primary is known: behind the one heard that has the latest write.
  Nanoseconds behind_latest(NodeId secondary) const {
    Nanoseconds latest = 0;
    for (const Seen& node : seen_) {
      if (node.heard) latest = std::max(latest, node.write_ns);
    }
    return latest - seen_[index(secondary)].write_ns + heartbeat_ns_;
  }
  bool heard(NodeId node) const { return seen_[index(node)].heard; }

 private:
  struct Seen {
    bool heard = false;
    Nanoseconds update_ns = 0;
    Nanoseconds write_ns = 0;
  };
  Nanoseconds heartbeat_ns_;
  std::vector<Seen> seen_;
};

}  // namespace switchyard
