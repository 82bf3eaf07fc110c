// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>

#include "app/commands/checkup.hpp"
#include "app/commands/command.hpp"
#include "measure/terminal.hpp"

namespace warpline::app {
namespace {

int print_checkup() {
  for (auto const& finding : check_machine()) {
    char const* word = "ok  ";
    auto style = Style::kGood;
    if (finding.level == Finding::Level::kNote) word = "note", style = Style::kPlain;
    if (finding.level == Finding::Level::kWarning) word = "warn", style = Style::kWarning;
    std::printf("%s  %-13s %s\n", styled(word, style, stdout).c_str(), finding.subject.c_str(),
                finding.text.c_str());
    if (!finding.repair.empty()) std::printf("%20s-> %s\n", "", finding.repair.c_str());
  }
  return kOk;
}

void add_doctor(CommandLine& app, Invocation& invocation) {
  auto command = app.add_subcommand(
      "doctor", "Check memory, rights, processors, ports and GPUs, and show how to improve them");
  command.callback([&invocation] { invocation.action = print_checkup; });
}

CommandRegistration const registration{60, add_doctor};

}  // namespace
}  // namespace warpline::app
