// Reading traces: rows per second from CSV, the time until a mapped binary file can be replayed,
// and bytes per second of logs, where each statement differs from all others in its literals.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>

#include "systems.h"
#include "workload/binary_file.h"
#include "workload/native_csv.h"
#include "workload/open_trace.h"

namespace switchyard::bench {
namespace {

// A file in the temporary folder, gone with the object.
class ScratchFile {
 public:
  explicit ScratchFile(const std::string& ending)
      : path_(std::filesystem::temp_directory_path() /
              ("switchyard-bench-" + std::to_string(getpid()) + ending)) {}
  ~ScratchFile() { std::filesystem::remove(path_); }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

void read_csv(benchmark::State& state) {
  constexpr std::uint64_t kRows = 2'000'000;
  const ScratchFile file(".csv");
  {
    AtomicFile out(file.path());
    write_native_csv(workload_of({.requests = kRows}).trace, out);
    out.commit();
  }
  for (auto _ : state) {
    const Trace trace = read_native_csv(open_bytes(file.path()), file.path());
    benchmark::DoNotOptimize(trace.size());
  }
  state.counters["rows/s"] =
      benchmark::Counter(static_cast<double>(kRows) * static_cast<double>(state.iterations()),
                         benchmark::Counter::kIsRate);
}
BENCHMARK(read_csv)->Unit(benchmark::kMillisecond)->Iterations(3);

// Checks included; the pages are in the system's cache after the first time.
void open_binary(benchmark::State& state) {
  constexpr std::uint64_t kRequests = 10'000'000;
  const ScratchFile file(".swt");
  {
    AtomicFile out(file.path());
    write_binary_trace(workload_of({.requests = kRequests}).trace, out, false);
    out.commit();
  }
  for (auto _ : state) {
    const Trace trace = map_binary_trace(file.path());
    benchmark::DoNotOptimize(trace.size());
  }
}
BENCHMARK(open_binary)->Unit(benchmark::kMillisecond)->Iterations(5);

// `append` adds the i-th record to a text.
void read_log(benchmark::State& state, const std::string& format,
              const std::function<void(std::string&, int)>& append) {
  constexpr std::size_t kSize = std::size_t{128} << 20;
  const ScratchFile file(".log");
  {
    std::string text;
    text.reserve(kSize + 1'000);
    for (int i = 0; text.size() < kSize; ++i) append(text, i);
    std::ofstream(file.path(), std::ios::binary) << text;
  }
  ImportOptions options;
  options.format = format;
  for (auto _ : state) {
    const Trace trace = open_trace(file.path(), options);
    benchmark::DoNotOptimize(trace.size());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(kSize) * state.iterations());
}

std::string statement(int i) {
  switch (i % 4) {
    case 0:
      return "BEGIN";
    case 1:
      return fmt::format("UPDATE pgbench_accounts SET abalance = abalance + {} WHERE aid = {}",
                         i % 9973 - 5000, i % 99'991);
    case 2:
      return fmt::format("SELECT abalance FROM pgbench_accounts WHERE aid = {}", i % 99'991);
    default:
      return "COMMIT";
  }
}

void read_postgres_csvlog(benchmark::State& state) {
  read_log(state, "pgcsv", [](std::string& text, int i) {
    const int second = i / 4000 % 60;
    const int minute = i / 240'000 % 60;
    fmt::format_to(
        std::back_inserter(text),
        "2026-11-22 20:{:02}:{:02}.{:03} "
        "UTC,\"app\",\"bench\",{},\"127.0.0.1:55192\",6b035523.{:x},"
        "{},\"SELECT\",2026-11-22 20:48:35 UTC,2/{},0,LOG,00000,\"duration: 0.{:03} ms  statement: "
        "{}\",,,,,,,,,\"pgbench\",\"client backend\",,{}\n",
        minute, second, i / 4 % 1000, 1000 + i / 4 % 32, 1000 + i / 4 % 32, i, i, 100 + i % 900,
        statement(i), i);
  });
}
BENCHMARK(read_postgres_csvlog)->Unit(benchmark::kMillisecond)->Iterations(5);

void read_mysql_slow_log(benchmark::State& state) {
  read_log(state, "mysqlslow", [](std::string& text, int i) {
    fmt::format_to(std::back_inserter(text),
                   "# User@Host: app[app] @ localhost [127.0.0.1]\n"
                   "# Thread_id: {}  Schema: bench  QC_hit: No\n"
                   "# Query_time: 0.000{:03}  Lock_time: 0.000010  Rows_sent: 1  Rows_examined: 1\n"
                   "# Rows_affected: 0  Bytes_sent: 100\n"
                   "SET timestamp={};\n{};\n",
                   10 + i / 4 % 32, 100 + i % 900, 1'795'381'012 + i / 4000, statement(i));
  });
}
BENCHMARK(read_mysql_slow_log)->Unit(benchmark::kMillisecond)->Iterations(5);

}  // namespace
}  // namespace switchyard::bench
