// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <iostream>

namespace warpline::fuzz {

/// A condition that holds for every input: otherwise the program prints that `what` was violated
/// and aborts, so that libFuzzer keeps the input.
inline void require(bool condition, char const* what) {
  if (condition) return;
  std::cerr << "violated: " << what << '\n';
  std::abort();
}

}  // namespace warpline::fuzz
