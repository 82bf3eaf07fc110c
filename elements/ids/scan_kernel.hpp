// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/hd.hpp"
#include "elements/ids/automaton.hpp"
#include "elements/ids/scan_team.hpp"

namespace warpline::ids {

/// The kernel of `IDS` and `IDSMatch`: searches the part of a frame that `Part` finds. An automaton
/// without states finds nothing.
template <class Part>
struct ScanKernel {
  Automaton automaton;

  template <class... Regions>
  WARPLINE_HD Matches operator()(Regions... regions) const {
    auto const part = Part::part(regions...);
    auto matches = automaton.scan(part.text);
    matches.flags = part.flags;
    return matches;
  }
  ScanTeam<Part> team() const { return {automaton}; }
};

}  // namespace warpline::ids
