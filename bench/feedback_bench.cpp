// What it costs a router to learn of requests, feedback/STRATEGY/NODES: of a thousand calls of
// on_dispatch and of on_response, for every strategy that asks for them, beside a thousand of a
// router that does nothing, whose time is subtracted.
#include <benchmark/benchmark.h>

#include <array>

#include "decision_work.h"
#include "net_cost.h"
#include "strategies.h"

namespace switchyard::bench {
namespace {

// Requests are answered in the order in which they were sent, some at a time under way.
class Feedback {
 public:
  Feedback(RouterChain chain, std::size_t nodes) : chain_(std::move(chain)) {
    acquaint(chain_, nodes);
    RandomStream random(4, RandomPurpose::kOperations);
    for (const Query& query : mixed_queries()) {
      Response& response = requests_.emplace_back();
      const bool writes = query.kind == RequestClass::kWrite;
      response.node =
          writes ? NodeId{0} : node_id(random.next_below(static_cast<std::uint32_t>(nodes)));
      response.session = query.session;
      response.key = query.key;
      response.kind = query.kind;
      response.op = writes ? Op::kWrite : Op::kRead;
      response.latency_ns = static_cast<Nanoseconds>(kUnderWay) * kStepNs;
      response.service_ns = response.latency_ns / 2;
    }
    for (std::size_t i = 0; i < kUnderWay; ++i) send();
  }

  void run(std::size_t requests) {
    for (std::size_t i = 0; i < requests; ++i) {
      now_ += kStepNs;
      Response& response = requests_[(sent_ - kUnderWay) % requests_.size()];
      response.now_ns = now_;
      // Each write commits after all those before.
      if (response.kind == RequestClass::kWrite) response.position = {NodeId{0}, ++commits_};
      chain_.on_response(response);
      send();
      // Else a router that wants to send them would have ever more to send.
      if (probes_) chain_.for_each_probe([](NodeId) {});
    }
  }

 private:
  static constexpr std::size_t kUnderWay = 64;
  static constexpr Nanoseconds kStepNs = 20'000;

  void send() {
    const Response& request = requests_[sent_++ % requests_.size()];
    chain_.on_dispatch({now_, request.node, request.session, request.key, request.table,
                        request.kind, request.op});
  }

  RouterChain chain_;
  bool probes_ = chain_.wants().probes;
  std::vector<Response> requests_;
  std::size_t sent_ = 0;
  std::uint64_t commits_ = 1;
  Nanoseconds now_ = 1000;
};

void feed_back(benchmark::State& state, const std::string& name, std::size_t nodes) {
  Feedback work(chain_named(name, nodes), nodes);
  Feedback nothing(null_chain(), nodes);
  net_cost(state, work, nothing, "ns_per_request");
}

[[maybe_unused]] const bool kRegistered = [] {
  for (const std::string& name : chain_names()) {
    // To the others it costs nothing: they are not called.
    if (!chain_named(name, 4).wants().responses) continue;
    for (const std::size_t nodes : {4U, 16U, 64U}) {
      benchmark::RegisterBenchmark(("feedback/" + name + "/" + std::to_string(nodes)).c_str(),
                                   feed_back, name, nodes)
          ->UseManualTime();
    }
  }
  return true;
}();

}  // namespace
}  // namespace switchyard::bench
