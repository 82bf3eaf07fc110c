// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace warpline::ids {

/// What happens to a packet for which memory is full, and to its flow: the argument ON_LIMIT.
enum class LimitPolicy : std::uint8_t {
  kIgnore,    ///< rules look at what there is
  kDropFlow,  ///< in MODE ips the packet is dropped, and so are later packets of its flow
  kPassFlow,  ///< rules do not look at the packet and at later packets of its flow
  kBypass,    ///< as `kPassFlow`, and the flow ends after the timeout of flows that are bypassed
};

/// A part of the memory that may be full.
enum class Limit : std::uint8_t {
  kFlows,      ///< no place for another flow, and none of the others can be removed
  kStream,     ///< no place for a TCP segment
  kFragments,  ///< no place for a fragment, although other datagrams were removed
};
inline constexpr std::size_t kLimits = 3;

}  // namespace warpline::ids
