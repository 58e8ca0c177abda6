// Draws d replicas at random and sends the read to the one with the fewest requests that were sent
// there and not answered, the first drawn of equals; writes go to the primary. As `d_choices`, draw
// by draw.
#include <algorithm>
#include <utility>
#include <vector>

#include "router_plugin.h"

namespace {

class TwoChoices {
 public:
  explicit TwoChoices(const switchyard_config& config)
      : config_(config), draws_(static_cast<uint32_t>(config.values[0].integer)) {
    std::vector<switchyard_state> states;
    for (const switchyard_node& node : std::span(config.nodes, config.node_count)) {
      states.push_back({1, node.role});
    }
    on_topology(states);
  }

  void on_topology(std::span<const switchyard_state> states) {
    uint32_t writer = SWITCHYARD_NONE;
    readers_.clear();
    for (uint32_t i = 0; i < states.size(); ++i) {
      if (states[i].is_up == 0) continue;
      if (states[i].role == SWITCHYARD_REPLICA) {
        readers_.push_back(i);
      } else if (writer == SWITCHYARD_NONE || i == config_.default_node) {
        writer = i;
      }
    }
    if (writer != SWITCHYARD_NONE) writer_ = writer;
    const bool no_replica = readers_.empty();
    for (uint32_t i = 0; no_replica && i < states.size(); ++i) {
      if (states[i].is_up != 0) readers_.push_back(i);
    }
    cards_ = readers_;
  }

  void choose(const switchyard_query& query, const switchyard_view& view, int64_t /*now_ns*/,
              switchyard_decision& decision) {
    decision.kind = SWITCHYARD_TO_NODE;
    if (query.kind == SWITCHYARD_WRITE) {
      decision.node = writer_;
      decision.reason = SWITCHYARD_NEEDS_PRIMARY;
      return;
    }
    take_up(view.eligible);
    decision.node = cards_.empty() ? writer_ : draw(0);
    const uint32_t draws = std::min(draws_, static_cast<uint32_t>(cards_.size()));
    for (uint32_t i = 1; i < draws; ++i) {
      const uint32_t other = draw(i);
      if (view.outstanding(&view, other) < view.outstanding(&view, decision.node)) {
        decision.node = other;
      }
    }
  }

 private:
  // All that take reads, or those of them that a guard wants.
  void take_up(const uint8_t* eligible) {
    if (eligible == nullptr && !narrowed_) return;
    narrowed_ = eligible != nullptr;
    cards_ = readers_;
    if (narrowed_) std::erase_if(cards_, [&](uint32_t node) { return eligible[node] == 0; });
  }

  // Card number i of a partial shuffle.
  uint32_t draw(uint32_t i) {
    const auto left = static_cast<uint32_t>(cards_.size()) - i;
    if (left > 1) std::swap(cards_[i], cards_[i + config_.random_below(config_.random, left)]);
    return cards_[i];
  }

  const switchyard_config config_;
  uint32_t draws_;
  uint32_t writer_ = 0;
  std::vector<uint32_t> readers_;
  std::vector<uint32_t> cards_;
  bool narrowed_ = false;
};

constexpr switchyard_parameter kParameters[] = {{.name = "d",
                                                 .type = SWITCHYARD_INTEGER,
                                                 .choice_count = 0,
                                                 .default_value = "2",
                                                 .help = "how many replicas are drawn per read",
                                                 .min = 1,
                                                 .max = 64,
                                                 .lowest = 0,
                                                 .highest = 0,
                                                 .choices = nullptr}};

constexpr switchyard_plugin kPlugin = [] {
  switchyard_plugin plugin = plugin_of<TwoChoices>(
      "two_choices", "reads to the less busy of d random replicas", SWITCHYARD_OUTSTANDING);
  plugin.parameters = kParameters;
  plugin.parameter_count = std::size(kParameters);
  return plugin;
}();

}  // namespace

const switchyard_plugin* switchyard_router(uint32_t /*abi*/) {
  return &kPlugin;
}
