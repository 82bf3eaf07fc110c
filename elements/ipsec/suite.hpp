// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/hd.hpp"

namespace warpline::ipsec {

/// What protects an SA's packets. A new one needs a line in `suites()`, its sizes here, its body in
/// esp_body.hpp and its library form in cpu_esp.cpp.
enum class Suite : std::uint8_t { kAes128CtrHmacSha1, kAes128Gcm };
inline constexpr unsigned kSuiteCount = 2;

/// Bytes of the IV that an ESP packet carries in clear (RFC 3686 section 2.1, RFC 4106
/// section 3.1).
inline constexpr std::uint32_t kIvSize = 8;

/// Bytes of the integrity value at the packet's end (RFC 2404 section 2, RFC 4106 section 6).
WARPLINE_HD constexpr std::uint32_t icv_size(Suite suite) {
  return suite == Suite::kAes128Gcm ? 16 : 12;
}

/// A suite as users and other programs name it. Sizes in bytes; an authentication size of 0: the
/// cipher authenticates by itself.
struct SuiteInfo {
  Suite suite;
  std::string_view name;
  std::array<std::string_view, 3> aliases;  ///< as swanctl.conf spells it; empty ones unused
  std::string_view cipher;                  ///< as `ip xfrm state` spells it
  std::string_view authentication;          ///< the same; empty for an AEAD
  std::uint8_t key_size;
  std::uint8_t salt_size;  ///< stands behind the key in an SA file
  std::uint8_t authentication_key_size;
  std::string_view standards;
};

/// Every suite, in the order of the enumeration.
std::span<SuiteInfo const, kSuiteCount> suites();

inline SuiteInfo const& info(Suite suite) { return suites()[static_cast<std::size_t>(suite)]; }

/// The suite of this name or alias, in any case; none if unknown.
std::optional<Suite> find_suite(std::string_view name);

/// What to tell a user who wrote `name`: the known ones, and the nearest.
std::string unknown_suite(std::string_view name);

}  // namespace warpline::ipsec
