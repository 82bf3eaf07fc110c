// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "core/base/text.hpp"
#include "measure/terminal.hpp"

namespace warpline {

/// A plain table: a heading, rows, columns aligned. Widths are counted in UTF-8 characters.
/// One thread.
class Table {
 public:
  enum class Align : unsigned char { kLeft, kRight };
  struct Column {
    std::string title;
    Align align = Align::kRight;
    /// 0: always shown. If the terminal is too narrow for the table, the column with the highest
    /// rank is left out first.
    unsigned rank = 0;
  };
  struct Cell {
    std::string text;
    Style style = Style::kPlain;
    Cell(std::string content, Style look = Style::kPlain) : text(std::move(content)), style(look) {}
    Cell(char const* content) : text(content) {}
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// Missing cells at the end are empty. There must not be more cells than columns.
  void add(std::vector<Cell> cells) { rows_.push_back(std::move(cells)); }
  bool empty() const { return rows_.empty(); }

  /// The table as text, with styles if `file` shows colours. If columns were left out because of
  /// the terminal's width, a last line names them.
  std::string text(std::FILE* file) const { return text(file, terminal_width(file)); }
  /// The same for a line of `max_width` characters; 0: no limit.
  std::string text(std::FILE* file, std::size_t max_width) const;
  void print(std::FILE* file) const;

 private:
  std::vector<std::size_t> widths() const;
  std::vector<bool> shown(std::vector<std::size_t> const& widths, std::size_t max_width) const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace warpline
