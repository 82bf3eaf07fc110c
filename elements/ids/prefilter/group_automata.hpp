// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/hd.hpp"
#include "elements/ids/automaton.hpp"

/// Where a kernel finds the automaton for a payload: there is one for all, or one for each search.
namespace warpline::ids {

/// The same automaton for all payloads.
struct OneAutomaton {
  Automaton automaton;

  WARPLINE_HD bool has(std::uint32_t) const { return true; }
  WARPLINE_HD Automaton const& of(std::uint32_t) const { return automaton; }
  WARPLINE_HD std::uint32_t count() const { return 1; }
  WARPLINE_HD static std::uint32_t index_of(std::uint32_t) { return 0; }
  std::uint32_t max_row_bytes() const {
    return static_cast<std::uint32_t>(automaton.row_bytes() * automaton.states);
  }
};

/// The automata of the searches with the numbers from 1, in the memory of a device.
struct GroupAutomata {
  Automaton const* automata;
  std::uint32_t size;
  std::uint32_t largest;  ///< bytes of all rows of the largest one

  WARPLINE_HD bool has(std::uint32_t search) const { return search != 0 && search <= size; }
  WARPLINE_HD Automaton const& of(std::uint32_t search) const { return automata[search - 1]; }
  WARPLINE_HD std::uint32_t count() const { return size; }
  WARPLINE_HD static std::uint32_t index_of(std::uint32_t search) { return search - 1; }
  std::uint32_t max_row_bytes() const { return largest; }
};

}  // namespace warpline::ids
