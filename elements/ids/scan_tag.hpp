// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/base/bytes.hpp"
#include "core/base/hd.hpp"

namespace warpline::ids {

/// A packet's tag for the search: the number of the search, and where the payload begins.
class ScanTag {
 public:
  WARPLINE_HD explicit ScanTag(std::uint32_t word) : word_(word) {}
  /// `search`: of `RuleGroups`; 0 if nothing is searched. `offset`: in the frame.
  static ScanTag of(std::uint32_t search, std::uint32_t offset) {
    return ScanTag(search << kOffsetBits | offset);
  }
  WARPLINE_HD std::uint32_t search() const { return word_ >> kOffsetBits; }
  WARPLINE_HD std::uint32_t offset() const { return word_ & ((1u << kOffsetBits) - 1); }
  WARPLINE_HD Bytes payload(Bytes frame) const {
    return {frame.data + offset(), frame.size - offset()};
  }
  std::uint32_t word() const { return word_; }

 private:
  static constexpr unsigned kOffsetBits = 16;
  std::uint32_t word_;
};

}  // namespace warpline::ids
