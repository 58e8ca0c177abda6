// Lines, records and compressed bytes of an input, however it is cut and however long it is.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "catch.h"
#include "core/error.h"
#include "temporary_file.h"
#include "text_source.h"
#include "workload/readers/csv_records.h"
#include "workload/readers/line_reader.h"

namespace switchyard {
namespace {

// Endless lines of one letter, without memory for them.
class EndlessSource : public ByteSource {
 public:
  explicit EndlessSource(std::uint64_t size) : left_(size) {}
  std::size_t read(std::span<char> buffer) override {
    const std::size_t n = std::min<std::uint64_t>(buffer.size(), left_);
    std::fill_n(buffer.data(), n, 'x');
    left_ -= n;
    largest_ = std::max(largest_, buffer.size());
    return n;
  }
  std::size_t largest() const { return largest_; }

 private:
  std::uint64_t left_;
  std::size_t largest_ = 0;
};

using Records = std::vector<std::vector<std::string>>;

Records records_of(const std::string& text, std::size_t piece = SIZE_MAX) {
  TextSource source(text, piece);
  CsvRecords records(source);
  Records result;
  for (;;) {
    const CsvRecords::Result got = records.next();
    if (got == CsvRecords::Result::kEnd) return result;
    if (got != CsvRecords::Result::kRecord) {
      result.push_back({"!" + std::to_string(records.line())});
      records.skip_to([](std::string_view line) { return line.starts_with('a'); });
      continue;
    }
    result.emplace_back(records.fields().begin(), records.fields().end());
  }
}

TEST_CASE("Records hold quotes, commas and line breaks as RFC 4180 writes them") {
  const std::string text = "a,b\n\"a\"\"\",\"b,\nc\",\n\n,\r\n\"x\"\r\nlast,\"one\"";
  const Records expected = {{"a", "b"}, {"a\"", "b,\nc", ""}, {"", ""}, {"x"}, {"last", "one"}};
  for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, SIZE_MAX}) {
    CAPTURE(piece);
    CHECK(records_of(text, piece) == expected);
  }
  CHECK(records_of("").empty());
  CHECK(records_of("\n\n").empty());
}

TEST_CASE("A quote that is not closed costs its record and no more than lines up to the next") {
  CHECK(records_of("a,\"b\nc\na,2\n") == Records{{"!1"}, {"a", "2"}});
  CHECK(records_of("a,\"b\"x,c\na,2\n") == Records{{"!1"}, {"a", "2"}});
  CHECK(records_of("a,1\n\"") == Records{{"a", "1"}, {"!2"}});
}

TEST_CASE("Lines end with LF, CR LF or the input") {
  TextSource source("one\r\n\ntwo\nthree", 2);
  LineReader lines(source);
  CHECK(lines.next() == "one");
  CHECK(lines.next() == "");
  CHECK(lines.next() == "two");
  CHECK(lines.line() == 3);
  CHECK(lines.next() == "three");
  CHECK_FALSE(lines.next());
  CHECK_FALSE(lines.next());
}

TEST_CASE("Of a line beyond the limit the beginning is given, and the next line follows") {
  TextSource source("0123456789abc\nok\n0123456789", 3);
  LineReader lines(source, 10);
  CHECK(lines.next() == "0123456789");
  CHECK(lines.was_cut());
  CHECK(lines.next() == "ok");
  CHECK_FALSE(lines.was_cut());
  CHECK(lines.line() == 2);
}

TEST_CASE("A line or record of a gigabyte takes memory up to the limit only") {
  EndlessSource line_source(std::uint64_t{1} << 30);
  LineReader lines(line_source);
  CHECK(lines.next()->size() == LineReader::kLimit);
  CHECK(lines.was_cut());
  CHECK_FALSE(lines.next());
  CHECK(line_source.largest() <= LineReader::kLimit);

  EndlessSource record_source(std::uint64_t{1} << 30);
  CsvRecords records(record_source);
  CHECK(records.next() == CsvRecords::Result::kTooLong);
  records.skip_to([](std::string_view) { return false; });
  CHECK(records.next() == CsvRecords::Result::kEnd);
  CHECK(record_source.largest() <= CsvRecords::kLimit);
}

std::string read_all(const std::string& path) {
  const auto source = open_bytes(path);
  std::string text;
  std::vector<char> buffer(1'000);
  for (;;) {
    const std::size_t n = source->read(buffer);
    if (n == 0) return text;
    text.append(buffer.data(), n);
  }
}

// Made with gzip and zstd, whose output other programs read.
TEST_CASE("Files compressed with gzip or zstd are read as what they hold") {
  const TemporaryDirectory directory;
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "line " + std::to_string(i) + '\n';
  const std::string plain = directory.write("plain", text);
  const std::string gz = directory.file("x.gz");
  const std::string zst = directory.file("x.zst");
  REQUIRE(std::system(("gzip -c '" + plain + "' > '" + gz + "'").c_str()) == 0);
  CHECK(read_all(gz) == text);
  // Two behind one another, as logs are put together.
  REQUIRE(std::system(("gzip -c '" + plain + "' >> '" + gz + "'").c_str()) == 0);
  CHECK(read_all(gz) == text + text);
  const std::string compressed = file_content(gz);
  CHECK_THROWS_AS(read_all(directory.write("cut.gz", compressed.substr(0, 5'000))), InputError);
  std::string damaged = compressed;
  damaged[3'000] = static_cast<char>(damaged[3'000] ^ 0x55);
  CHECK_THROWS_AS(read_all(directory.write("damaged.gz", damaged)), InputError);
}

TEST_CASE("Reading tells how far it is, and stops when it is told to") {
  const TemporaryDirectory directory;
  const std::string path = directory.write("plain", std::string(100'000, 'x'));
  std::uint64_t last = 0;
  const auto source = open_bytes(path, [&](std::uint64_t done, std::uint64_t size) {
    CHECK(size == 100'000);
    CHECK(done >= last);
    last = done;
    if (done > 50'000) throw InputError("stop");
  });
  std::vector<char> buffer(10'000);
  CHECK_THROWS_AS(
      [&] {
        for (int i = 0; i < 20; ++i) source->read(buffer);
      }(),
      InputError);
  CHECK(last > 50'000);
}

}  // namespace
}  // namespace switchyard
