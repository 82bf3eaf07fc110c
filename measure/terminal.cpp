// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "measure/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

namespace warpline {

bool shows_colours(std::FILE* file) {
  auto const* term = std::getenv("TERM");
  return isatty(fileno(file)) != 0 && std::getenv("NO_COLOR") == nullptr && term != nullptr &&
         std::string_view(term) != "dumb";
}

std::size_t terminal_width(std::FILE* file) {
  winsize size{};
  return ioctl(fileno(file), TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

std::string styled(std::string_view text, Style style, std::FILE* file) {
  if (style == Style::kPlain || !shows_colours(file)) return std::string(text);
  char const* code = "1";
  if (style == Style::kGood) code = "32";
  if (style == Style::kWarning) code = "33";
  if (style == Style::kBad) code = "31";
  return "\033[" + std::string(code) + "m" + std::string(text) + "\033[0m";
}

Progress::Progress(bool quiet) : visible_(!quiet && isatty(STDERR_FILENO) != 0) {}

void Progress::show(std::string const& text) {
  if (!visible_) return;
  winsize size{};
  std::size_t const width =
      ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1u : 79u;
  std::fprintf(stderr, "\r\033[K%s", text.substr(0, width).c_str());
  std::fflush(stderr);
  shown_ = true;
}

void Progress::clear() {
  if (!shown_) return;
  std::fputs("\r\033[K", stderr);
  std::fflush(stderr);
  shown_ = false;
}

}  // namespace warpline
