// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "io/dpdk/eal_line.hpp"

namespace warpline {

/// DPDK's environment. It is started once per process, before pools and ports are created, and must
/// outlive them.
class Eal {
 public:
  /// Starts the EAL with `eal_line`. Nothing is printed, and the calling thread keeps its
  /// processors. Throws `ConfigError` with DPDK's reason and the line that was used;
  /// `std::logic_error` if it was started before.
  explicit Eal(EalRequest const& request);
  ~Eal();
  Eal(Eal const&) = delete;
  Eal& operator=(Eal const&) = delete;

  /// The options of the start, as a user would type them after `--`.
  std::string const& line() const { return line_; }
  /// Whether packet buffers come from hugepages.
  bool hugepages() const { return hugepages_; }

  /// Registers the calling thread with DPDK, so that pools have a cache for it. A worker calls it
  /// first. False if DPDK cannot register more threads: everything works, but slower.
  static bool register_thread() noexcept;
  /// Undoes the registration. A worker calls it last. Has no effect on an unregistered thread.
  static void unregister_thread() noexcept;

 private:
  std::string line_;
  bool hugepages_ = false;
};

}  // namespace warpline
