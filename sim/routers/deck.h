// Draws some of the eligible nodes at random, without drawing one twice.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
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
  // Likewise, without the nodes whose weight is 0.
  void take_up(const Eligible& eligible, std::span<const std::int64_t> weights) {
    if (eligible.generation == generation_) return;
    take_up(eligible);
    std::erase_if(cards_, [&](NodeId node) { return weights[index(node)] == 0; });
  }
  std::uint32_t size() const { return static_cast<std::uint32_t>(cards_.size()); }

  // Draw number i of a hand; REQUIRES i < size(). One bounded draw, none for the last card left.
  NodeId draw(std::uint32_t i) {
    const std::uint32_t n = size();
    if (i + 1 < n) std::swap(cards_[i], cards_[i + random_.next_below(n - i)]);
    return cards_[i];
  }
  // Likewise, each with the chance of its weight among those left; none may be 0.
  NodeId draw(std::uint32_t i, std::span<const std::int64_t> weights) {
    std::int64_t left = 0;
    for (std::uint32_t k = i; k < size(); ++k) left += weights[index(cards_[k])];
    std::uint32_t at = i;
    if (i + 1 < size()) {
      left = random_.next_below(static_cast<std::uint32_t>(left));
      for (; left >= weights[index(cards_[at])]; ++at) left -= weights[index(cards_[at])];
    }
    std::swap(cards_[i], cards_[at]);
    return cards_[i];
  }
  // Any card, also one drawn before.
  NodeId draw_again() { return cards_[random_.next_below(size())]; }

  // For what else is to be drawn.
  RandomStream& random() { return random_; }

 private:
  std::uint64_t generation_ = 0;  // of the nodes in the deck
  std::vector<NodeId> cards_;
  RandomStream random_;
};

inline constexpr ParameterInfo kDrawsPerRead = {.name = "d",
                                                .type = ParameterInfo::Type::kInteger,
                                                .default_value = "2",
                                                .help = "how many nodes are drawn per read",
                                                .unit = "databases",
                                                .min = 1,
                                                .max = 64};

}  // namespace switchyard
