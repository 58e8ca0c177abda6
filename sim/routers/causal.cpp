// Causal reads: a read goes only where the commits that its session depends on have been applied,
// or waits there until they have.
//
// Ships in: MaxScale causal_reads (local, fast, global, fast_global), MySQL Router
// wait_for_my_writes, ProxySQL gtid_from_hostgroup.
// Parameters: mode (wait), scope (session), timeout (10 s).
// Known failure: after a failover that lost commits their position is never reached as such;
// `select` under steady writes sends everything to the primary.
// Source: MaxScale 24.02 manual, ReadWriteSplit, causal_reads.
#include "core/error.h"
#include "routers/guard.h"
#include "routers/strategies.h"

namespace switchyard {
namespace {

class Causal : public Guard {
 public:
  Causal(RouterSetup setup, bool waits, bool for_all, Nanoseconds timeout_ns)
      : Guard(std::move(setup)),
        waits_(waits),
        for_all_(for_all),
        timeout_ns_(timeout_ns),
        eligible_(node_count()) {}

  Signals wants() const override {
    Signals signals = Guard::wants();
    signals.responses = true;
    signals.positions = true;
    return signals;
  }

  Decision choose(const Query& query, const ClusterView& view, Nanoseconds now) override {
    const std::size_t scope = for_all_ ? 0 : index(query.session);
    const bool depends = scope < needed_.size() && needed_[scope].number > 0;
    if (query.kind != RequestClass::kRead || !depends) return Guard::choose(query, view, now);
    if (query.waited_out) return to_primary(Reason::kCausal);
    return waits_ ? wait(needed_[scope], query, view, now)
                  : select(needed_[scope], query, view, now);
  }

  void on_response(const Response& response) override {
    if (response.position.number > 0) {
      const std::size_t scope = for_all_ ? 0 : index(response.session);
      if (scope >= needed_.size()) needed_.resize(scope + 1);
      Position& needed = needed_[scope];
      // Of one origin the later; another origin's commit takes its place, as when a new primary has
      // taken over.
      const bool older =
          needed.origin == response.position.origin && needed.number > response.position.number;
      if (!older) needed = response.position;
    }
    Guard::on_response(response);
  }

 private:
  Decision wait(const Position& needed, const Query& query, const ClusterView& view,
                Nanoseconds now) {
    const Decision decision = Guard::choose(query, view, now);
    if (decision.kind != Decision::Kind::kNode || view.positions->reached(decision.node, needed)) {
      return decision;
    }
    *view.awaited = needed;
    return Decision::wait_for(decision.node, now + timeout_ns_);
  }
  Decision select(const Position& needed, const Query& query, const ClusterView& view,
                  Nanoseconds now) {
    for (std::size_t i = 0; i < eligible_.size(); ++i) {
      eligible_[i] = view.positions->reached(node_id(i), needed) ? 1 : 0;
    }
    return choose_among(eligible_, query, view, now, Reason::kCausal);
  }

  bool waits_;
  bool for_all_;
  Nanoseconds timeout_ns_;
  std::vector<Position> needed_;  // per session, or one
  std::vector<std::uint8_t> eligible_;
};

constexpr std::array<std::string_view, 2> kModes = {"wait", "select"};
constexpr std::array<std::string_view, 2> kScopes = {"session", "all"};
constexpr std::array kParameters = {
    ParameterInfo{.name = "mode",
                  .type = ParameterInfo::Type::kChoice,
                  .default_value = "wait",
                  .help =
                      "wait: the read waits at the database chosen for it; select: it is sent to "
                      "one that is seen to have come far enough, else to the primary",
                  .choices = kModes},
    ParameterInfo{.name = "scope",
                  .type = ParameterInfo::Type::kChoice,
                  .default_value = "session",
                  .help =
                      "whose writes a read must see: its own session's, or all that this router "
                      "had answered",
                  .choices = kScopes},
    ParameterInfo{.name = "timeout",
                  .type = ParameterInfo::Type::kDuration,
                  .default_value = "10s",
                  .help = "wait: after this the read goes to the primary; above 0"},
};

}  // namespace

const StrategyInfo kCausal = {
    .name = "causal",
    .summary = "guard: reads only where the session's last write has been applied",
    .rule =
        "The router remembers the position of the last commit that it answered, for each session "
        "or for all. With mode wait a read goes to the database that the router behind chooses, "
        "and "
        "waits there until that position has been applied, `timeout` at most; then it goes to the "
        "primary. With mode select the router behind chooses among the databases whose observed "
        "position has reached it; if there is none the read goes to the primary. No random draws.",
    .parameters = kParameters,
    .systems =
        "MaxScale causal_reads = local (wait, session), fast (select, session), global (wait, "
        "all), "
        "fast_global (select, all); MySQL Router wait_for_my_writes (wait, session, 2 s); ProxySQL "
        "gtid_from_hostgroup (select, session)",
    .failure_modes =
        "Reads that wait hold their connections. select with writes all the time sends everything "
        "to the primary. With several primaries only the position of the latest commit is kept.",
    .source = "MaxScale 24.02 manual, ReadWriteSplit, causal_reads",
    .make = [](RouterSetup setup, const Parameters& p) -> std::unique_ptr<Router> {
      if (p.duration("timeout") == 0) throw InputError("guard 'causal': timeout must be above 0");
      return std::make_unique<Causal>(std::move(setup), p.text("mode") == "wait",
                                      p.text("scope") == "all", p.duration("timeout"));
    },
};

}  // namespace switchyard
