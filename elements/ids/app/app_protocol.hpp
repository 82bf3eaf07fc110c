// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace warpline::ids {

/// The application protocol of a flow.
enum class AppProtocol : std::uint8_t {
  kUnknown,  ///< not yet known
  kFailed,   ///< the bytes are of none that is known
  kHttp,
  kDns,
  kTls,
  kSsh,
  kFtp,
  kFtpData,
  kSmtp,
  kSmb,
};
inline constexpr std::size_t kAppProtocols = 10;

/// The protocol's name in EVE's `app_proto`; empty for `kUnknown`.
constexpr std::string_view name_of(AppProtocol protocol) {
  constexpr std::array<std::string_view, kAppProtocols> kNames{
      "", "failed", "http", "dns", "tls", "ssh", "ftp", "ftp-data", "smtp", "smb"};
  return kNames[static_cast<std::size_t>(protocol)];
}

/// The protocol that a rule's header or `app-layer-protocol` names; empty if there is none.
constexpr std::optional<AppProtocol> app_protocol_of(std::string_view name) {
  using enum AppProtocol;
  if (name == "http1") return kHttp;
  if (name == "ssl") return kTls;
  for (std::size_t i = 1; i < kAppProtocols; ++i)
    if (name_of(static_cast<AppProtocol>(i)) == name) return static_cast<AppProtocol>(i);
  return std::nullopt;
}

}  // namespace warpline::ids
