// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/verify/buffer_program.hpp"

#include <algorithm>

#include "elements/ids/verify/buffer_run.hpp"

namespace warpline::ids {
namespace {

bool is_relative(BufferMatch const& match) {
  return std::visit(
      [](auto const& keyword) {
        using Keyword = std::decay_t<decltype(keyword)>;
        if constexpr (std::is_same_v<Keyword, ContentMatch>)
          return keyword.is_relative();
        else if constexpr (std::is_same_v<Keyword, BufferSize>)
          return false;
        else
          return keyword.relative;
      },
      match.match);
}

/// Whether it leaves the cursor where the keyword before it put it.
bool keeps_cursor(BufferMatch const& match) {
  return !is_relative(match) && (std::holds_alternative<IsDataAt>(match.match) ||
                                 std::holds_alternative<ByteTest>(match.match) ||
                                 std::holds_alternative<BufferSize>(match.match));
}

}  // namespace

BufferProgram::BufferProgram(std::span<BufferMatch const> matches)
    : matches_(matches.begin(), matches.end()) {
  for (std::size_t i = 0; i < matches_.size(); ++i) {
    auto next = i + 1;
    while (next < matches_.size() && keeps_cursor(matches_[next])) ++next;
    bool const relative_next = next < matches_.size() && is_relative(matches_[next]);
    instructions_.push_back({&matches_[i], relative_next});
    auto const* const pcre = std::get_if<PcreMatch>(&matches_[i].match);
    expressions_.push_back(
        pcre == nullptr ? nullptr
                        : std::make_shared<Expression const>(pcre->expression, pcre->options));
  }
}

bool BufferProgram::matches(Bytes buffer, Evaluation& evaluation,
                            std::uint32_t stream_offset) const {
  struct Retry {
    std::size_t index;
    std::int64_t cursor, place;
  };
  std::array<Retry, kMaxRetries> retries;
  std::array<LastSearch, kMaxRetries> last_searches;  // after the first retry
  bool searches_again = false;
  std::size_t retry_count = 0, index = 0;
  Run run{buffer, evaluation, stream_offset};
  for (unsigned steps = 0; index < instructions_.size(); ++steps) {
    if (steps == kMaxSteps) {
      ++evaluation.step_limits;
      return false;
    }
    auto const& instruction = instructions_[index];
    if (searches_again) run.last_search = index < kMaxRetries ? &last_searches[index] : nullptr;
    auto const before = run.cursor;
    auto const outcome = std::visit(
        [&](auto const& keyword) {
          using Keyword = std::decay_t<decltype(keyword)>;
          if constexpr (std::is_same_v<Keyword, ContentMatch>)
            return run.step(keyword, instruction);
          else if constexpr (std::is_same_v<Keyword, PcreMatch>)
            return run.step(keyword, *expressions_[index]);
          else
            return run.step(keyword);
        },
        instruction.match->match);
    if (outcome == Run::Outcome::kEnd) return false;
    if (outcome == Run::Outcome::kMatch) {
      if (run.retry != 0 && instruction.relative_next && retry_count < kMaxRetries)
        retries[retry_count++] = {index, before, run.retry};
      run.retry = 0;
      ++index;
      continue;
    }
    if (retry_count == 0) return false;
    if (!searches_again) {
      searches_again = true;
      std::fill_n(last_searches.begin(), std::min<std::size_t>(instructions_.size(), kMaxRetries),
                  LastSearch::none());
    }
    auto const& last = retries[--retry_count];
    index = last.index;
    run.cursor = last.cursor;
    run.retry = last.place;
  }
  return true;
}

}  // namespace warpline::ids
