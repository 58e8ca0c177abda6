// The verbs of the command. Each adds its sub-command and, when chosen, sets what to run.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace switchyard {

// Exit codes of the command.
inline constexpr int kExitSuccess = 0;
inline constexpr int kExitBeyondTolerance = 1;  // of diff alone
inline constexpr int kExitBadInput = 2;
inline constexpr int kExitInterrupted = 130;  // 128 + SIGINT, as shells expect

using Action = std::function<int()>;

void add_compare(CLI::App& app, Action& action);
void add_explain(CLI::App& app, Action& action);
void add_diff(CLI::App& app, Action& action);
void add_routers(CLI::App& app, Action& action);
void add_inspect(CLI::App& app, Action& action);
void add_convert(CLI::App& app, Action& action);

}  // namespace switchyard
