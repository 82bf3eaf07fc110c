// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace warpline {

/// DPDK's log, kept in memory instead of going to the terminal: the last lines of it, so that a
/// failure can repeat DPDK's own reason. Thread-safe.
class DpdkLog {
 public:
  /// Redirects DPDK's log here; the first call counts. `echo` also writes every line to stderr.
  static void capture(bool echo);

  /// How many lines have been written so far; a place for `reasons_since`.
  static std::size_t mark();

  /// The warnings and errors since `mark`, joined by "; "; the last plain lines where there are
  /// none.
  static std::string reasons_since(std::size_t mark);

  /// Adds a line that did not come through DPDK's log (a library that wrote to stderr).
  static void add(std::string line, bool is_reason);
};

}  // namespace warpline
