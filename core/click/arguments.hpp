// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/click/cursor.hpp"
#include "core/click/syntax.hpp"

namespace warpline::click {

/// Reads the text between the parentheses of an element. One thread.
class ArgumentScanner {
 public:
  ArgumentScanner(Cursor& cursor, Diagnostics& errors) : cursor_(cursor), errors_(errors) {}

  /// Reads from after a `(` at `open` to after its `)`. If that is missing, stops before the `;` or
  /// at the end.
  std::vector<ArgumentTemplate> read_parenthesised(Position open);

  /// Reads until the end of the text.
  std::vector<ArgumentTemplate> read_all();

 private:
  std::vector<ArgumentTemplate> read(std::optional<Position> open);
  void report(Position position, std::string message);
  bool read_part();
  void read_parameter(bool quoted);
  void read_double_quoted();
  void read_single_quoted();
  bool refuse_open_string(std::size_t end);
  void read_escape(Piece& piece);
  void read_hex_data(Piece& piece);
  void read_text();
  void add_text(Piece::Kind kind, std::string_view text);
  void finish_argument(Position end);

  Cursor& cursor_;
  Diagnostics& errors_;
  std::size_t depth_ = 0;  ///< of inner parentheses
  std::uint32_t doubtful_line_ = 0;
  ArgumentTemplate current_;
  std::vector<ArgumentTemplate> done_;
};

/// The value of a parameter by its name.
using Lookup = std::function<Argument const&(std::string_view)>;

/// Fills in the parameters. A value keeps its words, unless it is in quotes or parentheses: `$x`
/// for the value `a b` gives two words, `p$x` gives `pa` and `b`, `"$x"` one word. Throws
/// `ConfigError` if the text becomes too long. `lookup` may be empty if there is no parameter.
Argument fill_in(ArgumentTemplate const& form, Lookup const& lookup, Diagnostics& errors);

}  // namespace warpline::click
