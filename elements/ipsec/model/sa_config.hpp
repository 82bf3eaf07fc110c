// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/error.hpp"
#include "elements/ipsec/crypto/secret.hpp"
#include "elements/ipsec/model/policy.hpp"
#include "elements/ipsec/model/replay_window.hpp"
#include "elements/ipsec/model/sa_encapsulation.hpp"
#include "elements/ipsec/model/suite.hpp"

namespace warpline::ipsec {

/// Limits of an SA's use (RFC 4301 section 4.4.2.1); no value: no limit.
struct Lifetime {
  std::optional<std::uint64_t> packets, bytes, seconds;
  friend bool operator==(Lifetime const&, Lifetime const&) = default;
};

/// One SA as a user wrote it.
struct SaConfig {
  Position position{};  ///< of its SPI
  std::uint32_t spi = 0;
  SaEncapsulation form;
  Suite suite = Suite::kAes128Gcm;
  Secret key;             ///< of the cipher, followed by the salt
  Secret authentication;  ///< empty for an AEAD
  std::optional<Direction>
      direction;  ///< no value: decided by the policies or elements that name it
  std::uint32_t reqid = 0;
  std::optional<TrafficSelector> selector;  ///< the inner packets that it accepts; no value: all
  std::uint32_t replay_window = ReplayWindow::kMin;  ///< inbound; 0: no window
  std::uint64_t last_sequence = 0;                   ///< outbound: used up already
  std::uint64_t last_received = 0;                   ///< inbound: the highest received number
  /// Inbound: bit n % 32 of word n / 32 is set if `last_received` - n was received. Numbers beyond
  /// these words count as received.
  std::vector<std::uint32_t> received;
  Lifetime soft, hard;

  /// Sets the suite, and the parts of the form that follow from it.
  void choose(Suite value) {
    auto const& sizes = info(suite = value);
    form.iv_size = sizes.iv_size;
    form.icv_size = sizes.icv_size;
    form.block = sizes.block;
  }
};

}  // namespace warpline::ipsec
