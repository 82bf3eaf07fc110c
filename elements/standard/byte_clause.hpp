// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/element/args.hpp"
#include "core/packet/packet.hpp"

namespace warpline {

/// One clause of a Classifier's pattern: the bytes that a frame must, or must not, have at an
/// offset.
struct ByteClause {
  std::uint32_t offset = 0;
  bool negated = false;
  std::vector<std::uint8_t> value;  ///< bits outside the mask are zero
  std::vector<std::uint8_t> mask;   ///< as long as `value`

  /// False for a frame that ends within the clause, negated or not.
  bool matches(Packet const& packet) const {
    if (offset + value.size() > packet.length) return false;
    unsigned difference = 0;
    for (std::size_t i = 0; i < value.size(); ++i)
      difference |= (packet.data[offset + i] & mask[i]) ^ unsigned { value[i] };
    return (difference == 0) != negated;
  }
};

/// The clauses of one pattern, `12/0800 23/06`; empty for `-`, which matches everything. Throws a
/// `ConfigError` at a clause that cannot be read.
std::vector<ByteClause> parse_pattern(Args const& args, Argument const& pattern);

}  // namespace warpline
