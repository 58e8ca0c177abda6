// No strategy takes memory to decide. A program of its own, since it counts every allocation.
#include <array>
#include <cstdlib>
#include <new>

#include "catch.h"
#include "routers/catalogue.h"
#include "routers/presets.h"
#include "scenario/build_chain.h"

namespace {
// Of this thread, while they are counted.
thread_local bool counts = false;
thread_local std::uint64_t allocations = 0;

void* allocate(std::size_t size) noexcept {
  if (counts) ++allocations;
  return std::malloc(size == 0 ? 1 : size);
}
void* allocate_or_throw(std::size_t size) {
  void* memory = allocate(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
}  // namespace

void* operator new(std::size_t size) {
  return allocate_or_throw(size);
}
void* operator new[](std::size_t size) {
  return allocate_or_throw(size);
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return allocate(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return allocate(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace switchyard {
namespace {

constexpr std::size_t kNodes = 6;

class SomeTruth : public Truth {
 public:
  Nanoseconds response_if_sent(NodeId node, RequestClass) const override {
    return 1000 * static_cast<Nanoseconds>(index(node));
  }
  bool is_fresh(NodeId node) const override { return index(node) % 2 == 0; }
};

// Every third node is behind.
class SomePositions : public Positions {
 public:
  bool reached(NodeId node, const Position&) const override { return index(node) % 3 != 2; }
  std::uint64_t missing(NodeId node) const override { return index(node) % 3 == 2 ? 50 : 0; }
  Nanoseconds lag_ns(NodeId node) const override { return index(node) % 3 == 2 ? kSecond * 5 : 0; }
  bool lag_is_known(NodeId node) const override { return index(node) != 4; }
  Nanoseconds last_write_ns(NodeId node) const override { return kSecond * 10 - lag_ns(node); }
};

ClusterSpec some_cluster() {
  ClusterSpec cluster;
  for (std::size_t i = 0; i < kNodes; ++i) {
    NodeSpec node;
    node.name = i == 0 ? "default" : i == 1 ? "master-1" : "replica-" + std::to_string(i);
    node.role = i < 2 ? Role::kPrimary : Role::kReplica;
    cluster.nodes.push_back(node);
  }
  return cluster;
}

// Allocations within so many decisions, after as many to warm up. Routers are told of all there is,
// as when others of the chain want it.
std::uint64_t allocations_of(const RouterChain& chain) {
  constexpr int kDecisions = 3000;
  constexpr std::uint32_t kSessions = 50;
  const SomeTruth truth;
  const SomePositions positions;
  Outstanding outstanding(kNodes);
  std::vector<Position> awaited;
  awaited.reserve(kNodes);
  ClusterView view;
  view.outstanding = &outstanding;
  view.truth = &truth;
  view.positions = &positions;
  view.awaited = &awaited;
  const std::array<Position, 2> reached = {Position{NodeId{0}, 100}, Position{NodeId{1}, 100}};
  RandomStream random(1, RandomPurpose::kOperations);
  Nanoseconds now = 0;
  allocations = 0;
  for (int i = 0; i < 2 * kDecisions; ++i) {
    now += kMillisecond;
    outstanding.set_time(now);
    Query query;
    query.kind = random.next_below(5) == 0 ? RequestClass::kWrite : RequestClass::kRead;
    query.op = query.kind == RequestClass::kWrite ? Op::kWrite : Op::kRead;
    query.session = static_cast<SessionId>(static_cast<std::uint32_t>(i) % kSessions);
    query.key = static_cast<KeyId>(random.next_below(100));
    query.table = static_cast<TableId>(random.next_below(10));
    query.asked_ns = now;
    // Sessions come and go.
    if (i >= static_cast<int>(kSessions) && random.next_below(10) == 0) {
      chain.on_session_end(query.session, now);
      chain.on_session_start(query.session, now);
    } else if (i < static_cast<int>(kSessions)) {
      chain.on_session_start(query.session, now);
    }
    counts = i >= kDecisions;
    Decision decision = chain.choose(query, view, now);
    ProbeAnswer own;
    if (decision.kind == Decision::Kind::kProbe) {
      own.node = decision.node;
      own.reached = reached;
      query.probe = &own;
      decision = chain.choose(query, view, now);
    }
    counts = false;
    if (decision.kind != Decision::Kind::kNode) continue;
    outstanding.add_until(decision.node, now + 3 * kMillisecond);
    chain.on_dispatch({now, decision.node, query.session, query.key, query.table, query.kind,
                       query.op, query.transaction});
    Response response;
    response.now_ns = now;
    response.node = decision.node;
    response.session = query.session;
    response.key = query.key;
    response.table = query.table;
    response.kind = query.kind;
    response.op = query.op;
    response.latency_ns = kMillisecond + random.next_below(kMillisecond);
    if (random.next_below(20) == 0) response.status = Status::kError;
    response.service_ns = kMillisecond / 2;
    if (query.kind == RequestClass::kWrite)
      response.position = {decision.node, static_cast<std::uint64_t>(now) / 1000 + 1};
    chain.on_response(response);
    chain.for_each_probe([&](NodeId node) {
      ProbeAnswer answer;
      answer.now_ns = answer.sent_ns = now;
      answer.node = node;
      answer.in_flight = outstanding[node];
      chain.on_probe(answer, false);
    });
  }
  return allocations;
}

}  // namespace

TEST_CASE("allocations are counted") {
  counts = true;
  allocations = 0;
  const auto some = std::make_unique<std::uint64_t>(1);
  counts = false;
  CHECK(*some == allocations);
}

TEST_CASE("no strategy, guard or preset takes memory to decide") {
  const ClusterSpec cluster = some_cluster();
  std::vector<Candidate> candidates;
  for (const StrategyInfo* info : catalogue()) {
    if (info->runs_user_code) continue;
    Candidate candidate;
    candidate.name = info->name;
    candidate.routers.push_back({candidate.name, {}});
    candidates.push_back(candidate);
  }
  for (const StrategyInfo* info : guards()) {
    Candidate candidate;
    candidate.name = info->name;
    candidate.routers.push_back({"least_outstanding", {}});
    candidate.guards.push_back({candidate.name, {}});
    candidates.push_back(candidate);
  }
  for (const Preset& preset : presets()) {
    Candidate candidate;
    candidate.name = preset.name;
    const bool is_guard =
        std::ranges::find(guards(), preset.strategy, &StrategyInfo::name) != guards().end();
    candidate.routers.push_back({is_guard ? "d_choices" : candidate.name, {}});
    if (is_guard) candidate.guards.push_back({candidate.name, {}});
    candidates.push_back(candidate);
  }
  for (const Candidate& candidate : candidates) {
    INFO(candidate.name);
    CHECK(allocations_of(build_chain(candidate, cluster, 1)) == 0);
  }
}

}  // namespace switchyard
