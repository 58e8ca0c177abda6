// Runs the real command in a folder of its own, as a user would.
#pragma once

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace switchyard {

using Arguments = std::vector<std::string>;

inline const std::string kRecording =
    std::string(SWITCHYARD_SOURCE_DIR) + "/data/recordings/pgbench-mix.csv.zst";
inline const std::string kQuickstart =
    std::string(SWITCHYARD_SOURCE_DIR) + "/data/scenarios/quickstart.toml";
inline const std::string kReference = std::string(SWITCHYARD_SOURCE_DIR) + "/data/reference.toml";

// A folder that is gone with its content at the end of the test.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "switchyard-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  std::string path(const std::string& name = "") const { return (path_ / name).string(); }
  void write(const std::string& name, std::string_view content) const {
    std::ofstream(path_ / name, std::ios::binary) << content;
  }
  std::string read(const std::string& name) const {
    std::ifstream in(path_ / name, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }
  std::set<std::string> names() const {
    std::set<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) {
      found.insert(entry.path().filename().string());
    }
    return found;
  }

 private:
  std::filesystem::path path_;
};

struct CommandResult {
  int exit_code = -1;  // 128 + signal when a signal ended it, as in a shell
  std::string out;
  std::string err;
};

// Whether a command has a process group of its own, as a shell gives it one.
enum class ProcessGroup : std::uint8_t { kOfTest, kOwn };

class RunningCommand {
 public:
  RunningCommand(const ScratchFolder& folder, const Arguments& arguments,
                 ProcessGroup group = ProcessGroup::kOfTest)
      : out_(std::tmpfile(), &std::fclose), err_(std::tmpfile(), &std::fclose) {
    if (!out_ || !err_) throw std::runtime_error("no temporary file");
    std::vector<std::string> words = {SWITCHYARD_COMMAND};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    const std::string working_folder = folder.path();
    pid_ = fork();
    if (pid_ < 0) throw std::runtime_error("fork failed");
    if (pid_ == 0) {
      if (group == ProcessGroup::kOwn) setpgid(0, 0);
      const int in = open("/dev/null", O_RDONLY);
      if (in >= 0 && dup2(in, STDIN_FILENO) >= 0 && dup2(fileno(out_.get()), STDOUT_FILENO) >= 0 &&
          dup2(fileno(err_.get()), STDERR_FILENO) >= 0 && chdir(working_folder.c_str()) == 0) {
        execv(argv[0], argv.data());
      }
      _exit(127);
    }
  }
  ~RunningCommand() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
  }
  RunningCommand(const RunningCommand&) = delete;
  RunningCommand& operator=(const RunningCommand&) = delete;

  pid_t pid() const { return pid_; }
  void send(int signal) const { kill(pid_, signal); }
  // As Ctrl-C on a terminal does. REQUIRES kOwn.
  void send_to_group(int signal) const { kill(-pid_, signal); }
  std::string err_so_far() const { return content(err_.get()); }

  CommandResult wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    return result(status);
  }
  // Nothing when it still runs at the end of that time.
  std::optional<CommandResult> wait_at_most(std::chrono::milliseconds limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    int status = 0;
    while (waitpid(pid_, &status, WNOHANG) == 0) {
      if (std::chrono::steady_clock::now() > end) return std::nullopt;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return result(status);
  }

 private:
  using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

  // Leaves the position alone, which is shared with the command.
  static std::string content(std::FILE* file) {
    std::string text;
    std::array<char, 65536> buffer;
    while (true) {
      const ssize_t n =
          pread(fileno(file), buffer.data(), buffer.size(), static_cast<off_t>(text.size()));
      if (n <= 0) return text;
      text.append(buffer.data(), static_cast<std::size_t>(n));
    }
  }
  CommandResult result(int status) {
    pid_ = -1;
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return {code, content(out_.get()), content(err_.get())};
  }

  File out_;
  File err_;
  pid_t pid_ = -1;
};

inline CommandResult run_command(const ScratchFolder& folder, const Arguments& arguments) {
  return RunningCommand(folder, arguments).wait();
}

inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// Characters of UTF-8, each one column wide.
inline std::size_t columns_of(std::string_view line) {
  std::size_t count = 0;
  for (const char c : line) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
  return count;
}

}  // namespace switchyard
