// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/hex.hpp"

namespace warpline::ipsec {

/// Key bytes, overwritten when they go.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::span<std::uint8_t const> bytes) : bytes_(bytes.begin(), bytes.end()) {}
  Secret(Secret const&) = default;
  Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) {}
  Secret& operator=(Secret other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~Secret() {
    if (bytes_.data() != nullptr) explicit_bzero(bytes_.data(), bytes_.size());
  }

  /// Parses an even number of hexadecimal digits. No value if `text` is something else; `bad` is
  /// then the place of the first wrong character, or the end.
  static std::optional<Secret> of_hex(std::string_view text, std::size_t& bad) {
    Secret secret;
    secret.bytes_.reserve(text.size() / 2 + 1);  // once, so that no copies remain
    for (bad = 0; bad < text.size(); ++bad) {
      auto const nibble = hex_value(text[bad]);
      if (nibble < 0) return std::nullopt;
      if (bad % 2 == 0) secret.bytes_.push_back(0);
      secret.bytes_.back() = static_cast<std::uint8_t>(secret.bytes_.back() << 4 | nibble);
    }
    if (text.size() % 2 != 0) return std::nullopt;
    return secret;
  }

  std::span<std::uint8_t const> bytes() const { return bytes_; }
  friend bool operator==(Secret const&, Secret const&) = default;

 private:
  std::vector<std::uint8_t> bytes_;
};

}  // namespace warpline::ipsec
