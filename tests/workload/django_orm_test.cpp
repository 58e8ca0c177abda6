#include <algorithm>
#include <string>
#include <vector>

#include "catch.h"
#include "workload/binary_file.h"
#include "workload/native_csv.h"
#include "workload/orm_operations.h"
#include "workload/recording.h"
#include "workload/summary.h"

namespace switchyard {
namespace {

// Its time is 1700000000 and what is given.
std::string line(const std::string& operation, const std::string& second,
                 const std::string& rest = "") {
  return R"({"orm": ")" + operation + R"(", "time": 170000000)" + second +
         R"(, "session": "1.2", "table": "shop_item")" + (rest.empty() ? "" : ", ") + rest + "}\n";
}

std::vector<std::string> asked_in(const Trace& trace) {
  std::vector<std::string> texts;
  for (const std::uint32_t packed : trace.columns().asked) {
    texts.push_back(to_text(unpack_valid_asking(packed)));
  }
  return texts;
}

using Texts = std::vector<std::string>;

TEST_CASE("An ORM operation becomes its statements, one behind the other") {
  const std::string text = line("get_or_create.creates", "1.5",
                                R"("key": 7, "statements": [["r", 0.00025], ["w", 0.001]])") +
                           line("save.loaded", "2", R"("key": "a", "statements": [["w", null]])") +
                           line("list", "3.25");
  CHECK(formats_of(text) == std::vector<std::string_view>{"djangoorm"});
  const Trace trace = read_as("djangoorm", text);
  const TraceColumns& c = trace.columns();
  CHECK(letters_of(trace) == "rbwcwr");
  CHECK(asked_in(trace) == Texts{"W", "W", "W", "=2", "W*", "R"});
  CHECK(trace.info().source == "djangoorm");
  CHECK(trace.info().epoch_ns == 1'700'000'001'500'000'000);
  CHECK(std::vector(c.t_ns.begin(), c.t_ns.end()) ==
        std::vector<std::int64_t>{0, 250'000, 250'000, 1'250'000, 500'000'000, 1'750'000'000});
  CHECK(std::vector(c.dur_ns.begin(), c.dur_ns.end()) ==
        std::vector<std::int64_t>{250'000, 0, 1'000'000, 0, kUnknown, kUnknown});
  CHECK(std::vector(c.txn.begin(), c.txn.end()) == std::vector<std::uint32_t>{0, 1, 1, 1, 0, 0});
  CHECK(session_of(trace, 0) == "1.2");
  CHECK(key_of(trace, 0) == "shop_item/7");
  CHECK(key_of(trace, 1).empty());
  CHECK(key_of(trace, 4) == "shop_item/a");
  CHECK(statement_of(trace, 1) == "get_or_create.creates");
  CHECK(has_note(trace, "3 rows read"));
  CHECK(has_note(trace, "BEGIN, COMMIT and their like take no time"));
}

TEST_CASE("Within the application's transaction an operation opens none, and asks as often") {
  const Trace trace = read_as("djangoorm", line("atomic.begin", "1") + line("bulk_create", "2") +
                                               line("m2m.set", "3") + line("atomic.commit", "4") +
                                               line("bulk_create", "5"));
  CHECK(letters_of(trace) == "bwrwwcbwc");
  // bulk_create opens its transaction by the second call and inserts by the fifth; m2m.set reads by
  // the first of four, deletes by the second and inserts by the fourth.
  CHECK(asked_in(trace) == Texts{"-", "wwwwW", "W*", "W*", "wW*", "-", "wW", "wwW", "=4"});
  const auto txn = trace.columns().txn;
  CHECK(std::vector(txn.begin(), txn.end()) ==
        std::vector<std::uint32_t>{1, 1, 1, 1, 1, 1, 2, 2, 2});
}

TEST_CASE(
    "Whatever statement calls are made for, they are about the operation's table and object") {
  for (const OrmOperation& operation : orm_operations()) {
    const Trace trace = read_as("djangoorm", line(std::string(operation.name), "1", R"("key": 7)"));
    const TraceColumns& c = trace.columns();
    CAPTURE(operation.name);
    for (std::size_t i = 0; i < trace.size(); ++i) {
      const Asking asking = unpack_valid_asking(c.asked[i]);
      if (asking.call_count > 0) CHECK(trace.names().tables[c.table[i]] == "shop_item");
      if (asking.with_object) CHECK(key_of(trace, i) == "shop_item/7");
    }
  }
  // Of BEGIN that calls name no object for, and of COMMIT that nobody is asked for, nothing is
  // said.
  const Trace created = read_as("djangoorm", line("bulk_create", "1", R"("key": 7)"));
  CHECK(letters_of(created) == "bwc");
  CHECK(key_of(created, 0).empty());
  CHECK(created.columns().table[2] == kNone);
}

TEST_CASE("What is related to an object is asked about by its own table, and names the object") {
  const std::string related = R"("key": 7, "object": {"table": "shop_cart", "key": 3})";
  const Trace trace = read_as(
      "djangoorm", line("m2m.create", "1", related) + line("related.get", "2", related) +
                       line("count", "3", related) + line("m2m.add", "4", R"("object": "cart")"));
  const TraceColumns& c = trace.columns();
  // The first INSERT of m2m.create is asked about by the object's own model, then come those
  // between both; what a relation counts is asked for by its object too.
  CHECK(letters_of(trace) == "wbwcrrbwc");
  CHECK(asked_in(trace) == Texts{"W*", "W*", "W*", "=2", "R*", "R*", "W*", "W*", "=2"});
  const auto names = [&](auto column, const StringTableView& table) {
    Texts texts;
    for (const std::uint32_t id : column) {
      texts.emplace_back(id == kNone ? std::string_view("-") : table[id]);
    }
    return texts;
  };
  const std::string item = "shop_item";
  const std::string cart = "shop_cart";
  const StringTableView tables = trace.names().tables;
  const StringTableView keys = trace.names().keys;
  CHECK(names(c.table, tables) == Texts{cart, item, item, "-", item, item, item, item, "-"});
  CHECK(names(c.object_table, tables) == Texts{cart, cart, cart, "-", cart, cart, "-", "-", "-"});
  CHECK(names(c.object, keys) ==
        Texts{cart + "/3", cart + "/3", cart + "/3", "-", cart + "/3", cart + "/3", "-", "-", "-"});
  CHECK(names(c.key, keys) ==
        Texts{"-", item + "/7", item + "/7", "-", item + "/7", item + "/7", "-", "-", "-"});
}

TEST_CASE("A deletion takes as many statements as were recorded, or as few as there can be") {
  const Trace trace = read_as(
      "djangoorm", line("delete", "1", R"("statements": [["r"], ["r"], ["w"], ["w"]])") +
                       line("delete", "2") + line("delete", "3", R"("statements": [["r"]])"));
  CHECK(letters_of(trace) == "rrbwwcrbcrbc");
  CHECK(asked_in(trace) ==
        Texts{"wW", "=2", "=2", "=2", "=2", "=2", "wW", "=2", "=2", "wW", "=2", "=2"});
}

TEST_CASE("Lines that are no operations, or others than those of Django 3.2, are accounted for") {
  const Trace trace = read_as(
      "djangoorm", line("get", "1") + line("destroy", "2") + "{\n" + line("get", "9e99") +
                       line("get", "3", R"("statements": [["d", 1]])") +
                       line("get", "3", R"("statements": "r")") + line("using:replica", "4") +
                       line("bulk_create", "5", R"("statements": [["w"], ["w"]])") +
                       R"({"orm": "get"})"
                       "\n");
  CHECK(letters_of(trace) == "r");
  CHECK(has_note(trace, "9 rows read, 1 statements kept"));
  CHECK(has_note(trace, "skipped 6 damaged rows (first: line 2 names no known operation"));
  CHECK(has_note(trace,
                 "skipped 1 operations on a database that the application names (first: "
                 "line 7)"));
  CHECK(has_note(trace, "skipped 1 operations whose statements are not those of Django 3.2"));
  ImportOptions strict;
  strict.strict = true;
  CHECK(
      error_of("djangoorm", line("get", "1") + line("destroy", "2"), strict).find(":2: names no") !=
      std::string::npos);
  CHECK(error_of("djangoorm", line("using:x", "1")).find("holds no ORM operation") !=
        std::string::npos);
}

TEST_CASE("What an operation asks is kept by the native and the binary form") {
  const Trace trace = read_data("django-orm.jsonl");
  const TemporaryDirectory directory;
  AtomicFile csv(directory.file("t.csv"));
  write_native_csv(trace, csv);
  csv.commit();
  AtomicFile binary(directory.file("t.swt"));
  write_binary_trace(trace, binary, false);
  binary.commit();
  CHECK(content_hash(open_trace(directory.file("t.csv"), {})) == content_hash(trace));
  CHECK(content_hash(open_trace(directory.file("t.swt"), {})) == content_hash(trace));
}

TEST_CASE("A damaged recording of operations gives a trace or an error") {
  check_damaged(file_content(SWITCHYARD_SOURCE_DIR "/tests/data/django-orm.jsonl"), {});
}

// Recorded by data/record/django_orm.py from a Django that performed all operations of
// tests/conformance, one after the other. By Python's json: 67 lines with 46 reads, two of them of
// update_or_create and two of select_for_update, and 44 writes. Django asked its router a hundred
// times in it (django_deciding_calls.json), once with no statement to follow.
TEST_CASE("A recorded run of Django's ORM has all its statements") {
  const Trace trace = read_data("django-orm.jsonl");
  const std::string letters = letters_of(trace);
  CHECK(has_note(trace, "67 rows read, 138 statements kept"));
  CHECK_FALSE(has_note(trace, "skipped"));
  CHECK(std::ranges::count(letters, 'r') + std::ranges::count(letters, 'l') == 46);
  CHECK(std::ranges::count(letters, 'l') == 4);
  CHECK(std::ranges::count(letters, 'w') == 44);
  CHECK(std::ranges::count(letters, 'b') == std::ranges::count(letters, 'c'));
  CHECK(trace.session_count() == 1);
  const TraceSummary summary = summarize(trace);
  CHECK(summary.asked_as_recorded == trace.size());
  CHECK(summary.recorded_calls == 99);
}

}  // namespace
}  // namespace switchyard
