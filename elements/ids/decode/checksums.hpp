// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "elements/ids/decode/decoded_packet.hpp"

namespace warpline::ids {

/// True if the header checksum of an IPv4 packet is right.
bool ipv4_checksum_is_good(DecodedPacket const& packet);
/// True if the checksum of a TCP, UDP or ICMP packet with a whole header is right, or absent (0 in
/// UDP). True for other protocols.
bool transport_checksum_is_good(DecodedPacket const& packet);

/// Whether packets with a wrong TCP checksum are skipped. As in Suricata 7, packets with a wrong
/// checksum of UDP, ICMP or the IPv4 header are inspected.
enum class ChecksumPolicy : std::uint8_t {
  kOn,
  kOff,
  kAuto,  ///< off after the first 1,000 packets if at least 101 of them were wrong
};

/// Applies a policy to the packets of a capture. `kAuto` decides once, at packet 1,000, as Suricata
/// does (ChecksumAutoModeCheck in util-checksum.c): off if 1,000 divided by the number of wrong
/// packets, rounded down, is less than 10. One thread.
class ChecksumValidation {
 public:
  explicit ChecksumValidation(ChecksumPolicy policy) : policy_(policy) {}

  /// To be called before each frame. Returns whether its checksums must be checked.
  bool begin_frame() {
    if (policy_ == ChecksumPolicy::kAuto && ++frames_ == kSample && wrong_ > 0 &&
        kSample / wrong_ < kMinRatio)
      policy_ = ChecksumPolicy::kOff;
    return policy_ != ChecksumPolicy::kOff;
  }
  /// Counts a frame with a wrong checksum.
  void add_wrong() { ++wrong_; }

 private:
  static constexpr std::uint64_t kSample = 1000, kMinRatio = 10;

  ChecksumPolicy policy_;
  std::uint64_t frames_ = 0, wrong_ = 0;
};

}  // namespace warpline::ids
