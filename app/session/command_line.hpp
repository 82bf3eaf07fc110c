// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace warpline::app {

/// An option that a `CommandLine` has declared; the setters return it. Copies refer to the same
/// option. Valid during the lifetime of the parser.
class CommandOption {
 public:
  explicit CommandOption(CLI::Option& option) : option_(&option) {}

  /// The word for the value in the help text.
  CommandOption& type_name(std::string const& name);
  /// The heading in the help text.
  CommandOption& group(std::string const& name);
  CommandOption& required();
  /// One value for each use of the option, not for all words that follow it.
  CommandOption& single();
  /// Splits values at this character.
  CommandOption& delimiter(char character);
  /// Refuses numbers outside `min` to `max`.
  CommandOption& range(std::int64_t min, std::int64_t max);

 private:
  CLI::Option* option_;
};

/// Declares options and subcommands. It hides CLI11: its headers take seconds to compile, so only
/// this class and `main` include them.
///
/// Values and functions must live until the arguments are parsed. A function may throw
/// `ConfigError`.
class CommandLine {
 public:
  using Store = std::function<void(std::string const&)>;
  using StoreAll = std::function<void(std::vector<std::string> const&)>;

  explicit CommandLine(CLI::App& app) : app_(&app) {}

  CommandLine add_subcommand(std::string const& name, std::string const& help);
  /// Runs `call` when this subcommand has been chosen and parsed.
  void callback(std::function<void()> call);

  CommandOption add_option(std::string const& names, std::string& value, std::string const& help);
  CommandOption add_option(std::string const& names, std::vector<std::string>& values,
                           std::string const& help);
  CommandOption add_option(std::string const& names, std::uint32_t& value, std::string const& help);
  CommandOption add_option(std::string const& names, std::uint64_t& value, std::string const& help);
  CommandOption add_option(std::string const& names, std::optional<unsigned>& value,
                           std::string const& help);
  CommandOption add_option(std::string const& names, std::optional<double>& value,
                           std::string const& help);
  /// An option with a function: `store` parses the text and reports a bad one.
  CommandOption add_option_function(std::string const& names, Store store, std::string const& help);
  /// The same for an option that may be used more than once.
  CommandOption add_options_function(std::string const& names, StoreAll store,
                                     std::string const& help);
  CommandOption add_flag(std::string const& names, bool& value, std::string const& help);
  CommandOption add_flag_callback(std::string const& names, std::function<void()> call,
                                  std::string const& help);
  /// Removes an option that was declared before.
  void remove_option(std::string const& name);

 private:
  CLI::App* app_;
};

}  // namespace warpline::app
