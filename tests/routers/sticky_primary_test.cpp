// The guard sticky_primary: whose reads go to the primary after a write, and for how long. What it
// knows of tables: sticky_tables_test.cpp.
#include "replay/harness.h"
#include "routers/chain.h"
#include "routers/client.h"
#include "workload/readers/sql_statement.h"

namespace switchyard::testing {
namespace {

constexpr Nanoseconds kYear = Nanoseconds{365} * 24 * 3600 * kSecond;

RouterChain unpinned(const char* include_primary) {
  return build_chain(
      candidate_of("round_robin", {{"pin", "none"}, {"include_primary", include_primary}}),
      cluster_of(3, 8), 1);
}

}  // namespace

TEST_CASE("sticky_primary: back at the replicas at exactly the duration (Rails and others)") {
  struct Case {
    const char* preset;
    Nanoseconds duration;
  };
  for (const Case& c : {Case{"rails.database_selector", 2 * kSecond},
                        {"django_multidb.pinning", 15 * kSecond},
                        {"django_replicated.redirect", 5 * kSecond},
                        {"makara.primary_ttl", 5 * kSecond}}) {
    INFO(c.preset);
    const auto router = guarded(c.preset);
    router->on_response(answer_to_write(7, kSecond));
    const auto at = [&](Nanoseconds now, std::uint32_t session) {
      return router->choose(read_of(session), {}, now);
    };
    CHECK(at(kSecond + c.duration - kMs, 7).node == NodeId{0});
    CHECK(at(kSecond + c.duration - 1, 7).node == NodeId{0});
    CHECK(at(kSecond + c.duration - 1, 7).reason == Reason::kSticky);
    CHECK(at(kSecond + c.duration, 7).node != NodeId{0});
    CHECK(at(kSecond + c.duration, 7).reason == Reason::kPicked);
    // Other sessions have no cookie.
    CHECK(at(2 * kSecond, 6).node != NodeId{0});
    CHECK(at(2 * kSecond, 8).node != NodeId{0});
  }
}

TEST_CASE("sticky_primary: from the sending of the write on") {
  const auto router = guarded("sticky_primary", {{"duration", "1s"}});
  router->on_dispatch({0, NodeId{0}, SessionId{3}, kNoKey, kNoTable, RequestClass::kWrite});
  CHECK(router->choose(read_of(3), {}, 500 * kMs).node == NodeId{0});
  CHECK(router->choose(read_of(3), {}, kSecond).node != NodeId{0});
}

TEST_CASE("sticky_primary: for ever (Laravel, Pgpool's always), but for this session alone") {
  for (const char* preset : {"laravel.sticky", "pgpool.always"}) {
    const auto router = guarded(preset);
    Client writer(*router, 1);
    const Client other(*router, 2);
    CHECK_FALSE(writer.reads_from_primary(1));
    writer.write(1);
    writer.now = 99 * kYear;
    CHECK(writer.reads_from_primary(2));
    CHECK_FALSE(other.reads_from_primary(1));
  }
  CHECK_THROWS_WITH(guarded("sticky_primary", {{"duration", "ever"}}),
                    "router 'sticky_primary': parameter 'duration' must be a duration with its "
                    "unit, as in \"250ms\", or \"forever\", found 'ever'");
  CHECK_THROWS(guarded("sticky_primary", {{"cold_start", "forever"}}));
}

TEST_CASE("sticky_primary: each write starts the time anew, or the first one's runs out") {
  for (const bool refresh : {true, false}) {
    const auto router =
        guarded("sticky_primary", {{"duration", "2s"}, {"refresh", refresh ? "true" : "false"}});
    Client client(*router, 1);
    client.write(1);
    client.now = kSecond;
    client.write(1);
    client.now = 2 * kSecond - 1;
    CHECK(client.reads_from_primary(1));
    client.now = 2 * kSecond;
    CHECK(client.reads_from_primary(1) == refresh);
    client.now = 3 * kSecond;
    CHECK_FALSE(client.reads_from_primary(1));
    // A write after that counts again.
    client.write(1);
    client.now = 5 * kSecond - 1;
    CHECK(client.reads_from_primary(1));
  }
}

TEST_CASE("sticky_primary: a web request that has written, until the session falls silent") {
  const auto router = guarded("sticky_primary",
                              {{"scope", "request"}, {"duration", "0s"}, {"request_gap", "50ms"}});
  Client client(*router, 1);
  const Client other(*router, 2);
  client.write(1);
  // Each statement keeps the request going, however long ago the write is.
  for (client.now = 49 * kMs; client.now < kSecond; client.now += 49 * kMs) {
    CHECK(client.reads_from_primary(2));
  }
  client.now += kMs;
  CHECK_FALSE(client.reads_from_primary(2));
  CHECK_FALSE(other.reads_from_primary(1));
  // A statement that takes longer than the gap is no silence.
  client.write(1);
  client.now += 200 * kMs;
  client.answer_commit(Status::kOk);
  client.now += 49 * kMs;
  CHECK(client.reads_from_primary(2));
}

TEST_CASE("sticky_primary: the rest of the web request, and the duration at least (Makara)") {
  const auto router = guarded("makara.primary_ttl");
  Client client(*router, 1);
  client.write(1);
  client.now = 5 * kSecond - 1;
  CHECK(client.reads_from_primary(1));
  // Another request since then, and it has written nothing.
  client.now += 99 * kMs;
  CHECK_FALSE(client.reads_from_primary(1));
  const auto busy = guarded("makara.primary_ttl");
  Client page(*busy, 1);
  page.write(1);
  for (page.now = 99 * kMs; page.now < 6 * kSecond; page.now += 99 * kMs) {
    CHECK(page.reads_from_primary(1));
  }
  page.now += kMs;
  CHECK_FALSE(page.reads_from_primary(1));
}

TEST_CASE("sticky_primary: all later transactions of the session (Pgpool's trans_transaction)") {
  const auto router = guarded("pgpool.trans_transaction");
  Client client(*router, 1);
  Client other(*router, 2);
  client.begin();
  CHECK_FALSE(client.reads_from_primary(1));
  client.commit();
  // A write outside any transaction does not count.
  client.write(1);
  client.begin();
  CHECK_FALSE(client.reads_from_primary(1));
  client.write(1);
  CHECK(client.reads_from_primary(2));
  client.abort();
  CHECK_FALSE(client.reads_from_primary(1));
  client.now = kYear;
  client.begin();
  CHECK(client.reads_from_primary(2));
  other.begin();
  CHECK_FALSE(other.reads_from_primary(1));
}

TEST_CASE("sticky_primary: the scope says whose reads") {
  Response write = answer_to_write(1, 0);
  write.key = KeyId{5};
  write.table = TableId{3};
  const auto key = guarded("sticky_primary", {{"scope", "key"}});
  key->on_response(write);
  CHECK(key->choose(read_of(2, 5), {}, kSecond).node == NodeId{0});
  CHECK(key->choose(read_of(1, 4), {}, kSecond).node != NodeId{0});
  // A write without a key says nothing of any key.
  const auto keyless = guarded("sticky_primary", {{"scope", "key"}});
  keyless->on_response(answer_to_write(1, 0));
  CHECK(keyless->choose(read_of(1), {}, kSecond).node != NodeId{0});
  const auto table = guarded("sticky_primary", {{"scope", "table"}});
  table->on_response(write);
  CHECK(Client(*table, 2).reads_from_primary(3));
  CHECK_FALSE(Client(*table, 1).reads_from_primary(4));
  CHECK_FALSE(Client(*table, 1).reads_from_primary(kNone));
  const auto all = guarded("sticky_primary", {{"scope", "all"}});
  all->on_response(write);
  CHECK(all->choose(read_of(2, 4), {}, kSecond).node == NodeId{0});
}

TEST_CASE("sticky_primary: during a cold start all reads go to the primary, and not at its end") {
  const auto router = guarded("sticky_primary", {{"cold_start", "2s"}});
  Client client(*router, 1);
  CHECK(client.reads_from_primary(1));
  client.now = 2 * kSecond - 1;
  CHECK(client.ask(1).reason == Reason::kSticky);
  client.now = 2 * kSecond;
  CHECK_FALSE(client.reads_from_primary(1));
}

TEST_CASE("sticky_primary: a transaction that has written, and neither others nor what follows") {
  const auto router = guarded("pgpool.disable_load_balance_on_write");
  Client client(*router, 1);
  Client other(*router, 2);
  client.begin();
  other.begin();
  CHECK_FALSE(client.reads_from_primary(2));
  client.write(1);
  CHECK(client.reads_from_primary(1));
  CHECK(client.reads_from_primary(2));
  client.now = kYear;
  CHECK(client.ask(3).reason == Reason::kSticky);
  CHECK_FALSE(other.reads_from_primary(1));
  client.commit();
  CHECK_FALSE(client.reads_from_primary(1));
  client.begin();
  CHECK_FALSE(client.reads_from_primary(1));
  client.commit();
  // A write outside any transaction says nothing of later ones.
  client.write(1);
  CHECK_FALSE(client.reads_from_primary(1));
}

TEST_CASE("sticky_primary: a commit marks from its sending on, and if it fails no longer") {
  const auto marked = [](const auto& end) {
    const auto router = guarded("sticky_primary", {{"scope", "table"}, {"duration", "2s"}});
    Client writer(*router, 1);
    Client reader(*router, 2);
    writer.begin();
    writer.write(1);
    end(writer);
    reader.now = 3 * kSecond;
    return reader.reads_from_primary(1);
  };
  // Sent at 1 s and 2 s, never answered.
  CHECK_FALSE(marked([](Client& writer) {
    writer.now = kSecond;
    writer.send_commit();
  }));
  CHECK(marked([](Client& writer) {
    writer.now = 2 * kSecond;
    writer.send_commit();
  }));
  // An answer starts the time anew, unless nothing can have been committed.
  const auto sent_and_answered = [&](Status status) {
    return marked([&](Client& writer) {
      writer.now = kSecond;
      writer.send_commit();
      writer.now = 2 * kSecond;
      writer.answer_commit(status);
    });
  };
  CHECK(sent_and_answered(Status::kOk));
  CHECK(sent_and_answered(Status::kTimedOut));
  CHECK(sent_and_answered(Status::kLost));
  CHECK_FALSE(sent_and_answered(Status::kError));
  CHECK_FALSE(sent_and_answered(Status::kDown));
  // A transaction of which a statement has failed commits nothing.
  const auto commits_after = [&](const auto& statement) {
    return marked([&](Client& writer) {
      statement(writer);
      writer.now = 2 * kSecond;
      writer.commit();
    });
  };
  CHECK(commits_after([](Client&) {}));
  CHECK_FALSE(commits_after([](Client& writer) { writer.write(2, Status::kError); }));
  CHECK_FALSE(commits_after([](Client& writer) { writer.read(2, Status::kTimedOut); }));
}

TEST_CASE("sticky_primary: a session sticks anew when its transaction commits") {
  const auto router = guarded("sticky_primary", {{"duration", "2s"}});
  Client client(*router, 1);
  client.begin();
  client.write(1);
  client.now = 10 * kSecond;
  CHECK(client.reads_from_primary(1));
  client.commit();
  client.now = 12 * kSecond - 1;
  CHECK(client.reads_from_primary(1));
  client.now = 12 * kSecond;
  CHECK_FALSE(client.reads_from_primary(1));
  // A commit of nothing is nothing to wait for.
  client.begin();
  client.commit();
  CHECK_FALSE(client.reads_from_primary(1));
}

TEST_CASE(
    "sticky_primary: in a run, reads of a transaction leave the replicas once it has written") {
  std::vector<Row> rows = {{0, "s", 's'}};
  for (std::uint32_t i = 1; i <= 100; ++i) {
    for (const char op : {'b', 'r', 'r', 'w', 'r', 'c'}) {
      rows.push_back({i * kSecond, "s", op, 0, "k", i, "t"});
    }
    rows.push_back({i * kSecond, "s", 'r', 0, "k", 0, "t"});
    rows.push_back({i * kSecond, "other", 'r', 0, "k", 0, "t"});
  }
  const auto primary_reads = [&](const char* pin, const char* guard) {
    Candidate candidate = candidate_of("round_robin", {{"pin", pin}});
    candidate.guards.push_back({guard, {}});
    return run(by_hand(rows), cluster_of(3, 8), candidate, options_of(LoopMode::kSession))
        .nodes[0]
        .reads;
  };
  for (const char* guard : {"pgpool.disable_load_balance_on_write", "pgpool.dml_adaptive"}) {
    CHECK(primary_reads("none", guard) == 100);
    // Who has transactions on the primary anyway needs no such guard.
    CHECK(primary_reads("transaction", guard) == 300);
  }
  // After the commit also for others.
  CHECK(primary_reads("none", "pgcat.db_activity_based_routing") == 300);
}

TEST_CASE("without sticking, locking reads, writes and BEGIN go to the primary (PgCat)") {
  for (const char* primary_reads : {"false", "true"}) {
    const RouterChain chain = unpinned(primary_reads);
    Query query;
    query.kind = class_of(query.op = Op::kBegin);
    query.transaction = 1;
    CHECK(chain.place_control(query, {}, 0).node == NodeId{0});
    for (const Op op : {Op::kLockingRead, Op::kWrite, Op::kDdl}) {
      query.kind = class_of(query.op = op);
      CHECK(chain.choose(query, {}, 0).node == NodeId{0});
    }
    query = {};
    Nodes nodes;
    for (int i = 0; i < 6; ++i) nodes.push_back(index(chain.choose(query, {}, 0).node));
    CHECK(nodes == (*primary_reads == 't' ? Nodes{0, 1, 2, 0, 1, 2} : kInTurn));
  }
}

TEST_CASE("where PgCat's own test has statements go, by their text") {
  SqlClassifier classifier(SqlDialect::kPostgres, {});
  const auto nodes_of = [&](const char* sql, const char* primary_reads) {
    const RouterChain chain = unpinned(primary_reads);
    Query query;
    query.kind = class_of(query.op = classifier.classify(sql).statement.op);
    Nodes nodes;
    for (int i = 0; i < 6; ++i) {
      const bool is_control = query.kind == RequestClass::kControl;
      query.transaction = is_control ? 1 : 0;
      nodes.push_back(index(
          (is_control ? chain.place_control(query, {}, 0) : chain.choose(query, {}, 0)).node));
    }
    return nodes;
  };
  for (const char* sql :
       {"BEGIN", "INSERT INTO items (id, name) VALUES (5, 'pumpkin')",
        "UPDATE items SET name = 'pumpkin' WHERE id = 5", "DELETE FROM items WHERE id = 5",
        "SELECT * FROM items WHERE id = 5 FOR UPDATE"}) {
    INFO(sql);
    CHECK(nodes_of(sql, "false") == kPrimaryAlone);
    CHECK(nodes_of(sql, "true") == kPrimaryAlone);
  }
  for (const char* sql :
       {"SELECT * FROM items WHERE id = 5",
        "SELECT i.id, p.name FROM items i INNER JOIN prices p ON p.item_id = i.id",
        "WITH t AS (SELECT * FROM items) SELECT * FROM t"}) {
    INFO(sql);
    CHECK(nodes_of(sql, "false") == kInTurn);
    CHECK(nodes_of(sql, "true") == Nodes{0, 1, 2, 0, 1, 2});
  }
}

TEST_CASE("a write in a read-only transaction is an error (django_replicated)") {
  const auto router = guarded("django_replicated.redirect");
  const auto kind_of = [&](RequestClass kind, Op op, bool read_only) {
    Query query = read_of(0);
    query.kind = kind;
    query.op = op;
    query.transaction = 1;
    query.read_only_transaction = read_only;
    return router->choose(query, {}, 0).kind;
  };
  using Kind = Decision::Kind;
  CHECK(kind_of(RequestClass::kWrite, Op::kWrite, true) == Kind::kReject);
  CHECK(kind_of(RequestClass::kWrite, Op::kDdl, true) == Kind::kReject);
  CHECK(kind_of(RequestClass::kWrite, Op::kWrite, false) == Kind::kNode);
  CHECK(kind_of(RequestClass::kRead, Op::kRead, true) == Kind::kNode);
  // As the transaction's first statement, before a router that keeps it on one database.
  CHECK(kind_of(RequestClass::kRead, Op::kWrite, true) == Kind::kReject);
}

TEST_CASE("in a run, a write in a read-only transaction fails before it gets anywhere") {
  constexpr std::uint8_t kReadOnly = kFlagReadOnlyTransaction;
  const ReplayWorkload workload = by_hand({{0, "s", 'b', 0, "k", 1, "t", kReadOnly},
                                           {kMs, "s", 'r', 0, "k", 1, "t", kReadOnly},
                                           {2 * kMs, "s", 'w', 0, "k", 1, "t", kReadOnly},
                                           {3 * kMs, "s", 'c', 0, "k", 1, "t", kReadOnly},
                                           {4 * kMs, "s", 'w', 0, "k", 0, "t"}});
  const auto writes_and_rejections = [&](const char* rejects) {
    Candidate candidate = candidate_of("round_robin", {{"pin", "none"}});
    candidate.guards.push_back({"sticky_primary", {{"reject_read_only_writes", rejects}}});
    const RunTally tally = run(workload, cluster_of(3, 8), candidate, options_of(LoopMode::kOpen));
    return std::vector<std::uint64_t>{tally.nodes[0].writes, tally.rejected};
  };
  CHECK(writes_and_rejections("false") == std::vector<std::uint64_t>{2, 0});
  CHECK(writes_and_rejections("true") == std::vector<std::uint64_t>{1, 1});
}

TEST_CASE("reads go to default while every replica is down (django_replicated)") {
  const auto router = guarded("django_replicated.redirect");
  const auto notice = [&](bool up) {
    const std::vector<NodeState> states = {
        {true, Role::kPrimary}, {up, Role::kReplica}, {up, Role::kReplica}};
    router->on_topology(states, 0);
  };
  notice(false);
  CHECK(router->choose(read_of(0), {}, 0).node == NodeId{0});
  CHECK(router->choose(read_of(0), {}, 0).reason == Reason::kNoReplica);
  notice(true);
  CHECK(router->choose(read_of(0), {}, 0).node != NodeId{0});
}

}  // namespace switchyard::testing
