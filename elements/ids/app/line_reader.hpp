// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/bytes.hpp"

namespace warpline::ids {

/// Takes lines from a stream that comes in pieces. Of a line, `max` bytes are kept.
class LineReader {
 public:
  explicit LineReader(std::uint32_t max) : max_(max) {}

  /// Takes bytes from the front of `input`, up to the next line feed. True if a line is whole: `line`
  /// then has it without the line feed, and stays until the next call or while the input does.
  bool next(Bytes& input, Bytes& line);
  /// The beginning of a line that is not whole yet.
  Bytes pending() const {
    return {kept_.data(), is_whole_ ? 0 : static_cast<std::uint32_t>(kept_.size())};
  }
  void clear();
  std::size_t memory() const { return kept_.capacity(); }

 private:
  std::uint32_t max_;
  std::vector<std::uint8_t> kept_;
  bool is_whole_ = false;  // `kept_` was given, and is to be forgotten
};

}  // namespace warpline::ids
