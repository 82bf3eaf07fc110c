// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/prefilter/junction_filter.hpp"

namespace warpline::ids {

JunctionFilter::JunctionFilter(std::span<Pattern const> patterns)
    : bits_((std::size_t{1} << kBits) / 64) {
  for (auto const& pattern : patterns) {
    auto const* const bytes = reinterpret_cast<unsigned char const*>(pattern.bytes.data());
    auto const size = pattern.bytes.size();
    if (size == 2) add(pair(bytes[0], bytes[1]));
    for (std::size_t i = 0; i + 3 <= size; ++i) add(triple(bytes[i], bytes[i + 1], bytes[i + 2]));
  }
}

}  // namespace warpline::ids
