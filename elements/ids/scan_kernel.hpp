// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/hd.hpp"
#include "elements/ids/prefilter/group_automata.hpp"
#include "elements/ids/scan_team.hpp"

namespace warpline::ids {

/// The kernel of `IDS` and `IDSMatch`: searches the part of a frame that `Part` finds with the
/// automaton that `Automata` has for it; without one, it finds nothing.
template <class Part, class Automata>
struct ScanKernel {
  Automata automata;

  template <class... Regions>
  WARPLINE_HD Matches operator()(Regions... regions) const {
    auto const part = Part::part(regions...);
    Matches matches;
    if (automata.has(part.search)) matches = automata.of(part.search).scan(part.text);
    matches.flags = part.flags;
    return matches;
  }
  ScanTeam<Part, Automata> team() const { return {automata}; }
};

}  // namespace warpline::ids
