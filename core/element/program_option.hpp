// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace warpline {

class SharedStore;

/// An option of the program's command line that elements read. It has a value, and may be given once.
struct ProgramOption {
  enum class Commands : unsigned char {
    kPipeline,  ///< all commands that take a pipeline
    kRun,       ///< `run` alone
  };
  struct Value {
    std::string text;
    std::uint64_t number = 0;  ///< if the option takes a number
  };

  std::string name;       ///< `--max-sas`
  std::string type_name;  ///< of the value, for the help text: `N`
  std::string help;       ///< imperative, with the unit and the default
  Commands commands = Commands::kPipeline;
  /// Puts the value where elements find it. Called before a graph is built; may throw `ConfigError`.
  void (*store)(Value const& value, SharedStore& shared) = nullptr;
  /// Limits of an option that takes a number; 0: the option takes a text.
  std::uint64_t min_number = 0, max_number = 0;

  /// Those of the program. Filled before `main` by `WARPLINE_OPTION`, read-only afterwards.
  static std::vector<ProgramOption>& all();
};

namespace detail {
/// What `WARPLINE_OPTION` declares: adds the option before `main`.
struct OptionRegistration {
  explicit OptionRegistration(ProgramOption option) {
    ProgramOption::all().push_back(std::move(option));
  }
};
}  // namespace detail

}  // namespace warpline

/// Adds a `ProgramOption`, which follows, to the program. `Name` is an identifier of the source file.
#define WARPLINE_OPTION(Name, ...) \
  static ::warpline::detail::OptionRegistration const warpline_option_##Name(__VA_ARGS__)
