// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <string>

namespace warpline::test {

/// Where the source tree was when this was built.
extern char const* const kSourceDir;

/// Where files of the source tree are: `$WARPLINE_SOURCE_DIR`, for tests that were moved to another
/// machine, else where they were built.
inline std::string source_dir() {
  char const* const moved = std::getenv("WARPLINE_SOURCE_DIR");
  return moved != nullptr ? moved : kSourceDir;
}

}  // namespace warpline::test
