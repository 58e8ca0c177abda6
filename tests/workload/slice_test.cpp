// What remains of a recording between two times.
#include "workload/slice.h"

#include <string>
#include <vector>

#include "catch.h"
#include "core/error.h"

namespace switchyard {
namespace {

TraceRow row(std::int64_t t_ns, std::string_view session, char op = 'r') {
  TraceRow result;
  result.t_ns = t_ns;
  result.session = session;
  result.op = *op_of_letter(op);
  return result;
}

Trace build(const std::vector<TraceRow>& rows, std::int64_t epoch_ns = 0) {
  TraceBuilder builder;
  for (const TraceRow& one : rows) builder.add(one);
  TraceInfo info;
  info.epoch_ns = epoch_ns;
  info.source = "test";
  info.notes = {"by hand"};
  return builder.finish(std::move(info));
}

// Begins at 5 s; the first session ends before 12 s, another begins after it.
Trace recording(std::int64_t epoch_ns = 0) {
  std::vector<TraceRow> rows = {row(5 * kSecond, "a"),  row(7 * kSecond, "b", 'w'),
                                row(15 * kSecond, "b"), row(15 * kSecond, "c", 'w'),
                                row(16 * kSecond, "b"), row(25 * kSecond, "a")};
  rows[0].key = "x";
  rows[1].key = "y";
  rows[2].key = "z";
  rows[3].key = "y";
  rows[2].table = "t";
  rows[3].dur_ns = 42;
  rows[0].stmt = "first";
  return build(rows, epoch_ns);
}

template <class T>
std::vector<T> copy(std::span<const T> column) {
  return {column.begin(), column.end()};
}

std::vector<std::string> names_of(const StringTableView& table) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < table.size(); ++i) names.emplace_back(table[i]);
  return names;
}

std::string refusal(const TimeRange& range) {
  try {
    slice(recording(), range);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("A slice has the requests of its range, its times count from the range's start") {
  const Trace part = slice(recording(), {8 * kSecond, 20 * kSecond});
  const TraceColumns& c = part.columns();
  CHECK(copy(c.t_ns) == std::vector<std::int64_t>{2 * kSecond, 2 * kSecond, 3 * kSecond});
  CHECK(copy(c.op) == std::vector{Op::kRead, Op::kWrite, Op::kRead});
  CHECK(names_of(part.names().sessions) == std::vector<std::string>{"b", "c"});
  CHECK(copy(c.session) == std::vector<std::uint32_t>{0, 1, 0});
  CHECK(copy(c.next_in_session) == std::vector<RequestIndex>{2, kNone, kNone});
  CHECK(names_of(part.names().keys) == std::vector<std::string>{"z", "y"});
  CHECK(copy(c.key) == std::vector<std::uint32_t>{0, 1, kNone});
  CHECK(names_of(part.names().tables) == std::vector<std::string>{"t"});
  CHECK(copy(c.dur_ns) == std::vector<std::int64_t>{kUnknown, 42, kUnknown});
  CHECK(c.stmt.empty());
  CHECK(part.info().source == "test");
  CHECK(part.info().notes ==
        std::vector<std::string>{"by hand",
                                 "only requests from 8s to 20s of the recording: 3 of 6; request 0 "
                                 "of this report is its request 2"});
}

TEST_CASE("A range holds its start and not its end") {
  CHECK(slice(recording(), {0, 2 * kSecond}).size() == 1);
  CHECK(slice(recording(), {0, 2 * kSecond + 1}).size() == 2);
  CHECK(slice(recording(), {2 * kSecond, 11 * kSecond}).size() == 3);
  CHECK(slice(recording(), {2 * kSecond + 1, 11 * kSecond}).size() == 2);
  CHECK(slice(recording(), {20 * kSecond, kNever}).size() == 1);
  CHECK(slice(recording(), {0, 20 * kSecond}).size() == 5);
  CHECK(slice(recording(), {0, 21 * kSecond}).size() == 6);
}

TEST_CASE("Slices that follow each other hold every request once, and the time of day is kept") {
  const std::int64_t epoch = 1'700'000'000 * kSecond;
  const Trace whole = recording(epoch);
  std::vector<std::int64_t> times;
  for (Nanoseconds from = 0; from < 21 * kSecond; from += 5 * kSecond) {
    if (from == 5 * kSecond || from == 15 * kSecond) continue;  // nothing lies there
    const Trace part = slice(whole, {from, from + 5 * kSecond});
    for (const std::int64_t t_ns : part.columns().t_ns) {
      times.push_back(part.info().epoch_ns + t_ns - epoch);
    }
  }
  CHECK(times == copy(whole.columns().t_ns));
}

TEST_CASE("The whole range is the recording itself, and all of it in a range is the same content") {
  const Trace whole = build({row(0, "a"), row(10, "b", 'w'), row(20, "a")}, 7);
  CHECK(slice(whole, {}).columns().t_ns.data() == whole.columns().t_ns.data());
  CHECK(slice(whole, {}).info().notes == whole.info().notes);
  CHECK(content_hash(slice(whole, {0, 21})) == content_hash(whole));
  CHECK(content_hash(slice(whole, {0, 20})) != content_hash(whole));
}

TEST_CASE("A row that stands for several requests counts as many in the note") {
  std::vector<TraceRow> rows = {row(0, "a"), row(kSecond, "a"), row(2 * kSecond, "a")};
  rows[0].count = 10;
  rows[1].count = 3;
  const Trace part = slice(build(rows), {kSecond, kNever});
  CHECK(copy(part.columns().count) == std::vector<std::uint32_t>{3, 1});
  CHECK(part.info().notes.back() ==
        "only requests from 1s to the end of the recording: 4 of 14; request 0 of this report is "
        "its request 10");
}

TEST_CASE("Statements of a transaction that the range cuts stay in it") {
  std::vector<TraceRow> rows = {row(0, "a", 'b'), row(1, "a", 'w'), row(2, "a", 'w'),
                                row(3, "a", 'c'), row(4, "a", 'b'), row(5, "a", 'w'),
                                row(6, "a", 'c')};
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].txn = i < 4 ? 1 : 2;
  const Trace part = slice(build(rows), {2, 6});
  CHECK(copy(part.columns().txn) == std::vector<std::uint32_t>{1, 1, 2, 2});
  CHECK(copy(part.columns().op) == std::vector{Op::kWrite, Op::kCommit, Op::kBegin, Op::kWrite});
}

TEST_CASE("A range without requests is refused with the recording's span") {
  CHECK(refusal({3 * kSecond, 4 * kSecond}) ==
        "no request lies from 3s to 4s: the recording has 6 over 20s, from its first to its last");
  CHECK(refusal({21 * kSecond, kNever}) ==
        "no request lies from 21s to the end: the recording has 6 over 20s, from its first to its "
        "last");
  CHECK(refusal({4 * kSecond, 4 * kSecond}) ==
        "no request can lie from 4s to 4s; the end must come after the beginning");
  CHECK_THROWS_AS(slice(Trace(), {0, kSecond}), InputError);
}

}  // namespace switchyard
