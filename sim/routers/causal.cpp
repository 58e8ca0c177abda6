// Causal reads: a read goes only where the commits that its session depends on have been applied,
// or waits there until they have. Positions come with the answers to writes, or from the primary,
// which is asked before each read.
//
// Ships in: MaxScale causal_reads (local, fast, global, fast_global, universal, fast_universal),
// MySQL Router wait_for_my_writes, ProxySQL gtid_from_hostgroup.
// Parameters: mode (wait), scope (session), timeout (10 s), on_timeout (primary).
// Known failure: `select` under steady writes sends everything to the primary; reads that wait hold
// their connections; scope cluster costs each read a round trip, and the primary a probe.
// Source: MaxScale 24.02 manual, ReadWriteSplit, causal_reads.
#include <algorithm>

#include "core/error.h"
#include "routers/guard.h"

namespace switchyard {
namespace {

enum class Scope : std::uint8_t { kSession, kAll, kCluster };
enum class OnTimeout : std::uint8_t { kPrimary, kError, kErrorInReadOnly };

class Causal : public Guard {
 public:
  struct Rule {
    bool waits = true;
    Scope scope = Scope::kSession;
    Nanoseconds timeout_ns = 0;
    OnTimeout on_timeout = OnTimeout::kPrimary;
  };
  Causal(RouterSetup setup, const Rule& rule)
      : Guard(std::move(setup)), rule_(rule), eligible_(node_count()) {
    told_.reserve(node_count());
  }

  Signals wants() const override {
    Signals signals = Guard::wants();
    signals.positions = true;
    if (rule_.scope == Scope::kCluster) {
      signals.probes = true;
    } else {
      signals.responses = true;
    }
    return signals;
  }

  Decision choose(const Query& query, const ClusterView& view, Nanoseconds now) override {
    if (query.kind != RequestClass::kRead) return Guard::choose(query, view, now);
    if (rule_.scope == Scope::kCluster) return ask_primary_first(query, view, now);
    const std::size_t scope = scope_of(query.session);
    static const Needed kNothing;
    if (scope >= needed_.size()) return Guard::choose(query, view, now);
    return place(needed_[scope], query, view, now);
  }

  void on_response(const Response& response) override {
    if (response.position.number > 0 && rule_.scope != Scope::kCluster)
      need(scope_of(response.session), response.position);
    Guard::on_response(response);
  }

 private:
  // The latest of each origin's commits; those of a primary that was replaced count as reached when
  // they are, or are lost.
  using Needed = std::vector<Position>;

  std::size_t scope_of(SessionId session) const {
    return rule_.scope == Scope::kAll ? 0 : index(session);
  }
  void need(std::size_t scope, const Position& position) {
    if (scope >= needed_.size()) needed_.resize(scope + 1);
    Needed& needed = needed_[scope];
    const auto same = std::ranges::find(needed, position.origin, &Position::origin);
    if (same == needed.end()) {
      needed.push_back(position);
    } else {
      same->number = std::max(same->number, position.number);
    }
  }
  static bool reached(NodeId node, const Needed& needed, const ClusterView& view) {
    return std::ranges::all_of(
        needed, [&](const Position& each) { return view.positions->reached(node, each); });
  }

  Decision ask_primary_first(const Query& query, const ClusterView& view, Nanoseconds now) {
    told_.clear();
    if (query.probe == nullptr && !query.waited_out) {
      return Decision::probe(primary(), now + rule_.timeout_ns, Reason::kCausal);
    }
    if (query.probe == nullptr || !query.probe->up) return after_timeout(told_, query, view);
    told_.assign(query.probe->reached.begin(), query.probe->reached.end());
    return place(told_, query, view, now);
  }
  Decision place(const Needed& needed, const Query& query, const ClusterView& view,
                 Nanoseconds now) {
    if (needed.empty()) return Guard::choose(query, view, now);
    if (query.waited_out) return after_timeout(needed, query, view);
    return rule_.waits ? wait(needed, query, view, now) : select(needed, query, view, now);
  }
  Decision wait(const Needed& needed, const Query& query, const ClusterView& view,
                Nanoseconds now) {
    const Decision decision = Guard::choose(query, view, now);
    if (decision.kind != Decision::Kind::kNode || reached(decision.node, needed, view)) {
      return decision;
    }
    if (rule_.timeout_ns == 0) return after_timeout(needed, query, view);
    view.awaited->assign(needed.begin(), needed.end());
    return Decision::wait_for(decision.node, now + rule_.timeout_ns);
  }
  Decision select(const Needed& needed, const Query& query, ClusterView view, Nanoseconds now) {
    find_eligible(needed, view);
    view.needs_position = true;
    return choose_among(eligible_, query, view, now, Reason::kCausal);
  }
  Decision after_timeout(const Needed& needed, const Query& query, const ClusterView& view) {
    const bool in_read_only = query.transaction != 0 && query.read_only_transaction;
    const bool fails = rule_.on_timeout == OnTimeout::kError ||
                       (rule_.on_timeout == OnTimeout::kErrorInReadOnly && in_read_only);
    if (fails) return Decision::reject(Reason::kCausal);
    find_eligible(needed, view);
    return to_primary_among(eligible_.data(), Reason::kCausal);
  }
  void find_eligible(const Needed& needed, const ClusterView& view) {
    for (std::size_t i = 0; i < eligible_.size(); ++i) {
      eligible_[i] = reached(node_id(i), needed, view) ? 1 : 0;
    }
  }

  Rule rule_;
  std::vector<Needed> needed_;  // per session, or one
  Needed told_;                 // by the primary, for the query being placed
  std::vector<std::uint8_t> eligible_;
};

constexpr std::array<std::string_view, 2> kModes = {"wait", "select"};
constexpr std::array<std::string_view, 3> kScopes = {"session", "all", "cluster"};
constexpr std::array<std::string_view, 3> kOnTimeout = {"primary", "error", "error_if_read_only"};
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
                      "whose writes a read must see: its own session's, or those of all sessions "
                      "of this router, as far as they were answered; or whatever the primary has "
                      "(cluster), which is asked before each read, by a probe",
                  .choices = kScopes},
    ParameterInfo{.name = "timeout",
                  .type = ParameterInfo::Type::kDuration,
                  .default_value = "10s",
                  .help = "for how long at most a read waits, at its database or, with scope = "
                          "cluster, for the primary's answer; 0: it does not wait, but goes on as "
                          "one that waited too long, which scope = cluster can't"},
    ParameterInfo{.name = "on_timeout",
                  .type = ParameterInfo::Type::kChoice,
                  .default_value = "primary",
                  .help =
                      "whether a read that waited too long, or whose question the primary refused, "
                      "goes to the primary or is rejected; with error_if_read_only, rejected if "
                      "its transaction is read only "
                      "(a whole transaction may wait with its BEGIN, where it stays on one "
                      "database)",
                  .choices = kOnTimeout},
};

}  // namespace

extern const StrategyInfo kCausal = {
    .name = "causal",
    .summary = "guard: reads only where the session's last write has been applied",
    .rule =
        "The router remembers the position of the last commit that it answered, for each session "
        "or for all; with several primaries, of the last of each. With mode wait a read goes to "
        "the database that the router behind chooses, and waits there until all these have been "
        "applied, `timeout` at most; then `on_timeout` decides (at once if that is 0). With mode "
        "select the router behind "
        "chooses among the databases whose observed positions have reached them; if no replica "
        "has, the read goes to the primary. With scope cluster nothing is remembered: each read "
        "first asks the primary for its position, which takes a probe and a round trip, and that "
        "is the position it needs. No random draws.",
    .parameters = kParameters,
    .systems =
        "MaxScale causal_reads = local (wait, session), fast (select, session), global (wait, "
        "all), fast_global (select, all), universal (wait, cluster), fast_universal (select, "
        "cluster), the waiting ones with error_if_read_only; MySQL Router "
        "wait_for_my_writes (wait, session, 2 s); ProxySQL gtid_from_hostgroup (select, session)",
    .failure_modes =
        "Reads that wait hold their connections. select with writes all the time sends everything "
        "to the primary. Of a transaction whose writes went to several primaries only the last "
        "one's position is known. scope cluster costs each read a round trip and the primary a "
        "probe, waits in the primary's queue, and knows nothing of what another primary has.",
    .source = "MaxScale 24.02 manual, ReadWriteSplit, causal_reads",
    .make = [](RouterSetup setup, const Parameters& p) -> std::unique_ptr<Router> {
      Causal::Rule rule;
      rule.waits = p.text("mode") == "wait";
      rule.scope = p.choice<Scope>("scope");
      rule.timeout_ns = p.duration("timeout");
      rule.on_timeout = p.choice<OnTimeout>("on_timeout");
      if (rule.timeout_ns == 0 && rule.scope == Scope::kCluster) {
        throw InputError("guard 'causal': with scope = cluster timeout must be above 0");
      }
      return std::make_unique<Causal>(std::move(setup), rule);
    },
};

}  // namespace switchyard
