// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace warpline {

/// DPDK's log, kept in memory instead of on the terminal: the last lines, so that an error message
/// can contain DPDK's own reason. Thread-safe.
class DpdkLog {
 public:
  /// Redirects DPDK's log here; only the first call has an effect. `echo` also writes every line to
  /// stderr.
  static void capture(bool echo);

  /// Number of lines written so far; an argument for `reasons_since`.
  static std::size_t mark();

  /// The warnings and errors since `mark`, joined by "; "; if there are none, the last plain lines.
  static std::string reasons_since(std::size_t mark);

  /// Adds a line that did not come through DPDK's log (from a library that writes to stderr).
  static void add(std::string line, bool is_reason);
};

}  // namespace warpline
