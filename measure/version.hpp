// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace warpline {

extern char const* const kVersion;  ///< `0.1.0`
/// The commit of the sources, read at each build: `1a2b3c4d5e6f`; with `-dirty` if a tracked file
/// was changed or a source is not tracked; `unknown` outside a git checkout.
extern char const* const kRevision;
extern char const* const kCompiler;  ///< `GNU 12.2.0, Release`

/// The program and the libraries it runs with, as (name, version) in the order of printing.
std::vector<std::pair<std::string, std::string>> versions();

}  // namespace warpline
