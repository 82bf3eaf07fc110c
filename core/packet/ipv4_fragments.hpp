// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "core/net/wire.hpp"
#include "core/packet/packet.hpp"
#include "core/packet/verdict.hpp"

namespace warpline::ipsec {

/// How an IPv4 packet is cut into fragments of at most so many bytes (RFC 791 section 3.2): as large
/// as they may be, in multiples of eight. A fragment is cut into smaller ones likewise.
class Ipv4Fragments {
 public:
  /// For an IPv4 packet that lies in its frame, has the annotation `kNetwork` and may be fragmented.
  /// `most`: bytes of a fragment from its IP header on. Fragments get valid annotations.
  Ipv4Fragments(Packet const& packet, std::uint32_t most) noexcept;

  /// Whether it can be cut. Drops: `ip_bad_checksum` (each fragment would have a right one),
  /// `bad_ip_header` (options that are not whole, or data beyond byte 65,535 of the whole), `too_big`
  /// (`most` has no room for a header and 8 bytes).
  Verdict verdict() const { return verdict_; }
  /// How many there are, the first among them; at least 2 for a packet of more than `most` bytes.
  std::uint32_t count() const { return count_; }
  /// Bytes of the longest frame that `write` makes.
  std::uint32_t longest_frame() const;

  /// Writes those behind the first into frames of their own, which have no byte yet and room for
  /// `longest_frame`, and then cuts `packet` down to the first. `others`: `count() - 1`, in order.
  void write(Packet& packet, std::span<Packet> others) const noexcept;

 private:
  static constexpr std::uint32_t kMostOptions = 40, kUnit = 8;

  bool copy_options(std::uint8_t const* options, std::uint32_t size) noexcept;

  Verdict verdict_ = forward();
  std::uint32_t l2_length_, header_, size_ = 0;  // of the packet
  std::uint32_t later_header_ = ipv4::kSize;
  std::uint32_t first_text_ = 0, later_text_ = 0;  // bytes behind the headers
  std::uint32_t count_ = 0;
  std::uint8_t options_[kMostOptions]{};  // of later fragments
};

}  // namespace warpline::ipsec
