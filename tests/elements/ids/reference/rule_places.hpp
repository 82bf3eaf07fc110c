// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "elements/ids/rules/rule.hpp"

namespace warpline::ids::reference {

/// Where a rule is looked for, and when.
struct Places {
  bool payload = false;         ///< it has a keyword on the payload
  bool stream = false;          ///< it may match in a stream
  bool packet = false;          ///< it may match in a packet that is not in a stream
  bool always_packet = false;   ///< also in one whose bytes are in a stream
  bool addresses_only = false;  ///< acts on the whole flow
  bool once_a_flow = false;     ///< looked at once a flow and direction
};
Places places_of(Rule const& rule);

/// Rules in the order of their evaluation: by action, by bits, by priority, by number.
std::vector<Rule> in_order(std::vector<Rule> rules);

}  // namespace warpline::ids::reference
