// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "core/net/wire.hpp"
#include "core/packet/packet.hpp"
#include "core/packet/verdict.hpp"

namespace warpline {

/// Splits an IPv4 packet into fragments with a maximum size (RFC 791 section 3.2): each as large as
/// possible, in multiples of eight. A fragment can be split again. One thread.
class Ipv4Fragments {
 public:
  /// Requires an IPv4 packet that is whole, has the annotation `kNetwork` and may be fragmented.
  /// `max_size`: maximum size of a fragment in bytes, with its IP header. Fragments get valid
  /// annotations.
  Ipv4Fragments(Packet const& packet, std::uint32_t max_size) noexcept;

  /// Whether the packet can be split. Drops: `ip_bad_checksum` (each fragment would have a correct
  /// one), `bad_ip_header` (options that are cut, or data after byte 65,535 of the datagram),
  /// `too_big` (`max_size` is too small for a header and 8 bytes).
  Verdict verdict() const { return verdict_; }
  /// Number of fragments, including the first; at least 2 for a packet of more than `max_size`
  /// bytes.
  std::uint32_t count() const { return count_; }
  /// Bytes of the longest frame that `write` creates.
  std::uint32_t longest_frame() const;

  /// Writes all fragments but the first into new frames, which are empty and have space for
  /// `longest_frame`, then cuts `packet` to the first. `others`: `count() - 1` frames, in order.
  void write(Packet& packet, std::span<Packet> others) const noexcept;

 private:
  static constexpr std::uint32_t kMaxOptions = 40, kUnit = 8;

  bool copy_options(std::uint8_t const* options, std::uint32_t size) noexcept;

  Verdict verdict_ = forward();
  std::uint32_t l2_length_, header_, size_ = 0;  // of the packet
  std::uint32_t later_header_ = ipv4::kSize;
  std::uint32_t first_text_ = 0, later_text_ = 0;  // bytes after the headers
  std::uint32_t count_ = 0;
  std::uint8_t options_[kMaxOptions]{};  // of later fragments
};

}  // namespace warpline
