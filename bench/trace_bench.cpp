// Reading traces: rows per second from CSV, and the time until a mapped binary file can be
// replayed.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <filesystem>

#include "systems.h"
#include "workload/binary_file.h"
#include "workload/native_csv.h"

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
    write_native_csv(workload_of(4, kRows, 1000, LoopMode::kOpen).trace, out);
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
    write_binary_trace(workload_of(4, kRequests, 1000, LoopMode::kOpen).trace, out, false);
    out.commit();
  }
  for (auto _ : state) {
    const Trace trace = map_binary_trace(file.path());
    benchmark::DoNotOptimize(trace.size());
  }
}
BENCHMARK(open_binary)->Unit(benchmark::kMillisecond)->Iterations(5);

}  // namespace
}  // namespace switchyard::bench
