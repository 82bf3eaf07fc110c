// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/program_option.hpp"

namespace warpline {

std::vector<ProgramOption>& ProgramOption::all() {
  static std::vector<ProgramOption> options;
  return options;
}

}  // namespace warpline
