// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/rules/rule_report.hpp"

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

#include "core/base/text.hpp"

namespace warpline::ids {
namespace {

/// Lines `  COUNT  NAME`, the counts aligned at their last digit.
std::string table(std::map<std::string, std::size_t> const& counts) {
  std::vector<std::pair<std::string, std::size_t>> rows(counts.begin(), counts.end());
  std::ranges::stable_sort(rows, std::ranges::greater{},
                           [](auto const& row) { return row.second; });
  std::size_t width = 0;
  for (auto const& [name, count] : rows) width = std::max(width, with_commas(count).size());
  std::string text;
  for (auto const& [name, count] : rows) {
    auto const number = with_commas(count);
    text += "  " + std::string(width - number.size(), ' ') + number + "  " + name + "\n";
  }
  return text;
}

bool continues_code_point(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

/// The line and the caret of a diagnostic, cut to what stands around the caret: a rule's line may
/// have thousands of bytes.
std::string around_caret(std::string line, std::string caret) {
  constexpr std::size_t kMaxColumns = 80, kBefore = 40;
  constexpr std::string_view kDots = "...", kIndent = "  ";
  auto const column = caret.size() - 1;
  if (line.size() > kMaxColumns && column > kBefore) {
    auto begin = column - kBefore;
    while (begin < line.size() && continues_code_point(line[begin])) ++begin;
    line.replace(0, begin, std::string(kIndent) + std::string(kDots));
    caret = std::string(kIndent.size() + kDots.size() + column - begin, ' ') + "^";
  }
  if (line.size() > kMaxColumns) {
    auto end = kMaxColumns - kDots.size();
    while (end > 0 && continues_code_point(line[end])) --end;
    line = line.substr(0, end) + std::string(kDots);
  }
  return line + "\n" + caret;
}

std::string shown(Diagnostic const& diagnostic) {
  auto const text = diagnostic.render();
  auto const first = text.find('\n'), last = text.rfind('\n');
  if (first == last || !text.ends_with('^')) return text + "\n";
  return text.substr(0, first + 1) +
         around_caret(text.substr(first + 1, last - first - 1), text.substr(last + 1)) + "\n";
}

}  // namespace

std::string render(RuleFileReport const& report) {
  auto text = "loaded " + with_commas(report.loaded) + ", skipped " + with_commas(report.skipped) +
              ", refused " + with_commas(report.refused) + "\n";
  if (!report.skipped_by.empty()) text += "\nskipped rules by what they need:\n";
  text += table(report.skipped_by);
  for (auto const* const list : {&report.errors, &report.warnings})
    for (auto const& diagnostic : *list) text += "\n" + shown(diagnostic);
  return text;
}

}  // namespace warpline::ids
