// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/wire.hpp"

namespace warpline {

/// Whether an Ethernet type says that a VLAN tag follows (IEEE 802.1Q: a customer's or a service's tag;
/// 0x9100: a service's before there was a standard). Elements that read IP right after Ethernet drop
/// such frames as `vlan`.
constexpr bool is_vlan(be16 type) {
  return type == be16::of(ether::kVlan) || type == be16::of(0x88a8) || type == be16::of(0x9100);
}

}  // namespace warpline
