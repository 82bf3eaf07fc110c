// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#define PCRE2_CODE_UNIT_WIDTH 8
#include "elements/ids/verify/expression.hpp"

#include <pcre2.h>

#include <new>

#include "core/base/error.hpp"

namespace warpline::ids {
namespace {

constexpr std::uint32_t kPairs = 2;  // of offsets: the whole match, and its first group

/// `code`: of `text`.
bool has_no_place(std::string const& text, std::uint32_t options, pcre2_code const* code) {
  std::uint32_t lookbehind = 1;
  pcre2_pattern_info(code, PCRE2_INFO_MAXLOOKBEHIND, &lookbehind);
  if (lookbehind != 0 || (options & PCRE2_ANCHORED) != 0) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '^' && (i == 0 || text[i - 1] != '[')) return false;
  for (auto const* const word : {"\\A", "\\G", "\\K", "(*"})
    if (text.find(word) != std::string::npos) return false;
  return true;
}

}  // namespace

Expression::Expression(std::string const& text, std::uint32_t options) {
  int error = 0;
  PCRE2_SIZE place = 0;
  code_ = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), options, &error,
                        &place, nullptr);
  if (code_ == nullptr) {
    PCRE2_UCHAR message[256]{};
    pcre2_get_error_message(error, message, sizeof message);
    throw ConfigError("bad expression at byte " + std::to_string(place) + ": " +
                      reinterpret_cast<char const*>(message));
  }
  looks_forward_ = has_no_place(text, options, code_);
  // Without it, where the machine has no JIT, matching is slower and gives the same.
  (void)pcre2_jit_compile(code_, PCRE2_JIT_COMPLETE);
}

Expression::~Expression() { pcre2_code_free(code_); }

ExpressionMatcher::ExpressionMatcher()
    : data_(pcre2_match_data_create(kPairs, nullptr)),
      context_(pcre2_match_context_create(nullptr)) {
  if (data_ == nullptr || context_ == nullptr) {
    pcre2_match_data_free(data_);
    pcre2_match_context_free(context_);
    throw std::bad_alloc();
  }
  pcre2_set_match_limit(context_, kMatchLimit);
  pcre2_set_depth_limit(context_, kDepthLimit);
}

ExpressionMatcher::~ExpressionMatcher() {
  pcre2_match_data_free(data_);
  pcre2_match_context_free(context_);
}

bool ExpressionMatcher::match(Expression const& expression, Bytes buffer, std::uint32_t first) {
  int const count = pcre2_match(expression.code_, reinterpret_cast<PCRE2_SPTR>(buffer.data),
                                buffer.size, first, 0, data_, context_);
  if (count == PCRE2_ERROR_MATCHLIMIT || count == PCRE2_ERROR_DEPTHLIMIT ||
      count == PCRE2_ERROR_JIT_STACKLIMIT)
    ++limits_reached_;
  return count >= 0;
}

std::optional<ExpressionMatcher::Found> ExpressionMatcher::find(Expression const& expression,
                                                                Bytes buffer, std::uint32_t begin,
                                                                std::uint32_t first) {
  if (begin > first || first > buffer.size) return std::nullopt;
  if (!match(expression, {buffer.data + begin, buffer.size - begin}, first - begin))
    return std::nullopt;
  auto const* const place = pcre2_get_ovector_pointer(data_);
  return Found{begin + static_cast<std::uint32_t>(place[0]),
               begin + static_cast<std::uint32_t>(place[1])};
}

std::optional<ExpressionMatcher::Found> ExpressionMatcher::first_group(Expression const& expression,
                                                                       Bytes buffer) {
  if (!match(expression, buffer, 0)) return std::nullopt;
  auto const* const group = pcre2_get_ovector_pointer(data_) + 2;
  if (group[0] == PCRE2_UNSET) return std::nullopt;
  return Found{static_cast<std::uint32_t>(group[0]), static_cast<std::uint32_t>(group[1])};
}

}  // namespace warpline::ids
