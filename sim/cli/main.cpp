// switchyard: compares database routing strategies on a recorded workload.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <system_error>

#include "cli/verbs.h"
#include "core/error.h"
#include "core/version.h"

namespace switchyard {
namespace {

// Names that users gave may hold line breaks; an error is one line all the same.
void print_error(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  fmt::print(stderr, "switchyard: {}\n", text);
}

// What the handler of exit() may look at, on whichever thread it runs.
std::atomic<bool> main_has_returned{false};

// Without a report or a word, and with the status that the caller of exit() chose.
void refuse_early_exit() {
  if (main_has_returned) return;
  print_error(
      "a router library has called exit(), which no call of one may do; nothing was written");
  _exit(kExitBadInput);
}

// While main() has not returned only code of users' own calls exit(), and no gate may take that for
// success.
class ExitGuard {
 public:
  ExitGuard() {
    std::atexit(&refuse_early_exit);
    std::at_quick_exit(&refuse_early_exit);
  }
  ~ExitGuard() { main_has_returned = true; }
  ExitGuard(const ExitGuard&) = delete;
  ExitGuard& operator=(const ExitGuard&) = delete;
};

// Misuse in one line; CLI11's own text would take two.
std::string misuse(const CLI::App& app, const CLI::ParseError& error) {
  static constexpr std::string_view kHelp = "'switchyard --help' tells more";
  if (!app.get_subcommands().empty()) {
    const std::string verb = app.get_subcommands().front()->get_name();
    return fmt::format("{}: {}; 'switchyard {} --help' tells more", verb, error.what(), verb);
  }
  std::vector<std::string> verbs;
  for (const CLI::App* verb : app.get_subcommands(nullptr)) verbs.push_back(verb->get_name());
  const std::vector<std::string_view> names(verbs.begin(), verbs.end());
  const std::vector<std::string> given = app.remaining();
  if (given.empty()) return fmt::format("name what to do: {}; {}", fmt::join(verbs, " | "), kHelp);
  if (given.front().starts_with('-')) {
    return fmt::format("unknown option '{}'; {}", given.front(), kHelp);
  }
  return fmt::format("unknown verb '{}', expected one of {}{}; {}", given.front(),
                     join_names(names), did_you_mean(given.front(), names), kHelp);
}

[[noreturn]] void fail_to_write(const std::error_code& reason) {
  throw InputError("standard output cannot be written: " + reason.message());
}

// What does not fit the buffer is written on the way, the rest at the end.
int run_and_flush(const Action& action) {
  try {
    const int code = action();
    if (std::fflush(stdout) == 0) return code;
    fail_to_write({errno, std::generic_category()});
  } catch (const std::system_error& error) {
    if (std::ferror(stdout) == 0) throw;
    fail_to_write(error.code());
  }
}

int run(int argc, char** argv) {
  CLI::App app(
      "Replays a recorded read/write workload through routing strategies against a "
      "modelled database cluster and compares them.");
  app.name("switchyard");
  app.set_version_flag("--version", kVersion);
  app.require_subcommand(1);
  Action action;
  add_compare(app, action);
  add_explain(app, action);
  add_diff(app, action);
  add_routers(app, action);
  add_inspect(app, action);
  add_convert(app, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help and --version
    throw InputError(misuse(app, error));
  }
  return run_and_flush(action);
}

}  // namespace
}  // namespace switchyard

int main(int argc, char** argv) {
  using switchyard::kExitBadInput;
  const switchyard::ExitGuard guard;
  try {
    return switchyard::run(argc, argv);
  } catch (const switchyard::Interrupted&) {
    switchyard::print_error("interrupted; nothing was written");
    return switchyard::kExitInterrupted;
  } catch (const switchyard::InputError& error) {
    switchyard::print_error(error.what());
    return kExitBadInput;
  } catch (const std::bad_alloc&) {
    switchyard::print_error("out of memory; use a shorter recording");
    return kExitBadInput;
  } catch (const std::exception& error) {
    switchyard::print_error(fmt::format("internal error: {}", error.what()));
    return kExitBadInput;
  }
}
