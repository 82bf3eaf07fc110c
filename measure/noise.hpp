// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace warpline::bench {

/// Watches for other users of the machine's processors during a measurement. One thread.
class Noise {
 public:
  /// From now on.
  Noise();

  /// Notes for readers of the numbers, a sentence each; empty on a quiet machine.
  std::vector<std::string> notices() const;

 private:
  double load_ = 0;  // before anything was measured
  std::uint64_t stolen_ = 0, all_ = 0;
};

}  // namespace warpline::bench
