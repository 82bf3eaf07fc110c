// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "measure/version.hpp"

#include <cstdio>

#include "app/commands/command.hpp"

namespace warpline::app {
namespace {

int print_versions() {
  for (auto const& [name, version] : versions())
    std::printf("%-12s%s\n", name.c_str(), version.c_str());
  return kOk;
}

void add_version(CommandLine& app, Invocation& invocation) {
  auto command =
      app.add_subcommand("version", "Print the versions of the program and its libraries");
  command.callback([&invocation] { invocation.action = print_versions; });
}

CommandRegistration const registration{90, add_version};

}  // namespace
}  // namespace warpline::app
