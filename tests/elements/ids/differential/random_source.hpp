// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <string>

namespace warpline::ids::differential {

/// Random choices that a seed repeats on every machine.
class RandomSource {
 public:
  explicit RandomSource(std::uint32_t seed) : generator_(seed) {}

  std::uint32_t below(std::size_t limit) {
    return static_cast<std::uint32_t>(generator_() % limit);
  }
  std::uint32_t between(std::uint32_t first, std::uint32_t last) {
    return first + below(last - first + 1);
  }
  bool chance(std::uint32_t percent) { return below(100) < percent; }
  template <class Container>
  auto const& one_of(Container const& values) {
    return values[below(std::size(values))];
  }
  /// Few letters, so that what is cut from one text occurs in others.
  std::string letters(std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += "aaabbcdABCD012 \n"[below(16)];
    return text;
  }

 private:
  std::mt19937 generator_;
};

}  // namespace warpline::ids::differential
