#include "workload/binary_file.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "catch.h"
#include "core/error.h"
#include "temporary_file.h"
#include "workload/open_trace.h"

namespace switchyard {
namespace {

// Hands out the bytes in pieces, as a pipe does.
class StringSource : public ByteSource {
 public:
  explicit StringSource(std::string_view bytes, std::size_t piece = SIZE_MAX)
      : bytes_(bytes), piece_(piece) {}
  std::size_t read(std::span<char> buffer) override {
    const std::size_t n = std::min({buffer.size(), piece_, bytes_.size()});
    std::memcpy(buffer.data(), bytes_.data(), n);
    bytes_.remove_prefix(n);
    return n;
  }

 private:
  std::string_view bytes_;
  std::size_t piece_;
};

Trace read(std::string_view bytes, std::size_t piece = SIZE_MAX) {
  StringSource source(bytes, piece);
  return read_binary_trace(source, "x.swt");
}

std::string error_of_reading(std::string_view bytes) {
  try {
    read(bytes);
  } catch (const InputError& error) {
    return error.what();
  }
  return "(no error)";
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

Trace full_trace() {
  TraceBuilder builder;
  for (std::int64_t i = 0; i < 6; ++i) {
    TraceRow row;
    row.t_ns = 10 * i;
    row.session = i % 2 == 0 ? "one" : "two\nlines";
    row.op = i == 3 ? Op::kWrite : Op::kRead;
    if (i != 2) row.key = i < 3 ? "k1" : "k2";
    row.table = "table";
    row.dur_ns = i == 4 ? kUnknown : 1000 + i;
    row.bytes = 7 * i;
    row.rows = i;
    row.txn = static_cast<std::uint32_t>(i / 3);
    row.flags = static_cast<std::uint8_t>(i);
    row.count = static_cast<std::uint32_t>(i + 1);
    row.node = i == 5 ? "" : "replica";
    row.stmt = "select 'ż'";
    row.asked = *parse_asking(i % 2 == 0 ? "wW*" : "=2");
    if (i % 2 == 0) row.object = i == 0 ? "k2" : "k3";
    if (i % 2 == 0) row.object_table = i == 0 ? "table" : "other";
    builder.add(row);
  }
  TraceInfo info;
  info.epoch_ns = 1'795'380'515'000'000'000;
  info.source = "hand made";
  info.notes = {"first note", "zażółć \"gęślą\""};
  return builder.finish(std::move(info));
}

std::string bytes_of(const Trace& trace, bool compress) {
  const TemporaryDirectory directory;
  AtomicFile file(directory.file("t.swt"));
  write_binary_trace(trace, file, compress);
  file.commit();
  return file_content(directory.file("t.swt"));
}

template <class T>
bool same(std::span<const T> a, std::span<const T> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

bool same(const StringTableView& a, const StringTableView& b) {
  return same(a.ends, b.ends) && a.text == b.text;
}

bool same(const Trace& a, const Trace& b) {
  const TraceColumns& x = a.columns();
  const TraceColumns& y = b.columns();
  const TraceNames& m = a.names();
  const TraceNames& n = b.names();
  return same(x.t_ns, y.t_ns) && same(x.session, y.session) && same(x.op, y.op) &&
         same(x.next_in_session, y.next_in_session) && same(x.dur_ns, y.dur_ns) &&
         same(x.key, y.key) && same(x.table, y.table) && same(x.bytes, y.bytes) &&
         same(x.rows, y.rows) && same(x.txn, y.txn) && same(x.flags, y.flags) &&
         same(x.count, y.count) && same(x.node, y.node) && same(x.stmt, y.stmt) &&
         same(x.asked, y.asked) && same(x.object, y.object) &&
         same(x.object_table, y.object_table) && same(m.sessions, n.sessions) &&
         same(m.keys, n.keys) && same(m.tables, n.tables) && same(m.nodes, n.nodes) &&
         same(m.statements, n.statements) && a.info().epoch_ns == b.info().epoch_ns &&
         a.info().source == b.info().source && a.info().notes == b.info().notes;
}

TEST_CASE("A trace with every column comes back from the mapped file") {
  const Trace trace = full_trace();
  const TemporaryDirectory directory;
  const std::string path = directory.write("t.swt", bytes_of(trace, false));
  CHECK(same(map_binary_trace(path), trace));
  CHECK(same(open_trace(path, {}), trace));
}

TEST_CASE("A trace comes back from the compressed file") {
  const Trace trace = full_trace();
  const TemporaryDirectory directory;
  const std::string path = directory.write("t.swt.zst", bytes_of(trace, true));
  CHECK(same(open_trace(path, {}), trace));
}

TEST_CASE("Compression wraps the very same bytes") {
  const Trace trace = full_trace();
  const TemporaryDirectory directory;
  const auto source = open_bytes(directory.write("t.swt.zst", bytes_of(trace, true)));
  std::string unpacked;
  std::vector<char> buffer(1000);
  while (const std::size_t n = source->read(buffer)) unpacked.append(buffer.data(), n);
  CHECK(unpacked == bytes_of(trace, false));
}

TEST_CASE("A trace comes back from a pipe, however the bytes are cut") {
  const Trace trace = full_trace();
  const std::string bytes = bytes_of(trace, false);
  for (const std::size_t piece :
       {std::size_t{1}, std::size_t{7}, std::size_t{64}, std::size_t{4096}, SIZE_MAX}) {
    CHECK(same(read(bytes, piece), trace));
  }
}

TEST_CASE("A trace of the required columns alone comes back without the others") {
  TraceBuilder builder;
  TraceRow row;
  row.session = "a";
  builder.add(row);
  const Trace trace = builder.finish({});
  const Trace again = read(bytes_of(trace, false));
  CHECK(same(again, trace));
  CHECK(again.columns().dur_ns.empty());
  CHECK(again.columns().stmt.empty());
  CHECK(again.columns().asked.empty());
  CHECK(again.columns().object.empty());
  CHECK(again.columns().object_table.empty());
}

TEST_CASE("A trace larger than any buffer comes back both ways") {
  TraceBuilder builder;
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    builder.add_numbered(i, i % 100, i % 3 == 0 ? Op::kWrite : Op::kRead, i * 7919U % 5000, i);
  }
  const Trace trace = builder.finish({});
  const std::string bytes = bytes_of(trace, false);
  REQUIRE(bytes.size() > 2'000'000);
  CHECK(same(read(bytes, 10'007), trace));
  const TemporaryDirectory directory;
  CHECK(same(open_trace(directory.write("t.swt.zst", bytes_of(trace, true)), {}), trace));
}

TEST_CASE("Notes that are not UTF-8 do not stop the writing") {
  TraceBuilder builder;
  TraceRow row;
  row.session = "a";
  builder.add(row);
  TraceInfo info;
  info.source = "caf\xE9";
  info.notes = {"cut \xC5"};
  const Trace trace = builder.finish(std::move(info));
  const Trace again = read(bytes_of(trace, false));
  CHECK(again.size() == 1);
  CHECK(again.info().source.starts_with("caf"));
  CHECK(again.info().notes.at(0).starts_with("cut "));
}

TEST_CASE("A file that names an object of no table is refused") {
  TraceBuilder builder;
  TraceRow row;
  row.session = "a";
  row.object = "book/1";
  builder.add(row);
  CHECK(error_of_reading(bytes_of(builder.finish({}), false)).find("an object of no table") !=
        std::string::npos);
}

TEST_CASE("A file cut at any length is refused") {
  const std::string bytes = bytes_of(full_trace(), false);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CAPTURE(size);
    REQUIRE_THROWS_AS(read(std::string_view(bytes).substr(0, size)), InputError);
  }
  // The bytes are complete, so that the loop above tests cutting and nothing else.
  CHECK(read(bytes).size() == 6);
}

TEST_CASE("A mapped file cut at any length is refused") {
  const std::string bytes = bytes_of(full_trace(), false);
  const TemporaryDirectory directory;
  for (std::size_t size = 0; size < bytes.size(); size += size < 70 ? 1 : 61) {
    CAPTURE(size);
    const std::string path = directory.write("t.swt", std::string_view(bytes).substr(0, size));
    REQUIRE_THROWS_AS(map_binary_trace(path), InputError);
  }
}

TEST_CASE("A compressed file cut at any length is refused") {
  const std::string bytes = bytes_of(full_trace(), true);
  const TemporaryDirectory directory;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CAPTURE(size);
    const std::string path = directory.write("t.swt.zst", std::string_view(bytes).substr(0, size));
    REQUIRE_THROWS_AS(open_trace(path, {}), InputError);
  }
}

TEST_CASE("A message about a cut file tells both sizes and what to do") {
  const std::string bytes = bytes_of(full_trace(), false);
  const std::string message = error_of_reading(std::string_view(bytes).substr(0, bytes.size() - 1));
  CHECK(contains(message, "x.swt: "));
  CHECK(contains(message, "truncated"));
  CHECK(contains(message, std::to_string(bytes.size() - 1) + " bytes of "));
  CHECK(contains(message, "switchyard convert"));
}

TEST_CASE("A flipped byte is found, or it was padding and the trace is the same") {
  const Trace trace = full_trace();
  std::string bytes = bytes_of(trace, false);
  std::size_t refused = 0;
  std::size_t harmless = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const unsigned mask : {0xFFU, 0x01U, 0x80U}) {
      const char right = bytes[at];
      bytes[at] = static_cast<char>(static_cast<unsigned char>(right) ^ mask);
      CAPTURE(at, mask);
      try {
        const Trace other = read(bytes);
        REQUIRE(same(other, trace));
        // Padding is zero.
        REQUIRE(right == 0);
        ++harmless;
      } catch (const InputError&) {
        ++refused;
      }
      bytes[at] = right;
    }
  }
  // 64 bytes of header and 32 for each of the 25 sections are covered, and their content.
  CHECK(refused >= 3 * (64 + 25 * 32));
  CHECK(refused + harmless == 3 * bytes.size());
}

TEST_CASE("A flipped byte of a compressed file is found, or the trace is the same") {
  const Trace trace = full_trace();
  std::string bytes = bytes_of(trace, true);
  const TemporaryDirectory directory;
  std::size_t refused = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const char right = bytes[at];
    bytes[at] = static_cast<char>(static_cast<unsigned char>(right) ^ 0xFFU);
    const std::string path = directory.write("t.swt.zst", bytes);
    CAPTURE(at);
    try {
      const Trace other = open_trace(path, {});
      REQUIRE(same(other, trace));
    } catch (const InputError&) {
      ++refused;
    }
    bytes[at] = right;
  }
  // zstd's own checksum covers the content, so next to nothing goes unnoticed.
  CHECK(refused + 8 >= bytes.size());
}

TEST_CASE("Bytes after the end are noticed") {
  CHECK_THROWS_AS(read(bytes_of(full_trace(), false) + std::string(64, '\0')), InputError);
}

TEST_CASE("Another version of the format is named with the one that is read") {
  std::string bytes = bytes_of(full_trace(), false);
  bytes[8] = 2;  // the version follows the magic of 8 bytes
  const std::string message = error_of_reading(bytes);
  CHECK(contains(message, "version 2"));
  CHECK(contains(message, "reads version 1"));
  CHECK(contains(message, "switchyard convert"));
}

TEST_CASE("A file that is no binary trace says so") {
  CHECK(contains(error_of_reading(std::string(200, 'x')), "not a binary trace"));
  CHECK(contains(error_of_reading("short"), "too short"));
  CHECK(contains(error_of_reading(""), "too short"));
}

TEST_CASE("A file that is not there is an error with its name") {
  const TemporaryDirectory directory;
  const std::string path = directory.file("absent.swt");
  std::string message;
  try {
    map_binary_trace(path);
  } catch (const InputError& error) {
    message = error.what();
  }
  CHECK(contains(message, path));
  CHECK(contains(message, "cannot be opened"));
  CHECK_THROWS_AS(open_trace(path, {}), InputError);
  CHECK_THROWS_AS(open_trace(directory.path(), {}), InputError);
}

TEST_CASE("The header has the layout that it is documented with") {
  const std::string bytes = bytes_of(full_trace(), false);
  const auto number = [&](std::size_t at, std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t i = size; i-- > 0;)
      value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
  };
  CHECK(bytes.substr(0, 8) == "SWYTRACE");
  CHECK(number(8, 4) == 1);    // version
  CHECK(number(12, 4) == 28);  // all columns, five tables of two parts, the description
  CHECK(number(16, 8) == bytes.size());
  CHECK(number(24, 8) == 6);  // requests
  // Each section starts at a multiple of 64.
  for (std::size_t section = 0; section < 25; ++section) {
    CHECK(number(64 + section * 32 + 8, 8) % 64 == 0);
  }
}

}  // namespace
}  // namespace switchyard
