// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "io/generator/generator_options.hpp"

namespace warpline {

/// The order of generated frame sizes: a seeded shuffle that contains each size exactly by its
/// weight, and then repeats.
///
/// Its length is a prime number (61) of rounds. Otherwise it could run in step with the flows, and
/// every flow would have only some of the sizes. Worker's thread.
class SizeSchedule {
 public:
  SizeSchedule(std::vector<GeneratorOptions::Size> const& sizes, std::uint64_t seed);

  /// The class of the next frame: an index into the sizes.
  unsigned next() {
    auto const size = order_[position_];
    if (++position_ == order_.size()) position_ = 0;
    return size;
  }
  std::size_t length() const { return order_.size(); }

 private:
  std::vector<std::uint8_t> order_;
  std::size_t position_ = 0;
};

}  // namespace warpline
