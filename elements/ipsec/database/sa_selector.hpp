// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>

#include "core/net/wire.hpp"
#include "elements/ipsec/model/policy.hpp"

namespace warpline::ipsec {

/// The selector for inner packets of an inbound SA (RFC 4301 section 4.4.2.1), in a form for fast
/// checks. A selector that has only IPv4 addresses needs no memory outside this object. Any thread.
class alignas(32) SaSelector {
 public:
  SaSelector() = default;
  explicit SaSelector(TrafficSelector const& selector);

  /// Returns whether it matches the packet at `ip`, whose IP header is whole; `size` bytes
  /// are available.
  bool takes(std::uint8_t const* ip, std::uint32_t size) const noexcept {
    if (whole_) [[unlikely]]
      return takes_whole(ip, size);
    std::uint32_t addresses[2];
    std::memcpy(addresses, ip + offsetof(ipv4::Header, source), sizeof addresses);
    return ip[0] >> 4 == 4 && ((addresses[0] ^ value_[0]) & mask_[0]) == 0 &&
           ((addresses[1] ^ value_[1]) & mask_[1]) == 0;
  }

 private:
  bool takes_whole(std::uint8_t const* ip, std::uint32_t size) const noexcept;

  std::uint32_t value_[2]{}, mask_[2]{};          // of source and destination, in memory order
  std::unique_ptr<TrafficSelector const> whole_;  // if these do not suffice
};
static_assert(sizeof(SaSelector) == 32);

}  // namespace warpline::ipsec
