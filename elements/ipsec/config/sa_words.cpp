// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/config/sa_words.hpp"

#include <algorithm>
#include <utility>

#include "core/base/mask_keys.hpp"
#include "core/base/text.hpp"

namespace warpline::ipsec {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f'; }

/// True if there is a `\` at `i` that separates words.
bool is_row_end(std::string_view line, std::size_t i) {
  return line[i] == '\\' && (i + 1 == line.size() || is_blank(line[i + 1]));
}

/// Splits one line, whose first row is `row`, into words; returns whether the next line continues
/// it.
bool split_line(std::string_view line, std::uint32_t number, std::uint32_t& row, SaWords& words,
                Diagnostics& diagnostics) {
  auto const first_row = row;
  for (std::size_t i = 0; i < line.size();) {
    Position const here{number, static_cast<std::uint32_t>(i + 1)};
    char const c = line[i];
    if (is_blank(c)) {
      ++i;
    } else if (c == '#') {
      return false;
    } else if (c == '\\' && line.find_first_not_of(" \t\r", i + 1) == std::string_view::npos) {
      return row == first_row;  // `ip -o` prints it at the end of an SA, too
    } else if (is_row_end(line, i)) {
      ++row;
      ++i;
    } else if (c == '"' || c == '\'') {
      auto const end = line.find(c, i + 1);
      if (end == std::string_view::npos) {
        diagnostics.error(here, std::string("this quote has no end; expected ") + c +
                                    " before the end of the line");
        return false;
      }
      words.push_back({line.substr(i + 1, end - i - 1), here, row});
      i = end + 1;
    } else {
      auto end = i;
      while (end < line.size() && !is_blank(line[end]) && line[end] != '#' &&
             !is_row_end(line, end))
        ++end;
      words.push_back({line.substr(i, end - i), here, row});
      i = end;
    }
  }
  return false;
}

}  // namespace

std::vector<SaWords> split_sas(std::string_view text, Diagnostics& diagnostics) {
  std::vector<SaWords> sas;
  bool continues = false;
  std::uint32_t row = 0;
  for (std::uint32_t number = 1; !text.empty(); ++number) {
    auto const end = text.find('\n');
    auto const line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    bool const indented = line.empty() || is_blank(line[0]);
    SaWords words;
    ++row;
    bool const next_continues = split_line(line, number, row, words, diagnostics);
    if (!words.empty()) {
      if (sas.empty() || !(indented || continues)) sas.emplace_back();
      sas.back().insert(sas.back().end(), words.begin(), words.end());
    }
    continues = next_continues;
  }
  return sas;
}

std::shared_ptr<Source const> without_keys(Source const& source) {
  return std::make_shared<Source>(Source{source.name, mask_keys(source.text)});
}

Diagnostics masked_diagnostics(Source const& source) {
  return Diagnostics(without_keys(source), mask_keys);
}

}  // namespace warpline::ipsec
