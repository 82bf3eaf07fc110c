// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "elements/ipsec/model/suite.hpp"

namespace warpline::ceilings {

/// The rate of one core without an engine.
struct CipherRate {
  double packets_per_second = 0;
  double cycles_per_packet = 0;
  std::string interface;  ///< the library's call that was fastest
};

/// ipsec-mb alone: the ESP cryptography of Ethernet frames with IP in them, in place, in warm
/// buffers (256, at least 2 KiB apart). No header is read or written, no SA looked up, no ICV
/// compared. With several SAs, each has a key of its own, and packets take them in random order.
/// One thread.
class RawIpsecMb {
 public:
  /// The library's interfaces worth trying for a suite.
  enum class Interface : std::uint8_t { kDirect, kBurst, kSplitBursts };

  explicit RawIpsecMb(ipsec::Suite suite, ipsec::Direction direction = ipsec::Direction::kOutbound,
                      std::size_t sas = 1);
  ~RawIpsecMb();

  /// The interfaces of a suite, and those of this object's suite.
  static std::span<Interface const> interfaces(ipsec::Suite suite);
  std::span<Interface const> interfaces() const;
  static std::string name(Interface interface);

  /// Allocates memory for packets of these frames. Call it before `run`.
  void prepare(std::span<std::uint32_t const> frame_sizes);
  /// One pass over 256 packets whose frames have these sizes in turn without ESP.
  void run(Interface interface, std::span<std::uint32_t const> frame_sizes) noexcept;
  static constexpr unsigned kPackets = 256;

  /// Finds the fastest interface: runs them in turn in short windows for at least `at_least`, and
  /// compares the best window of each.
  CipherRate measure(std::span<std::uint32_t const> frame_sizes, std::chrono::nanoseconds at_least);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace warpline::ceilings
