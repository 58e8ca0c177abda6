// Who is up and who can reach whom, while faults come and go.
#pragma once

#include <cstdint>
#include <vector>

#include "core/ids.h"

namespace switchyard {

class Connectivity {
 public:
  explicit Connectivity(std::size_t nodes) : nodes_(nodes) {}

  // Faults of a node may overlap: it is up again when each has ended.
  void add_down(NodeId node, int change) {
    nodes_[index(node)].down += change;
    downs_ += change;
  }
  void add_silence(NodeId node, int change) { nodes_[index(node)].silent += change; }
  // `group` and all others stop (or cease to stop) reaching each other.
  void add_partition(const std::vector<NodeId>& group, bool cuts_clients) {
    partitions_.push_back({std::vector<bool>(nodes_.size()), cuts_clients, &group});
    for (const NodeId node : group) partitions_.back().inside[index(node)] = true;
  }
  void remove_partition(const std::vector<NodeId>& group) {
    std::erase_if(partitions_, [&](const Partition& p) { return p.group == &group; });
  }

  // All are up and reach each other.
  bool whole() const { return downs_ == 0 && partitions_.empty(); }
  bool up(NodeId node) const { return nodes_[index(node)].down == 0; }
  bool linked(NodeId a, NodeId b) const {
    if (!up(a) || !up(b)) return false;
    for (const Partition& p : partitions_) {
      if (p.inside[index(a)] != p.inside[index(b)]) return false;
    }
    return true;
  }
  // Whether the node is on the side of those who decide about failover.
  bool supervised(NodeId node) const {
    if (!up(node)) return false;
    for (const Partition& p : partitions_) {
      if (p.inside[index(node)]) return false;
    }
    return true;
  }
  // Whether clients get no answer at all from the node, not even a refusal.
  bool silent(NodeId node) const {
    if (nodes_[index(node)].silent > 0) return true;
    for (const Partition& p : partitions_) {
      if (p.cuts_clients && p.inside[index(node)]) return true;
    }
    return false;
  }

 private:
  struct Node {
    int down = 0;
    int silent = 0;
  };
  struct Partition {
    std::vector<bool> inside;
    bool cuts_clients = true;
    const std::vector<NodeId>* group = nullptr;  // whose partition it is
  };
  std::vector<Node> nodes_;
  int downs_ = 0;  // of all nodes
  std::vector<Partition> partitions_;
};

}  // namespace switchyard
