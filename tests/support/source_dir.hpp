// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <string>

namespace warpline::test {

/// Where the source tree was when this was built.
extern char const* const kSourceDir;

/// The folder of the source tree's files: `$WARPLINE_SOURCE_DIR`, for tests that were moved to
/// another machine, otherwise the folder of the build.
inline std::string source_dir() {
  char const* const moved = std::getenv("WARPLINE_SOURCE_DIR");
  return moved != nullptr ? moved : kSourceDir;
}

}  // namespace warpline::test
