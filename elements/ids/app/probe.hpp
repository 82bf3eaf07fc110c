// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/base/bytes.hpp"

namespace warpline::ids {

/// Whether the first bytes of a direction are of a protocol.
enum class Probe : std::uint8_t {
  kNo,
  kYes,
  kMore,  ///< depends on the bytes that follow
};

/// DNS, as Suricata's parser finds it: the header's counts fit the message, and what follows it is
/// not wrong, though it may be cut.
Probe probe_dns(Bytes bytes, bool over_tcp);

}  // namespace warpline::ids
