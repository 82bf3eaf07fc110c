// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "elements/ids/rules/rule.hpp"
#include "tests/elements/ids/reference/packet.hpp"

namespace warpline::ids::reference {

/// The bits of a flow, by name.
using FlowBits = std::set<std::string>;

/// What rules remember beyond a flow: thresholds, and bits of hosts.
class Memory {
 public:
  enum class Outcome { kAlert, kSuppressed, kNothing };
  /// Counts a match of a rule with a threshold. `flow`: a number of the flow.
  Outcome count(Rule const& rule, Packet const& packet, std::uint64_t flow, std::uint64_t now_us);

  bool bits_match(Rule const& rule, FlowBits const* flow, Packet const& packet,
                  std::uint64_t now_s) const;
  void change_bits(Rule const& rule, FlowBits* flow, Packet const& packet, std::uint64_t now_s);

 private:
  struct Count {
    std::uint64_t begin = 0, matches = 0, next = 0;
  };
  bool has_bit(BitAction const& bit, std::string const& name, FlowBits const* flow,
               Packet const& packet, std::uint64_t now_s) const;

  std::map<std::pair<std::uint32_t, std::string>, Count> counts_;      // by sid and key
  std::map<std::pair<std::string, std::string>, std::uint64_t> bits_;  // by name and host: the end
};

}  // namespace warpline::ids::reference
