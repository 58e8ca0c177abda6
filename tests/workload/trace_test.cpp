#include "workload/trace.h"

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "catch.h"
#include "temporary_file.h"
#include "workload/binary_file.h"
#include "workload/native_csv.h"
#include "workload/open_trace.h"
#include "workload/synthetic.h"

namespace switchyard {
namespace {

template <class T>
std::vector<T> copy(std::span<const T> column) {
  return {column.begin(), column.end()};
}

TraceRow row(std::int64_t t_ns, std::string_view session, Op op = Op::kRead) {
  TraceRow result;
  result.t_ns = t_ns;
  result.session = session;
  result.op = op;
  return result;
}

std::vector<std::string> names_of(const StringTableView& table) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < table.size(); ++i) names.emplace_back(table[i]);
  return names;
}

std::vector<TraceRow> full_rows() {
  std::vector<TraceRow> rows;
  for (int i = 0; i < 4; ++i) {
    TraceRow r = row(100 * i, i % 2 == 0 ? "s1" : "s2", i == 1 ? Op::kWrite : Op::kRead);
    r.key = i == 2 ? "" : "k1";
    r.table = "t1";
    r.dur_ns = 10 + i;
    r.bytes = 20 + i;
    r.rows = 30 + i;
    r.txn = 1;
    r.flags = kFlagPrepared;
    r.count = 2;
    r.node = "n1";
    r.stmt = "select 1";
    r.asked = *parse_asking("W");
    rows.push_back(r);
  }
  return rows;
}

Trace build(const std::vector<TraceRow>& rows, std::int64_t epoch_ns = 1000) {
  TraceBuilder builder;
  for (const TraceRow& r : rows) builder.add(r);
  TraceInfo info;
  info.epoch_ns = epoch_ns;
  info.source = "test";
  return builder.finish(std::move(info));
}

TEST_CASE("Names get ids in the order of their first appearance") {
  std::vector<TraceRow> rows;
  const std::vector<std::string> sessions = {"b", "a", "b", "c", "a"};
  const std::vector<std::string> keys = {"y", "", "x", "y", "z"};
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    rows.push_back(row(static_cast<std::int64_t>(i), sessions[i]));
    rows.back().key = keys[i];
  }
  const Trace trace = build(rows);
  CHECK(copy(trace.columns().session) == std::vector<std::uint32_t>{0, 1, 0, 2, 1});
  CHECK(names_of(trace.names().sessions) == std::vector<std::string>{"b", "a", "c"});
  CHECK(copy(trace.columns().key) == std::vector<std::uint32_t>{0, kNone, 1, 0, 2});
  CHECK(names_of(trace.names().keys) == std::vector<std::string>{"y", "x", "z"});
  CHECK(trace.session_count() == 3);
}

TEST_CASE("Rows out of order are sorted, ids follow the new order and every column moves along") {
  std::vector<TraceRow> rows;
  const std::vector<std::int64_t> times = {30, 10, 20};
  const std::vector<std::string> names = {"late", "early", "middle"};
  for (std::size_t i = 0; i < 3; ++i) {
    TraceRow r = row(times[i], names[i], i == 0 ? Op::kWrite : Op::kRead);
    r.key = names[i];
    r.table = names[i];
    r.node = names[i];
    r.stmt = names[i];
    r.dur_ns = times[i];
    r.bytes = times[i] + 1;
    r.rows = times[i] + 2;
    r.txn = static_cast<std::uint32_t>(times[i] + 3);
    r.flags = static_cast<std::uint8_t>(1U << i);
    r.count = static_cast<std::uint32_t>(times[i] + 4);
    r.asked = *parse_asking("=" + std::to_string(i + 1));
    rows.push_back(r);
  }
  const Trace trace = build(rows);
  const TraceColumns& c = trace.columns();
  const std::vector<std::string> order = {"early", "middle", "late"};
  const std::vector<std::uint32_t> rising = {0, 1, 2};
  CHECK(copy(c.t_ns) == std::vector<std::int64_t>{10, 20, 30});
  CHECK(copy(c.op) == std::vector<Op>{Op::kRead, Op::kRead, Op::kWrite});
  for (const auto& [column, table] :
       {std::pair{c.session, trace.names().sessions}, std::pair{c.key, trace.names().keys},
        std::pair{c.table, trace.names().tables}, std::pair{c.node, trace.names().nodes},
        std::pair{c.stmt, trace.names().statements}}) {
    CHECK(copy(column) == rising);
    CHECK(names_of(table) == order);
  }
  CHECK(copy(c.dur_ns) == std::vector<std::int64_t>{10, 20, 30});
  CHECK(copy(c.bytes) == std::vector<std::int64_t>{11, 21, 31});
  CHECK(copy(c.rows) == std::vector<std::int64_t>{12, 22, 32});
  CHECK(copy(c.txn) == std::vector<std::uint32_t>{13, 23, 33});
  CHECK(copy(c.flags) == std::vector<std::uint8_t>{2, 4, 1});
  CHECK(copy(c.count) == std::vector<std::uint32_t>{14, 24, 34});
  CHECK(to_text(unpack_valid_asking(c.asked[0])) == "=2");
  CHECK(to_text(unpack_valid_asking(c.asked[2])) == "=1");
}

TEST_CASE("Objects that calls name share the names of keys and tables, also of rows out of order") {
  std::vector<TraceRow> rows(3);
  for (TraceRow& r : rows) r.session = "s";
  rows[0].t_ns = 20;
  rows[0].key = "person/1";
  rows[0].table = "person";
  rows[0].object = "book/7";
  rows[0].object_table = "book";
  rows[1].t_ns = 10;
  rows[1].key = "book/7";
  rows[1].table = "book";
  rows[2].t_ns = 30;
  rows[2].object_table = "author";  // of which the key is unknown
  const Trace trace = build(rows);
  const TraceColumns& c = trace.columns();
  CHECK(names_of(trace.names().keys) == std::vector<std::string>{"book/7", "person/1"});
  CHECK(names_of(trace.names().tables) == std::vector<std::string>{"book", "person", "author"});
  CHECK(copy(c.key) == std::vector<std::uint32_t>{0, 1, kNone});
  CHECK(copy(c.object) == std::vector<std::uint32_t>{kNone, 0, kNone});
  CHECK(copy(c.table) == std::vector<std::uint32_t>{0, 1, kNone});
  CHECK(copy(c.object_table) == std::vector<std::uint32_t>{kNone, 0, 2});
  const TraceRow second = row_of(trace, 1);
  CHECK(second.object == "book/7");
  CHECK(second.object_table == "book");
}

TEST_CASE("Requests at equal times keep the order of the recording") {
  std::vector<TraceRow> rows;
  for (int i = 0; i < 1000; ++i) {
    rows.push_back(row(i % 3, "s"));
    rows.back().bytes = i;
  }
  const Trace trace = build(rows);
  const TraceColumns& c = trace.columns();
  for (std::size_t i = 1; i < trace.size(); ++i) {
    REQUIRE(c.t_ns[i - 1] <= c.t_ns[i]);
    if (c.t_ns[i - 1] == c.t_ns[i]) REQUIRE(c.bytes[i - 1] < c.bytes[i]);
  }
}

TEST_CASE("Each request links to the next one of its session") {
  std::vector<TraceRow> rows;
  const std::string sessions = "abacbba";
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    rows.push_back(row(static_cast<std::int64_t>(i), std::string_view(sessions).substr(i, 1)));
  }
  const Trace trace = build(rows);
  CHECK(copy(trace.columns().next_in_session) ==
        std::vector<RequestIndex>{2, 4, 6, kNone, 5, kNone, kNone});
}

TEST_CASE("Following the links visits every request once, in order") {
  std::vector<TraceRow> rows;
  std::vector<std::string> names;
  for (int i = 0; i < 500; ++i) names.push_back("s" + std::to_string(i * i % 37));
  for (int i = 0; i < 500; ++i) {
    rows.push_back(row(i * 7919 % 500, names[static_cast<std::size_t>(i)]));
  }
  const Trace trace = build(rows);
  const TraceColumns& c = trace.columns();
  std::vector<bool> has_previous(trace.size());
  std::size_t visited = 0;
  for (const RequestIndex next : c.next_in_session) {
    if (next != kNone) has_previous[next] = true;
  }
  std::set<std::uint32_t> started;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    if (has_previous[i]) continue;
    CHECK(started.insert(c.session[i]).second);
    for (RequestIndex at = static_cast<RequestIndex>(i); at != kNone; at = c.next_in_session[at]) {
      REQUIRE(c.session[at] == c.session[i]);
      ++visited;
    }
  }
  CHECK(visited == trace.size());
  CHECK(started.size() == trace.session_count());
}

TEST_CASE("A column in which no row has a value is absent") {
  const Trace trace = build({row(0, "a"), row(1, "b")});
  const TraceColumns& c = trace.columns();
  CHECK(c.t_ns.size() == 2);
  CHECK(c.dur_ns.empty());
  CHECK(c.key.empty());
  CHECK(c.table.empty());
  CHECK(c.bytes.empty());
  CHECK(c.rows.empty());
  CHECK(c.txn.empty());
  CHECK(c.flags.empty());
  CHECK(c.count.empty());
  CHECK(c.node.empty());
  CHECK(c.stmt.empty());
  CHECK(c.asked.empty());
}

TEST_CASE("Rows before the first value of a column hold none") {
  std::vector<TraceRow> rows = {row(0, "a"), row(1, "a"), row(2, "a")};
  rows[1].dur_ns = 5;
  rows[1].key = "k";
  rows[1].txn = 3;
  rows[1].count = 4;
  const Trace trace = build(rows);
  const TraceColumns& c = trace.columns();
  CHECK(copy(c.dur_ns) == std::vector<std::int64_t>{kUnknown, 5, kUnknown});
  CHECK(copy(c.key) == std::vector<std::uint32_t>{kNone, 0, kNone});
  CHECK(copy(c.txn) == std::vector<std::uint32_t>{0, 3, 0});
  CHECK(copy(c.count) == std::vector<std::uint32_t>{1, 4, 1});
}

TEST_CASE("The epoch can be moved to the earliest request, wherever it stands") {
  TraceBuilder builder;
  CHECK(builder.move_epoch_to_first() == 0);
  for (const std::int64_t t : {500, 200, 900}) builder.add(row(t, "a"));
  CHECK(builder.move_epoch_to_first() == 200);
  CHECK(copy(builder.finish({}).columns().t_ns) == std::vector<std::int64_t>{0, 300, 700});
}

TEST_CASE("A builder is empty after finishing, and its trace is its own") {
  TraceBuilder builder;
  builder.add(row(1, "first"));
  const Trace first = builder.finish({});
  CHECK(builder.size() == 0);
  builder.add(row(2, "second"));
  builder.add(row(3, "second"));
  const Trace second = builder.finish({});
  CHECK(first.size() == 1);
  CHECK(names_of(first.names().sessions) == std::vector<std::string>{"first"});
  CHECK(second.size() == 2);
  CHECK(names_of(second.names().sessions) == std::vector<std::string>{"second"});
}

TEST_CASE("A copy keeps the content alive after the original is gone") {
  Trace copied;
  CHECK(copied.size() == 0);
  CHECK(copied.span_ns() == 0);
  {
    const Trace original = build(full_rows());
    copied = original;
  }
  CHECK(copied.size() == 4);
  CHECK(copied.names().sessions[1] == "s2");
  CHECK(copied.columns().dur_ns[3] == 13);
  CHECK(copied.span_ns() == 300);
}

TEST_CASE("Numbered requests have their numbers as names") {
  TraceBuilder builder;
  builder.add_numbered(0, 2, Op::kRead, 5, 10);
  builder.add_numbered(1, 0, Op::kWrite, kNone, 20);
  const Trace trace = builder.finish({});
  CHECK(copy(trace.columns().session) == std::vector<std::uint32_t>{0, 1});
  CHECK(names_of(trace.names().sessions) == std::vector<std::string>{"2", "0"});
  CHECK(copy(trace.columns().key) == std::vector<std::uint32_t>{0, kNone});
  CHECK(names_of(trace.names().keys) == std::vector<std::string>{"5"});
}

TEST_CASE("Rows that stand for two requests become two alike") {
  const std::vector<TraceRow> twice = full_rows();
  std::vector<TraceRow> rows;
  for (TraceRow r : twice) {
    r.count = 1;
    rows.insert(rows.end(), 2, r);
  }
  CHECK(content_hash(expand_repeats(build(twice))) == content_hash(build(rows)));
  CHECK(content_hash(expand_repeats(build(rows))) == content_hash(build(rows)));
}

void check_same_in_every_form(const Trace& trace) {
  const TemporaryDirectory directory;
  AtomicFile csv(directory.file("t.csv"));
  write_native_csv(trace, csv);
  csv.commit();
  AtomicFile plain(directory.file("t.swt"));
  write_binary_trace(trace, plain, false);
  plain.commit();
  AtomicFile packed(directory.file("t.swt.zst"));
  write_binary_trace(trace, packed, true);
  packed.commit();
  const std::string hash = content_hash(trace);
  CHECK(hash.size() == 64);
  for (const char* name : {"t.csv", "t.swt", "t.swt.zst"}) {
    CHECK(content_hash(open_trace(directory.file(name), {})) == hash);
  }
}

TEST_CASE("The hash of a trace is the same for its CSV and its binary file") {
  check_same_in_every_form(build(full_rows()));
}

TEST_CASE("The hash of a synthetic trace is the same for its CSV and its binary file") {
  SyntheticWorkload workload;
  workload.requests = 1000;
  workload.arrivals.rate = 1000;
  workload.sessions = 50;
  workload.read_service = Law::constant(1e6);
  workload.keys = KeyLaw{100, 1};
  check_same_in_every_form(generate(workload, 1));
}

TEST_CASE("The hash changes with any value of any column") {
  const std::string hash = content_hash(build(full_rows()));
  using Change = std::function<void(TraceRow&)>;
  const std::vector<Change> changes = {[](TraceRow& r) { r.t_ns += 1; },
                                       [](TraceRow& r) { r.session = "s3"; },
                                       [](TraceRow& r) { r.op = Op::kDdl; },
                                       [](TraceRow& r) { r.key = "k2"; },
                                       [](TraceRow& r) { r.table = "t2"; },
                                       [](TraceRow& r) { r.dur_ns += 1; },
                                       [](TraceRow& r) { r.bytes += 1; },
                                       [](TraceRow& r) { r.rows += 1; },
                                       [](TraceRow& r) { r.txn = 2; },
                                       [](TraceRow& r) { r.flags |= kFlagError; },
                                       [](TraceRow& r) { r.count = 3; },
                                       [](TraceRow& r) { r.node = "n2"; },
                                       [](TraceRow& r) { r.asked = *parse_asking("wW"); },
                                       [](TraceRow& r) { r.stmt = "select 2"; },
                                       [](TraceRow& r) { r.dur_ns = kUnknown; }};
  std::set<std::string> seen = {hash};
  for (const Change& change : changes) {
    std::vector<TraceRow> rows = full_rows();
    change(rows[2]);
    CHECK(seen.insert(content_hash(build(rows))).second);
  }
  CHECK(seen.insert(content_hash(build(full_rows(), 1001))).second);
  std::vector<TraceRow> shorter = full_rows();
  shorter.pop_back();
  CHECK(seen.insert(content_hash(build(shorter))).second);
}

TEST_CASE("The hash changes with a name although ids stay the same") {
  std::vector<TraceRow> rows = full_rows();
  for (TraceRow& r : rows) r.node = "n9";
  CHECK(content_hash(build(rows)) != content_hash(build(full_rows())));
}

TEST_CASE("Operations have the letters of the native form and the classes that routers see") {
  const std::string letters = "rlwdbcasx";
  for (std::size_t i = 0; i < letters.size(); ++i) {
    CHECK(op_of_letter(letters[i]) == static_cast<Op>(i));
    CHECK(letter_of(static_cast<Op>(i)) == letters[i]);
  }
  CHECK_FALSE(op_of_letter('R').has_value());
  CHECK_FALSE(op_of_letter('q').has_value());
  CHECK(class_of(Op::kRead) == RequestClass::kRead);
  for (const Op op : {Op::kLockingRead, Op::kWrite, Op::kDdl}) {
    CHECK(class_of(op) == RequestClass::kWrite);
  }
  for (const Op op : {Op::kBegin, Op::kCommit, Op::kAbort, Op::kSession, Op::kOther}) {
    CHECK(class_of(op) == RequestClass::kControl);
    CHECK_FALSE(replicates(op));
  }
  CHECK(replicates(Op::kWrite));
  CHECK(replicates(Op::kDdl));
  CHECK_FALSE(replicates(Op::kLockingRead));
}

}  // namespace
}  // namespace switchyard
