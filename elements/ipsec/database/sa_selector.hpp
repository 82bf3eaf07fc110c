// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>

#include "core/net/wire.hpp"
#include "elements/ipsec/model/policy.hpp"

namespace warpline::ipsec {

/// The inner packets that an inbound SA takes (RFC 4301 section 4.4.2.1), ready to be asked for each
/// of them. A selector of IPv4 addresses and nothing else needs no memory beside this object. Any
/// thread.
class alignas(32) SaSelector {
 public:
  SaSelector() = default;
  explicit SaSelector(TrafficSelector const& selector);

  /// Whether it takes the packet at `ip`, whose IP header is whole and of which `size` bytes are
  /// there.
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

  std::uint32_t value_[2]{}, mask_[2]{};  // of source and destination, as they lie in memory
  std::unique_ptr<TrafficSelector const> whole_;  // where these do not say it
};
static_assert(sizeof(SaSelector) == 32);

}  // namespace warpline::ipsec
