// The guard sticky_primary where it goes by tables, as Pgpool-II's dml_adaptive modes do.
#include "core/error.h"
#include "replay/harness.h"
#include "routers/client.h"
#include "workload/string_table.h"

namespace switchyard::testing {
namespace {

// The tables of a recording, by their ids; a function that writes is recorded as a table.
enum Table : std::uint32_t { kT1, kT2, kT3, kF1, kTF };
const std::vector<std::string> kNames = {"t1", "t2", "t3", "f1()", "tF"};

std::unique_ptr<Router> guarded_knowing(const std::vector<std::string>& names,
                                        const std::string& guard, const ParameterTexts& given) {
  StringTable tables;
  for (const std::string& name : names) tables.intern(name);
  const StrategyInfo& info = find_guard(guard);
  return info.make({primary_and_two_replicas(), NodeId{0}, RandomStream(1, RandomPurpose::kRouter),
                    nullptr, router_of("round_robin"), 1, tables.view()},
                   parameters_of(guard, info, given));
}
const ParameterTexts kPgpoolsList = {{"related", "t1:t2,f1():tF"}};

// Which tables stick once a transaction has written `written`.
std::vector<std::uint32_t> stuck_after(Table written, const std::string& related,
                                       const std::vector<std::string>& names = kNames) {
  const auto router = guarded_knowing(names, "pgpool.dml_adaptive", {{"related", related}});
  Client client(*router, 1);
  client.begin();
  client.write(written);
  std::vector<std::uint32_t> stuck;
  for (const Table table : {kT1, kT2, kT3, kF1, kTF}) {
    if (client.reads_from_primary(table)) stuck.push_back(table);
  }
  return stuck;
}
using Tables = std::vector<std::uint32_t>;

}  // namespace

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

TEST_CASE("Pgpool's own test of dml_adaptive, with tables and functions that are related") {
  const auto router = guarded_knowing(kNames, "pgpool.dml_adaptive", kPgpoolsList);
  Client client(*router, 1);
  client.begin();
  CHECK_FALSE(client.reads_from_primary(kT2));
  client.write(kT1);
  CHECK(client.reads_from_primary(kT1));
  CHECK_FALSE(client.reads_from_primary(kT3));
  CHECK(client.reads_from_primary(kT2));
  client.commit();
  client.begin();
  CHECK_FALSE(client.reads_from_primary(kTF));
  client.write(kF1);
  CHECK(client.reads_from_primary(kTF));
  CHECK_FALSE(client.reads_from_primary(kT1));
  CHECK_FALSE(client.reads_from_primary(kT3));
}

TEST_CASE("in a run, related tables are those that the recording names") {
  std::vector<Row> rows;
  std::uint32_t transaction = 0;
  const auto add = [&](char op, const char* table) {
    const auto number = static_cast<Nanoseconds>(rows.size());
    rows.push_back({number * kMs, "s", op, 0, "k", transaction, table});
  };
  const auto in_transaction = [&](const std::vector<std::pair<char, const char*>>& statements) {
    ++transaction;
    add('b', "");
    for (const auto& [op, table] : statements) add(op, table);
    add('c', "");
  };
  in_transaction({{'r', "t2"}, {'w', "t1"}, {'r', "t1"}, {'r', "t3"}, {'r', "t2"}});
  in_transaction({{'r', "tF"}, {'w', "f1()"}, {'r', "tF"}, {'r', "t1"}, {'r', "t3"}});
  const auto reads = [&](const ParameterTexts& related) {
    Candidate candidate = candidate_of("round_robin", {{"pin", "none"}});
    candidate.guards.push_back({"pgpool.dml_adaptive", related});
    const RunTally tally =
        run(by_hand(rows), cluster_of(2, 8), candidate, options_of(LoopMode::kSession));
    CHECK(tally.nodes[0].writes == 2);
    return std::vector<std::uint64_t>{tally.nodes[0].reads, tally.nodes[1].reads};
  };
  // Those of t1, t2 and tF after the writes; or of t1 alone.
  CHECK(reads(kPgpoolsList) == std::vector<std::uint64_t>{3, 5});
  CHECK(reads({}) == std::vector<std::uint64_t>{1, 7});
}

TEST_CASE("what is related counts as written, and not what is related to that") {
  CHECK(stuck_after(kT1, "t1:t2") == Tables{kT1, kT2});
  CHECK(stuck_after(kT2, "t1:t2") == Tables{kT2});
  CHECK(stuck_after(kT1, "t1:t2,t2:t3") == Tables{kT1, kT2});
  CHECK(stuck_after(kT1, "t1:tF,t2:t1,t1:t3") == Tables{kT1, kT3, kTF});
  CHECK(stuck_after(kF1, "f1():t2, f1():t3") == Tables{kT2, kT3, kF1});
  CHECK(stuck_after(kF1, "f1():t2 f1():t3") == Tables{kT2, kT3, kF1});
  // A recording need not touch every table, or any.
  CHECK(stuck_after(kT1, "t1:nowhere,never:t2,t1:t3") == Tables{kT1, kT3});
  CHECK(stuck_after(kT1, "t1:t2", {}) == Tables{kT1});
}

TEST_CASE("what is related to a table sticks for others too once it is committed") {
  ParameterTexts given = kPgpoolsList;
  given.insert(given.end(), {{"scope", "table"}, {"duration", "1s"}});
  const auto router = guarded_knowing(kNames, "sticky_primary", given);
  Client writer(*router, 1);
  Client reader(*router, 2);
  writer.begin();
  writer.write(kT1);
  CHECK(writer.reads_from_primary(kT2));
  CHECK_FALSE(reader.reads_from_primary(kT2));
  writer.commit();
  CHECK(reader.reads_from_primary(kT2));
  CHECK_FALSE(reader.reads_from_primary(kT3));
  writer.write(kF1);
  CHECK(reader.reads_from_primary(kTF));
  reader.now = kSecond;
  CHECK_FALSE(reader.reads_from_primary(kT2));
  CHECK_FALSE(reader.reads_from_primary(kTF));
}

TEST_CASE("a list of related tables that is none is refused") {
  for (const char* list : {"t1", "t1:", ":t2", "t1:t2:t3", "t1:t2,t3", ":"}) {
    INFO(list);
    CHECK_THROWS_AS(guarded("pgpool.dml_adaptive", {{"related", list}}), InputError);
  }
  CHECK_THROWS_WITH(guarded("pgpool.dml_adaptive", {{"related", "t1:t2,t3"}}),
                    "router 'pgpool.dml_adaptive': parameter 'related' must be pairs as in "
                    "\"t1:t2,f1():t3\", found 't3'");
  CHECK_THROWS_WITH(guarded("rails.database_selector", {{"related", "t1:t2"}}),
                    "router 'rails.database_selector': related needs scope = table or "
                    "transaction_table, not session");
}

TEST_CASE(
    "sticky_primary: what others wrote, once it is committed (Pgpool's dml_adaptive_global)") {
  const auto router = guarded("pgpool.dml_adaptive_global");
  Client writer(*router, 1);
  Client reader(*router, 2);
  // Five times this lag is the 60 s that nothing sticks longer than.
  Told told;
  told.lag = {0, kSecond, 12 * kSecond};
  writer.view = reader.view = view_of(told);
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

TEST_CASE("sticky_primary: for five times the lag, as Pgpool's dml_adaptive_global") {
  Told told;
  const auto router = guarded("pgpool.dml_adaptive_global");
  CHECK(router->wants().positions);
  Client client(*router, 1);
  client.view = view_of(told);
  client.now = 10 * kSecond;
  client.write(1);
  const auto sticks_after = [&](Nanoseconds age) {
    client.now = 10 * kSecond + age;
    return client.reads_from_primary(1);
  };
  // Nobody is behind.
  CHECK_FALSE(sticks_after(0));
  // Of two that are, the one that is more.
  told.lag = {0, 10 * kMs, 20 * kMs};
  CHECK(sticks_after(0));
  CHECK(sticks_after(100 * kMs - 1));
  CHECK_FALSE(sticks_after(100 * kMs));
  CHECK_FALSE(client.reads_from_primary(2));
  // 60 s at most, and so long for who knows.
  told.lag = {0, 20 * kSecond, 0};
  CHECK(sticks_after(60 * kSecond - 1));
  CHECK_FALSE(sticks_after(60 * kSecond));
  told.lag = {0, 0, 0};
  told.known = {true, true, false};
  CHECK(sticks_after(60 * kSecond - 1));
  CHECK_FALSE(sticks_after(60 * kSecond));
  // A replica that is down is not waited for.
  router->on_topology(
      std::vector<NodeState>{
          {true, Role::kPrimary}, {true, Role::kReplica}, {false, Role::kReplica}},
      0);
  CHECK_FALSE(sticks_after(kMs));
  CHECK_FALSE(guarded("sticky_primary")->wants().positions);
  CHECK_THROWS_WITH(guarded("pgpool.dml_adaptive_global", {{"refresh", "false"}}),
                    "router 'pgpool.dml_adaptive_global': ttl_factor needs refresh = true");
}

TEST_CASE("sticky_primary: in a run, for three times the lag is until the replica has the write") {
  // Replication takes 100 ms: a read 50 ms after the write finds the replica 50 ms behind, one
  // 150 ms after it finds that it is not.
  ClusterSpec cluster = cluster_of(2, 8);
  cluster.replication.delay = Law::constant(100 * kMs);
  std::vector<Row> rows;
  for (int i = 0; i < 10; ++i) {
    rows.push_back({i * kSecond, "s", 'w', 0, "k", 0, "t"});
    rows.push_back({i * kSecond + 50 * kMs, "other", 'r', 0, "k", 0, "t"});
    rows.push_back({i * kSecond + 150 * kMs, "other", 'r', 0, "k", 0, "t"});
  }
  const auto primary_reads = [&](const char* factor) {
    Candidate candidate = candidate_of("round_robin");
    candidate.guards.push_back(
        {"sticky_primary", {{"scope", "table"}, {"duration", "60s"}, {"ttl_factor", factor}}});
    return run(by_hand(rows), cluster, candidate, options_of(LoopMode::kOpen)).nodes[0].reads;
  };
  CHECK(primary_reads("3") == 10);
  // Without a factor the replica is never read from again.
  CHECK(primary_reads("0") == 20);
  // Half the lag is over before the write has arrived.
  CHECK(primary_reads("0.5") == 0);
}

}  // namespace switchyard::testing
