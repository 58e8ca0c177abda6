// A router chain at work, as benchmarks and counts of instructions run it: decisions one after the
// other, with all that a strategy may look at.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "core/random.h"
#include "routers/chain.h"

// Dependent operations (of x86) added to each decision, as a slowdown of known cause: to see
// whether it is noticed (bench/gate-experiment).
#ifndef SWITCHYARD_BENCH_INJECTED_ADDS
#define SWITCHYARD_BENCH_INJECTED_ADDS 0
#endif

namespace switchyard::bench {

class NullRouter : public Router {
 public:
  Decision choose(const Query&, const ClusterView&, Nanoseconds) override {
    return Decision::to(NodeId{0});
  }
};

inline RouterChain null_chain() {
  std::vector<std::unique_ptr<Router>> routers;
  routers.push_back(std::make_unique<NullRouter>());
  return {std::move(routers), NodeId{0}};
}

// As if every node were at work on a few requests that end one after the other.
class BusyNodes : public Truth {
 public:
  explicit BusyNodes(std::size_t nodes) : response_ns_(nodes) {
    RandomStream random(1, RandomPurpose::kArrivals);
    for (Nanoseconds& time : response_ns_) time = random.next_below(1'000'000);
  }
  Nanoseconds response_if_sent(NodeId node, RequestClass) const override {
    return response_ns_[index(node)];
  }
  bool is_fresh(NodeId /*node*/) const override { return true; }

 private:
  std::vector<Nanoseconds> response_ns_;
};

// Every fifth node is behind.
class SomeBehind : public Positions {
 public:
  bool reached(NodeId node, const Position&) const override { return index(node) % 5 != 4; }
  std::uint64_t missing(NodeId node) const override { return index(node) % 5 == 4 ? 9 : 0; }
  Nanoseconds lag_ns(NodeId node) const override { return index(node) % 5 == 4 ? 2 * kSecond : 0; }
  bool lag_is_known(NodeId /*node*/) const override { return true; }
  Nanoseconds last_write_ns(NodeId node) const override { return 9 * kSecond - lag_ns(node); }
};

// Reads and one write in ten, in an order that no processor learns by heart.
inline std::vector<Query> mixed_queries() {
  std::vector<Query> queries(1 << 16);
  RandomStream random(2, RandomPurpose::kOperations);
  for (Query& query : queries) {
    query.kind = random.next_below(10) == 0 ? RequestClass::kWrite : RequestClass::kRead;
    query.session = static_cast<SessionId>(random.next_below(1000));
    query.key = static_cast<KeyId>(random.next_below(100'000));
  }
  return queries;
}

// Has every node known to the chain by answers of its own, and every other session by a write, so
// that guards have something to guard.
inline void acquaint(const RouterChain& chain, std::size_t nodes) {
  RandomStream random(3, RandomPurpose::kOperations);
  for (std::size_t i = 0; i < 20 * nodes; ++i) {
    Response response;
    response.now_ns = static_cast<Nanoseconds>(i);
    response.node = node_id(i % nodes);
    response.latency_ns = 1'000'000 + random.next_below(1'000'000);
    response.service_ns = response.latency_ns / 2;
    chain.on_dispatch({0, response.node});
    chain.on_response(response);
  }
  for (std::uint32_t session = 0; session < 1000; session += 2) {
    Response write;
    write.now_ns = 1000;
    write.session = static_cast<SessionId>(session);
    write.node = NodeId{0};
    write.kind = RequestClass::kWrite;
    write.op = Op::kWrite;
    write.position = {NodeId{0}, 1};
    chain.on_dispatch({0, write.node, write.session, kNoKey, kNoTable, write.kind, write.op});
    chain.on_response(write);
  }
}

// Decisions, answered and probed as the chain asks.
class Work {
 public:
  Work(RouterChain chain, std::size_t nodes)
      : chain_(std::move(chain)), outstanding_(nodes), truth_(nodes), nodes_(nodes) {
    acquaint(chain_, nodes);
    awaited_.reserve(nodes);
    view_.outstanding = &outstanding_;
    view_.truth = &truth_;
    view_.positions = &positions_;
    view_.awaited = &awaited_;
  }
  // The view points into it.
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;

  void run(std::size_t decisions) {
    for (std::size_t i = 0; i < decisions; ++i) {
      now_ += 100;
      outstanding_.set_time(now_);
      const Decision decision = chain_.choose(queries_[at_++ % queries_.size()], view_, now_);
      const NodeId node = decision.kind == Decision::Kind::kNode ? decision.node : NodeId{0};
      outstanding_.add(node);
      outstanding_.will_end(node, now_ + 400 * static_cast<Nanoseconds>(nodes_));
      sum_of_nodes_ += index(node);
      if constexpr (SWITCHYARD_BENCH_INJECTED_ADDS > 0) slow_down(index(node));
      if (probes_) chain_.for_each_probe([&](NodeId probed) { answer(probed); });
    }
  }

  // Of all decisions so far: two runs that made the same ones agree in it.
  std::uint64_t sum_of_nodes() const { return sum_of_nodes_; }

 private:
  // The next decision waits for the last of the operations, each of which waits for the one before.
  void slow_down(std::uint64_t node) {
    std::uint64_t sum = node;
    // Repeated by the assembler: a loop would cost more than it repeats.
    asm volatile(".rept %c1\n\tadd $1, %0\n\t.endr"
                 : "+r"(sum)
                 : "i"(SWITCHYARD_BENCH_INJECTED_ADDS));
    now_ += static_cast<Nanoseconds>(sum - node - SWITCHYARD_BENCH_INJECTED_ADDS);
  }

  void answer(NodeId node) {
    ProbeAnswer answer;
    answer.now_ns = now_;
    answer.sent_ns = now_ - 100;
    answer.node = node;
    answer.in_flight = outstanding_[node];
    answer.latency_ns = 1000 + static_cast<Nanoseconds>(index(node));
    chain_.on_probe(answer, false);
  }

  RouterChain chain_;
  Outstanding outstanding_;
  BusyNodes truth_;
  std::size_t nodes_;
  bool probes_ = chain_.wants().probes;
  SomeBehind positions_;
  std::vector<Position> awaited_;
  ClusterView view_;
  std::vector<Query> queries_ = mixed_queries();
  std::size_t at_ = 0;
  Nanoseconds now_ = 1000;
  std::uint64_t sum_of_nodes_ = 0;
};

}  // namespace switchyard::bench
