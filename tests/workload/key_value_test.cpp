#include <algorithm>
#include <string>

#include "catch.h"
#include "workload/readers/key_value/layout.h"
#include "workload/recording.h"

namespace switchyard {
namespace {

using Names = std::vector<std::string_view>;

std::vector<std::int64_t> times_of(const Trace& trace) {
  const auto times = trace.columns().t_ns;
  return {times.begin(), times.end()};
}

std::string keys_of(const Trace& trace) {
  std::string keys;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    keys += i == 0 ? "" : " ";
    keys += key_of(trace, i);
  }
  return keys;
}

// One request of oracleGeneral: packed, little endian.
std::string record(std::uint32_t seconds, std::uint64_t id, std::uint32_t size,
                   std::int64_t next = -1) {
  std::string bytes;
  const auto append = [&](std::uint64_t value, int count) {
    for (int i = 0; i < count; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xFF);
  };
  append(seconds, 4);
  append(id, 8);
  append(size, 4);
  append(static_cast<std::uint64_t>(next), 8);
  return bytes;
}

ImportOptions with_read_share(double share) {
  ImportOptions options;
  options.read_share = share;
  return options;
}

ImportOptions with_columns(const std::string& columns) {
  ImportOptions options;
  options.columns = columns;
  return options;
}

TEST_CASE("Twitter's requests of one second are spread over it, and keys may hold commas") {
  const std::string text =
      "10,nz:u:1,6,304,12,get,0\n"
      "10,a,b,,c,6,0,12,gets,0\n"
      "10,k,1,77,9,set,60\n"
      "10,k,1,0,9,delete,0\n"
      "12,k,1,0,9,incr,0\n";
  CHECK(formats_of(text) == Names{"twitter"});
  const Trace trace = read_as("twitter", text);
  CHECK(letters_of(trace) == "rrwww");
  CHECK(keys_of(trace) == "nz:u:1 a,b,,c k k k");
  CHECK(times_of(trace) ==
        std::vector<std::int64_t>{0, 250'000'000, 500'000'000, 750'000'000, 2'000'000'000});
  CHECK(session_of(trace, 0) == "12");
  CHECK(session_of(trace, 2) == "9");
  CHECK(trace.columns().bytes[0] == 304);
  CHECK(trace.columns().dur_ns.empty());
  // Seconds from some beginning are no date.
  CHECK(trace.info().epoch_ns == 0);
  CHECK(trace.info().source == "twitter");
}

TEST_CASE("Requests can be dealt to sessions in turn") {
  ImportOptions options;
  options.sessions = 2;
  const Trace trace =
      read_as("twitter", "1,k,1,1,12,get,0\n2,k,1,1,12,get,0\n3,k,1,1,12,get,0\n", options);
  CHECK(trace.session_count() == 2);
  CHECK(session_of(trace, 0) == session_of(trace, 2));
  CHECK(session_of(trace, 0) != session_of(trace, 1));
  CHECK(has_note(trace, "dealt to 2 sessions"));
}

TEST_CASE("Meta's columns are found by their names, and repeats lie evenly in their second") {
  const std::string text =
      "key,op,op_time,op_count,size,usecase\n"
      "A,GET,5,3,100,u1\n"
      "B,SET,5,1,200,u2\n"
      "C,GET_LEASE,6,0,1,u1\n"
      "key,op,op_time,op_count,size,usecase\n"
      "C,DELETE,7,1,1,u1\n";
  CHECK(formats_of(text) == Names{"metakv"});
  const Trace trace = read_as("metakv", text);
  // A at 1/6, 1/2 and 5/6 of the second, B at 1/2: four requests, a quarter of a second apart.
  CHECK(keys_of(trace) == "A A B A C");
  CHECK(letters_of(trace) == "rrwrw");
  CHECK(times_of(trace) ==
        std::vector<std::int64_t>{0, 250'000'000, 500'000'000, 750'000'000, 2'000'000'000});
  CHECK(session_of(trace, 2) == "u2");
  CHECK(has_note(trace, "1 rows stand for several requests"));
  CHECK(has_note(trace, "4 rows read"));
}

TEST_CASE("Meta's traces without times are recognised and refused") {
  const std::string text = "key,op,size,op_count,key_size\n1,GET,10,1,4\n";
  CHECK(formats_of(text) == Names{"metakv"});
  CHECK(error_of("metakv", text).find("no column 'op_time'") != std::string::npos);
}

TEST_CASE("Meta's block requests have a user and a time with decimals") {
  const std::string text =
      "op_time,block_id,block_id_size,io_size,io_offset,user_name,user_namespace,op_name,op_count,"
      "host_name,rs_shard_id\n"
      "1572074461.57806,310,40,4325376,262144,18,3,getChunkData.NotInitialized,1,h,0\n"
      "1572074461.6,311,40,100,0,19,3,putChunk.NonPermanent,1,h,0\n";
  CHECK(formats_of(text) == Names{"metablock"});
  const Trace trace = read_as("metablock", text);
  CHECK(letters_of(trace) == "rw");
  CHECK(trace.info().epoch_ns == 1'572'074'461'578'060'000);
  CHECK(trace.columns().t_ns[1] == 21'940'000);
  CHECK(session_of(trace, 1) == "19");
  CHECK(key_of(trace, 0) == "310");
}

TEST_CASE("MSR's rows are sorted, in units of 100 ns since 1601") {
  const std::string text =
      "128166372003061629,hm,1,Read,383496192,32768,413\n"
      "128166372002869395,hm,0,Write,4096,512,1000\n";
  CHECK(formats_of(text) == Names{"msr"});
  const Trace trace = read_as("msr", text);
  CHECK(letters_of(trace) == "wr");
  // 2007-02-22 17:00:00.286939500 UTC.
  CHECK(trace.info().epoch_ns == 1'172'163'600'286'939'500);
  CHECK(trace.columns().t_ns[1] == 192'234 * 100);
  CHECK(trace.columns().dur_ns[0] == 100'000);
  CHECK(trace.columns().dur_ns[1] == 41'300);
  CHECK(session_of(trace, 0) == "hm.0");
  CHECK(key_of(trace, 0) == "hm.0/4096");
  CHECK(key_of(trace, 1) == "hm.1/383496192");
}

TEST_CASE("Requests of one disk overlap, so that their times are taken as recorded") {
  const Trace trace = read_as("msr",
                              "128166372000000020,hm,0,Read,1,512,5000\n"
                              "128166372000000010,hm,0,Read,2,512,5000\n"
                              "128166372000000030,hm,0,Read,3,512,5000\n");
  CHECK(times_of(trace) == std::vector<std::int64_t>{0, 1'000, 2'000});
  CHECK(keys_of(trace) == "hm.0/2 hm.0/1 hm.0/3");
}

TEST_CASE("Alibaba's and Tencent's rows read and write offsets of devices") {
  const std::string alibaba = "419,W,8792731648,16384,1577808144360767\n";
  CHECK(formats_of(alibaba) == Names{"alibaba"});
  const Trace one = read_as("alibaba", alibaba + "725,R,59110326272,360448,1577808144360783\n");
  CHECK(letters_of(one) == "wr");
  CHECK(one.info().epoch_ns == 1'577'808'144'360'767'000);
  CHECK(one.columns().t_ns[1] == 16'000);
  CHECK(session_of(one, 0) == "419");
  CHECK(key_of(one, 0) == "419/8792731648");

  const std::string tencent = "1538323200,12910952,128,0,1063\n1538323200,6874,16,1,1064\n";
  // Any five numbers might be that.
  CHECK(formats_of(tencent) == Names{"tencent", "libcachesim"});
  const Trace other = read_as("tencent", tencent);
  CHECK(letters_of(other) == "rw");
  CHECK(other.columns().bytes[0] == 128 * 512);
  CHECK(other.info().epoch_ns == 1'538'323'200'000'000'000);
  CHECK(other.columns().t_ns[1] == 500'000'000);
  CHECK(key_of(other, 0) == "1063/12910952");
  CHECK(session_of(other, 1) == "1064");
}

TEST_CASE("Any text of columns can be read with --columns") {
  const std::string text =
      "x;100;get;4096;obj1\n"
      "y;350;put;10;obj2\n";
  const Trace trace = read_as("libcachesim", text,
                              with_columns("time-col=2, obj-id-col=5,op-col=3,obj-size-col=4,"
                                           "tenant-col=1,time-unit=ms,delimiter=;"));
  CHECK(letters_of(trace) == "rw");
  CHECK(times_of(trace) == std::vector<std::int64_t>{0, 250'000'000});
  CHECK(keys_of(trace) == "obj1 obj2");
  CHECK(session_of(trace, 1) == "y");
  CHECK(trace.columns().bytes[1] == 10);
}

TEST_CASE("A text of columns may have a header, and no operations and sessions") {
  ImportOptions options = with_columns("delimiter=,,time-col=1,obj-id-col=2,has-header=true");
  options.read_share = 1.0;
  const Trace trace = read_as("libcachesim", "t,id\n0,7\n1,8\n", options);
  CHECK(letters_of(trace) == "rr");
  CHECK(keys_of(trace) == "7 8");
  CHECK(has_note(trace, "dealt to 1000 sessions"));
  CHECK(has_note(trace, "a share of 1 being reads"));
}

TEST_CASE("What --columns can't mean is refused") {
  const auto error = [](const std::string& columns) {
    return error_of("libcachesim", "1,2\n", with_columns(columns));
  };
  CHECK(error("").find("say which are which") != std::string::npos);
  CHECK(error("time-col=1").find("obj-id-col") != std::string::npos);
  CHECK(error("time-col=0,obj-id-col=2").find("from 1 to 64") != std::string::npos);
  CHECK(error("time-col=1,obj-id-col=65").find("from 1 to 64") != std::string::npos);
  CHECK(error("time-col=1,obj-id-col=2,colour=3").find("'colour' is unknown") != std::string::npos);
  CHECK(error("time-col=1,obj-id-col=2,delimiter=").find("delimiter") != std::string::npos);
  CHECK(error("time-col=1,obj-id-col=2,delimiter=ab").find("delimiter") != std::string::npos);
  CHECK(error("time-col").find("no '='") != std::string::npos);
  CHECK(error("time-col=1,obj-id-col=2").find("--read-share") != std::string::npos);
}

TEST_CASE("oracleGeneral's ids are numbers of 64 bits") {
  const std::string bytes = record(3, 18446744073709551615U, 100, 7) + record(3, 5, 4294967295U) +
                            record(4, 5, 1, INT64_MAX);
  CHECK(formats_of(bytes) == Names{"oraclegeneral"});
  const Trace trace = read_as("oraclegeneral", bytes, with_read_share(0.0));
  CHECK(letters_of(trace) == "www");
  CHECK(keys_of(trace) == "18446744073709551615 5 5");
  CHECK(times_of(trace) == std::vector<std::int64_t>{0, 500'000'000, 1'000'000'000});
  CHECK(trace.columns().bytes[1] == 4'294'967'295);
  CHECK(has_note(trace, "reads and writes are drawn"));
  CHECK(error_of("oraclegeneral", bytes).find("--read-share") != std::string::npos);
  // The end of the file cuts a record.
  CHECK(has_note(read_as("oraclegeneral", bytes.substr(0, 71), with_read_share(0.5)),
                 "skipped 1 damaged rows (first: line 3 "));
}

TEST_CASE("Drawn reads have their share, and are the same every time and in any pieces") {
  std::string bytes;
  for (std::uint32_t i = 0; i < 10'000; ++i) bytes += record(i / 100, i % 10, 1);
  const Trace trace = read_as("oraclegeneral", bytes, with_read_share(0.8));
  const std::string letters = letters_of(trace);
  // Five standard deviations of a binomial distribution: 5 * sqrt(10000 * 0.8 * 0.2) = 200.
  const auto reads = std::ranges::count(letters, 'r');
  CHECK(reads > 7'800);
  CHECK(reads < 8'200);
  CHECK(letters_of(read_as("oraclegeneral", bytes, with_read_share(0.8), 7)) == letters);
  CHECK(trace.session_count() == 1'000);
}

TEST_CASE("Damaged rows of key-value recordings are counted with the reason of the first") {
  struct Damage {
    const char* format;
    const char* row;
    const char* what;
  };
  const std::string twitter = "1,k,1,1,1,get,0\n";
  const std::string msr = "128166372003061629,hm,1,Read,1,1,1\n";
  const std::string meta = "op_time,key,op,op_count\n1,k,GET,1\n";
  for (const Damage& damage :
       {Damage{"twitter", "1,k,1,1,1,get", "6 columns"},
        Damage{"twitter", "1,k,1,1,1,peek,0", "unknown operation"},
        Damage{"twitter", "-1,k,1,1,1,get,0", "no time"},
        Damage{"twitter", "9999999999999,k,1,1,1,get,0", "no time"},
        Damage{"twitter", "1.5x,k,1,1,1,get,0", "no time"},
        Damage{"twitter", "1,,1,1,1,get,0", "no key"}, Damage{"twitter", "1,k,1,z,1,get,0", "size"},
        Damage{"msr", "1166372003061629,hm,1,Read,1,1,1", "no time"},
        Damage{"msr", "128166372003061629,hm,1,Read,1,1,-5", "duration"},
        Damage{"metakv", "1,k,GET,100001", "number of requests"}}) {
    const std::string format = damage.format;
    CAPTURE(format, damage.row);
    const std::string& good = format == "twitter" ? twitter : format == "msr" ? msr : meta;
    const Trace trace = read_as(format, good + damage.row + "\n");
    CHECK(trace.size() == 1);
    CHECK(has_note(trace, "skipped 1 damaged rows"));
    CHECK(has_note(trace, damage.what));
  }
}

TEST_CASE("Keys of key-value recordings can be digests") {
  ImportOptions options;
  options.hash_keys = "secret";
  const Trace trace =
      read_as("twitter", "1,k,1,1,1,get,0\n1,k,1,1,1,get,0\n1,l,1,1,1,get,0\n", options);
  CHECK(trace.key_count() == 2);
  CHECK(key_of(trace, 0).size() == 16);
  CHECK(key_of(trace, 0) == key_of(trace, 1));
}

TEST_CASE("Other formats' first lines are not taken for key-value recordings") {
  for (const std::string head :
       {"2026-11-22 20:50:39.922 "
        "UTC,\"postgres\",\"bench\",2965,\"127.0.0.1:47334\",6b03559f.b95\n",
        "{\"timestamp\":\"2026-11-22 20:50:39.922 UTC\",\"error_severity\":\"LOG\"}\n",
        "# Time: 2026-11-22T20:50:39.922817Z\n# User@Host: u[u] @ h [1.2.3.4]  Id: 5\n",
        "/usr/sbin/mariadbd, Version: 10.11.19-MariaDB (Debian 12). started with:\n",
        "2026-11-22T20:50:39.922817Z\t    8 Query\tSELECT 1\n"}) {
    CAPTURE(head);
    for (const std::string_view name :
         {"django", "pgbench", "twitter", "metakv", "metablock", "msr", "alibaba", "tencent",
          "libcachesim", "oraclegeneral"}) {
      CAPTURE(name);
      CHECK(format_named(name).fit(head) == TraceFormat::Fit::kNo);
    }
  }
}

}  // namespace
}  // namespace switchyard
