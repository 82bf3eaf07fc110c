// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/generator/size_schedule.hpp"

#include <utility>

#include "core/base/random.hpp"

namespace warpline {

SizeSchedule::SizeSchedule(std::vector<GeneratorOptions::Size> const& sizes, std::uint64_t seed) {
  constexpr unsigned kRounds = 61;
  unsigned const rounds = sizes.size() == 1 ? 1 : kRounds;
  for (std::size_t size = 0; size < sizes.size(); ++size)
    order_.insert(order_.end(), std::size_t{sizes[size].weight} * rounds,
                  static_cast<std::uint8_t>(size));
  Random random(seed ^ 0x73697a6573);
  for (auto left = static_cast<std::uint32_t>(order_.size()); left > 1; --left)
    std::swap(order_[left - 1], order_[random.below(left)]);
}

}  // namespace warpline
