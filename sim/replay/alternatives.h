// What other candidates would decide in the place of the one that runs: a witness of its chain.
//
// Each other chain is asked about every statement, sees the same cluster at the same moment and
// hears of the same answers, so that it knows what it would know had it been there; its own
// decisions are only noted, and its probes cost the cluster nothing. Where the one that runs asks
// again, as a query had to wait, those that would have sent it keep to that. What would become of a
// query for which another waits, or asks a node first, is not known: that it would is its decision.
#pragma once

#include <optional>
#include <vector>

#include "core/ring.h"
#include "routers/chain.h"

namespace switchyard {

// One decision of each chain; nothing where none was asked.
using Choices = std::vector<std::optional<Decision>>;

class Alternatives : public Router {
 public:
  // `last` holds the decisions on the last statement, and must outlive this.
  Alternatives(std::vector<RouterChain> others, Choices& last);

  Signals wants() const override;
  // Of statements that are neither reads nor writes too. Its own answer means nothing.
  Decision choose(const Query& query, const ClusterView& view, Nanoseconds now) override;
  void on_dispatch(const Dispatch& dispatch) override;
  void on_response(const Response& response) override;
  void on_topology(std::span<const NodeState> states, Nanoseconds now) override;
  void on_observation(const Positions& positions, Nanoseconds now) override;
  void on_session_start(SessionId session, Nanoseconds now) override;
  void on_session_end(SessionId session, Nanoseconds now) override;
  std::span<const NodeId> take_probes() override;
  void on_probe(const ProbeAnswer& answer) override;
  Nanoseconds next_timer() const override;
  void on_timer(const ClusterView& view, Nanoseconds now) override;
  void finish() override;

 private:
  struct Probe {
    std::size_t other = 0;  // who sent it
    Nanoseconds sent_ns = 0;
  };
  // As that one is asked, of its own waits alone; `said` is what it decided of the query before, if
  // it is asked again.
  static Query asked_of(const RouterChain& other, const Query& query, const Decision* said);
  // Their own view, so that what they would wait for is not taken for what the running chain does.
  ClusterView seen_from(const ClusterView& view);

  std::vector<RouterChain> others_;
  Choices& last_;
  Nanoseconds now_ = 0;                 // of the latest call
  std::vector<Ring<Probe>> under_way_;  // per node
  // Of each session's latest query: when it came, and what each decided.
  std::vector<Nanoseconds> asked_ns_;
  std::vector<Decision> said_;
  std::vector<NodeId> to_send_;
  std::vector<Position> awaited_;
};

}  // namespace switchyard
