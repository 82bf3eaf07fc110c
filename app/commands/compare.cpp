// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <memory>

#include "app/commands/command.hpp"
#include "measure/comparison.hpp"

namespace warpline::app {
namespace {

struct CompareOptions {
  std::string before, after;
};

int compare(CompareOptions const& options) {
  auto const before = bench::load_report(options.before);
  auto const after = bench::load_report(options.after);
  std::fputs(bench::comparison_text(before, after, stdout).c_str(), stdout);
  return kOk;
}

void add_compare(CommandLine& app, Invocation& invocation) {
  auto const options = std::make_shared<CompareOptions>();
  auto command = app.add_subcommand("compare", "Compare two results of 'bench --json'");
  command.add_option("A", options->before, "Compare with this earlier or reference result")
      .required();
  command.add_option("B", options->after, "Judge this result").required();
  command.callback(
      [&invocation, options] { invocation.action = [options] { return compare(*options); }; });
}

CommandRegistration const registration{60, add_compare};

}  // namespace
}  // namespace warpline::app
