// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/rules/fast_content.hpp"

#include <bitset>
#include <tuple>

namespace warpline::ids {
namespace {

/// Buffers that have few values select a rule only if it has no others.
int priority(Buffer buffer) {
  if (buffer == Buffer::kHttpMethod || buffer == Buffer::kHttpStatusCode) return 0;
  return buffer == Buffer::kHttpStatusMessage ? 1 : 2;
}

std::size_t distinct_bytes(std::string const& bytes) {
  std::bitset<256> seen;
  for (char const c : bytes) seen.set(static_cast<unsigned char>(c));
  return seen.count();
}

}  // namespace

std::optional<std::size_t> fast_app_content_of(Rule const& rule) {
  std::optional<std::size_t> best;
  std::tuple<bool, int, std::size_t, std::size_t> best_rank;
  for (std::size_t i = 0; i < rule.buffers.size(); ++i) {
    auto const& match = rule.buffers[i];
    auto const* const content = std::get_if<ContentMatch>(&match.match);
    if (content == nullptr || content->negated || !is_of_application(match.buffer)) continue;
    std::tuple const rank(content->fast.use != FastPattern::Use::kIfBest, priority(match.buffer),
                          content->bytes.size(), distinct_bytes(content->bytes));
    if (best && rank <= best_rank) continue;
    best = i;
    best_rank = rank;
  }
  return best;
}

}  // namespace warpline::ids
