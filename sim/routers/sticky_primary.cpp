// Sticky primary: for some time after a write, reads that might look for it go to the primary too.
// The remedy of those who know how long replication takes but not how far it has come.
//
// Ships in: Rails DatabaseSelector (2 s, session), django-multidb-router (15 s), Makara (5 s),
// Laravel's sticky, Pgpool-II disable_load_balance_on_write, PgCat db_activity_based_routing.
// Parameters: scope (session), duration (2 s), request_gap (100 ms), ttl_factor (0),
// refresh (true), cold_start (0 s), related (none), reject_read_only_writes (false).
// Known failure: a delay longer than the duration is not covered; sessions that write often never
// leave the primary.
// Source: Rails 7 guides, Multiple Databases, Automatic Role Switching; Pgpool-II manual,
// disable_load_balance_on_write.
#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "routers/guard.h"

namespace switchyard {
namespace {

enum class Scope : std::uint8_t {
  kTransaction,
  kTransactionTable,
  kSessionTransactions,
  kRequest,
  kSession,
  kKey,
  kTable,
  kAll
};

// A table that was written, and another that counts as written with it.
using Related = std::pair<std::size_t, std::size_t>;

class StickyPrimary : public Guard {
 public:
  struct Rule {
    Scope scope = Scope::kSession;
    Nanoseconds duration_ns = 0;
    Nanoseconds request_gap_ns = 0;
    double ttl_factor = 0;  // 0: for the duration, whatever the lag
    bool refresh = true;
    Nanoseconds cold_start_ns = 0;
    std::vector<Related> related;
    bool rejects_read_only_writes = false;
  };
  StickyPrimary(RouterSetup setup, Rule rule) : Guard(std::move(setup)), rule_(std::move(rule)) {}

  Signals wants() const override {
    Signals signals = Guard::wants();
    signals.responses = true;
    signals.positions |= rule_.ttl_factor > 0;
    return signals;
  }
  Decision choose(const Query& query, const ClusterView& view, Nanoseconds now) override {
    if (rule_.scope == Scope::kRequest) {
      WebRequest& request = request_of(query.session);
      if (now - request.latest_ns >= rule_.request_gap_ns) request.has_written = false;
      request.latest_ns = now;
    }
    // Where its transaction is to begin, a write is asked for as a read.
    if (rule_.rejects_read_only_writes && query.read_only_transaction &&
        class_of(query.op) == RequestClass::kWrite) {
      return Decision::reject();
    }
    if (query.kind == RequestClass::kRead &&
        (now < rule_.cold_start_ns || sticks(query, view, now))) {
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

  // A session's latest web request, as far as a silence tells one from the next.
  struct WebRequest {
    Nanoseconds latest_ns = 0;
    bool has_written = false;
  };

  WebRequest& request_of(SessionId session) {
    if (index(session) >= requests_.size()) requests_.resize(index(session) + 1);
    return requests_[index(session)];
  }

  bool sticks(const Query& query, const ClusterView& view, Nanoseconds now) const {
    if (rule_.scope == Scope::kRequest && requests_[index(query.session)].has_written) return true;
    const std::size_t scope = scope_of(query.session, query.key, query.table);
    if (scope == kNoScope) return false;
    if (rule_.scope == Scope::kSessionTransactions && query.transaction == 0) return false;
    if (scope < until_ns_.size() && now < until_ns_[scope] &&
        may_lag_by(now - (until_ns_[scope] - rule_.duration_ns), view)) {
      return true;
    }
    if (query.transaction == 0 || index(query.session) >= transactions_.size()) return false;
    const Transaction& latest = transactions_[index(query.session)];
    return latest.number == query.transaction && has(latest.written, scope);
  }

  // Whether some replica may lack what was written so long ago.
  bool may_lag_by(Nanoseconds age, const ClusterView& view) const {
    if (rule_.ttl_factor == 0) return true;
    for (std::size_t i = 0; i < node_count(); ++i) {
      const NodeId node = node_id(i);
      if (!is_up_replica(node)) continue;
      const auto lag = static_cast<double>(view.positions->lag_ns(node));
      if (!view.positions->lag_is_known(node) ||
          static_cast<double>(age) < rule_.ttl_factor * lag) {
        return true;
      }
    }
    return false;
  }

  // A request is sent (its status is not known yet), or its answer comes.
  template <class Event>
  void hear(const Event& event, Status status) {
    const bool writes = event.kind == RequestClass::kWrite;
    if (rule_.scope == Scope::kRequest) {
      WebRequest& request = request_of(event.session);
      request.latest_ns = event.now_ns;
      request.has_written |= writes;
    }
    const std::size_t scope = scope_of(event.session, event.key, event.table);
    if (event.transaction == 0) {
      if (!writes || ends_with_transaction() || rule_.scope == Scope::kSessionTransactions) return;
      for_written(scope, [&](std::size_t each) { stick(each, event.now_ns); });
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
      for_written(scope, [&](std::size_t each) {
        if (!has(latest.written, each)) latest.written.push_back(each);
      });
      // Others can't see what was written to a table before the commit; who wrote it is another
      // matter.
      if (!ends_with_transaction() && rule_.scope != Scope::kTable) stick(scope, event.now_ns);
    }
  }
  // Calls what(scope) for what was written and for what counts as written with it.
  template <class What>
  void for_written(std::size_t scope, What&& what) const {
    what(scope);
    for (const Related& pair : rule_.related) {
      if (pair.first == scope) what(pair.second);
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
      case Scope::kSessionTransactions:
      case Scope::kRequest:
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
  std::vector<WebRequest> requests_;       // per session
};

constexpr std::array<std::string_view, 8> kScopes = {"transaction",
                                                     "transaction_table",
                                                     "session_transactions",
                                                     "request",
                                                     "session",
                                                     "key",
                                                     "table",
                                                     "all"};
constexpr std::array kParameters = {
    ParameterInfo{
        .name = "scope",
        .type = ParameterInfo::Type::kChoice,
        .default_value = "session",
        .help = "whose reads: those of the transaction that wrote (transaction), of these "
                "only the ones of tables it wrote (transaction_table), those of the "
                "session's transactions after one that wrote (session_transactions), those of "
                "the web request or the session that wrote, those of the key or the table that was "
                "written (by anybody), or all. The three about transactions need a router with "
                "pin = none: any other has transactions on a primary already",
        .choices = kScopes},
    ParameterInfo{.name = "duration",
                  .type = ParameterInfo::Type::kDuration,
                  .default_value = "2s",
                  .help = "how long after a write, from 0; a read exactly then goes where it would "
                          "without the guard. Without meaning for scopes that end with the "
                          "transaction",
                  .endless = true},
    ParameterInfo{.name = "request_gap",
                  .type = ParameterInfo::Type::kDuration,
                  .default_value = "100ms",
                  .help =
                      "for scope = request, which recordings do not tell of: a session that has "
                      "asked and heard nothing for so long begins another web request"},
    ParameterInfo{.name = "ttl_factor",
                  .type = ParameterInfo::Type::kNumber,
                  .default_value = "0",
                  .help = "if above 0, reads stick only until so many times the largest lag of a "
                          "replica has passed since the write, as observed when the read is asked, "
                          "and the duration at most, which is also the time while a lag is not "
                          "known (Pgpool-II dml_adaptive_global, 5); needs refresh = true",
                  .highest = 1e6},
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
    ParameterInfo{.name = "related",
                  .type = ParameterInfo::Type::kText,
                  .default_value = "",
                  .help =
                      "tables that count as written when another is, as in \"t1:t2,f1():tF\" "
                      "(between commas or blanks): with t1 so does t2, and with what calls the "
                      "function f1, a write of the table named f1(), tF; not so what is related "
                      "to those. Names that the recording lacks mean nothing; needs scope = "
                      "table or transaction_table"},
    ParameterInfo{.name = "reject_read_only_writes",
                  .type = ParameterInfo::Type::kBoolean,
                  .default_value = "false",
                  .help = "whether a write in a read-only transaction fails here; if not, the "
                          "router behind has it. Of a transaction that is kept on one database "
                          "(pin) only the first statement is looked at"},
};

// The pairs of "written:read,…" whose tables the recording has. Throws InputError.
std::vector<Related> related_tables(const Parameters& p, StringTableView tables) {
  constexpr std::string_view kSeparators = ", ";
  std::vector<Related> related;
  const std::string_view text = p.text("related");
  for (std::size_t at = text.find_first_not_of(kSeparators); at != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(kSeparators, at), text.size());
    const std::string_view pair = text.substr(at, end - at);
    at = text.find_first_not_of(kSeparators, end);
    const std::size_t colon = pair.find(':');
    if (std::ranges::count(pair, ':') != 1 || colon == 0 || colon + 1 == pair.size()) {
      throw InputError(
          fmt::format("router '{}': parameter 'related' must be pairs as in \"t1:t2,f1():t3\", "
                      "found '{}'",
                      p.strategy(), pair));
    }
    const std::string_view written = pair.substr(0, colon);
    const std::string_view read = pair.substr(colon + 1);
    std::size_t written_id = tables.size();
    std::size_t read_id = tables.size();
    for (std::size_t i = 0; i < tables.size(); ++i) {
      if (tables[i] == written) written_id = i;
      if (tables[i] == read) read_id = i;
    }
    if (written_id == tables.size() || read_id == tables.size()) continue;
    related.emplace_back(written_id, read_id);
  }
  return related;
}

}  // namespace

extern const StrategyInfo kStickyPrimary = {
    .name = "sticky_primary",
    .summary = "guard: for a while after a write, reads go to the primary too",
    .rule =
        "For `duration` from when a write is sent, and again from its answer, a read of the same "
        "`scope` goes to the primary; at exactly that time and later it goes where the router "
        "behind sends it. A transaction's own reads stick to what it wrote as long as it is open "
        "(with scope transaction and transaction_table that is all), those of scope request until "
        "the web request ends, however short the duration is; and a transaction's commit, sent and "
        "answered, counts as its writes do, unless a statement of it has failed. With scope table "
        "only the commit counts, so that what is rolled back marks nothing. A locking read and DDL "
        "count as writes; where the key or table that `scope` is about is not recorded, nothing "
        "sticks. What `related` names counts as written at the same time. No random draws.",
    .parameters = kParameters,
    .systems =
        "Rails DatabaseSelector (2 s, session), django-multidb-router (15 s), django_replicated "
        "(5 s), Makara (5 s), Laravel sticky (session, forever), Pgpool-II "
        "disable_load_balance_on_write = transaction, trans_transaction (session_transactions, "
        "forever), always (session, forever), dml_adaptive "
        "(transaction_table, related = its list of object relationships) and dml_adaptive_global "
        "(table, ttl_factor = 5; which of several delays counts, and as of when, is assumed), "
        "PgCat db_activity_based_routing (table; it does not wait for the commit)",
    .failure_modes =
        "A replication lag longer than the duration is not covered, nor are other sessions (but "
        "for scope key, table, all). Sessions that write often never leave the primary. What is "
        "read through views, triggers and functions of a written table goes unnoticed (but for "
        "`related`), and where "
        "a read-only transaction is kept on one database its BEGIN decides, which names no table "
        "or key. A silence stands for the end of a web request: a slow page looks like two, and "
        "with pooled connections the next page of another user may look like the same.",
    .source =
        "Rails 7 guides, Multiple Databases with Active Record, Automatic Role Switching; "
        "Pgpool-II manual, disable_load_balance_on_write",
    .make = [](RouterSetup setup, const Parameters& p) -> std::unique_ptr<Router> {
      StickyPrimary::Rule rule;
      rule.scope = p.choice<Scope>("scope");
      rule.duration_ns = p.duration("duration");
      rule.request_gap_ns = p.duration("request_gap");
      rule.ttl_factor = p.number("ttl_factor");
      rule.refresh = p.boolean("refresh");
      rule.cold_start_ns = p.duration("cold_start");
      rule.related = related_tables(p, setup.tables);
      rule.rejects_read_only_writes = p.boolean("reject_read_only_writes");
      if (rule.ttl_factor > 0 && !rule.refresh) {
        throw InputError(fmt::format("router '{}': ttl_factor needs refresh = true", p.strategy()));
      }
      const bool by_table = rule.scope == Scope::kTable || rule.scope == Scope::kTransactionTable;
      if (!p.text("related").empty() && !by_table) {
        throw InputError(
            fmt::format("router '{}': related needs scope = table or transaction_table, not {}",
                        p.strategy(), p.text("scope")));
      }
      return std::make_unique<StickyPrimary>(std::move(setup), std::move(rule));
    },
};

}  // namespace switchyard
