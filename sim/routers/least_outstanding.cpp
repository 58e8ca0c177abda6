// Least outstanding requests: a read goes to the node with the fewest requests of this router that
// are dispatched and not yet answered.
//
// Ships in: MaxScale least_current_operations, nginx least_conn, HAProxy leastconn, Envoy
// FULL_SCAN. Parameters: include_primary (false), tie (uniform | first | least_recently_used).
// Known failure: a node that fails fast looks idle and draws everything ("black hole").
// Source: MaxScale readwritesplit manual, slave_selection_criteria; Envoy least request (full
// scan).
#include <algorithm>

#include "routers/catalogue.h"
#include "routers/split_router.h"
#include "routers/strategies.h"

namespace switchyard {
namespace {

enum class Tie : std::uint8_t { kUniform, kFirst, kLeastRecentlyUsed };

class LeastOutstanding {
 public:
  LeastOutstanding(Tie tie, std::size_t nodes, RandomStream random)
      : tie_(tie), random_(random), last_use_(nodes), tied_(nodes) {}

  Signals wants() const {
    Signals signals;
    signals.outstanding = true;
    return signals;
  }

  NodeId pick(const Read& read) {
    Outstanding& outstanding = *read.view.outstanding;
    // Without branches on the counts, which no processor could predict: each node is written where
    // the next tied one belongs, and stays there only if it is one.
    std::uint32_t fewest = UINT32_MAX;
    std::uint32_t tied = 0;
    for (const NodeId node : read.eligible.nodes) {
      const std::uint32_t count = outstanding[node];
      tied = count < fewest ? 0 : tied;
      fewest = std::min(fewest, count);
      tied_[tied] = node;
      tied += count == fewest ? 1 : 0;
    }
    if (tie_ == Tie::kUniform) return tied_[random_.choice(tied)];
    if (tie_ == Tie::kFirst) return tied_[0];
    return longest_unused(std::span(tied_).first(tied));
  }

 private:
  NodeId longest_unused(std::span<const NodeId> nodes) {
    const NodeId node = *std::ranges::min_element(
        nodes, {}, [&](NodeId candidate) { return last_use_[index(candidate)]; });
    last_use_[index(node)] = ++decisions_;
    return node;
  }

  Tie tie_;
  RandomStream random_;
  std::vector<std::uint64_t> last_use_;
  std::uint64_t decisions_ = 0;
  std::vector<NodeId> tied_;
};

constexpr std::array<std::string_view, 3> kTies = {"uniform", "first", "least_recently_used"};
constexpr auto kParameters = pool_parameters(
    ParameterInfo{.name = "tie",
                  .type = ParameterInfo::Type::kChoice,
                  .default_value = "uniform",
                  .help = "which of the nodes with equally few: any at random, the first in order, "
                          "or the one this router used longest ago",
                  .choices = kTies});

}  // namespace

const StrategyInfo kLeastOutstanding = {
    .name = "least_outstanding",
    .summary = "reads to the replica with the fewest unanswered requests",
    .rule =
        "A read goes to the replica with the fewest requests dispatched by this router and not "
        "yet answered, writes on it included; ties by `tie`. A write goes to the primary. One "
        "bounded draw per read that meets a tie, with tie = uniform; else none.",
    .parameters = kParameters,
    .systems =
        "MaxScale slave_selection_criteria = least_current_operations "
        "(least_recently_used), nginx least_conn, HAProxy leastconn, Envoy least request "
        "with full scan (uniform), PgDog least_active_connections (first)",
    .failure_modes =
        "A node that answers errors fast looks idle and draws all reads. Each of "
        "several routers sees only its own requests, so they herd.",
    .source = "MaxScale 24.02 readwritesplit manual; Envoy documentation, Load balancers",
    .make = [](RouterSetup setup, const Parameters& p) -> std::unique_ptr<Router> {
      const auto at = std::ranges::find(kTies, p.text("tie")) - kTies.begin();
      return std::make_unique<SplitRouter<LeastOutstanding>>(
          NodePool(setup.nodes, setup.default_node, p),
          LeastOutstanding(static_cast<Tie>(at), setup.nodes.size(), setup.random));
    },
};

}  // namespace switchyard
