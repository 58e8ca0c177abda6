// What other candidates would decide in the place of the one that runs.
//
// Each other chain is asked about every query that the running one is asked about, sees the same
// cluster at the same moment and hears of the same answers, so that it knows what it would know had
// it been there; its own decisions are only noted. It sends no probes.
#pragma once

#include <optional>
#include <vector>

#include "routers/chain.h"

namespace switchyard {

// One decision of each chain; nothing of those that could not be asked.
using Choices = std::vector<std::optional<Decision>>;

class Alternatives : public Router {
 public:
  // `running` is what the chain that runs wants to be told. What only others want that would change
  // the run, probes or the node of a write's object, they do not get: they are not asked. `last`
  // holds their decisions on the last query, and must outlive this.
  Alternatives(std::vector<RouterChain> others, const Signals& running, Choices& last);

  Signals wants() const override;
  Decision choose(const Query& query, const ClusterView& view, Nanoseconds now) override;
  void on_dispatch(const Dispatch& dispatch) override;
  void on_response(const Response& response) override;
  void on_topology(std::span<const NodeState> states, Nanoseconds now) override;
  void on_observation(const Positions& positions, Nanoseconds now) override;
  void on_session_start(SessionId session, Nanoseconds now) override;
  void on_session_end(SessionId session, Nanoseconds now) override;
  Nanoseconds next_timer() const override;
  void on_timer(const ClusterView& view, Nanoseconds now) override;
  void finish() override;

 private:
  struct Other {
    RouterChain chain;
    std::size_t place = 0;  // among all
  };
  // Their own view, so that what they would wait for is not taken for what the running chain does.
  ClusterView seen_from(const ClusterView& view);

  std::vector<Other> others_;  // that can be asked
  std::size_t count_;          // of all
  Choices& last_;
  std::vector<Position> awaited_;
};

}  // namespace switchyard
