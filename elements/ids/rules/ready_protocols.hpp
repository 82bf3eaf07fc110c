// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>

#include "elements/ids/app/app_protocol.hpp"

namespace warpline::ids {

/// A set of application protocols.
class AppProtocolSet {
 public:
  constexpr AppProtocolSet() = default;
  constexpr AppProtocolSet(std::initializer_list<AppProtocol> protocols) {
    for (auto const protocol : protocols) bits_ |= bit(protocol);
  }
  constexpr bool contains(AppProtocol protocol) const { return (bits_ & bit(protocol)) != 0; }

 private:
  static constexpr std::uint32_t bit(AppProtocol protocol) {
    return std::uint32_t{1} << static_cast<unsigned>(protocol);
  }
  std::uint32_t bits_ = 0;
};

/// The protocols that the detector recognizes, and whose transactions it inspects. A rule of any
/// other is skipped whole, and counted by the keyword that needs it.
inline constexpr AppProtocolSet kReadyProtocols{
    AppProtocol::kFailed, AppProtocol::kHttp, AppProtocol::kDns,  AppProtocol::kTls,
    AppProtocol::kSsh,    AppProtocol::kFtp,  AppProtocol::kSmtp, AppProtocol::kSmb};

inline constexpr AppProtocolSet kAllProtocols{
    AppProtocol::kFailed,  AppProtocol::kHttp, AppProtocol::kDns,
    AppProtocol::kTls,     AppProtocol::kSsh,  AppProtocol::kFtp,
    AppProtocol::kFtpData, AppProtocol::kSmtp, AppProtocol::kSmb};

}  // namespace warpline::ids
