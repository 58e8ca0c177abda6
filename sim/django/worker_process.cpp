#include "django/worker_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/error.h"

namespace switchyard::django {
namespace {

// While nothing comes, how often to look whether the run is to end.
constexpr std::chrono::nanoseconds kLookForStop = std::chrono::milliseconds(50);

std::string find_worker() {
  namespace fs = std::filesystem;
  if (const char* given = std::getenv("SWITCHYARD_DJANGO")) return given;
  std::error_code error;
  const fs::path here = fs::read_symlink("/proc/self/exe", error).parent_path();
  // The last is where it is built, for programs that are built beside it.
  for (const char* folder : {".", "../libexec/switchyard", "../sim"}) {
    const fs::path path = here / folder / "switchyard-django";
    if (fs::is_regular_file(path, error)) return path.string();
  }
  throw InputError(
      "Django routers need the program switchyard-django, which is built where pybind11-dev and "
      "python3-dev are installed; SWITCHYARD_DJANGO can say where it lies");
}

// `File "routers.py", line 12 in db_for_read` of a fault report: the innermost frame comes first.
std::string innermost_frame(const std::string& log) {
  std::size_t at = log.find("File \"");
  // Of the stand-ins for clocks and connections, their caller is meant.
  while (at != std::string::npos && (log.compare(at + 6, 11, "switchyard_") == 0 ||
                                     log.compare(at + 6, 10, "simulated_") == 0)) {
    at = log.find("File \"", at + 1);
  }
  return at == std::string::npos ? std::string() : log.substr(at, log.find('\n', at) - at);
}

}  // namespace

void WorkerProcess::Descriptor::reset(int number) {
  close();
  number_ = number;
}

void WorkerProcess::Descriptor::close() {
  if (number_ >= 0) ::close(std::exchange(number_, -1));
}

WorkerProcess::WorkerProcess(const Order& order, Nanoseconds patience,
                             const std::atomic<bool>* stop)
    : settings_((std::filesystem::path(order.settings) / "").parent_path().filename().string()),
      patience_(patience),
      stop_(stop) {
  heed_stop();
  start();
  try {
    const nlohmann::json written = {
        {"routers", order.routers}, {"seed", order.seed}, {"tables", order.tables}};
    const Nanoseconds patience_then = order.loading_patience;
    send_text(order.settings, patience_then);
    send_text(written.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace),
              patience_then);
    const auto hello = nlohmann::json::parse(receive_text(patience_then));
    if (hello.contains("error")) throw InputError(hello["error"].get<std::string>());
    databases_ = hello["databases"].get<std::vector<std::string>>();
    routers_ = hello["routers"].get<std::vector<std::string>>();
    is_loaded_ = true;
  } catch (...) {
    end();
    throw;
  }
}

WorkerProcess::~WorkerProcess() {
  end();
}

void WorkerProcess::end() {
  socket_.close();
  if (process_ <= 0) return;
  // With what it has started; the number is not another's before it has been waited for.
  kill(-process_, SIGKILL);
  kill(process_, SIGKILL);
  waitpid(std::exchange(process_, -1), nullptr, 0);
}

void WorkerProcess::start() {
  const std::string program = find_worker();
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw InputError("no pair of sockets can be had for the process of Django routers");
  }
  socket_.reset(ends[0]);
  const Descriptor other(ends[1]);
  // Above the numbers that they get in the process, so that none is overwritten on the way.
  const Descriptor theirs(fcntl(ends[1], F_DUPFD_CLOEXEC, 10));
  const Descriptor log(memfd_create("switchyard-django", MFD_CLOEXEC));
  log_.reset(fcntl(log.number(), F_DUPFD_CLOEXEC, 10));
  std::array<int, 2> pipe_ends = {-1, -1};
  if (pipe2(pipe_ends.data(), O_CLOEXEC) == 0) fcntl(pipe_ends[0], F_SETFL, O_NONBLOCK);
  printed_.reset(pipe_ends[0]);
  const Descriptor printing_end(pipe_ends[1]);
  const Descriptor prints(fcntl(pipe_ends[1], F_DUPFD_CLOEXEC, 10));

  if (theirs.number() < 0 || log_.number() < 0 || prints.number() < 0) {
    throw InputError(
        "there are too many open files for another process of Django routers; allow more by "
        "`ulimit -n`, or use fewer threads or instances");
  }

  posix_spawn_file_actions_t actions{};
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, theirs.number(), kSocket);
  posix_spawn_file_actions_adddup2(&actions, log_.number(), kLog);
  for (const int output : {STDOUT_FILENO, STDERR_FILENO}) {
    posix_spawn_file_actions_adddup2(&actions, prints.number(), output);
  }
  // A group of its own, so that Ctrl-C on a terminal is for the run alone, which ends it then.
  posix_spawnattr_t attributes{};
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  posix_spawnattr_setpgroup(&attributes, 0);
  std::string name = "switchyard-django";
  std::array<char*, 2> arguments = {name.data(), nullptr};
  const int failure =
      posix_spawn(&process_, program.c_str(), &actions, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) {
    process_ = -1;
    throw InputError(fmt::format("{} can't be started: {}", program, std::strerror(failure)));
  }
}

Answer WorkerProcess::ask(const Ask& ask) {
  send(&ask, sizeof(ask), patience_);
  Answer answer;
  receive(&answer, sizeof(answer), patience_);
  return answer;
}

void WorkerProcess::tell(const Ask& ask) {
  send(&ask, sizeof(ask), patience_);
}

std::vector<std::string> WorkerProcess::account() {
  tell({.kind = Ask::Kind::kAccount});
  return nlohmann::json::parse(receive_text(patience_)).get<std::vector<std::string>>();
}

void WorkerProcess::send(const void* data, std::size_t size, Nanoseconds patience) {
  const auto* at = static_cast<const char*>(data);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::nanoseconds(patience);
  while (size > 0) {
    const ssize_t put = ::send(socket_.number(), at, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0 && errno == EAGAIN) {
      wait_for(POLLOUT, deadline, patience);
      continue;
    }
    if (put <= 0) has_ended();
    at += put;
    size -= static_cast<std::size_t>(put);
  }
}

void WorkerProcess::receive(void* into, std::size_t size, Nanoseconds patience) {
  auto* at = static_cast<char*>(into);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::nanoseconds(patience);
  while (size > 0) {
    wait_for(POLLIN, deadline, patience);
    const ssize_t got = recv(socket_.number(), at, size, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) has_ended();
    at += got;
    size -= static_cast<std::size_t>(got);
  }
}

void WorkerProcess::wait_for(short events, std::chrono::steady_clock::time_point deadline,
                             Nanoseconds patience) {
  while (true) {
    const auto left = deadline - std::chrono::steady_clock::now();
    const auto slice = std::chrono::ceil<std::chrono::milliseconds>(
        std::clamp<std::chrono::nanoseconds>(left, std::chrono::nanoseconds(0), kLookForStop));
    std::array<pollfd, 2> waiting = {
        {{socket_.number(), events, 0}, {printed_.number(), POLLIN, 0}}};
    poll(waiting.data(), waiting.size(), static_cast<int>(slice.count()));
    // Who prints much would else wait for us.
    if (waiting[1].revents != 0) take_printed();
    if (waiting[0].revents != 0) return;
    heed_stop();
    if (left <= std::chrono::nanoseconds(0)) has_hung(patience);
  }
}

void WorkerProcess::heed_stop() const {
  if (stop_ != nullptr && *stop_) throw Interrupted();
}

void WorkerProcess::send_text(const std::string& text, Nanoseconds patience) {
  const auto size = static_cast<std::uint32_t>(text.size());
  send(&size, sizeof(size), patience);
  send(text.data(), text.size(), patience);
}

std::string WorkerProcess::receive_text(Nanoseconds patience) {
  std::uint32_t size = 0;
  receive(&size, sizeof(size), patience);
  std::string text(size, '\0');
  receive(text.data(), size, patience);
  return text;
}

void WorkerProcess::has_hung(Nanoseconds patience) {
  // It has ended where a process that it started holds the connection open.
  siginfo_t ended{};
  if (waitid(P_PID, static_cast<id_t>(process_), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
      ended.si_pid == process_) {
    has_ended();
  }
  // It tells where it is, if Python is able to.
  kill(process_, SIGUSR1);
  usleep(200'000);
  std::string where = innermost_frame(log());
  if (!where.empty()) where = ", at " + where;
  const std::string waited = format_duration(static_cast<double>(patience));
  if (!is_loaded_) {
    throw InputError(fmt::format(
        "{} and its routers have not been loaded within {}, so their process was stopped{}; mend "
        "what they do while they are imported, or give them longer as the router "
        "django:settings={},patience=5m",
        settings_, waited, where, settings_));
  }
  throw InputError(fmt::format(
      "the Django routers of {} have not answered for {}, so their process was stopped{}; mend "
      "them, or give them longer by the router's parameter `patience`",
      settings_, waited, where));
}

bool WorkerProcess::ends_by_itself() const {
  for (int i = 0; i < 100; ++i) {
    siginfo_t ended{};
    waitid(P_PID, static_cast<id_t>(process_), &ended, WEXITED | WNOHANG | WNOWAIT);
    if (ended.si_pid == process_) return true;
    usleep(10'000);
  }
  return false;
}

void WorkerProcess::has_ended() {
  int status = 0;
  heed_stop();
  if (!ends_by_itself()) {
    throw InputError(fmt::format(
        "the Django routers of {} have closed the connection of their process, so it was stopped",
        settings_));
  }
  kill(-process_, SIGKILL);  // what it has started
  waitpid(std::exchange(process_, -1), &status, 0);
  const char* signal = WIFSIGNALED(status) ? sigabbrev_np(WTERMSIG(status)) : nullptr;
  const std::string how =
      WIFSIGNALED(status)
          ? fmt::format("by signal {} ({})", WTERMSIG(status), signal == nullptr ? "?" : signal)
          : fmt::format("with exit status {}", WEXITSTATUS(status));
  const std::string text = log();
  std::string said = text.substr(0, text.find('\n'));
  if (const std::string where = innermost_frame(text); !where.empty()) said += ", at " + where;
  if (!said.empty()) said = ": " + said;
  // Which may be why, or not.
  if (const std::string last = last_printed(); !last.empty()) {
    said += "; the last that it printed: " + last;
  }
  throw InputError(
      fmt::format("the process of the Django routers of {} ended {} before the run was over{}",
                  settings_, how, said));
}

// What C code or os.write() has printed; false when there is no more just now. Only its end is
// kept.
bool WorkerProcess::take_printed() {
  constexpr std::size_t kKept = 4096;
  std::array<char, 65536> piece;
  const ssize_t got = read(printed_.number(), piece.data(), piece.size());
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (got <= 0) {
    printed_.close();  // nobody can print any more
    return false;
  }
  printed_tail_.append(piece.data(), static_cast<std::size_t>(got));
  if (printed_tail_.size() > kKept) printed_tail_.erase(0, printed_tail_.size() - kKept);
  return true;
}

// The last line that is not empty, shortened.
std::string WorkerProcess::last_printed() {
  constexpr std::size_t kLongest = 200;
  constexpr int kPieces = 16;  // as much as a pipe holds; somebody else may go on printing
  for (int i = 0; i < kPieces && take_printed(); ++i) {
  }
  const std::size_t end = printed_tail_.find_last_not_of(" \t\r\n");
  if (end == std::string::npos) return {};
  const std::size_t before = printed_tail_.rfind('\n', end);  // npos + 1 is 0
  std::string line = printed_tail_.substr(before + 1, end - before).substr(0, kLongest);
  std::ranges::replace_if(
      line, [](unsigned char c) { return c < ' '; }, ' ');
  return line;
}

std::string WorkerProcess::log() const {
  constexpr std::size_t kLongest = 4096;
  std::string text(kLongest, '\0');
  const ssize_t got = pread(log_.number(), text.data(), text.size(), 0);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

}  // namespace switchyard::django
