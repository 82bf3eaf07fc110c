// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/toml_scan.hpp"

#include <algorithm>
#include <string>

namespace warpline {
namespace {

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  TomlScan run() {
    while (at_ < text_.size()) step();
    return std::move(scan_);
  }

 private:
  void step() {
    char const c = text_[at_];
    if (c == '"' || c == '\'') return quote(c);
    if (c == '#') {
      at_ = std::min(text_.find('\n', at_), text_.size());
      return;
    }
    if (c == '\n') {
      end_line();
    } else if (c == '[' && at_line_begin_ && levels_.empty()) {
      is_header_ = true;
      header_ = 0;
      push();
    } else if (c == '[' || c == '{') {
      push();
    } else if ((c == ']' || c == '}') && !levels_.empty()) {
      pop();
    } else if (c == '.') {
      ++dots_;
      measure();
    } else if (c == ',') {
      dots_ = 0;
    }
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') at_line_begin_ = false;
    ++at_;
  }

  /// In a header, brackets end with the line: an error in one does not affect the rest of the text.
  void end_line() {
    ++line_;
    line_begin_ = at_ + 1;
    at_line_begin_ = true;
    if (is_header_) {
      header_ = max_header_;
      levels_.clear();
      outer_ = 0;
    }
    is_header_ = false;
    max_header_ = 0;
    if (levels_.empty()) dots_ = 0;
  }
  void push() {
    levels_.push_back(dots_);
    outer_ += dots_ + 1;
    dots_ = 0;
    measure();
  }
  void pop() {
    dots_ = levels_.back();
    outer_ -= dots_ + 1;
    levels_.pop_back();
  }
  void measure() {
    auto const depth = header_ + outer_ + dots_;
    if (is_header_) max_header_ = std::max(max_header_, depth);
    if (depth <= scan_.max_depth) return;
    scan_.max_depth = depth;
    scan_.deepest = {line_, static_cast<std::uint32_t>(at_ - line_begin_ + 1)};
  }

  void quote(char c) {
    auto const begin = at_;
    bool const is_long = text_.substr(at_, 3) == std::string(3, c);
    at_ += is_long ? 3 : 1;
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\\' && c == '"') {
        ++at_;
        if (at_ < text_.size() && text_[at_] == '\n') next_line();
      } else if (text_[at_] == '\n') {
        if (!is_long) break;  // an error that the library reports
        next_line();
      } else if (text_[at_] == c && (!is_long || text_.substr(at_, 3) == std::string(3, c))) {
        at_ += is_long ? 3 : 1;
        // Up to two quotes may precede the three quotes that end a long text.
        for (int i = 0; is_long && i < 2 && at_ < text_.size() && text_[at_] == c; ++i) ++at_;
        break;
      }
    }
    at_ = std::min(at_, text_.size());
    at_line_begin_ = false;
    scan_.quotes.push_back({begin, at_});
  }
  void next_line() {
    ++line_;
    line_begin_ = at_ + 1;
  }

  std::string_view text_;
  TomlScan scan_;
  std::size_t at_ = 0, line_begin_ = 0;
  std::uint32_t line_ = 1;
  bool at_line_begin_ = true, is_header_ = false;
  std::vector<std::size_t> levels_;  // of open brackets, the dots of the key before each
  std::size_t header_ = 0;           // depth of the table that the last header names
  std::size_t max_header_ = 0, outer_ = 0, dots_ = 0;
};

}  // namespace

TomlScan scan_toml(std::string_view text) { return Scanner(text).run(); }

TomlScan check_toml(std::string_view text, std::shared_ptr<Source const> const& source) {
  auto scan = scan_toml(text);
  if (scan.max_depth > kMaxTomlDepth)
    throw ConfigError(Diagnostic{Diagnostic::Severity::kError, source, scan.deepest,
                                 "tables and arrays are nested " + std::to_string(scan.max_depth) +
                                     " deep; expected at most " + std::to_string(kMaxTomlDepth)});
  return scan;
}

}  // namespace warpline
