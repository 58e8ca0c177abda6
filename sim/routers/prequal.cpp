// Prequal: probes a few random nodes for each read and keeps their answers for a short while. Of
// those that have few requests in flight the fastest is chosen; if all have many, the one with the
// fewest.
//
// Ships in: Google (YouTube); prequal-rs, libvmod-prequal.
// Parameters: pool (16), probes (3), remove (1), delta (1), q_rif (0.84), max_age (1 s),
// max_reuse (16), one_each (true).
// Known failure: with as few nodes as databases have replicas the pool is hardly a sample; high
// load makes nearly all nodes hot, and routers herd.
// Source: B. Wydrowski et al., "Load is not what you should balance: introducing Prequal", NSDI
// 2024, section 4.
#include <cmath>

#include "routers/catalogue.h"
#include "routers/deck.h"
#include "routers/split_router.h"

namespace switchyard {
namespace {

// The latest numbers of requests in flight that probes told, and the quantile of them.
class RecentLoads {
 public:
  explicit RecentLoads(double quantile) : quantile_(quantile), ring_(kKept), counts_(kMost + 1) {}

  void add(std::uint32_t in_flight) {
    const std::uint32_t load = std::min(in_flight, kMost);
    if (known_ == kKept) {
      --counts_[ring_[next_]];
    } else {
      ++known_;
    }
    ring_[next_] = load;
    ++counts_[load];
    next_ = (next_ + 1) % kKept;
    const auto rank =
        static_cast<std::uint32_t>(std::ceil(quantile_ * static_cast<double>(known_)));
    std::uint32_t seen = 0;
    for (threshold_ = 0; threshold_ < kMost; ++threshold_) {
      seen += counts_[threshold_];
      if (seen >= std::max(1U, rank)) break;
    }
  }
  // More than this many requests are many.
  std::uint32_t threshold() const { return threshold_; }

 private:
  static constexpr std::uint32_t kKept = 128;
  static constexpr std::uint32_t kMost = 1023;
  double quantile_;
  std::vector<std::uint32_t> ring_;
  std::vector<std::uint32_t> counts_;
  std::uint32_t known_ = 0;
  std::uint32_t next_ = 0;
  std::uint32_t threshold_ = 0;
};

class Prequal {
 public:
  struct Settings {
    std::uint32_t pool = 16;
    std::uint32_t probes = 3;
    std::uint32_t remove = 1;
    double delta = 1;
    double q_rif = 0.84;
    Nanoseconds max_age_ns = 0;
    double max_reuse = 16;
    bool one_each = true;
  };
  Prequal(Deck deck, std::size_t nodes, RandomStream random, const Settings& settings)
      : settings_(settings),
        deck_(std::move(deck)),
        random_(random),
        loads_(settings.q_rif),
        uses_(uses(settings, static_cast<double>(nodes))),
        is_eligible_(nodes) {
    pool_.reserve(settings.pool + 1);
    // A guard may ask twice for one read.
    to_probe_.reserve(std::size_t{2} * settings.probes);
    probing_.reserve(std::size_t{2} * settings.probes);
  }

  Signals wants() const {
    Signals signals;
    signals.probes = true;
    signals.responses = true;
    return signals;
  }

  NodeId pick(const Read& read) {
    forget(read);
    const NodeId node = pool_.size() < 2 ? any(read.eligible) : use_best();
    for (std::uint32_t i = 0; i < settings_.remove && !pool_.empty(); ++i) remove_one();
    deck_.take_up(read.eligible);
    for (std::uint32_t i = 0; i < std::min(settings_.probes, deck_.size()); ++i) {
      to_probe_.push_back(deck_.draw(i));
    }
    return node;
  }

  std::span<const NodeId> take_probes() {
    probing_ = to_probe_;
    to_probe_.clear();
    return probing_;
  }
  void on_probe(const ProbeAnswer& answer) {
    if (!answer.up) {
      drop(answer.node);
      return;
    }
    loads_.add(answer.in_flight);
    if (settings_.one_each) drop(answer.node);
    if (pool_.size() == settings_.pool) pool_.erase(pool_.begin());
    pool_.push_back(
        {answer.node, answer.in_flight, answer.latency_ns, answer.now_ns, whole_uses()});
  }
  // A node that fails must not look idle.
  void on_response(const Response& response) {
    if (response.status != Status::kOk) drop(response.node);
  }

 private:
  struct Entry {
    NodeId node = kNoNode;
    std::uint32_t in_flight = 0;
    Nanoseconds latency_ns = 0;
    Nanoseconds told_ns = 0;
    std::uint32_t uses = 1;
  };

  // How often an entry may be used so that the pool neither runs dry nor grows old.
  static double uses(const Settings& s, double nodes) {
    const double pool = std::min(static_cast<double>(s.pool), nodes);
    const double gained = (1 - pool / nodes) * s.probes - s.remove;
    if (gained <= 0) return s.max_reuse;
    return std::min(s.max_reuse, std::max(1.0, (1 + s.delta) / gained));
  }
  std::uint32_t whole_uses() {
    const double whole = std::floor(uses_);
    const bool one_more = uses_ > whole && random_.next_unit() < uses_ - whole;
    return static_cast<std::uint32_t>(whole) + (one_more ? 1 : 0);
  }

  NodeId any(const Eligible& eligible) {
    return eligible.nodes[random_.choice(static_cast<std::uint32_t>(eligible.nodes.size()))];
  }
  bool is_hot(const Entry& entry) const { return entry.in_flight > loads_.threshold(); }
  // Cold before hot; of the cold the fastest, of the hot the one with the fewest requests.
  bool is_better(const Entry& a, const Entry& b) const {
    if (is_hot(a) != is_hot(b)) return is_hot(b);
    return is_hot(a) ? a.in_flight < b.in_flight : a.latency_ns < b.latency_ns;
  }
  NodeId use_best() {
    auto best = pool_.begin();
    for (auto at = pool_.begin(); at != pool_.end(); ++at) {
      if (is_better(*at, *best)) best = at;
    }
    const NodeId node = best->node;
    ++best->in_flight;
    if (--best->uses == 0) pool_.erase(best);
    return node;
  }
  // In turn the oldest and the worst.
  void remove_one() {
    removes_worst_ = !removes_worst_;
    auto gone = pool_.begin();
    for (auto at = pool_.begin(); removes_worst_ && at != pool_.end(); ++at) {
      if (is_worse(*at, *gone)) gone = at;
    }
    pool_.erase(gone);
  }
  bool is_worse(const Entry& a, const Entry& b) const {
    if (is_hot(a) != is_hot(b)) return is_hot(a);
    return is_hot(a) ? a.in_flight > b.in_flight : a.latency_ns > b.latency_ns;
  }
  void drop(NodeId node) {
    std::erase_if(pool_, [&](const Entry& entry) { return entry.node == node; });
  }
  void forget(const Read& read) {
    if (read.eligible.generation != generation_) {
      generation_ = read.eligible.generation;
      uses_ = uses(settings_, static_cast<double>(read.eligible.nodes.size()));
      is_eligible_.assign(is_eligible_.size(), false);
      for (const NodeId node : read.eligible.nodes) is_eligible_[index(node)] = true;
    }
    std::erase_if(pool_, [&](const Entry& entry) {
      return read.now_ns - entry.told_ns > settings_.max_age_ns || !is_eligible_[index(entry.node)];
    });
  }

  Settings settings_;
  Deck deck_;
  RandomStream random_;
  RecentLoads loads_;
  double uses_;                   // of an answer, with a fraction
  std::uint64_t generation_ = 0;  // of the eligible nodes
  std::vector<bool> is_eligible_;
  std::vector<Entry> pool_;  // the oldest first
  std::vector<NodeId> to_probe_;
  std::vector<NodeId> probing_;
  bool removes_worst_ = false;
};

constexpr auto kParameters = pool_parameters(
    ParameterInfo{.name = "pool",
                  .type = ParameterInfo::Type::kInteger,
                  .default_value = "16",
                  .help = "probe answers that are kept at most",
                  .unit = "answers",
                  .min = 1,
                  .max = 1024},
    ParameterInfo{.name = "probes",
                  .type = ParameterInfo::Type::kInteger,
                  .default_value = "3",
                  .help = "different replicas that are probed for each read",
                  .unit = "probes",
                  .min = 1,
                  .max = 64},
    ParameterInfo{.name = "remove",
                  .type = ParameterInfo::Type::kInteger,
                  .default_value = "1",
                  .help = "answers that each read removes, in turn the worst and the oldest",
                  .unit = "answers",
                  .min = 0,
                  .max = 64},
    ParameterInfo{.name = "delta",
                  .type = ParameterInfo::Type::kNumber,
                  .default_value = "1",
                  .help =
                      "how many more uses an answer gets than would just do: the pool then fills "
                      "up slowly, and answers in it grow a little older",
                  .unit = "uses",
                  .highest = 1000},
    ParameterInfo{.name = "q_rif",
                  .type = ParameterInfo::Type::kNumber,
                  .default_value = "0.84",
                  .help = "replicas with more requests in flight than this quantile of recent "
                          "answers are hot"},
    ParameterInfo{.name = "max_age",
                  .type = ParameterInfo::Type::kDuration,
                  .default_value = "1s",
                  .help = "after which an answer is forgotten"},
    ParameterInfo{.name = "max_reuse",
                  .type = ParameterInfo::Type::kInteger,
                  .default_value = "16",
                  .help = "how often one answer is used at most",
                  .unit = "uses",
                  .min = 1,
                  .max = 1'000'000},
    ParameterInfo{.name = "one_each",
                  .type = ParameterInfo::Type::kBoolean,
                  .default_value = "true",
                  .help = "whether a new answer replaces an earlier one of the same replica, as "
                          "suits few replicas; else a replica may be in the pool several times"});

}  // namespace

extern const StrategyInfo kPrequal = {
    .name = "prequal",
    .summary = "reads to the fastest replica, by probes, of those with few requests in flight",
    .rule =
        "Of the answers in the pool, if there are two or more, a read goes to that of the least "
        "latency among those that are not hot, else to that of the fewest requests in flight; the "
        "oldest among equals. That answer then counts one request more and one use less: each may "
        "be used (1 + delta) / ((1 - m / n) probes - remove) times, at least once and at most "
        "max_reuse times (also where that is not above 0), with m the pool's size, at most n, and "
        "n the number of replicas; a fraction is one use more with that probability. Otherwise to "
        "any replica. Then `remove` answers are removed, in turn the worst (the hot one with most "
        "requests, else the slowest) and the oldest, and `probes` replicas are probed, drawn "
        "without replacement. A replica that fails a request or refuses a probe loses its answers. "
        "A write goes to the primary. `probes` bounded draws per read, one more without a choice; "
        "with a fraction one per answer.",
    .parameters = kParameters,
    .systems = "Google, YouTube's serving stack; prequal-rs; libvmod-prequal for Varnish",
    .failure_modes =
        "A database set has fewer nodes than the pool was made for, so answers are used again and "
        "again. At high load nearly every answer is hot and routers herd. Probes cost: several a "
        "read.",
    .source =
        "Wydrowski et al., Load is not what you should balance: introducing Prequal, NSDI 2024",
    .make = [](RouterSetup setup, const Parameters& p) -> std::unique_ptr<Router> {
      Prequal::Settings settings;
      settings.pool = static_cast<std::uint32_t>(p.integer("pool"));
      settings.probes = static_cast<std::uint32_t>(p.integer("probes"));
      settings.remove = static_cast<std::uint32_t>(p.integer("remove"));
      settings.delta = p.number("delta");
      settings.q_rif = p.number("q_rif");
      settings.max_age_ns = p.duration("max_age");
      settings.max_reuse = static_cast<double>(p.integer("max_reuse"));
      settings.one_each = p.boolean("one_each");
      RandomStream own = setup.random;
      own.seek(1);
      return std::make_unique<SplitRouter<Prequal>>(
          NodePool(setup.nodes, setup.default_node, p),
          Prequal(Deck(setup.nodes.size(), setup.random), setup.nodes.size(), own, settings));
    },
};

}  // namespace switchyard
