// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>

#include "core/packet/packet.hpp"
#include "core/packet/verdict.hpp"
#include "elements/ipsec/database/sa_database.hpp"

namespace warpline::ipsec {

/// Takes one worker's inbound packets through a database: SA, anti-replay, and after decryption
/// headers and policy (RFC 4303 section 3.4, RFC 4301 section 5.2). One object per thread.
class EspReceiver {
 public:
  explicit EspReceiver(std::shared_ptr<SaDatabase> database, std::uint16_t udp_port);

  /// Finds each packet's SA, checks its sequence number, and prepares it for decryption: cheap
  /// checks come first. `verdicts`: one per packet, in order. Returns true if all packets continue.
  /// Drops: those of `dropped_as` and `EspInbound::prepare`, `no_sa`, `replayed`, `too_old`.
  bool prepare(std::span<Packet> packets, Verdict* verdicts) noexcept;

  /// Decides about decrypted packets. `results`: an `EspResult` per packet, `verdicts`: one per
  /// packet, both in order. Drops: `bad_icv`, `bad_esp_size`, `replayed`, `too_old`, those of
  /// `EspInbound::decapsulate`, `policy_mismatch`.
  void finish(std::span<Packet> packets, std::uint32_t const* results, Verdict* verdicts) noexcept;

  SaDatabase& database() { return *database_; }
  SaSlots& slots() const { return slots_; }

 private:
  static constexpr std::size_t kBurst = 32;

  unsigned prepare_burst(std::span<Packet> packets, Verdict* verdicts) noexcept;
  void prefetch_all(std::size_t count, Verdict const* verdicts, std::uint32_t const* indices,
                    OuterPacket const* outer) const noexcept;
  template <bool kSingleThreaded>
  void finish_all(std::span<Packet> packets, std::uint32_t const* results,
                  Verdict* verdicts) noexcept;
  template <bool kSingleThreaded>
  Verdict accept(Packet& packet, SaTag tag) noexcept;
  Verdict reject(SaTag tag, std::uint32_t result) noexcept;
  Verdict check_policy(Packet const& packet, InboundSa const& sa,
                       std::uint32_t index) const noexcept;

  std::shared_ptr<SaDatabase> database_;
  SaSlots& slots_;
  std::uint16_t udp_port_;
  std::uint64_t now_ = 0;  // of the last `prepare`: near enough for when an SA was used last
  SpiKey keys_[kBurst];    // of a burst; a member, so that it is not cleared for each
};

}  // namespace warpline::ipsec
