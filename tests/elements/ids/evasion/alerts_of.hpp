// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/elements/ids/evasion/cases.hpp"

namespace warpline::ids::testing {

/// What the detector did with the frames of a case.
struct Alerts {
  Sids sids{};                           ///< in the order of the alerts
  std::vector<std::size_t> by_packet{};  ///< alerts after each frame
  std::string verdicts{};      ///< a letter a frame: `.` passes, `d` dropped, `r` rejected
  std::uint64_t overflow = 0;  ///< alerts beyond the limit of a packet
};

/// Runs the detector with the rules and options of a case.
Alerts alerts_of(EvasionCase const& test);

}  // namespace warpline::ids::testing
