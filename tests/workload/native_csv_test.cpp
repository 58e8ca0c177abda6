#include "workload/native_csv.h"

#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "catch.h"
#include "core/error.h"
#include "temporary_file.h"
#include "text_source.h"
#include "workload/open_trace.h"

namespace switchyard {
namespace {

Trace read(const std::string& text, std::size_t piece = SIZE_MAX) {
  return read_native_csv(std::make_unique<TextSource>(text, piece), "x.csv");
}

const std::string kFirst = "# switchyard-trace v1 epoch_ns=0 source=test\n";

// Checks that reading fails with a message that has all the parts.
void check_error(const std::string& text, const std::vector<std::string>& parts) {
  std::string message = "(no error)";
  try {
    read(text);
  } catch (const InputError& error) {
    message = error.what();
  }
  CAPTURE(text, message);
  for (const std::string& part : parts) {
    CAPTURE(part);
    CHECK(message.find(part) != std::string::npos);
  }
  // One line for the user.
  CHECK(message.find('\n') == std::string::npos);
}

std::string write(const Trace& trace) {
  const TemporaryDirectory directory;
  AtomicFile file(directory.file("t.csv"));
  write_native_csv(trace, file);
  file.commit();
  return file_content(directory.file("t.csv"));
}

std::string name_or_dash(const StringTableView& names, std::uint32_t id) {
  return id == kNone ? "-" : std::string(names[id]);
}

TEST_CASE("A trace with every column comes back from CSV without loss") {
  const std::vector<std::string> odd = {"plain",
                                        "with, comma",
                                        "with \"quotes\"",
                                        " blanks ",
                                        "\ttab\t",
                                        "# comment?",
                                        "\"",
                                        "a\\b",
                                        "żółć",
                                        ",",
                                        "'",
                                        "\"\"",
                                        "in\tthe mid",
                                        "x=1;y=2",
                                        "\",\"",
                                        "-"};
  const std::vector<std::string> ways = {"R", "wW", "=8", "-", "rWw*", "ww=3*", "rwrwrwrW"};
  TraceBuilder builder;
  for (std::size_t i = 0; i < 200; ++i) {
    const auto n = static_cast<std::int64_t>(i);
    TraceRow row;
    row.t_ns = n / 2 * 1'000'003 - 5;
    row.session = odd[i % odd.size()];
    row.op = static_cast<Op>(i % kOpCount);
    if (i % 3 != 0) row.key = odd[(i / 2) % odd.size()];
    if (i % 4 != 0) row.table = odd[(i / 3) % odd.size()];
    if (i % 5 != 0) row.dur_ns = n * 12'345'678'901;
    if (i % 6 != 0) row.bytes = n;
    if (i % 7 != 0) row.rows = INT64_MAX - n;
    if (i % 2 != 0) row.txn = UINT32_MAX - static_cast<std::uint32_t>(i);
    row.flags = static_cast<std::uint8_t>(i % 64);
    if (i % 9 == 0) row.count = static_cast<std::uint32_t>(i + 2);
    if (i % 10 != 0) row.node = odd[(i / 5) % odd.size()];
    if (i % 11 != 0) row.stmt = odd[(i / 7) % odd.size()];
    if (i % 12 != 0) row.asked = *parse_asking(ways[i % ways.size()]);
    if (i % 13 != 0) row.object_table = odd[(i / 13) % odd.size()];
    if (i % 14 != 0 && !row.object_table.empty()) row.object = odd[(i / 11) % odd.size()];
    builder.add(row);
  }
  TraceInfo info;
  info.epoch_ns = 1'795'380'515'000'000'000;
  info.source = "hand made";
  const Trace trace = builder.finish(std::move(info));
  const Trace again = read(write(trace));

  CHECK(again.info().epoch_ns == trace.info().epoch_ns);
  CHECK(again.info().source == "hand_made");  // values on the first line have no blanks
  REQUIRE(again.size() == trace.size());
  const TraceColumns& a = again.columns();
  const TraceColumns& t = trace.columns();
  for (std::size_t i = 0; i < trace.size(); ++i) {
    CAPTURE(i);
    CHECK(a.t_ns[i] == t.t_ns[i]);
    CHECK(again.names().sessions[a.session[i]] == trace.names().sessions[t.session[i]]);
    CHECK(letter_of(a.op[i]) == letter_of(t.op[i]));
    CHECK(name_or_dash(again.names().keys, a.key[i]) == name_or_dash(trace.names().keys, t.key[i]));
    CHECK(name_or_dash(again.names().tables, a.table[i]) ==
          name_or_dash(trace.names().tables, t.table[i]));
    CHECK(a.dur_ns[i] == t.dur_ns[i]);
    CHECK(a.bytes[i] == t.bytes[i]);
    CHECK(a.rows[i] == t.rows[i]);
    CHECK(a.txn[i] == t.txn[i]);
    CHECK(int{a.flags[i]} == int{t.flags[i]});
    CHECK(a.count[i] == t.count[i]);
    CHECK(name_or_dash(again.names().nodes, a.node[i]) ==
          name_or_dash(trace.names().nodes, t.node[i]));
    CHECK(name_or_dash(again.names().statements, a.stmt[i]) ==
          name_or_dash(trace.names().statements, t.stmt[i]));
    CHECK(a.asked[i] == t.asked[i]);
    CHECK(name_or_dash(again.names().keys, a.object[i]) ==
          name_or_dash(trace.names().keys, t.object[i]));
    CHECK(name_or_dash(again.names().tables, a.object_table[i]) ==
          name_or_dash(trace.names().tables, t.object_table[i]));
  }
  CHECK(content_hash(again) == content_hash(trace));
}

TEST_CASE("Writing what was read gives the same text") {
  const std::string text = kFirst +
                           "t,session,op,key,dur,txn,flags,stmt,asked,object,object_table\n"
                           "0,a,b,,10,1,R,BEGIN,wW*,k2,book\n"
                           "5,a,r,\"k,1\",,1,R,\"select \"\"x\"\"\",,,\n"
                           "5,b,w,k2,7,,,,=2,,book\n";
  CHECK(write(read(text)) == text);
}

TEST_CASE("A trace of the required columns alone is read") {
  const Trace trace = read(kFirst + "t,session,op\n0,a,r\n7,b,w\n7,a,x\n");
  CHECK(trace.size() == 3);
  CHECK(trace.columns().t_ns[1] == 7);
  CHECK(trace.names().sessions[1] == "b");
  CHECK(letter_of(trace.columns().op[2]) == 'x');
  CHECK(trace.columns().dur_ns.empty());
  CHECK(trace.columns().key.empty());
}

TEST_CASE("Columns may come in any order") {
  const Trace usual = read(kFirst + "t,session,op,key,dur,flags\n1,a,r,k,5,RP\n2,b,w,,6,\n");
  const Trace mixed = read(kFirst + "flags,dur,op,key,t,session\nPR,5,r,k,1,a\n,6,w,,2,b\n");
  CHECK(content_hash(mixed) == content_hash(usual));
}

TEST_CASE("Unknown columns are ignored") {
  const Trace usual = read(kFirst + "t,session,op,dur\n1,a,r,5\n2,b,w,6\n");
  const Trace extra =
      read(kFirst + "colour,t,session,shape,op,dur,\n" + "red,1,a,\"a,b\",r,5,z\n,2,b,,w,6,\n");
  CHECK(content_hash(extra) == content_hash(usual));
}

TEST_CASE("Lines may end with CR LF, and the last one with nothing") {
  const std::string text = kFirst + "t,session,op,key\n1,a,r,k1\n2,b,w,k2\n";
  const std::string hash = content_hash(read(text));
  std::string windows;
  for (const char c : text) windows += c == '\n' ? "\r\n" : std::string(1, c);
  CHECK(content_hash(read(windows)) == hash);
  CHECK(content_hash(read(text.substr(0, text.size() - 1))) == hash);
  CHECK(content_hash(read(windows.substr(0, windows.size() - 2))) == hash);
  CHECK(read(windows).info().source == "test");
}

TEST_CASE("Empty lines, comments and blanks around fields do not matter") {
  const Trace trace =
      read(kFirst + "\n# made by hand\nt, session ,op\n\n 1 ,a , r\n# half time\n2,\tb,w\t\n");
  CHECK(content_hash(trace) == content_hash(read(kFirst + "t,session,op\n1,a,r\n2,b,w\n")));
}

TEST_CASE("A trace much longer than the parser's first look is read to its end") {
  std::string text = kFirst + "t,session,op,key\n";
  for (int i = 0; i < 50'000; ++i) {
    text += std::to_string(i) + ",s" + std::to_string(i % 7) + ",r,key-" + std::to_string(i) + '\n';
  }
  REQUIRE(text.size() > 1'000'000);
  const std::string hash = content_hash(read(text));
  for (const std::size_t piece :
       {SIZE_MAX, std::size_t{65'536}, std::size_t{4'096}, std::size_t{997}}) {
    const Trace trace = read(text, piece);
    REQUIRE(trace.size() == 50'000);
    CHECK(trace.columns().t_ns[49'999] == 49'999);
    CHECK(trace.names().keys[49'999] == "key-49999");
    CHECK(content_hash(trace) == hash);
  }
}

TEST_CASE("A trace that comes in single bytes is read") {
  const std::string text = kFirst + "t,session,op\n1,a,r\n2,b,w\n";
  CHECK(content_hash(read(text, 1)) == content_hash(read(text)));
}

TEST_CASE("A zstd file is read whether or not it carries a checksum") {
  std::string text = kFirst + "t,session,op\n";
  for (int i = 0; i < 20'000; ++i) text += std::to_string(i) + ",s,r\n";
  const TemporaryDirectory directory;
  for (const int checksum : {0, 1}) {
    // In one frame of one block, all of whose input is consumed before all output is out.
    for (const std::size_t size : {text.size(), text.find("\n9000,") + 1}) {
      ZSTD_CCtx* context = ZSTD_createCCtx();
      ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, checksum);
      std::string packed(ZSTD_compressBound(size), '\0');
      packed.resize(ZSTD_compress2(context, packed.data(), packed.size(), text.data(), size));
      ZSTD_freeCCtx(context);
      const std::string path = directory.write("t.csv.zst", packed);
      const Trace trace = open_trace(path, {});
      CHECK(content_hash(trace) == content_hash(read(text.substr(0, size))));
      const std::string cut = directory.write("cut.csv.zst", packed.substr(0, packed.size() / 2));
      CHECK_THROWS_AS(open_trace(cut, {}), InputError);
    }
  }
}

TEST_CASE("A missing required column is named with the line of the header") {
  check_error(kFirst + "t,op\n1,r\n", {"x.csv:2: ", "'session'", "required"});
  check_error(kFirst + "session,op\na,r\n", {"x.csv:2: ", "'t'"});
  check_error(kFirst + "\n# note\nt,session\n1,a\n", {"x.csv:4: ", "'op'"});
}

TEST_CASE("A time before the previous one is an error at its field") {
  check_error(kFirst + "op,t,session\nr,5,a\nr,6,a\nr,4,a\n",
              {"x.csv:5:2: ", "'t'", "4", "6", "sorted"});
}

TEST_CASE("A field that is no integer is an error at its place") {
  check_error(kFirst + "t,session,op\n1,a,r\n1.5,a,r\n",
              {"x.csv:4:1: ", "'t'", "expected an integer", "'1.5'"});
  check_error(kFirst + "t,session,op\n,a,r\n", {"x.csv:3:1: ", "expected an integer", "''"});
  check_error(kFirst + "t,session,op,dur\n1,a,r,5ms\n", {"x.csv:3:4: ", "'dur'", "'5ms'"});
  check_error(kFirst + "t,session,op,bytes\n1,a,r,many\n", {"x.csv:3:4: ", "'bytes'", "'many'"});
  check_error(kFirst + "t,session,op,rows\n1,a,r,0x1\n", {"x.csv:3:4: ", "'rows'", "'0x1'"});
  check_error(kFirst + "t,session,op\n9223372036854775808,a,r\n",
              {"x.csv:3:1: ", "expected an integer", "'9223372036854775808'"});
}

TEST_CASE("A negative amount is an error that says how to leave it open") {
  check_error(kFirst + "t,session,op,dur\n1,a,r,-5\n",
              {"x.csv:3:4: ", "'dur'", "negative", "-5", "empty"});
  check_error(kFirst + "t,session,op,txn\n1,a,r,-1\n", {"x.csv:3:4: ", "'txn'", "negative"});
}

TEST_CASE("A transaction number or a count beyond 32 bits is an error") {
  check_error(kFirst + "t,session,op,txn\n1,a,r,4294967296\n",
              {"x.csv:3:4: ", "'txn'", "4294967295"});
  check_error(kFirst + "t,session,op,count\n1,a,r,4294967296\n",
              {"x.csv:3:4: ", "'count'", "4294967295"});
}

TEST_CASE("A line that stands for no request is an error") {
  check_error(kFirst + "t,session,op,count\n1,a,r,0\n", {"x.csv:3:4: ", "'count'", "at least 1"});
}

TEST_CASE("An unknown operation is an error that lists the known ones") {
  check_error(kFirst + "t,session,op\n1,a,q\n",
              {"x.csv:3:3: ", "'op'", "'q'", "r l w d b c a s x"});
  check_error(kFirst + "t,session,op\n1,a,read\n", {"x.csv:3:3: ", "'read'"});
  check_error(kFirst + "t,session,op\n1,a,\n", {"x.csv:3:3: ", "''"});
}

TEST_CASE("An unknown flag is an error that lists the known ones") {
  check_error(kFirst + "t,session,op,flags\n1,a,r,RX\n",
              {"x.csv:3:4: ", "'flags'", "'X'", "RSPEMU"});
}

TEST_CASE("A line with too few or too many fields is an error at its line") {
  check_error(kFirst + "t,session,op\n1,a,r\n2,a\n", {"x.csv:4: ", "fewer fields"});
  check_error(kFirst + "t,session,op\n1,a,r\n2,a,r,9\n", {"x.csv:4: ", "more fields"});
}

TEST_CASE("A quote that is not closed is an error at its line") {
  check_error(kFirst + "t,session,op\n1,\"a,r\n2,a,r\n", {"x.csv:3: ", "quote"});
}

TEST_CASE("A file without the first line is refused with what was expected") {
  check_error("t,session,op\n1,a,r\n", {"x.csv:1:1: ", "# switchyard-trace v1", "convert"});
  check_error("", {"x.csv:1:1: ", "# switchyard-trace v1"});
}

TEST_CASE("A later version of the format is refused") {
  check_error("# switchyard-trace v2 epoch_ns=0\nt,session,op\n1,a,r\n", {"x.csv:1:1: ", "v1"});
  check_error("# switchyard-trace v10 epoch_ns=0\nt,session,op\n1,a,r\n", {"x.csv:1:1: ", "v1"});
}

TEST_CASE("The first line may leave out the epoch and the source and name unknown things") {
  const Trace trace = read("# switchyard-trace v1\nt,session,op\n1,a,r\n");
  CHECK(trace.info().epoch_ns == 0);
  CHECK(trace.info().source.empty());
  const Trace other = read(
      "# switchyard-trace v1  source=s colour=red epoch_ns=-5 word\n"
      "t,session,op\n1,a,r\n");
  CHECK(other.info().epoch_ns == -5);
  CHECK(other.info().source == "s");
}

TEST_CASE("An epoch that is no integer is an error on line 1") {
  check_error("# switchyard-trace v1 epoch_ns=now\nt,session,op\n1,a,r\n",
              {"x.csv:1: ", "epoch_ns", "integer", "'now'"});
}

TEST_CASE("A trace without requests or without a header is refused") {
  check_error(kFirst + "t,session,op\n", {"x.csv: ", "no requests"});
  check_error(kFirst, {"x.csv: ", "header"});
}

TEST_CASE("A column that the header names twice is an error") {
  check_error(kFirst + "t,session,op,dur,dur\n1,a,r,1,2\n", {"x.csv: ", "'dur'", "twice"});
}

TEST_CASE("An object of no table is an error with its place") {
  check_error(kFirst + "t,session,op,asked,object\n1,a,r,R*,book/1\n",
              {"x.csv:3", "'object'", "object_table"});
}

TEST_CASE("A way of asking routers that there is not is an error with its place") {
  for (const char* text :
       {"RW", "wwwwwwwwW", "=0", "=9", "wW=2", "w=1", "w", "*", "x", "=", "--"}) {
    check_error(kFirst + "t,session,op,asked\n1,a,r," + text + "\n",
                {"x.csv:3", "'asked'", text, "=1 to =8"});
  }
}

TEST_CASE("Names with line breaks, NULs and backslashes, and notes, come back as they were") {
  TraceBuilder builder;
  TraceRow row;
  const std::string key("t/a\\n\nb\r\0c,\"d\"", 15);
  row.session = "a\\b";
  row.op = Op::kRead;
  row.key = key;
  row.stmt = " SELECT\t1 ";
  builder.add(row);
  TraceInfo info;
  info.source = "pgcsv";
  info.notes = {"12 rows read", "skipped 3, \"quoted\""};
  const Trace trace = builder.finish(info);
  const TemporaryDirectory directory;
  AtomicFile file(directory.file("t.csv"));
  write_native_csv(trace, file);
  file.commit();
  const Trace again = open_trace(directory.file("t.csv"), {});
  CHECK(content_hash(again) == content_hash(trace));
  CHECK(again.names().keys[0] == key);
  CHECK(again.info().notes == info.notes);
  CHECK(again.info().source == "pgcsv");
}

TEST_CASE("A backslash means itself unless the first line says otherwise") {
  const TemporaryDirectory directory;
  const auto key = [&](const std::string& first, const std::string& text) {
    const Trace trace =
        open_trace(directory.write("t.csv", "# switchyard-trace v1" + first +
                                                "\nt,session,op,key\n0,a,r," + text + "\n"),
                   {});
    return std::string(trace.names().keys[0]);
  };
  CHECK(key("", "a\\nb") == "a\\nb");
  CHECK(key(" escapes=backslash", "a\\nb") == "a\nb");
  CHECK_THROWS_AS(key(" escapes=backslash", "a\\xb"), InputError);
  CHECK_THROWS_AS(key(" escapes=backslash", "a\\"), InputError);
}

}  // namespace
}  // namespace switchyard
