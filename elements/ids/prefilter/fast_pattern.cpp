// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/prefilter/fast_pattern.hpp"

#include <bitset>
#include <tuple>

namespace warpline::ids {
namespace {

std::size_t distinct_bytes(std::string const& bytes) {
  std::bitset<256> seen;
  for (char const c : bytes) seen.set(static_cast<unsigned char>(c));
  return seen.count();
}

}  // namespace

std::string searched_bytes(ContentMatch const& content) {
  auto const& fast = content.fast;
  auto const bytes = fast.use == FastPattern::Use::kPart
                         ? content.bytes.substr(fast.offset, fast.length)
                         : content.bytes;
  return bytes.substr(0, SelectedPattern::kMaxBytes);
}

std::optional<SelectedPattern> fast_pattern_of(Rule const& rule) {
  ContentMatch const* best = nullptr;
  auto const rank = [](ContentMatch const& content) {
    return std::tuple(content.fast.use != FastPattern::Use::kIfBest, content.bytes.size(),
                      distinct_bytes(content.bytes));
  };
  for (auto const& match : rule.buffers) {
    auto const* const content = std::get_if<ContentMatch>(&match.match);
    if (content == nullptr || content->negated || match.buffer != Buffer::kPayload) continue;
    if (best == nullptr || rank(*best) < rank(*content)) best = content;
  }
  if (best == nullptr) return std::nullopt;
  return SelectedPattern{searched_bytes(*best), best->nocase};
}

}  // namespace warpline::ids
