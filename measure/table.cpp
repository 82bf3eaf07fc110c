// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "measure/table.hpp"

#include <algorithm>

namespace warpline {
namespace {

constexpr std::size_t kGap = 2;  // blanks between columns

std::size_t width_of(std::string const& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

}  // namespace

std::vector<std::size_t> Table::widths() const {
  std::vector<std::size_t> widths;
  for (auto const& column : columns_) widths.push_back(width_of(column.title));
  for (auto const& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], width_of(row[i].text));
  return widths;
}

std::vector<bool> Table::shown(std::vector<std::size_t> const& widths,
                               std::size_t max_width) const {
  std::vector<bool> visibility(columns_.size(), true);
  std::size_t total = 0;
  for (auto const width : widths) total += width + kGap;
  while (max_width > 0 && total > max_width + kGap) {
    std::size_t last = 0;
    for (std::size_t i = 0; i < columns_.size(); ++i)
      if (visibility[i] && columns_[i].rank > (visibility[last] ? columns_[last].rank : 0))
        last = i;
    if (columns_[last].rank == 0 || !visibility[last]) break;
    visibility[last] = false;
    total -= widths[last] + kGap;
  }
  return visibility;
}

std::string Table::text(std::FILE* file, std::size_t max_width) const {
  auto const widths = this->widths();
  auto const visibility = this->shown(widths, max_width);
  std::string out;
  auto const line = [&](std::vector<Cell> const& cells) {
    std::string text;
    std::size_t owed = 0;  // blanks that only matter when something follows
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (!visibility[i]) continue;
      auto const& cell = cells[i];
      auto const pad = widths[i] - width_of(cell.text);
      auto const left = columns_[i].align == Align::kRight ? pad : 0;
      if (!cell.text.empty()) {
        text.append(owed + left, ' ').append(styled(cell.text, cell.style, file));
        owed = pad - left + kGap;
      } else {
        owed += pad + kGap;
      }
    }
    out += text + '\n';
  };
  std::vector<Cell> heading;
  for (auto const& column : columns_) heading.emplace_back(column.title, Style::kBold);
  line(heading);
  for (auto const& row : rows_) line(row);
  std::string left_out;
  for (std::size_t i = 0; i < columns_.size(); ++i)
    if (!visibility[i]) left_out += (left_out.empty() ? "" : ", ") + columns_[i].title;
  if (!left_out.empty()) out += "too narrow for: " + left_out + "\n";
  return out;
}

void Table::print(std::FILE* file) const { std::fputs(text(file).c_str(), file); }

}  // namespace warpline
