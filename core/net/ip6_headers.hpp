// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/bytes.hpp"
#include "core/net/wire.hpp"

namespace warpline {

/// Walks the headers of an IPv6 packet (RFC 8200 section 4) that may precede ESP. Never reads
/// outside the packet, whatever it contains. One thread.
class Ip6Headers {
 public:
  static constexpr std::uint8_t kHopByHop = 0, kRouting = 43, kFragment = 44,
                                kDestinationOptions = 60;

  /// `ip`: the packet, with at least the whole IPv6 header.
  explicit Ip6Headers(Bytes ip) : ip_(ip), next_(ip.data[next_at_]) {}

  std::uint8_t next() const { return next_; }         ///< protocol of the header at `offset()`
  std::uint32_t offset() const { return offset_; }    ///< bytes before that header
  std::uint32_t next_at() const { return next_at_; }  ///< the byte that contains `next()`
  /// Whether `next()` is an extension header that `step` knows.
  bool is_extension() const {
    return next_ == kHopByHop || next_ == kRouting || next_ == kFragment ||
           next_ == kDestinationOptions;
  }
  /// True at the fragment header of a packet that is only a part of a datagram. This function and
  /// the next two require that the extension header is whole.
  bool in_parts() const {
    constexpr std::uint16_t kPlace = 0xfff9;  // offset and M
    return next_ == kFragment && (half(offset_ + 2) & kPlace) != 0;
  }
  /// True if the packet is also not the first part.
  bool is_later_part() const { return in_parts() && half(offset_ + 2) >= 8; }
  /// True at a routing header that sends the packet on to another address.
  bool has_stops_left() const { return next_ == kRouting && ip_.data[offset_ + 3] != 0; }

  /// True if the packet contains the whole extension header at `offset()`.
  bool is_whole() const { return offset_ + 8 <= ip_.size && offset_ + size() <= ip_.size; }
  /// Steps over the extension header at `offset()`, which must be whole.
  void step() {
    auto const size = this->size();
    next_ = ip_.data[offset_];
    next_at_ = offset_;
    offset_ += size;
  }

  /// The final destination of the packet, 16 bytes in it: the destination of its header or, if
  /// stops are left, the last address of a routing header (types 0 and 2, RFC 6275 section 6.4;
  /// type 4, RFC 8754 section 2). `ip`: all headers must be whole.
  static std::uint8_t const* destination(Bytes ip) {
    auto const* end = ip.data + offsetof(ipv6::Header, destination);
    for (Ip6Headers chain(ip); chain.offset_ < ip.size && chain.is_extension(); chain.step()) {
      if (!chain.has_stops_left()) continue;
      auto const* const header = ip.data + chain.offset_;
      std::uint32_t const addresses = header[1] / 2u;
      if (addresses == 0) continue;
      if (header[2] == 4) end = header + 8;
      if (header[2] == 0 || header[2] == 2) end = header + 16 * addresses - 8;
    }
    return end;
  }

 private:
  std::uint16_t half(std::uint32_t offset) const {
    return static_cast<std::uint16_t>(ip_.data[offset] << 8 | ip_.data[offset + 1]);
  }
  std::uint32_t size() const { return next_ == kFragment ? 8u : (ip_.data[offset_ + 1] + 1u) * 8u; }

  Bytes ip_;
  std::uint32_t offset_ = ipv6::kSize, next_at_ = 6;
  std::uint8_t next_;
};

}  // namespace warpline
