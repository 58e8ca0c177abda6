// Routers of users' own, in shared libraries: what is built where a path stands in the place of a
// strategy's name.
#include "routers/catalogue.h"
#include "routers/plugin/plugin_router.h"

namespace switchyard {
namespace {

constexpr std::array kParameters = {kPinTransaction};

}  // namespace

extern const StrategyInfo kSharedLibrary = {
    .name = "shared_library",
    .summary = "a router of your own, in a shared library",
    .rule = "What its code does. Its random numbers are a stream of its own.",
    .parameters = kParameters,
    .systems = "its own",
    .failure_modes =
        "It runs in this process with all its rights, so a crash of its code ends the run.",
    .source = "its own",
    .runs_user_code = true,
    .takes_more = true,
    .make = [](RouterSetup setup, const Parameters& p) -> std::unique_ptr<Router> {
      RouterLibrary library(p.strategy());
      // `pin` is seen to by the chain.
      const Parameters all(p.strategy(), library.parameters(), p.more());
      return std::make_unique<PluginRouter>(std::move(library), setup, all);
    },
};

}  // namespace switchyard
