// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/context.hpp"

#include <cstdio>

namespace warpline {

std::vector<std::shared_ptr<void>> SharedStore::hold() const {
  std::vector<std::shared_ptr<void>> result;
  for (auto const* const slots : {&slots_, &files_})
    for (auto const& [key, slot] : *slots)
      if (auto object = slot.lock()) result.push_back(std::move(object));
  return result;
}

void print_line(std::string_view line) {
  std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
}

}  // namespace warpline
