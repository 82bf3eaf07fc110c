// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>

#include "app/commands/command.hpp"
#include "app/session/core_dumps.hpp"
#include "core/base/error.hpp"
#include "measure/version.hpp"

namespace warpline::app {
namespace {

std::vector<std::string> subcommand_names(CLI::App const& app) {
  std::vector<std::string> names;
  for (auto const* command : app.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

std::vector<std::string> option_names(CLI::App const& app) {
  std::vector<std::string> names;
  for (auto const* option : app.get_options())
    for (auto const& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

/// Describes the error in the arguments in one line.
std::string explain(CLI::App const& app, CLI::App const* command, CLI::ParseError const& error) {
  auto const* selection = command != nullptr ? command : &app;
  // Without a command there may be remaining words too, but CLI11 reports the missing command
  // first.
  bool const no_command =
      command == nullptr && dynamic_cast<CLI::RequiredError const*>(&error) != nullptr;
  if (!no_command && dynamic_cast<CLI::ExtrasError const*>(&error) == nullptr) return error.what();
  auto const extras = selection->remaining(true);
  if (extras.empty())
    return no_command ? "a command is missing; expected one of those in 'warpline --help'"
                      : error.what();
  auto const& word = extras.front();
  if (word.size() > 1 && word[0] == '-') {
    auto options = option_names(*selection);
    auto const name = word.substr(0, word.find('='));
    return "unknown option '" + name + "'" + did_you_mean(name, options);
  }
  if (command == nullptr)
    return "unknown command '" + word + "'" + did_you_mean(word, subcommand_names(app));
  return "unexpected argument '" + word + "'";
}

int run(std::vector<std::string> arguments) {
  Invocation invocation;
  invocation.command_line = arguments;
  auto const dashes = std::find(arguments.begin(), arguments.end(), "--");
  if (dashes != arguments.end()) {
    invocation.eal.assign(dashes + 1, arguments.end());
    arguments.erase(dashes, arguments.end());
  }

  CLI::App app("Warpline runs packet pipelines on CPUs and GPUs and measures which is better.",
               "warpline");
  app.set_version_flag("-V,--version", std::string(kVersion));
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  app.footer(
      "Arguments after '--' are passed to DPDK's EAL. Exit codes: 0 success, 1 failure, 2 bad "
      "input.");
  CommandLine command_line(app);
  for (auto const add : commands()) add(command_line, invocation);

  std::reverse(arguments.begin(), arguments.end());
  arguments.pop_back();  // the program's name; CLI11 wants the rest in reverse order
  try {
    app.parse(arguments);
  } catch (CLI::ParseError const& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    auto const subcommands = app.get_subcommands();
    auto const* command = subcommands.empty() ? nullptr : subcommands.front();
    std::fprintf(stderr, "error: %s\n", explain(app, command, error).c_str());
    std::fprintf(stderr, "try 'warpline %s--help'\n",
                 command != nullptr ? (command->get_name() + " ").c_str() : "");
    return kBadInput;
  }
  int const code = invocation.action ? invocation.action() : kBadInput;
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  std::fputs("error: the output cannot be written\n", stderr);
  return code == kOk ? kRuntimeFailure : code;
}

}  // namespace
}  // namespace warpline::app

int main(int argc, char** argv) {
  warpline::app::allow_memory_dumps(false);  // until --dumpable is read
  try {
    return warpline::app::run({argv, argv + argc});
  } catch (warpline::ConfigError const& error) {
    // An error with a place has its own `file:line:col: error:`.
    std::fprintf(stderr, "%s%s\n", error.diagnostics().empty() ? "error: " : "", error.what());
    return warpline::app::kBadInput;
  } catch (std::bad_alloc const&) {
    std::fputs("error: out of memory\n", stderr);
    return warpline::app::kRuntimeFailure;
  } catch (std::exception const& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return warpline::app::kRuntimeFailure;
  } catch (...) {
    std::fputs("error: unknown failure\n", stderr);
    return warpline::app::kRuntimeFailure;
  }
}
