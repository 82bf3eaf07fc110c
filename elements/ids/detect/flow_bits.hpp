// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "elements/ids/flow/flow.hpp"
#include "elements/ids/rules/rule.hpp"

namespace warpline::ids {

class FlowTable;

/// The flowbits of a worker's flows, by flow. Memory is touched only for flows that have bits. One
/// thread.
///
/// Each name has a place in the words of a flow. A reload gives the names of the next rules, which
/// may number them differently, the places that they had before.
class FlowBits {
 public:
  /// `names`: those of the rules, by number.
  FlowBits(std::uint32_t flows, std::span<std::string const> names);
  ~FlowBits();
  FlowBits(FlowBits const&) = delete;
  FlowBits& operator=(FlowBits const&) = delete;
  static std::size_t bytes(std::uint32_t flows, std::size_t names);

  /// `name`: its number in the rules.
  bool test(std::uint32_t index, Flow const& flow, std::uint16_t name) const;
  void change(std::uint32_t index, Flow& flow, std::uint16_t name, BitAction::Command command);

  /// Takes the bits of `old`, which belong to `flows`, by their names. Costs time for each flow only
  /// if `old` has no place for all new names; names that the rules no longer have then lose theirs.
  void take_over(FlowBits& old, FlowTable& flows);

 private:
  static std::size_t words_for(std::size_t names) { return (names + 63) / 64; }
  void allocate(std::uint32_t flows, std::size_t words);
  void move_bits(FlowBits const& old, FlowTable& flows);

  std::size_t words_ = 0, bytes_ = 0;
  std::uint64_t* bits_ = nullptr;                           // not initialized
  std::vector<std::uint16_t> places_;                       // by number of a name
  std::vector<std::string> names_;                          // by place
  std::unordered_map<std::string, std::uint16_t> numbers_;  // by name
};

}  // namespace warpline::ids
