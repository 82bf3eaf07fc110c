// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "measure/interruption.hpp"

namespace warpline::bench {

/// An installed Suricata, for comparison. Control thread.
class Suricata {
 public:
  /// One run with one worker thread (`--runmode single`).
  struct Run {
    double worker_cpu_seconds = 0;  ///< of the thread that reads, decodes, detects and writes
    std::uint64_t alerts = 0;       ///< in its EVE file
  };

  /// Finds Suricata. `program`: a path, or a name in PATH. If it is empty, `suricata` in PATH is used,
  /// otherwise the one that `scripts/setup oracle` has unpacked into $WARPLINE_ORACLE or into
  /// `build/oracle` of the build this program belongs to. Returns no value if there is none. Throws
  /// `ConfigError` if a given program cannot be run, or if there is no suricata.yaml.
  static std::optional<Suricata> find(std::string const& program);

  std::string const& version() const { return version_; }

  /// Runs Suricata on a capture, with its installed configuration except for the outputs: alerts and
  /// statistics go to a file in `folder`, which must be empty. `rules`: a file; empty: no detection.
  /// `variables`: a suricata.yaml that is read after the installed one; empty: none. A signal ends the
  /// run. Throws `std::runtime_error` with Suricata's last lines if it fails, `Interrupted` at a
  /// signal.
  Run run(std::string const& capture, std::string const& rules, std::string const& variables,
          std::string const& folder, Interruption const& interruption) const;

 private:
  std::string program_, configuration_, version_;
};

}  // namespace warpline::bench
