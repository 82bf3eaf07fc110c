// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/toml_scan.hpp"

namespace warpline::ipsec {

/// A TOML text with masked digits in its quotes (`mask_keys`), for a library that copies what it
/// reads and shows it in messages; and the digits themselves.
class HiddenDigits {
 public:
  /// Refers to `text`.
  HiddenDigits(std::string_view text, std::span<TomlQuote const> quotes);
  ~HiddenDigits();
  HiddenDigits(HiddenDigits const&) = delete;
  HiddenDigits& operator=(HiddenDigits const&) = delete;

  /// As long as the original text.
  std::string const& masked() const { return masked_; }
  /// The original of `value`, which was read from the quotes at `place` (columns count code
  /// points); no value if the quotes do not contain it literally.
  std::optional<std::string_view> find(Position place, std::string_view value) const;

 private:
  std::string_view text_;
  std::string masked_;
  std::vector<std::size_t> lines_{0};  // where each line begins
};

}  // namespace warpline::ipsec
