// switchyard: compares database routing strategies on a recorded workload.
#include <fmt/format.h>

#include <cstdio>
#include <exception>

#include "cli/verbs.h"
#include "core/error.h"
#include "core/version.h"

namespace switchyard {
namespace {

int run(int argc, char** argv) {
  CLI::App app("Replays a recorded read/write workload through routing strategies against a "
               "modelled database cluster and compares them.");
  app.name("switchyard");
  app.set_version_flag("--version", kVersion);
  app.require_subcommand(1);
  Action action;
  add_compare(app, action);
  add_routers(app, action);
  add_inspect(app, action);
  add_convert(app, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // 0 for --help and --version; any misuse is 2.
    return app.exit(error) == 0 ? kExitSuccess : kExitBadInput;
  }
  return action();
}

}  // namespace
}  // namespace switchyard

int main(int argc, char** argv) {
  using switchyard::kExitBadInput;
  try {
    return switchyard::run(argc, argv);
  } catch (const switchyard::Interrupted&) {
    fmt::print(stderr, "switchyard: interrupted; nothing was written\n");
    return switchyard::kExitInterrupted;
  } catch (const switchyard::InputError& error) {
    fmt::print(stderr, "switchyard: {}\n", error.what());
    return kExitBadInput;
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "switchyard: out of memory; use a shorter recording\n");
    return kExitBadInput;
  } catch (const std::exception& error) {
    fmt::print(stderr, "switchyard: internal error: {}\n", error.what());
    return kExitBadInput;
  }
}
