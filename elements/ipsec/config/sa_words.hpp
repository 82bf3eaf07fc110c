// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"

namespace warpline::ipsec {

/// One word of an SA file, without its quotes.
struct Word {
  std::string_view text;  ///< into the source
  Position position;
  std::uint32_t row = 0;  ///< a line, or with `ip -o` what stands between two `\`
};

/// The words of one SA; never empty.
using SaWords = std::vector<Word>;

/// Errors of one text.
class Findings {
 public:
  /// Beyond so many nobody reads on; the rest is only counted.
  static constexpr std::size_t kMost = 100;

  /// `shown` is what users get to see of the text.
  explicit Findings(std::shared_ptr<Source const> shown) : shown_(std::move(shown)) {}
  std::shared_ptr<Source const> const& shown() const { return shown_; }
  bool empty() const { return found_ == 0; }
  /// Digits that may belong to a key are masked in the message.
  void add(Position position, std::string message);
  /// Throws `ConfigError` with all, in the order of the text, where there are any.
  void raise() const;

 private:
  std::shared_ptr<Source const> shown_;
  std::vector<Diagnostic> diagnostics_;
  std::size_t found_ = 0;
};

/// Splits a text into SAs and words. An SA begins in the first column of a line; an indented line,
/// or one after a line that ends in `\`, continues it. `#` begins a comment; words may stand in
/// quotes. A `\` before a blank separates words, since `ip -o` prints it for an end of line.
std::vector<SaWords> split_sas(std::string_view text, Findings& findings);

/// The same text with `mask_keys`: what may be shown. It is as long as the text.
std::shared_ptr<Source const> without_keys(Source const& source);

}  // namespace warpline::ipsec
