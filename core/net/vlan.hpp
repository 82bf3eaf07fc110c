// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/wire.hpp"

namespace warpline {

namespace vlan {
/// Bytes of a tag.
inline constexpr unsigned kSize = 4;
}  // namespace vlan

/// True if a VLAN tag follows this Ethernet type (IEEE 802.1Q: a customer's or a service provider's
/// tag; 0x9100: a provider's before the standard).
WARPLINE_HD constexpr bool is_vlan(std::uint16_t type) {
  return type == ether::kVlan || type == 0x88a8 || type == 0x9100;
}
WARPLINE_HD constexpr bool is_vlan(be16 type) { return is_vlan(type.host()); }

}  // namespace warpline
