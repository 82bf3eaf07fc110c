// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>

#include "core/packet.hpp"
#include "elements/ids/hyperscan.hpp"

namespace warpline::ceilings {

/// What one core does with nothing around it.
struct ScanRate {
  double packets_per_second = 0;
  double bytes_per_second = 0;
  double matches_per_packet = 0;
};

/// Hyperscan alone: one `hs_scan` a payload and a callback that counts. One thread at a time.
class RawHyperscan {
 public:
  explicit RawHyperscan(std::shared_ptr<ids::HyperscanDatabase const> database);

  /// One pass over all payloads; returns how many matches there were.
  std::uint64_t scan(std::span<Bytes const> payloads) noexcept;

  /// One pass to warm up, then whole passes until `at_least` has gone by.
  ScanRate measure(std::span<Bytes const> payloads, std::chrono::nanoseconds at_least) noexcept;

 private:
  struct Free {
    void operator()(hs_scratch* scratch) const noexcept;
  };
  std::shared_ptr<ids::HyperscanDatabase const> database_;
  std::unique_ptr<hs_scratch, Free> scratch_;
};

}  // namespace warpline::ceilings
