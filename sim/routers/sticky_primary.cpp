// Sticky primary: for some time after a write, reads that might look for it go to the primary too.
// The remedy of those who know how long replication takes but not how far it has come.
//
// Ships in: Rails DatabaseSelector (2 s, session), django-multidb-router (15 s), Makara (5 s),
// Laravel's sticky, Pgpool-II disable_load_balance_on_write, PgCat db_activity_based_routing.
// Parameters: scope (session), duration (2 s), refresh (true), cold_start (0 s).
// Known failure: a delay longer than the duration is not covered; sessions that write often never
// leave the primary.
// Source: Rails 7 guides, Multiple Databases, Automatic Role Switching; Pgpool-II manual,
// disable_load_balance_on_write.
#include <algorithm>

#include "routers/guard.h"

namespace switchyard {
namespace {

enum class Scope : std::uint8_t { kTransaction, kTransactionTable, kSession, kKey, kTable, kAll };

class StickyPrimary : public Guard {
 public:
  struct Rule {
    Scope scope = Scope::kSession;
    Nanoseconds duration_ns = 0;
    bool refresh = true;
    Nanoseconds cold_start_ns = 0;
  };
  StickyPrimary(RouterSetup setup, const Rule& rule) : Guard(std::move(setup)), rule_(rule) {}

  Signals wants() const override {
    Signals signals = Guard::wants();
    signals.responses = true;
    return signals;
  }
  Decision choose(const Query& query, const ClusterView& view, Nanoseconds now) override {
    if (query.kind == RequestClass::kRead && (now < rule_.cold_start_ns || sticks(query, now))) {
      return to_primary(Reason::kSticky);
    }
    return Guard::choose(query, view, now);
  }
  void on_dispatch(const Dispatch& dispatch) override {
    hear(dispatch, Status::kOk);
    Guard::on_dispatch(dispatch);
  }
  void on_response(const Response& response) override {
    hear(response, response.status);
    Guard::on_response(response);
  }

 private:
  // A session's latest transaction, and what it has written.
  struct Transaction {
    std::uint32_t number = 0;
    bool failed = false;  // so that it can't commit any more
    std::vector<std::size_t> written;
  };

  bool sticks(const Query& query, Nanoseconds now) const {
    const std::size_t scope = scope_of(query.session, query.key, query.table);
    if (scope == kNoScope) return false;
    if (scope < until_ns_.size() && now < until_ns_[scope]) return true;
    if (query.transaction == 0 || index(query.session) >= transactions_.size()) return false;
    const Transaction& latest = transactions_[index(query.session)];
    return latest.number == query.transaction && has(latest.written, scope);
  }

  // A request is sent (its status is not known yet), or its answer comes.
  template <class Event>
  void hear(const Event& event, Status status) {
    const bool writes = event.kind == RequestClass::kWrite;
    const std::size_t scope = scope_of(event.session, event.key, event.table);
    if (event.transaction == 0) {
      if (writes && !ends_with_transaction()) stick(scope, event.now_ns);
      return;
    }
    Transaction& latest = transaction_of(event.session, event.transaction);
    if (event.op == Op::kCommit) {
      // Of a commit whose answer is lost nobody knows that it did not take effect.
      const bool may_have =
          status == Status::kOk || status == Status::kTimedOut || status == Status::kLost;
      if (latest.failed || ends_with_transaction() || !may_have) return;
      for (const std::size_t each : latest.written) stick(each, event.now_ns);
    } else if (status != Status::kOk) {
      latest.failed = true;
    } else if (writes && scope != kNoScope) {
      if (!has(latest.written, scope)) latest.written.push_back(scope);
      // Others can't see what was written to a table before the commit; who wrote it is another
      // matter.
      if (!ends_with_transaction() && rule_.scope != Scope::kTable) stick(scope, event.now_ns);
    }
  }
  Transaction& transaction_of(SessionId session, std::uint32_t number) {
    if (index(session) >= transactions_.size()) transactions_.resize(index(session) + 1);
    Transaction& latest = transactions_[index(session)];
    if (latest.number != number) {
      latest.number = number;
      latest.failed = false;
      latest.written.clear();
    }
    return latest;
  }
  void stick(std::size_t scope, Nanoseconds now) {
    if (scope == kNoScope) return;
    if (scope >= until_ns_.size()) until_ns_.resize(scope + 1);
    if (rule_.refresh || now >= until_ns_[scope]) until_ns_[scope] = now + rule_.duration_ns;
  }

  bool ends_with_transaction() const {
    return rule_.scope == Scope::kTransaction || rule_.scope == Scope::kTransactionTable;
  }
  static bool has(const std::vector<std::size_t>& scopes, std::size_t scope) {
    return std::ranges::find(scopes, scope) != scopes.end();
  }
  static constexpr std::size_t kNoScope = SIZE_MAX;
  std::size_t scope_of(SessionId session, KeyId key, TableId table) const {
    switch (rule_.scope) {
      case Scope::kSession:
        return index(session);
      case Scope::kKey:
        return key == kNoKey ? kNoScope : static_cast<std::size_t>(key);
      case Scope::kTransactionTable:
      case Scope::kTable:
        return table == kNoTable ? kNoScope : static_cast<std::size_t>(table);
      case Scope::kTransaction:
      case Scope::kAll:
        return 0;
    }
    return kNoScope;
  }

  Rule rule_;
  std::vector<Nanoseconds> until_ns_;      // per session, key or table
  std::vector<Transaction> transactions_;  // per session
};

constexpr std::array<std::string_view, 6> kScopes = {
    "transaction", "transaction_table", "session", "key", "table", "all"};
constexpr std::array kParameters = {
    ParameterInfo{.name = "scope",
                  .type = ParameterInfo::Type::kChoice,
                  .default_value = "session",
                  .help =
                      "whose reads: those of the transaction that wrote (transaction), of these "
                      "only the ones of tables it wrote (transaction_table), those of the session "
                      "that wrote, those of the key or the table that was written (by anybody), or "
                      "all. The two that end with the transaction need a router with pin = none: "
                      "any other has transactions on a primary already. There is none for a web "
                      "request, which recordings do not tell of",
                  .choices = kScopes},
    ParameterInfo{.name = "duration",
                  .type = ParameterInfo::Type::kDuration,
                  .default_value = "2s",
                  .help = "how long after a write, from 0; a read exactly then goes where it would "
                          "without the guard. Without meaning for scopes that end with the "
                          "transaction",
                  .endless = true},
    ParameterInfo{.name = "refresh",
                  .type = ParameterInfo::Type::kBoolean,
                  .default_value = "true",
                  .help = "whether each write starts the time anew; if not, one that is sent or "
                          "answered while the time runs does not lengthen it"},
    ParameterInfo{.name = "cold_start",
                  .type = ParameterInfo::Type::kDuration,
                  .default_value = "0s",
                  .help =
                      "for so long after the start, when the router can't know what was written "
                      "before, all reads go to the primary"},
};

}  // namespace

extern const StrategyInfo kStickyPrimary = {
    .name = "sticky_primary",
    .summary = "guard: for a while after a write, reads go to the primary too",
    .rule =
        "For `duration` from when a write is sent, and again from its answer, a read of the same "
        "`scope` goes to the primary; at exactly that time and later it goes where the router "
        "behind sends it. A transaction's own reads stick to what it wrote as long as it is open "
        "(with scope transaction and transaction_table that is all), and its commit, sent and "
        "answered, counts as its writes do, unless a statement of it has failed. With scope table "
        "only the commit counts, so that what is rolled back marks nothing. A locking read and DDL "
        "count as writes; where the key or table that `scope` is about is not recorded, nothing "
        "sticks. No random draws.",
    .parameters = kParameters,
    .systems =
        "Rails DatabaseSelector (2 s, session), django-multidb-router (15 s), django_replicated "
        "(5 s), Makara (5 s), Laravel sticky (session, forever), Pgpool-II "
        "disable_load_balance_on_write = transaction, always (session, forever), dml_adaptive "
        "(transaction_table) and dml_adaptive_global (table; its time follows the measured delay, "
        "60 s at most), PgCat db_activity_based_routing (table; it does not wait for the commit)",
    .failure_modes =
        "A replication lag longer than the duration is not covered, nor are other sessions (but "
        "for scope key, table, all). Sessions that write often never leave the primary. What is "
        "read through views, triggers and functions of a written table goes unnoticed, and where "
        "a read-only transaction is kept on one database its BEGIN decides, which names no table "
        "or key. Frameworks that stick for the rest of a web request are modelled by the session, "
        "which may be longer or, with pooled connections, another user's.",
    .source =
        "Rails 7 guides, Multiple Databases with Active Record, Automatic Role Switching; "
        "Pgpool-II manual, disable_load_balance_on_write",
    .make = [](RouterSetup setup, const Parameters& p) -> std::unique_ptr<Router> {
      StickyPrimary::Rule rule;
      rule.scope = p.choice<Scope>("scope");
      rule.duration_ns = p.duration("duration");
      rule.refresh = p.boolean("refresh");
      rule.cold_start_ns = p.duration("cold_start");
      return std::make_unique<StickyPrimary>(std::move(setup), rule);
    },
};

}  // namespace switchyard
