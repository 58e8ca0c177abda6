// The ledger against a second, naive one, over many small random scenarios.
#include <fmt/format.h>

#include <optional>

#include "catch.h"
#include "replay/harness.h"
#include "replay/naive_ledger.h"

namespace switchyard::testing {
namespace {

struct SmallScenario {
  std::vector<Row> rows;
  ClusterSpec cluster;
  ReplayOptions options;
  std::uint64_t router_seed = 1;
  bool asks = false;  // nodes by probes, before it reads
};

// Any node for a read, any primary for a write; every other one notices changes of roles. One that
// asks has most reads wait for the answer of any node, not always for long enough.
class AnyNode : public Router {
 public:
  AnyNode(const ClusterSpec& cluster, std::uint64_t seed, bool asks)
      : nodes_(cluster.nodes.size()),
        notices_(seed % 2 == 0),
        asks_(asks),
        random_(seed, RandomPurpose::kRouter) {
    for (std::size_t i = 0; i < nodes_; ++i) {
      if (cluster.nodes[i].role == Role::kPrimary) primaries_.push_back(node_id(i));
    }
  }
  Signals wants() const override {
    Signals signals;
    signals.probes = asks_;
    return signals;
  }
  void on_topology(std::span<const NodeState> states, Nanoseconds /*now*/) override {
    std::vector<NodeId> primaries;
    for (std::size_t i = 0; i < nodes_; ++i) {
      if (states[i].role == Role::kPrimary) primaries.push_back(node_id(i));
    }
    if (notices_ && !primaries.empty()) primaries_ = std::move(primaries);
  }
  Decision choose(const Query& query, const ClusterView& /*view*/, Nanoseconds now) override {
    if (query.kind == RequestClass::kRead) {
      if (asks_ && random_.next_below(3) > 0) {
        return Decision::probe(any_node(), now + 1 + random_.next_below(1'000'000));
      }
      return Decision::to(any_node());
    }
    return Decision::to(
        primaries_[random_.next_below(static_cast<std::uint32_t>(primaries_.size()))]);
  }

 private:
  NodeId any_node() { return node_id(random_.next_below(static_cast<std::uint32_t>(nodes_))); }

  std::size_t nodes_;
  bool notices_;
  bool asks_;
  std::vector<NodeId> primaries_;
  RandomStream random_;
};

Law random_delay(RandomStream& random) {
  switch (random.next_below(4)) {
    case 0:
      return {};
    case 1:
      return Law::constant(random.next_below(3'000'000));
    case 2:
      return Law::exponential(2e6);
    default:
      return Law::lognormal(1e6, 2);
  }
}

FaultSpec random_fault(RandomStream& random, std::size_t nodes) {
  FaultSpec fault;
  fault.kind = static_cast<FaultKind>(random.next_below(6));
  fault.nodes = {node_id(random.next_below(static_cast<std::uint32_t>(nodes)))};
  if (fault.kind == FaultKind::kPartition && nodes == 1) fault.kind = FaultKind::kDown;
  fault.at_ns = random.next_below(25'000'000);
  if (random.next_below(4) > 0) fault.lasts_ns = 500'000 + random.next_below(10'000'000);
  if (fault.lasts_ns != kNever && random.next_below(4) == 0) {
    fault.times = 3;
    fault.every_ns = fault.lasts_ns + 1 + random.next_below(3'000'000);
  }
  fault.factor = 0.25 * (1 + random.next_below(16));
  fault.delay_ns = random.next_below(5'000'000);
  fault.silent = random.next_below(3) == 0;
  fault.cuts_clients = random.next_below(2) == 0;
  return fault;
}

void add_faults(SmallScenario& s, RandomStream& random) {
  s.options.timeout_ns = 1'500'000;
  s.options.retries = static_cast<std::uint8_t>(random.next_below(3));
  s.options.retry_after_ns = random.next_below(500'000);
  for (std::uint32_t i = 0; i <= random.next_below(4); ++i) {
    s.cluster.faults.push_back(random_fault(random, s.cluster.nodes.size()));
  }
  s.cluster.failover.detect_after_ns = random.next_below(1'000'000);
  if (random.next_below(4) > 0) {
    s.cluster.failover.promote_after_ns = random.next_below(2'000'000);
  }
  if (random.next_below(2) == 0) s.cluster.replication.ack_delay = random_delay(random);
}

SmallScenario random_scenario(std::uint64_t seed) {
  RandomStream random(seed, RandomPurpose::kArrivals, 7);
  SmallScenario s;
  s.router_seed = seed;
  s.options.seed = seed;
  s.options.loop =
      std::vector{LoopMode::kOpen, LoopMode::kSession, LoopMode::kClosed}[random.next_below(3)];
  s.options.all_nodes_by_events = random.next_below(3) == 0;
  if (random.next_below(4) == 0) s.options.timeout_ns = 1'500'000;
  s.cluster = cluster_of(1 + random.next_below(4), 1);
  for (std::size_t i = 0; i < s.cluster.nodes.size(); ++i) {
    NodeSpec& node = s.cluster.nodes[i];
    node.workers = 1 + random.next_below(3);
    if (random.next_below(3) == 0) node.round_trip_ns = 100'000 + random.next_below(400'000);
    if (random.next_below(5) == 0) node.discipline = Discipline::kProcessorSharing;
    if (random.next_below(6) == 0) node.queue_limit = 1;
    if (i > 0 && random.next_below(3) == 0) node.role = Role::kPrimary;
  }
  ReplicationSpec& replication = s.cluster.replication;
  replication.delay = random_delay(random);
  replication.order =
      random.next_below(2) == 0 ? ReplicationOrder::kCommit : ReplicationOrder::kAny;
  replication.apply_workers = 1 + random.next_below(3);
  replication.apply_competes = random.next_below(2) == 0;
  if (random.next_below(2) == 0) replication.apply_service = Law::exponential(5e5);
  if (s.cluster.nodes.size() > 1 && random.next_below(3) == 0) {
    replication.mode =
        random.next_below(2) == 0 ? ReplicationMode::kSemiSync : ReplicationMode::kSync;
    replication.acks =
        1 + random.next_below(static_cast<std::uint32_t>(s.cluster.nodes.size()) - 1);
  }

  const std::uint32_t sessions = 1 + random.next_below(4);
  const std::uint32_t keys = 1 + random.next_below(3);
  std::vector<std::uint32_t> open(sessions);  // each session's transaction, 0 for none
  std::vector<std::uint32_t> begun(sessions);
  const std::uint32_t count = 20 + random.next_below(60);
  Nanoseconds now = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    now += random.next_below(900'000);
    const std::uint32_t session = random.next_below(sessions);
    Row row{now, fmt::format("s{}", session), 'r', 1 + random.next_below(900'000), {}, 0};
    const std::uint32_t kind = random.next_below(20);
    if (kind == 0 && open[session] == 0) {
      row.op = 'b';
      open[session] = ++begun[session];
    } else if (kind <= 2 && open[session] != 0) {
      row.op = kind == 1 ? 'c' : 'a';
    } else {
      row.op = kind < 9 ? 'w' : kind == 9 ? 'l' : 'r';
      if (random.next_below(10) > 0) row.key = fmt::format("k{}", random.next_below(keys));
    }
    row.txn = open[session];
    if (row.op == 'c' || row.op == 'a') open[session] = 0;
    s.rows.push_back(row);
  }
  return s;
}

struct Figures {
  std::uint64_t reads_checked, stale_reads, versions, read_your_writes, monotonic, conflicts, pairs,
      conflicting, lost, failed_over;
  std::int64_t oldest_age;
  bool operator==(const Figures&) const = default;
};

Figures figures(const ConsistencyTally& t) {
  const double versions = t.stale_versions.mean() * static_cast<double>(t.stale_versions.count());
  return {t.reads_checked,
          t.stale_reads,
          static_cast<std::uint64_t>(std::llround(versions)),
          t.read_your_writes_violations,
          t.monotonic_read_violations,
          t.write_conflicts,
          t.conflicting_pairs,
          t.conflicting_writes,
          t.lost_updates,
          t.lost_acknowledged_writes,
          t.stale_age_ns.max()};
}

std::string text(const Figures& f) {
  return fmt::format(
      "reads {} stale {} versions {} own {} back {} conflicts {} pairs {} of {} lost {} failed "
      "over "
      "{} oldest {}",
      f.reads_checked, f.stale_reads, f.versions, f.read_your_writes, f.monotonic, f.conflicts,
      f.pairs, f.conflicting, f.lost, f.failed_over, f.oldest_age);
}

struct Outcome {
  Figures ledger;
  Figures naive;
  RunTally tally;
};

Outcome both(const SmallScenario& s) {
  const ReplayWorkload workload = by_hand(s.rows);
  NaiveLedger naive(workload.trace, s.cluster.nodes.size());
  std::vector<std::unique_ptr<Router>> routers;
  routers.push_back(std::make_unique<AnyNode>(s.cluster, s.router_seed, s.asks));
  const RouterChain chain(std::move(routers), NodeId{0});
  RunControl control;
  control.observer = &naive;
  RunTally tally = replay(workload, s.cluster, chain, s.options, control);
  const Figures ledger = figures(tally.consistency);
  return {ledger, figures(naive.judge()), std::move(tally)};
}

bool differ(const SmallScenario& s) {
  if (s.rows.empty()) return false;
  const Outcome outcome = both(s);
  return !(outcome.ledger == outcome.naive);
}

// Leaves out requests as long as the two still differ.
SmallScenario shrunk(SmallScenario s) {
  for (bool smaller = true; smaller;) {
    smaller = false;
    for (std::size_t i = s.rows.size(); i-- > 0;) {
      SmallScenario without = s;
      without.rows.erase(without.rows.begin() + static_cast<std::ptrdiff_t>(i));
      if (!differ(without)) continue;
      s = std::move(without);
      smaller = true;
    }
  }
  return s;
}

std::string text(const SmallScenario& s) {
  std::string out;
  for (const Row& row : s.rows) {
    out += fmt::format("\n{{{}, \"{}\", '{}', {}, \"{}\", {}}},", row.t_ns, row.session, row.op,
                       row.dur_ns, row.key, row.txn);
  }
  return out;
}

}  // namespace

namespace {

// Of scenarios whose counts must agree: the sum of what was counted.
Figures check_all(std::uint64_t first_seed, std::uint64_t count, bool with_faults) {
  Figures sum{};
  for (std::uint64_t seed = first_seed; seed < first_seed + count; ++seed) {
    SmallScenario s = random_scenario(seed);
    RandomStream random(seed, RandomPurpose::kArrivals, 8);
    if (with_faults) {
      add_faults(s, random);
      s.asks = seed % 3 == 0;
      s.cluster.probe_service_ns = seed % 2 == 0 ? 0 : 100'000;
    }
    const Outcome outcome = both(s);
    const Figures& ledger = outcome.ledger;
    if (!(ledger == outcome.naive)) {
      const SmallScenario small = shrunk(s);
      const Outcome smallest = both(small);
      FAIL("seed " << seed << "\nledger " << text(smallest.ledger) << "\nnaive  "
                   << text(smallest.naive) << text(small));
    }
    INFO("seed " << seed);
    REQUIRE(outcome.tally.arrived() == s.rows.size());
    sum.stale_reads += ledger.stale_reads;
    sum.read_your_writes += ledger.read_your_writes;
    sum.monotonic += ledger.monotonic;
    sum.lost += ledger.lost;
    sum.failed_over += ledger.failed_over;
  }
  return sum;
}

}  // namespace

TEST_CASE("the ledger counts what a naive one with the full history counts") {
  const Figures sum = check_all(1, 2'000, false);
  // The scenarios are such that every figure has something to count.
  CHECK(sum.stale_reads > 2'000);
  CHECK(sum.read_your_writes > 500);
  CHECK(sum.monotonic > 500);
  CHECK(sum.lost > 500);
  CHECK(sum.failed_over == 0);
}

TEST_CASE("the ledger counts what a naive one counts while nodes fail and are replaced") {
  const Figures sum = check_all(10'001, 4'000, true);
  CHECK(sum.stale_reads > 4'000);
  CHECK(sum.read_your_writes > 1'000);
  CHECK(sum.monotonic > 1'000);
  CHECK(sum.lost > 500);
  CHECK(sum.failed_over > 200);
}

TEST_CASE("the ledger counts the same whether nodes plan ahead or are simulated by events") {
  for (std::uint64_t seed = 1; seed <= 1'000; ++seed) {
    SmallScenario s = random_scenario(seed);
    for (NodeSpec& node : s.cluster.nodes) node.discipline = Discipline::kFifo;
    s.options.all_nodes_by_events = false;
    const Figures planned = both(s).ledger;
    s.options.all_nodes_by_events = true;
    const Figures by_events = both(s).ledger;
    INFO("seed " << seed << "\nplanned   " << text(planned) << "\nby events " << text(by_events));
    REQUIRE(planned == by_events);
  }
}

}  // namespace switchyard::testing
