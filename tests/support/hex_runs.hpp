// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace warpline::test {

/// Length of the longest text that is part of both `text` and `key`.
inline std::size_t longest_shared_run(std::string_view text, std::string_view key) {
  std::size_t longest = 0;
  for (std::size_t begin = 0; begin < key.size(); ++begin)
    while (begin + longest < key.size() &&
           text.find(key.substr(begin, longest + 1)) != std::string_view::npos)
      ++longest;
  return longest;
}

}  // namespace warpline::test
