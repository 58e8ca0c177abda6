// Damaged recordings give a trace or an InputError: never a crash, nor a trace of impossible size.
#include <cstdint>
#include <filesystem>
#include <string>

#include "catch.h"
#include "core/random.h"
#include "workload/recording.h"

namespace switchyard {
namespace {

struct Recording {
  const char* format;
  std::string content;
};

std::vector<Recording> recordings() {
  const std::string django =
      "2026-11-22 21:01:21,687 10489 14001 django.db.backends DEBUG (0.004) BEGIN; args=None\n"
      "2026-11-22 21:01:21,690 10489 14001 django.db.backends DEBUG (0.001) INSERT INTO t (a, b)\n"
      "VALUES ('it''s; args=(1', %s); args=('it\\'s; args=(1', datetime.date(2026, 1, 2)); "
      "alias=default\n"
      "2026-11-22 21:01:21,699 10489 14002 django.db.backends DEBUG (0.001) 2 times: UPDATE `t` "
      "SET a=%s WHERE b=%(id)s; args=[('a', 1), ('b', 2)]\n";
  const std::string json =
      "{\"created\": 1795381281.687179, \"process\": 10489, \"thread\": 14001, \"duration\": "
      "9.2e-06, \"sql\": \"SELECT * FROM t WHERE id = %s\", \"params\": \"(5,)\", \"alias\": "
      "null}\n"
      "{\"asctime\": \"2026-11-22 21:01:21,687\", \"message\": \"(0.004) COMMIT; args=None\"}\n";
  std::string oracle;
  for (int i = 0; i < 5; ++i) {
    oracle += std::string("\x10\0\0\0\x22\0\0\0\0\0\0\x01\0\x10\0\0", 16) + std::string(8, '\xFF');
  }
  return {{"pgbench",
           "0 1 2000 0 1700000010 500000 500 0\n"
           "12 1 skipped 1 1700000010 600000 0 0\n"
           "12 2 failed 127 1700000011 600000 0 3\n"},
          {"django", django},
          {"django", json},
          {"twitter", "10,nz:u:1,6,304,12,get,0\n10,a,b,,c,6,0,12,gets,0\n11,k,1,77,9,set,60\n"},
          {"metakv",
           "op_time,key,key_size,op,op_count,size,cache_hits,ttl,usecase,sub_usecase\n"
           "5,A,4,GET,3,100,1,0,u1,s\n5,B,4,SET,1,7,0,0,u2,s\n6,C,4,DELETE,2,7,0,0,u2,s\n"},
          {"metablock",
           "op_time,block_id,io_size,user_name,op_name,op_count\n"
           "1572074461.57806,310,4325376,18,getChunkData.NotInitialized,2\n"},
          {"msr",
           "128166372003061629,hm,1,Read,383496192,32768,413\n"
           "128166372002869395,hm,0,Write,4096,512,1000\n"},
          {"alibaba", "419,W,8792731648,16384,1577808144360767\n"},
          {"tencent", "1538323200,12910952,128,0,1063\n1538323201,6874,16,1,1064\n"},
          {"libcachesim", "1.5;7;get\n2.25;8;put\n"},
          {"oraclegeneral", oracle}};
}

ImportOptions options_for_all() {
  ImportOptions options;
  options.read_share = 0.5;
  options.sessions = 3;
  options.columns = "time-col=1,obj-id-col=2,op-col=3,delimiter=;";
  return options;
}

// Whether it gave a trace.
bool try_reading(const Recording& recording, const ImportOptions& options) {
  for (const TraceFormat& format : trace_formats()) {
    if (format.name == recording.format) format.fit(recording.content);
  }
  try {
    const Trace trace = read_as(recording.format, recording.content, options, 5);
    // No row stands for more requests than this, no request takes less than two bytes of input.
    REQUIRE(trace.size() <= recording.content.size() / 2 * 100'000);
    REQUIRE(trace.size() > 0);
    const auto times = trace.columns().t_ns;
    REQUIRE(times.front() == 0);
    REQUIRE(std::ranges::is_sorted(times));
    return true;
  } catch (const InputError&) {
    return false;
  }
}

TEST_CASE("Recordings that end anywhere give a trace or an error") {
  const ImportOptions options = options_for_all();
  for (const Recording& whole : recordings()) {
    CAPTURE(whole.format);
    CHECK(try_reading(whole, options));
    for (std::size_t size = 0; size < whole.content.size(); ++size) {
      CAPTURE(size);
      try_reading({whole.format, whole.content.substr(0, size)}, options);
    }
    CHECK_FALSE(try_reading({whole.format, ""}, options));
  }
}

TEST_CASE("Recordings with wrong bytes anywhere give a trace or an error") {
  static constexpr int kTries = 1'000;
  const ImportOptions options = options_for_all();
  RandomStream random(1, RandomPurpose::kImport);
  for (const Recording& whole : recordings()) {
    CAPTURE(whole.format);
    int traces = 0;
    for (int i = 0; i < kTries; ++i) {
      Recording damaged = whole;
      const std::uint32_t flips = 1 + random.next_below(4);
      for (std::uint32_t flip = 0; flip < flips; ++flip) {
        const std::uint32_t at =
            random.next_below(static_cast<std::uint32_t>(damaged.content.size()));
        damaged.content[at] = static_cast<char>(random.next_below(256));
      }
      CAPTURE(damaged.content);
      traces += try_reading(damaged, options) ? 1 : 0;
    }
    // Most damage leaves something to read, so that what is behind the parsing is tried as well.
    CHECK(traces > 0);
  }
}

// The fuzzer takes its formats from these folders.
TEST_CASE("The fuzzer has a recording of each format to begin with") {
  for (const std::string& format : trace_format_names()) {
    if (format == "auto") continue;
    CAPTURE(format);
    const std::filesystem::path corpus =
        std::filesystem::path(SWITCHYARD_SOURCE_DIR) / "tests/fuzz/corpus" / format;
    CHECK(std::filesystem::is_directory(corpus));
    CHECK_FALSE(std::filesystem::is_empty(corpus));
  }
}

}  // namespace
}  // namespace switchyard
