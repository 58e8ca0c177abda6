#include "cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <mutex>

namespace switchyard {
namespace {

// What a signal handler may touch, on whichever thread it runs; a process has one Ctrl-C.
std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void on_signal(int /*signal*/) {
  interrupted = true;
  // A second one of either kind ends the program at once: the code of a router may never return.
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

std::string clock_text(double seconds) {
  const auto whole = static_cast<long>(seconds + 0.5);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

std::string bar_text(double done, double total, double seconds, std::string_view unit) {
  constexpr int kWidth = 30;
  std::string text;
  if (total > 0) {
    const double share = std::clamp(done / total, 0.0, 1.0);
    const int filled = static_cast<int>(share * kWidth);
    text = fmt::format("[{}{}] {:3.0f}%", std::string(static_cast<std::size_t>(filled), '#'),
                       std::string(static_cast<std::size_t>(kWidth - filled), ' '), share * 100);
  } else {
    text = fmt::format("{:.0f} M{}", done / 1e6, unit);
  }
  if (seconds > 0 && done > 0) {
    text += fmt::format("  {:.1f} M{}/s", done / seconds / 1e6, unit);
    if (total > 0) text += fmt::format("  {} left", clock_text(seconds * (total - done) / done));
  }
  return text;
}

}  // namespace

ProgressDisplay::ProgressDisplay(CompareControl& control, bool quiet) : control_(control) {
  interrupted = false;
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  const bool show = !quiet && isatty(STDERR_FILENO) != 0;
  watcher_ = std::jthread([this, show](const std::stop_token& stop) { watch(stop, show); });
}

ProgressDisplay::~ProgressDisplay() {
  watcher_.request_stop();
  watcher_.join();
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

void ProgressDisplay::watch(const std::stop_token& stop, bool show) {
  using Clock = std::chrono::steady_clock;
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  Clock::time_point begin = Clock::now();
  bool is_running = false;
  bool drawn = false;
  for (int tick = 0; !stop.stop_requested(); ++tick) {
    wake.wait_for(lock, stop, std::chrono::milliseconds(50), [] { return false; });
    if (interrupted) control_.stop = true;
    const std::uint64_t requests = control_.requests_total;
    const std::uint64_t bytes = control_.bytes_done;
    if (requests > 0 && !is_running) {
      is_running = true;
      begin = Clock::now();
    }
    // Short runs pass without a flash of a bar.
    if (!show || (requests == 0 && bytes == 0) || tick % 4 != 3) continue;
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    const std::string text =
        requests > 0
            ? bar_text(static_cast<double>(control_.requests_done_by_all()),
                       static_cast<double>(requests), seconds, " requests")
            : "reading " + bar_text(static_cast<double>(bytes),
                                    static_cast<double>(control_.bytes_total), seconds, "B");
    fmt::print(stderr, "\r{}\x1b[K", text);
    std::fflush(stderr);
    drawn = true;
  }
  if (drawn) fmt::print(stderr, "\r\x1b[K");
}

Trace open_with_progress(const std::string& path, ImportOptions options) {
  CompareControl control;
  options.on_progress = reading_progress(control);
  const ProgressDisplay progress(control, false);
  return open_trace(path, options);
}

}  // namespace switchyard
