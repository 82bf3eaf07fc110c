// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#define PCRE2_CODE_UNIT_WIDTH 8
#include "tests/elements/ids/reference/expression.hpp"

#include <pcre2.h>

#include <memory>
#include <stdexcept>

namespace warpline::ids::reference {

std::optional<std::pair<std::size_t, std::size_t>> find_expression(std::string const& expression,
                                                                   std::uint32_t options,
                                                                   std::string const& subject,
                                                                   std::size_t start) {
  int error = 0;
  PCRE2_SIZE place = 0;
  std::unique_ptr<pcre2_code, decltype(&pcre2_code_free)> const code(
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(expression.data()), expression.size(), options,
                    &error, &place, nullptr),
      pcre2_code_free);
  if (!code) throw std::invalid_argument(expression);
  std::unique_ptr<pcre2_match_data, decltype(&pcre2_match_data_free)> const data(
      pcre2_match_data_create_from_pattern(code.get(), nullptr), pcre2_match_data_free);
  auto const count = pcre2_match(code.get(), reinterpret_cast<PCRE2_SPTR>(subject.data()),
                                 subject.size(), start, 0, data.get(), nullptr);
  if (count < 0) return std::nullopt;
  auto const* const ends = pcre2_get_ovector_pointer(data.get());
  return std::pair(ends[0], ends[1]);
}

}  // namespace warpline::ids::reference
