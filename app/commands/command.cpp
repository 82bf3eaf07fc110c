// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/commands/command.hpp"

#include <map>

namespace warpline::app {
namespace {

std::multimap<int, AddCommand>& registered() {
  static std::multimap<int, AddCommand> list;
  return list;
}

}  // namespace

CommandRegistration::CommandRegistration(int rank, AddCommand add) {
  registered().emplace(rank, add);
}

std::vector<AddCommand> commands() {
  std::vector<AddCommand> list;
  for (auto const& [rank, add] : registered()) list.push_back(add);
  return list;
}

}  // namespace warpline::app
