// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>

namespace warpline {

/// Returns whether `file` is a terminal that shows colours (the variable `NO_COLOR` is not set,
/// `TERM` is not `dumb`).
bool shows_colours(std::FILE* file);

/// Characters in a line of `file` if it is a terminal that knows its width, else 0: no limit.
std::size_t terminal_width(std::FILE* file);

/// `text` in bold, green, yellow or red if `file` shows colours, otherwise unchanged.
enum class Style : unsigned char { kPlain, kBold, kGood, kWarning, kBad };
std::string styled(std::string_view text, Style style, std::FILE* file);

/// One line on stderr that is overwritten; nothing if stderr is not a terminal. One thread.
class Progress {
 public:
  /// Prints nothing if `quiet`.
  explicit Progress(bool quiet);
  ~Progress() { clear(); }

  bool visible() const { return visible_; }
  void show(std::string const& text);
  void clear();

 private:
  bool visible_;
  bool shown_ = false;
};

}  // namespace warpline
