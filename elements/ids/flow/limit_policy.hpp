// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace warpline::ids {

/// What happens to a packet, and to its flow, if memory for it is full: the argument ON_LIMIT.
enum class LimitPolicy : std::uint8_t {
  kIgnore,    ///< rules inspect the data that was kept
  kDropFlow,  ///< in MODE ips the packet is dropped, and so are later packets of its flow
  kPassFlow,  ///< no rule inspects the packet and later packets of its flow
  kBypass,    ///< as `kPassFlow`, and the flow has the timeout of bypassed flows
};

/// Memory that may be full.
enum class Limit : std::uint8_t {
  kFlows,      ///< no place for another flow, and none of the others can be removed
  kStream,     ///< no place for a TCP segment
  kFragments,  ///< no place for a fragment, although other datagrams were removed
};
inline constexpr std::size_t kLimits = 3;

}  // namespace warpline::ids
