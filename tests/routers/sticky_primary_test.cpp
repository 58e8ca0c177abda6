// The guard sticky_primary: whose reads go to the primary after a write, and for how long.
#include "replay/harness.h"
#include "routers/chain.h"
#include "routers/guarded.h"

namespace switchyard::testing {
namespace {

constexpr Nanoseconds kYear = Nanoseconds{365} * 24 * 3600 * kSecond;

// One session's statements, each sent and answered at `now`; none is recorded to take any time.
class Client {
 public:
  Client(Router& router, std::uint32_t session) : router_(router), session_(session) {}

  Nanoseconds now = 0;
  std::uint32_t transaction = 0;

  Decision ask(std::uint32_t table) const {
    Query query = read_of(session_);
    query.table = static_cast<TableId>(table);
    query.transaction = transaction;
    return router_.choose(query, {}, now);
  }
  bool reads_from_primary(std::uint32_t table) const { return ask(table).node == NodeId{0}; }

  void begin() { transaction = ++transactions_; }
  void write(std::uint32_t table, Status status = Status::kOk) {
    tell(RequestClass::kWrite, Op::kWrite, table, status);
  }
  void read(std::uint32_t table, Status status) {
    tell(RequestClass::kRead, Op::kRead, table, status);
  }
  void commit(Status status = Status::kOk) { end(Op::kCommit, status); }
  void abort() { end(Op::kAbort, Status::kOk); }
  // Without an answer.
  void send_commit() { send(RequestClass::kControl, Op::kCommit, kNone); }
  void answer_commit(Status status) { answer(RequestClass::kControl, Op::kCommit, kNone, status); }

 private:
  void end(Op op, Status status) {
    tell(RequestClass::kControl, op, kNone, status);
    transaction = 0;
  }
  void send(RequestClass kind, Op op, std::uint32_t table) {
    router_.on_dispatch(
        {now, NodeId{0}, SessionId{session_}, kNoKey, TableId{table}, kind, op, transaction});
  }
  void tell(RequestClass kind, Op op, std::uint32_t table, Status status) {
    send(kind, op, table);
    answer(kind, op, table, status);
  }
  void answer(RequestClass kind, Op op, std::uint32_t table, Status status) {
    Response response;
    response.now_ns = now;
    response.node = NodeId{0};
    response.session = SessionId{session_};
    response.table = TableId{table};
    response.kind = kind;
    response.op = op;
    response.transaction = transaction;
    response.status = status;
    router_.on_response(response);
  }

  Router& router_;
  std::uint32_t session_;
  std::uint32_t transactions_ = 0;
};

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

TEST_CASE("sticky_primary: only tables that the transaction wrote (Pgpool's dml_adaptive)") {
  const auto router = guarded("pgpool.dml_adaptive");
  Client client(*router, 1);
  client.begin();
  CHECK_FALSE(client.reads_from_primary(2));
  client.write(1);
  CHECK(client.reads_from_primary(1));
  CHECK_FALSE(client.reads_from_primary(3));
  CHECK_FALSE(client.reads_from_primary(kNone));
  client.write(4);
  CHECK(client.reads_from_primary(4));
  CHECK(client.reads_from_primary(1));
  client.commit();
  CHECK_FALSE(client.reads_from_primary(1));
}

TEST_CASE(
    "sticky_primary: what others wrote, once it is committed (Pgpool's dml_adaptive_global)") {
  const auto router = guarded("pgpool.dml_adaptive_global");
  Client writer(*router, 1);
  Client reader(*router, 2);
  // It starts cold.
  reader.now = kSecond;
  CHECK(reader.reads_from_primary(1));
  writer.now = reader.now = 10 * kSecond;
  CHECK_FALSE(reader.reads_from_primary(1));

  writer.write(1);
  CHECK(reader.reads_from_primary(1));
  CHECK_FALSE(reader.reads_from_primary(2));

  // What is rolled back marks nothing, though its own transaction sees it.
  writer.begin();
  writer.write(3);
  CHECK(writer.reads_from_primary(3));
  CHECK_FALSE(reader.reads_from_primary(3));
  writer.abort();
  CHECK_FALSE(writer.reads_from_primary(3));
  CHECK_FALSE(reader.reads_from_primary(3));

  // A commit does, from its own time on.
  writer.begin();
  writer.write(4);
  writer.write(5);
  writer.now = reader.now = 20 * kSecond;
  CHECK_FALSE(reader.reads_from_primary(4));
  writer.commit();
  CHECK(reader.reads_from_primary(4));
  CHECK(reader.reads_from_primary(5));
  reader.now = 80 * kSecond - 1;
  CHECK(reader.reads_from_primary(4));
  reader.now = 80 * kSecond;
  CHECK_FALSE(reader.reads_from_primary(4));
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
