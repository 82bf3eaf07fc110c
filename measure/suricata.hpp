// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "measure/interruption.hpp"

namespace warpline::bench {

/// Suricata as another program to compare with. Control thread.
class Suricata {
 public:
  /// One run with one worker thread (`--runmode single`).
  struct Run {
    double worker_cpu_seconds = 0;   ///< of the thread that reads, decodes, detects and writes
    double load_cpu_seconds = 0;     ///< of the main thread, which loads the rules
    std::uint64_t alerts = 0;        ///< in its EVE file
    std::uint64_t memory_bytes = 0;  ///< the most that was resident
  };

  /// `program`: a path or a name in PATH. Empty: that of PATH, else of `scripts/setup oracle`:
  /// $WARPLINE_ORACLE, else `build/oracle` of the build this program belongs to. Returns no value
  /// if there is none. Throws `ConfigError` if a given one cannot be run or its suricata.yaml is
  /// not there.
  static std::optional<Suricata> find(std::string const& program);

  std::string const& version() const { return version_; }

  /// Runs it on a capture, with its own configuration except for the outputs: alerts and
  /// statistics go to a file in `folder`, which must be empty. `rules`: a file; empty: no detection. `variables`: a
  /// suricata.yaml that is read after its own; empty: none. Ends it at a signal. Throws
  /// `std::runtime_error` with its last lines if it fails, `Interrupted` at a signal.
  Run run(std::string const& capture, std::string const& rules, std::string const& variables,
          std::string const& folder, Interruption const& interruption) const;

 private:
  std::string program_, configuration_, version_;
};

}  // namespace warpline::bench
