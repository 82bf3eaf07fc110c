// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "core/net/parse.hpp"

namespace warpline::test {

namespace flag = header_flag;

/// A slow parser, written for clarity: throws if it would read past the frame or a length
/// contradicts another.
struct ReferenceHeaders {
  struct Malformed {};

  explicit ReferenceHeaders(std::vector<std::uint8_t> const& given) : frame(given) {
    try {
      read_ether();
    } catch (Malformed) {
      headers.flags |= flag::kMalformed;
    } catch (std::out_of_range const&) {
      headers.flags |= flag::kMalformed;
    }
  }

  std::uint32_t word(std::size_t offset) const {
    return std::uint32_t{frame.at(offset)} << 8 | frame.at(offset + 1);
  }

  void read_ether() {
    headers.l2_length = 14;
    for (int tags = 0;; ++tags) {
      auto const type = word(headers.l2_length - 2);
      bool const tag = type == 0x8100 || type == 0x88a8 || type == 0x9100;
      if (!tag || tags == 2) {
        if (type == 0x0800) read_ipv4(headers.l2_length);
        if (type == 0x86dd) read_ipv6(headers.l2_length);
        return;
      }
      (void)word(headers.l2_length + 2);
      if (tags == 0) headers.vlan = static_cast<std::uint16_t>(word(headers.l2_length));
      headers.flags |= flag::kTagged;
      headers.l2_length += 4;
    }
  }

  void read_ipv4(std::size_t ip) {
    headers.flags |= flag::kIpv4;
    (void)frame.at(ip + 19);
    std::uint32_t const length = frame[ip] % 16u * 4, total = word(ip + 2);
    if (frame[ip] / 16 != 4 || length < 20 || total < length) throw Malformed();
    headers.ip_length = total;
    headers.tos = frame[ip + 1];
    auto const place = word(ip + 6);
    if ((place & 0x4000) != 0) headers.flags |= flag::kDontFragment;
    if (ip + total > frame.size()) headers.flags |= flag::kTruncated;
    (void)frame.at(ip + length - 1);
    headers.l3_length = length;
    headers.protocol = frame[ip + 9];
    if (place % 0x2000 != 0) headers.flags |= flag::kLaterFragment;
    if (place % 0x4000 != 0) headers.flags |= flag::kFragment;
  }

  void read_ipv6(std::size_t ip) {
    headers.flags |= flag::kIpv6;
    (void)frame.at(ip + 39);
    if (frame[ip] / 16 != 6) throw Malformed();
    headers.ip_length = 40 + word(ip + 4);
    headers.tos = static_cast<std::uint8_t>(word(ip) / 16);
    headers.flags |= flag::kDontFragment;
    if (ip + headers.ip_length > frame.size()) headers.flags |= flag::kTruncated;
    auto const end = std::min<std::size_t>(frame.size(), ip + headers.ip_length);
    std::uint32_t next = frame[ip + 6];
    headers.l3_length = 40;
    for (int skipped = 0; skipped < 8 && (headers.flags & flag::kFragment) == 0; ++skipped) {
      auto const offset = ip + headers.l3_length;
      std::size_t length = 0;
      if (next == 0 || next == 43 || next == 60 || next == 135 || next == 139 || next == 140)
        length = offset + 8 > end ? 8 : (frame[offset + 1] + 1u) * 8;
      else if (next == 51)
        length = offset + 8 > end ? 8 : (frame[offset + 1] + 2u) * 4;
      else if (next == 44)
        length = 8;
      else
        break;
      if (offset + length > end) throw Malformed();
      if (next == 44) {
        headers.flags |= flag::kFragmentHeader;
        auto const place = word(offset + 2);
        if (place / 8 != 0 || place % 2 != 0) headers.flags |= flag::kFragment;
        if (place / 8 != 0) headers.flags |= flag::kLaterFragment;
      }
      next = frame[offset];
      headers.l3_length += static_cast<std::uint32_t>(length);
    }
    headers.protocol = static_cast<std::uint8_t>(next);
  }

  std::vector<std::uint8_t> const& frame;
  Headers headers;
};

/// The name of the first member of a parser's result that differs from the reference; null if none.
inline char const* first_difference(Headers const& actual, Headers const& expected) {
  if (actual.flags != expected.flags) return "flags";
  if (actual.l2_length != expected.l2_length) return "l2_length";
  if (expected.has(flag::kTagged) && actual.vlan != expected.vlan) return "vlan";
  if (actual.ip_length != expected.ip_length) return "ip_length";
  if (actual.tos != expected.tos) return "tos";
  if (actual.l3_length != expected.l3_length) return "l3_length";
  return actual.protocol != expected.protocol ? "protocol" : nullptr;
}

}  // namespace warpline::test
