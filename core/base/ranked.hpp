// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

namespace warpline {

/// Inserts `item` into a list that is ordered by the member `rank`, after those of the same rank.
template <class Item>
void insert_by_rank(std::vector<Item>& list, Item item) {
  auto const after = std::upper_bound(list.begin(), list.end(), item,
                                      [](auto const& a, auto const& b) { return a.rank < b.rank; });
  list.insert(after, std::move(item));
}

}  // namespace warpline
