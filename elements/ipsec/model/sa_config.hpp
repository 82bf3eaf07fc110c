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
#include "elements/ipsec/model/sa_form.hpp"
#include "elements/ipsec/model/suite.hpp"

namespace warpline::ipsec {

/// When an SA has served (RFC 4301 section 4.4.2.1); none: never.
struct Lifetime {
  std::optional<std::uint64_t> packets, bytes, seconds;
  friend bool operator==(Lifetime const&, Lifetime const&) = default;
};

/// One SA as a user wrote it.
struct SaConfig {
  Position position{};  ///< of its SPI
  std::uint32_t spi = 0;
  SaForm form;
  Suite suite = Suite::kAes128Gcm;
  Secret key;                          ///< of the cipher, with the salt behind it
  Secret authentication;               ///< empty for an AEAD
  std::optional<Direction> direction;  ///< none: as policies or the elements that name it say
  std::uint32_t reqid = 0;
  std::optional<TrafficSelector> selector;  ///< the inner packets that it takes; none: all
  std::uint32_t replay_window = ReplayWindow::kLeast;  ///< inbound; 0: none
  std::uint64_t last_sequence = 0;                     ///< outbound: used up already
  std::uint64_t last_received = 0;                     ///< inbound: the highest that has come
  /// Inbound: bit n % 32 of word n / 32 says whether `last_received` - n has come. Beyond these words
  /// all have.
  std::vector<std::uint32_t> received;
  Lifetime soft, hard;

  /// Sets the suite, and what of the form follows from it.
  void choose(Suite chosen) {
    auto const& sizes = info(suite = chosen);
    form.iv_size = sizes.iv_size;
    form.icv_size = sizes.icv_size;
    form.block = sizes.block;
  }
};

}  // namespace warpline::ipsec
