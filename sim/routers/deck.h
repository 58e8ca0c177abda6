// Draws some of the eligible nodes at random, without drawing one twice.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/random.h"
#include "routers/pool.h"

namespace switchyard {

// The first cards are those drawn so far (a partial shuffle), so that a draw costs the same for any
// number of nodes.
class Deck {
 public:
  Deck(std::size_t nodes, RandomStream random) : random_(random) { cards_.reserve(nodes); }

  // Before each draw(0).
  void take_up(const Eligible& eligible) {
    if (eligible.generation == generation_) [[likely]]
      return;
    cards_.assign(eligible.nodes.begin(), eligible.nodes.end());
    generation_ = eligible.generation;
  }
  std::uint32_t size() const { return static_cast<std::uint32_t>(cards_.size()); }

  // Draw number i of a hand; REQUIRES i < size(). One bounded draw, none for the last card left.
  NodeId draw(std::uint32_t i) {
    const std::uint32_t n = size();
    if (i + 1 < n) std::swap(cards_[i], cards_[i + random_.next_below(n - i)]);
    return cards_[i];
  }
  // Any card, also one drawn before.
  NodeId draw_again() { return cards_[random_.next_below(size())]; }

 private:
  std::uint64_t generation_ = 0;  // of the nodes in the deck
  std::vector<NodeId> cards_;
  RandomStream random_;
};

}  // namespace switchyard
