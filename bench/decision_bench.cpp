// What a decision costs, for every strategy of the catalogue and those with names of their own, at
// 4, 16 and 64 nodes: of a thousand decisions, beside a thousand by a router that does nothing,
// whose time is subtracted. Answers to the probes that a strategy sends are part of its cost.
//
// `null` is the time of those that do nothing: the harness's own share.
#include <benchmark/benchmark.h>

#include <chrono>

#include "routers/catalogue.h"
#include "routers/presets.h"
#include "systems.h"

namespace switchyard::bench {
namespace {

class NullRouter : public Router {
 public:
  Decision choose(const Query&, const ClusterView&, Nanoseconds) override {
    return Decision::to(NodeId{0});
  }
};

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

constexpr std::size_t kBatch = 1000;

// A router chain at work: reads and one write in ten, in an order that no processor learns by
// heart, answered and probed as it asks.
class Work {
 public:
  Work(RouterChain chain, std::size_t nodes)
      : chain_(std::move(chain)), outstanding_(nodes), truth_(nodes), nodes_(nodes) {
    RandomStream random(2, RandomPurpose::kOperations);
    for (Query& query : queries_) {
      query.kind = random.next_below(10) == 0 ? RequestClass::kWrite : RequestClass::kRead;
      query.session = static_cast<SessionId>(random.next_below(1000));
      query.key = static_cast<KeyId>(random.next_below(100'000));
    }
    // So that every node is known.
    for (std::size_t i = 0; i < 20 * nodes; ++i) {
      Response response;
      response.now_ns = static_cast<Nanoseconds>(i);
      response.node = node_id(i % nodes);
      response.latency_ns = 1'000'000 + random.next_below(1'000'000);
      response.service_ns = response.latency_ns / 2;
      chain_.on_dispatch({0, response.node});
      chain_.on_response(response);
    }
    // A write of every other session, so that guards have something to guard.
    for (std::uint32_t session = 0; session < 1000; session += 2) {
      Response write;
      write.now_ns = 1000;
      write.session = static_cast<SessionId>(session);
      write.node = NodeId{0};
      write.kind = RequestClass::kWrite;
      write.op = Op::kWrite;
      write.position = {NodeId{0}, 1};
      chain_.on_dispatch({0, write.node, write.session, kNoKey, kNoTable, write.kind, write.op});
      chain_.on_response(write);
    }
    awaited_.reserve(nodes);
    view_.outstanding = &outstanding_;
    view_.truth = &truth_;
    view_.positions = &positions_;
    view_.awaited = &awaited_;
  }

  // Of so many decisions.
  Nanoseconds time() {
    const auto begin = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < kBatch; ++i) {
      now_ += 100;
      outstanding_.set_time(now_);
      const Decision decision = chain_.choose(queries_[at_++ % queries_.size()], view_, now_);
      const NodeId node = decision.kind == Decision::Kind::kNode ? decision.node : NodeId{0};
      outstanding_.add(node);
      outstanding_.will_end(node, now_ + 400 * static_cast<Nanoseconds>(nodes_));
      benchmark::DoNotOptimize(decision);
      if (probes_) chain_.for_each_probe([&](NodeId probed) { answer(probed); });
    }
    const auto spent = std::chrono::steady_clock::now() - begin;
    return std::chrono::duration_cast<std::chrono::nanoseconds>(spent).count();
  }

 private:
  void answer(NodeId node) {
    ProbeAnswer answer;
    answer.now_ns = now_;
    answer.sent_ns = now_ - 100;
    answer.node = node;
    answer.in_flight = outstanding_[node];
    answer.latency_ns = 1000 + static_cast<Nanoseconds>(index(node));
    chain_.on_probe(answer);
  }

  RouterChain chain_;
  Outstanding outstanding_;
  BusyNodes truth_;
  std::size_t nodes_;
  bool probes_ = chain_.wants().probes;
  SomeBehind positions_;
  std::vector<Position> awaited_;
  ClusterView view_;
  std::vector<Query> queries_ = std::vector<Query>(1 << 16);
  std::size_t at_ = 0;
  Nanoseconds now_ = 1000;
};

RouterChain null_chain() {
  std::vector<std::unique_ptr<Router>> routers;
  routers.push_back(std::make_unique<NullRouter>());
  return {std::move(routers), NodeId{0}};
}

// Each batch beside one of the null router, whose time is subtracted.
void decide(benchmark::State& state, RouterChain chain, std::size_t nodes) {
  Work work(std::move(chain), nodes);
  Work nothing(null_chain(), nodes);
  double total_ns = 0;
  for (auto _ : state) {
    const Nanoseconds all = work.time();
    const Nanoseconds harness = nothing.time();
    const double net = static_cast<double>(std::max<Nanoseconds>(0, all - harness));
    total_ns += net;
    state.SetIterationTime(net / 1e9);
  }
  state.counters["ns_per_decision"] =
      total_ns / static_cast<double>(state.iterations()) / static_cast<double>(kBatch);
}

void decide_nothing(benchmark::State& state) {
  Work work(null_chain(), 4);
  double total_ns = 0;
  for (auto _ : state) {
    const Nanoseconds all = work.time();
    total_ns += static_cast<double>(all);
    state.SetIterationTime(static_cast<double>(all) / 1e9);
  }
  state.counters["ns_per_decision"] =
      total_ns / static_cast<double>(state.iterations()) / static_cast<double>(kBatch);
}

[[maybe_unused]] const bool kRegistered = [] {
  benchmark::RegisterBenchmark("decide/null", decide_nothing)->UseManualTime();
  std::vector<std::string> names;
  for (const StrategyInfo* info : catalogue()) names.emplace_back(info->name);
  for (const Preset& preset : presets()) {
    if (!preset.summary.empty()) names.emplace_back(preset.name);
  }
  for (const StrategyInfo* info : guards()) {
    for (const std::size_t nodes : {4U, 16U, 64U}) {
      const std::string guard(info->name);
      benchmark::RegisterBenchmark(
          ("decide/d_choices+" + guard + "/" + std::to_string(nodes)).c_str(),
          [guard, nodes](benchmark::State& state) {
            const ClusterSpec cluster = cluster_of(nodes);
            decide(state, chain_of("d_choices", cluster, guard), nodes);
          })
          ->UseManualTime();
    }
  }
  for (const std::string& router : names) {
    for (const std::size_t nodes : {4U, 16U, 64U}) {
      benchmark::RegisterBenchmark(("decide/" + router + "/" + std::to_string(nodes)).c_str(),
                                   [router, nodes](benchmark::State& state) {
                                     ClusterSpec cluster = cluster_of(nodes);
                                     cluster.nodes[1].name = "master-1";
                                     cluster.nodes[1].role = Role::kPrimary;
                                     decide(state, chain_of(router, cluster), nodes);
                                   })
          ->UseManualTime();
    }
  }
  return true;
}();

}  // namespace
}  // namespace switchyard::bench
