// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>

namespace warpline::app {

/// Whether `file` is a terminal that shows colours (the variable `NO_COLOR` is not set, `TERM` is
/// not `dumb`).
bool shows_colours(std::FILE* file);

/// Characters in a line of `file` if it is a terminal that knows its width, else 0: no limit.
std::size_t terminal_width(std::FILE* file);

/// `text` in bold, green, yellow or red where `file` shows colours, else as it is.
enum class Style : unsigned char { kPlain, kBold, kGood, kWarning, kBad };
std::string styled(std::string_view text, Style style, std::FILE* file);

/// One line on stderr that is written over again; nothing where stderr is not a terminal.
class Progress {
 public:
  /// Silent for good where `quiet`.
  explicit Progress(bool quiet);
  ~Progress() { clear(); }

  bool visible() const { return visible_; }
  void show(std::string const& text);
  void clear();

 private:
  bool visible_;
  bool shown_ = false;
};

}  // namespace warpline::app
