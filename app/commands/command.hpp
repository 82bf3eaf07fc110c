// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/session/command_line.hpp"

namespace warpline::app {

/// Exit codes of the command.
enum ExitCode : int { kOk = 0, kRuntimeFailure = 1, kBadInput = 2 };

/// The user's command line and the action for it.
struct Invocation {
  std::vector<std::string> command_line;  ///< the whole line, with the program's name
  std::vector<std::string> eal;           ///< the words after `--`: arguments for DPDK's EAL
  bool quiet = false;                     ///< nothing on stderr but errors
  /// Set by the chosen subcommand when the arguments are parsed; returns the exit code.
  std::function<int()> action;
};

/// A subcommand. Registered by a constant of namespace scope in the one source file of the
/// subcommand: `CommandRegistration const registration{20, add_run};`
///
/// `add` gives `app` its subcommand, with options that write into an object that the action shares,
/// and a callback that sets `invocation.action`:
///
///     void add_run(CommandLine& app, Invocation& invocation) {
///       auto options = std::make_shared<RunOptions>();
///       auto command = app.add_subcommand("run", "Run a pipeline");
///       command.add_option("FILE", options->file, "The pipeline").required();
///       command.callback([&invocation, options] {
///         invocation.action = [&invocation, options] { return run(invocation, *options); };
///       });
///     }
///
/// An action may throw `ConfigError` (printed as it is, exit code 2) or any other `std::exception`
/// (exit code 1). `invocation` outlives the action.
using AddCommand = void (*)(CommandLine& app, Invocation& invocation);

/// Adds a subcommand to the list before `main`; lower `rank`s come first in the help text.
struct CommandRegistration {
  CommandRegistration(int rank, AddCommand add);
};

/// All subcommands, in the order of their ranks.
std::vector<AddCommand> commands();

}  // namespace warpline::app
