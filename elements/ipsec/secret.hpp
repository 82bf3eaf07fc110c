// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

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
    if (!bytes_.empty()) explicit_bzero(bytes_.data(), bytes_.size());
  }

  std::span<std::uint8_t const> bytes() const { return bytes_; }
  friend bool operator==(Secret const&, Secret const&) = default;

 private:
  std::vector<std::uint8_t> bytes_;
};

}  // namespace warpline::ipsec
