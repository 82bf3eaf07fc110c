// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace warpline::ids {

struct DetectorOptions;
class RuleSet;

/// The memory of one worker's detector, in bytes. Flows and sessions are there from the beginning; of
/// the rest, the physical memory grows as it is used, up to these sizes.
struct DetectorMemory {
  std::size_t flows = 0;      ///< the table of flows
  std::size_t sessions = 0;   ///< of TCP, and of applications without what parsers keep
  std::size_t bits = 0;       ///< flowbits
  std::size_t stream = 0;     ///< TCP data that rules have not looked at
  std::size_t http = 0;       ///< transactions of HTTP
  std::size_t fragments = 0;  ///< datagrams that are not complete
  std::size_t buffers = 0;    ///< of one packet

  std::size_t total() const {
    return flows + sessions + bits + stream + http + fragments + buffers;
  }
};

/// What a detector with these arguments needs.
DetectorMemory memory_of(DetectorOptions const& options, RuleSet const& rules);

}  // namespace warpline::ids
