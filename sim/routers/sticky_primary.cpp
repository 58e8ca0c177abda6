// Sticky primary: for some time after a write, reads that might look for it go to the primary too.
// The remedy of those who know how long replication takes but not how far it has come.
//
// Ships in: Rails DatabaseSelector (2 s, session), django-multidb-router (15 s), Makara (5 s),
// Laravel's sticky, Pgpool-II disable_load_balance_on_write.
// Parameters: duration (2 s), scope (session).
// Known failure: a delay longer than the duration is not covered; sessions that write often never
// leave the primary.
// Source: Rails 7 guides, Multiple Databases, Automatic Role Switching.
#include "routers/guard.h"
#include "routers/strategies.h"

namespace switchyard {
namespace {

enum class Scope : std::uint8_t { kSession, kKey, kTable, kAll };

class StickyPrimary : public Guard {
 public:
  StickyPrimary(RouterSetup setup, Scope scope, Nanoseconds duration_ns)
      : Guard(std::move(setup)), scope_(scope), duration_ns_(duration_ns) {}

  Signals wants() const override {
    Signals signals = Guard::wants();
    signals.responses = true;
    return signals;
  }
  Decision choose(const Query& query, const ClusterView& view, Nanoseconds now) override {
    const std::size_t scope = scope_of(query.session, query.key, query.table);
    if (query.kind == RequestClass::kRead && scope < until_ns_.size() && now < until_ns_[scope]) {
      return to_primary(Reason::kSticky);
    }
    return Guard::choose(query, view, now);
  }
  void on_dispatch(const Dispatch& dispatch) override {
    if (dispatch.kind == RequestClass::kWrite)
      stick(dispatch.session, dispatch.key, dispatch.table, dispatch.now_ns);
    Guard::on_dispatch(dispatch);
  }
  void on_response(const Response& response) override {
    if (response.kind == RequestClass::kWrite)
      stick(response.session, response.key, response.table, response.now_ns);
    Guard::on_response(response);
  }

 private:
  void stick(SessionId session, KeyId key, TableId table, Nanoseconds now) {
    const std::size_t scope = scope_of(session, key, table);
    if (scope == kNoScope) return;
    if (scope >= until_ns_.size()) until_ns_.resize(scope + 1);
    until_ns_[scope] = now + duration_ns_;
  }
  static constexpr std::size_t kNoScope = SIZE_MAX;
  std::size_t scope_of(SessionId session, KeyId key, TableId table) const {
    switch (scope_) {
      case Scope::kSession:
        return index(session);
      case Scope::kKey:
        return key == kNoKey ? kNoScope : static_cast<std::size_t>(key);
      case Scope::kTable:
        return table == kNoTable ? kNoScope : static_cast<std::size_t>(table);
      case Scope::kAll:
        return 0;
    }
    return kNoScope;
  }

  Scope scope_;
  Nanoseconds duration_ns_;
  std::vector<Nanoseconds> until_ns_;  // per session, key or table
};

constexpr std::array<std::string_view, 4> kScopes = {"session", "key", "table", "all"};
constexpr std::array kParameters = {
    ParameterInfo{.name = "duration",
                  .type = ParameterInfo::Type::kDuration,
                  .default_value = "2s",
                  .help = "how long after a write, from 0; a read exactly then goes where it would "
                          "without the guard"},
    ParameterInfo{.name = "scope",
                  .type = ParameterInfo::Type::kChoice,
                  .default_value = "session",
                  .help = "whose reads: those of the session that wrote, of the key or the table "
                          "that was written (by anybody), or all",
                  .choices = kScopes},
};

}  // namespace

const StrategyInfo kStickyPrimary = {
    .name = "sticky_primary",
    .summary = "guard: for a while after a write, reads go to the primary too",
    .rule =
        "From the moment that a write is sent until `duration` after its answer, a read of the "
        "same `scope` goes to the primary; at exactly that time and later it goes where the router "
        "behind sends it. Each write starts the time anew. No random draws.",
    .parameters = kParameters,
    .systems =
        "Rails DatabaseSelector (2 s, session), django-multidb-router (15 s), Makara (5 s), "
        "Laravel sticky, Pgpool-II disable_load_balance_on_write = always (session) and "
        "dml_adaptive_global (table)",
    .failure_modes =
        "A replication lag longer than the duration is not covered, nor are other sessions (but "
        "for scope key, table, all). Sessions that write often never leave the primary.",
    .source = "Rails 7 guides, Multiple Databases with Active Record, Automatic Role Switching",
    .make = [](RouterSetup setup, const Parameters& p) -> std::unique_ptr<Router> {
      const auto scope = std::ranges::find(kScopes, p.text("scope")) - kScopes.begin();
      return std::make_unique<StickyPrimary>(std::move(setup), static_cast<Scope>(scope),
                                             p.duration("duration"));
    },
};

}  // namespace switchyard
