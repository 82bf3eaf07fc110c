// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/base/bytes.hpp"
#include "core/base/hd.hpp"
#include "core/net/layers.hpp"
#include "elements/ids/matches.hpp"
#include "elements/ids/scan_tag.hpp"

/// How a kernel finds the part of a frame that it searches: by the headers, or by the packet's tag.
namespace warpline::ids {

/// The bytes that are searched, flags for the result, and the number of the search.
struct SearchedPart {
  Bytes text;
  std::uint8_t flags;    ///< as in `Matches`
  std::uint32_t search;  ///< as in `ScanTag`
};

/// The payload after the headers of the frame, for `IDSMatch`.
struct ByHeaders {
  WARPLINE_HD static SearchedPart part(Bytes frame) {
    auto const layers = walk_layers(frame);
    return {layers.payload, layers.malformed ? Matches::kMalformed : std::uint8_t{0}, 1};
  }
};

/// What the `ScanTag` of the packet names, for `IDS`. Search 0 names nothing.
struct ByTag {
  WARPLINE_HD static SearchedPart part(Bytes frame, std::uint32_t tag) {
    ScanTag const scan(tag);
    if (scan.search() == 0 || scan.offset() >= frame.size) return {};
    return {scan.payload(frame), 0, scan.search()};
  }
};

}  // namespace warpline::ids
