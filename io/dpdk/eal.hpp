// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "io/dpdk/eal_line.hpp"

namespace warpline {

/// DPDK's environment: started once in the life of a process, before pools and ports and gone after
/// them.
class Eal {
 public:
  /// Starts it with `eal_line`. Nothing is printed, and the calling thread keeps its processors.
  /// Throws `ConfigError` with DPDK's reason and the line that was used; `std::logic_error` where
  /// it was started before.
  explicit Eal(EalRequest const& request);
  ~Eal();
  Eal(Eal const&) = delete;
  Eal& operator=(Eal const&) = delete;

  /// The options it was started with, as a user would type them behind `--`.
  std::string const& line() const { return line_; }
  /// Whether packet buffers come from hugepages.
  bool hugepages() const { return hugepages_; }

  /// Makes the calling thread known to DPDK, so that pools have a cache for it: first thing on a
  /// worker. False where DPDK has no room for more threads; all works then, only slower.
  static bool register_thread() noexcept;
  /// Undoes it: last thing on a worker. Harmless on a thread that is not known.
  static void unregister_thread() noexcept;

 private:
  std::string line_;
  bool hugepages_ = false;
};

}  // namespace warpline
