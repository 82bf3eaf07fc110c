// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/base/hd.hpp"
#include "core/packet/packet.hpp"
#include "elements/ids/matches.hpp"

namespace warpline::ids {

/// An Aho-Corasick automaton as plain pointers to read-only tables, on the host or on a device.
///
/// Each state has a row of 256 entries with the next state for an input byte. Both cases of a
/// letter lead to the same state, so that no byte is folded while scanning. The top bit of an entry
/// marks a state in which a pattern ends. States are numbered by depth: the rows that most input
/// needs come first. One of `narrow` and `wide` is null.
struct Automaton {
  /// The bytes of a pattern, for comparison if it is case-sensitive.
  struct Literal {
    std::uint32_t offset;  ///< in `bytes`
    std::uint16_t size;
    std::uint16_t exact;  ///< 1: a match of the folded bytes must be confirmed
  };

  std::uint16_t const* narrow;        ///< rows of up to 32,768 states
  std::uint32_t const* wide;          ///< rows of more states
  std::uint32_t const* output_begin;  ///< a state's own outputs are [s] to [s + 1] in `outputs`
  std::uint32_t const* suffix;        ///< the longest proper suffix with own outputs, 0: none
  std::uint16_t const* outputs;       ///< pattern ids
  Literal const* literals;            ///< by pattern id
  std::uint8_t const* bytes;
  std::uint32_t const*
      first_at_depth;  ///< the first state of each depth; the last entry is `states`
  std::uint32_t states;

  WARPLINE_HD std::uint32_t entry_bytes() const { return narrow != nullptr ? 2 : 4; }
  WARPLINE_HD std::uint32_t row_bytes() const { return 256 * entry_bytes(); }

  /// Finds the patterns in `text`; one table look-up per byte for any text and number of patterns.
  WARPLINE_HD Matches scan(Bytes text) const {
    Matches matches;
    if (narrow != nullptr) {
      scan_rows(narrow, text, matches);
    } else {
      scan_rows(wide, text, matches);
    }
    return matches;
  }

  /// Adds the patterns that end in `state` to `matches`, after reading the text up to `end`.
  /// Returns false when `found.add(id)` has returned false.
  template <class MatchSet>
  WARPLINE_HD bool collect(std::uint32_t state, std::uint8_t const* end, MatchSet& matches) const {
    for (; state != 0; state = suffix[state]) {
      for (auto i = output_begin[state]; i < output_begin[state + 1]; ++i) {
        auto const id = outputs[i];
        auto const literal = literals[id];
        if (literal.exact != 0 && !equal(end - literal.size, bytes + literal.offset, literal.size))
          continue;
        if (!matches.add(id)) return false;
      }
    }
    return true;
  }

 private:
  template <class Entry>
  WARPLINE_HD void scan_rows(Entry const* rows, Bytes text, Matches& matches) const {
    constexpr auto kAccept = static_cast<std::uint32_t>(Entry{1} << (sizeof(Entry) * 8 - 1));
    std::uint32_t state = 0;
    for (std::uint32_t i = 0; i < text.size; ++i) {
      std::uint32_t const entry = rows[state << 8 | text.data[i]];
      state = entry & ~kAccept;
      if ((entry & kAccept) != 0 && !collect(state, text.data + i + 1, matches)) return;
    }
  }

  WARPLINE_HD static bool equal(std::uint8_t const* a, std::uint8_t const* b, unsigned size) {
    for (unsigned i = 0; i < size; ++i)
      if (a[i] != b[i]) return false;
    return true;
  }
};

}  // namespace warpline::ids
