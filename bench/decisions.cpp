// Makes a given number of decisions, the same in every run, for tools that count instructions: what
// a build does more than another shows there without noise (bench/gate --instructions).
#include <fmt/format.h>

#include <charconv>
#include <span>

#include "core/error.h"
#include "decision_work.h"
#include "strategies.h"

namespace switchyard::bench {
namespace {

constexpr std::string_view kUsage =
    "usage: switchyard-decisions ROUTER NODES COUNT   (2 to 1000 nodes)\n"
    "       switchyard-decisions --list   (names every ROUTER)";

std::size_t parse_number(std::string_view text, std::size_t least, std::size_t most) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && number >= least &&
      number <= most) {
    return number;
  }
  throw InputError(fmt::format("'{}' is not a number from {} to {}", text, least, most));
}

void run(std::span<const char* const> arguments) {
  if (arguments.size() == 1 && std::string_view(arguments[0]) == "--list") {
    for (const std::string& name : chain_names()) fmt::print("{}\n", name);
    return;
  }
  if (arguments.size() != 3) throw InputError(std::string(kUsage));
  const std::string name = arguments[0];
  const std::size_t nodes = parse_number(arguments[1], 2, 1000);
  const std::size_t count = parse_number(arguments[2], 0, 1'000'000'000);
  Work work(chain_named(name, nodes), nodes);
  work.run(count);
  fmt::print("{} of {} nodes: {} decisions, sum of the nodes chosen {}\n", name, nodes, count,
             work.sum_of_nodes());
}

}  // namespace
}  // namespace switchyard::bench

int main(int argc, char** argv) {
  try {
    const std::span<const char* const> arguments(argv, static_cast<std::size_t>(argc));
    switchyard::bench::run(arguments.subspan(1));
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "switchyard-decisions: {}\n", error.what());
    return 2;
  }
}
