// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>

#include "app/commands/command.hpp"
#include "app/commands/doctor_checks.hpp"
#include "measure/terminal.hpp"

namespace warpline::app {
namespace {

int print_results() {
  for (auto const& result : check_machine()) {
    char const* word = "ok  ";
    auto style = Style::kGood;
    if (result.level == CheckResult::Level::kNote) word = "note", style = Style::kPlain;
    if (result.level == CheckResult::Level::kWarning) word = "warn", style = Style::kWarning;
    std::printf("%s  %-13s %s\n", styled(word, style, stdout).c_str(), result.subject.c_str(),
                result.text.c_str());
    if (!result.repair.empty()) std::printf("%20s-> %s\n", "", result.repair.c_str());
  }
  return kOk;
}

void add_doctor(CommandLine& app, Invocation& invocation) {
  auto command = app.add_subcommand(
      "doctor", "Check memory, rights, processors, ports and GPUs, and show how to improve them");
  command.callback([&invocation] { invocation.action = print_results; });
}

CommandRegistration const registration{60, add_doctor};

}  // namespace
}  // namespace warpline::app
