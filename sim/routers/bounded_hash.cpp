// Consistent hashing with bounded loads: a key's reads go to the same replica while that has slots
// left, else to the next on the ring. So each replica caches its own share of the keys, and few of
// them move when one is lost.
//
// Ships in: HAProxy hash-type consistent with hash-balance-factor; Envoy ring hash.
// Parameters: key (key), points (64), factor (0; else percent of an even share, from 101).
// Known failure: without a factor a hot key overloads its replica; with one it leaves its cache.
// Source: Mirrokni, Thorup, Zadimoghaddam, "Consistent hashing with bounded loads", SODA 2018;
// HAProxy 2.8, lb_chash.c (its slots).
#include <algorithm>
#include <numeric>

#include "core/error.h"
#include "routers/catalogue.h"
#include "routers/split_router.h"

namespace switchyard {
namespace {

// The mixing of SplitMix64: every bit of the outcome depends on every bit of `x`.
std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9;
  x = (x ^ x >> 27) * 0x94D049BB133111EB;
  return x ^ x >> 31;
}

enum class HashKey : std::uint8_t { kKey, kSession, kTable };

class BoundedHash {
 public:
  BoundedHash(std::vector<std::int64_t> weights, HashKey key, std::int64_t points,
              std::int64_t factor)
      : weights_(std::move(weights)), key_(key), factor_(factor), has_room_(weights_.size()) {
    for (std::size_t node = 0; node < weights_.size(); ++node) {
      for (std::int64_t i = 0; i < points * weights_[node]; ++i) {
        const std::uint64_t name = (std::uint64_t{node} << 40) + static_cast<std::uint64_t>(i);
        ring_.push_back({mixed(name + 0x9E3779B97F4A7C15), node_id(node)});
      }
    }
    std::ranges::sort(ring_, [](const Point& a, const Point& b) {
      return a.at != b.at ? a.at < b.at : a.node < b.node;
    });
  }

  Signals wants() const {
    Signals signals;
    signals.outstanding = factor_ > 0;
    return signals;
  }

  NodeId pick(const Read& read) {
    give_slots(read);
    const std::uint64_t at = mixed(value_of(read.query) * 0xD1342543DE82EF95 + 1);
    const auto owner = std::ranges::lower_bound(ring_, at, {}, &Point::at);
    const auto first = static_cast<std::size_t>(owner - ring_.begin());
    for (std::size_t i = 0; i < ring_.size(); ++i) {
      const NodeId node = ring_[(first + i) % ring_.size()].node;
      if (has_room_[index(node)]) return node;
    }
    // Only nodes of weight 0 are eligible.
    return read.eligible.nodes.front();
  }

 private:
  struct Point {
    std::uint64_t at = 0;
    NodeId node{};
  };

  std::uint64_t value_of(const Query& query) const {
    const auto key = static_cast<std::uint64_t>(query.key);
    const auto table = static_cast<std::uint64_t>(query.table);
    const auto session = static_cast<std::uint64_t>(query.session) + (std::uint64_t{1} << 40);
    if (key_ == HashKey::kKey && query.key != kNoKey) return key;
    if (key_ == HashKey::kTable && query.table != kNoTable) return table;
    return session;
  }

  // HAProxy's slots: ceil((requests under way + 1) * factor / 100), dealt by cumulative weight, at
  // least 1 each.
  void give_slots(const Read& read) {
    std::fill(has_room_.begin(), has_room_.end(), false);
    if (factor_ == 0) {
      for (const NodeId node : read.eligible.nodes) has_room_[index(node)] = true;
      return;
    }
    std::int64_t served = 0;
    std::int64_t total_weight = 0;
    for (const NodeId node : read.eligible.nodes) {
      served += (*read.view.outstanding)[node];
      total_weight += weights_[index(node)];
    }
    if (total_weight == 0) return;
    const std::int64_t slots = ((served + 1) * factor_ + 99) / 100;
    std::int64_t before = 0;
    for (const NodeId node : read.eligible.nodes) {
      const std::int64_t after = before + weights_[index(node)];
      const std::int64_t own = slots * after / total_weight - slots * before / total_weight;
      has_room_[index(node)] = (*read.view.outstanding)[node] < std::max<std::int64_t>(1, own);
      before = after;
    }
  }

  std::vector<std::int64_t> weights_;
  HashKey key_;
  std::int64_t factor_;
  std::vector<Point> ring_;
  std::vector<bool> has_room_;  // per node, for the read at hand
};

constexpr std::array<std::string_view, 3> kKeys = {"key", "session", "table"};
constexpr auto kParameters = pool_parameters(
    ParameterInfo{.name = "key",
                  .type = ParameterInfo::Type::kChoice,
                  .default_value = "key",
                  .help = "what is hashed; a read without it is hashed by its session",
                  .choices = kKeys},
    ParameterInfo{.name = "points",
                  .type = ParameterInfo::Type::kInteger,
                  .default_value = "64",
                  .help = "points on the ring for each unit of a database's weight",
                  .unit = "points",
                  .min = 1,
                  .max = 10'000},
    ParameterInfo{.name = "factor",
                  .type = ParameterInfo::Type::kInteger,
                  .default_value = "0",
                  .help = "a database takes at most so many percent of an even share of all "
                          "unanswered requests, from 101; 0: no bound",
                  .unit = "%",
                  .min = 0,
                  .max = 100'000});

}  // namespace

extern const StrategyInfo kBoundedHash = {
    .name = "bounded_hash",
    .summary = "reads of a key to the same replica, to the next while that is full",
    .rule =
        "Each replica has `points` times its weight points on a ring of 64-bit hashes. A read goes "
        "to the replica of the first point at or after its key's hash that has slots left: fewer "
        "unanswered requests than its share, by weight, of ceil((all of the replicas' unanswered "
        "requests + 1) * factor / 100), and at least one. Without a factor no replica is ever "
        "full. Weights are the databases' `weight`, whole numbers. A write goes to the primary. No "
        "random draws.",
    .parameters = kParameters,
    .systems =
        "HAProxy balance hash with hash-type consistent and hash-balance-factor; Envoy ring hash, "
        "nginx hash … consistent (factor 0)",
    .failure_modes =
        "Without a factor a hot key overloads one replica; with one its reads spread and lose "
        "their cache. Losing a replica moves its keys to others.",
    .source =
        "V. Mirrokni, M. Thorup, M. Zadimoghaddam, SODA 2018; HAProxy lb_chash.c for the slots",
    .make = [](RouterSetup setup, const Parameters& p) -> std::unique_ptr<Router> {
      const std::int64_t factor = p.integer("factor");
      if (factor > 0 && factor <= 100) {
        throw InputError(
            "router 'bounded_hash': factor must be above 100 (percent), or 0 for none");
      }
      const std::vector<std::int64_t> weights = whole_weights("bounded_hash", setup.nodes);
      const std::int64_t all = std::accumulate(weights.begin(), weights.end(), std::int64_t{0});
      if (all * p.integer("points") > 1'000'000) {
        throw InputError(
            "router 'bounded_hash': the weights times points make more than a million points on "
            "the ring; choose smaller ones");
      }
      return std::make_unique<SplitRouter<BoundedHash>>(
          NodePool(setup.nodes, setup.default_node, p),
          BoundedHash(weights, p.choice<HashKey>("key"), p.integer("points"), factor));
    },
};

}  // namespace switchyard
