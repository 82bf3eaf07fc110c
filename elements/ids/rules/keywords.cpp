// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/rules/keywords.hpp"

#include <algorithm>
#include <vector>

namespace warpline::ids {
namespace {

std::vector<Keyword> all_keywords() {
  std::vector<Keyword> all;
  for (auto const part : {meta_keywords(), content_keywords(), byte_keywords(), packet_keywords(),
                          state_keywords(), pcre_keywords(), buffer_keywords(),
                          transform_keywords(), app_keywords(), unplanned_keywords()})
    all.insert(all.end(), part.begin(), part.end());
  std::ranges::sort(all, {}, &Keyword::name);
  return all;
}

}  // namespace

std::span<Keyword const> keywords() {
  static auto const kAll = all_keywords();
  return kAll;
}

Keyword const* find_keyword(std::string_view name) {
  auto const all = keywords();
  auto const entry = std::ranges::lower_bound(all, name, {}, &Keyword::name);
  return entry != all.end() && entry->name == name ? &*entry : nullptr;
}

}  // namespace warpline::ids
