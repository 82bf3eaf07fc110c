// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <span>
#include <vector>

#include "core/packet.hpp"
#include "core/verdict.hpp"
#include "elements/ipsec/cpu_esp.hpp"
#include "elements/ipsec/esp_tunnel.hpp"
#include "elements/ipsec/sa_file.hpp"
#include "elements/ipsec/selector_table.hpp"

namespace warpline::ipsec {

/// The outbound SAs of one suite, as all workers share them: keys, headers, selectors, and the
/// sequence numbers. An SA is known by its index, which is a packet's tag.
class SaTable {
 public:
  /// At least one SA, all of one suite.
  explicit SaTable(std::span<SaConfig const> sas);

  std::size_t size() const { return keys_.size(); }
  Suite suite() const { return keys_.front().suite; }
  SaKeys const* keys() const { return keys_.data(); }
  std::shared_ptr<CpuKeys const> const& cpu_keys() const { return cpu_keys_; }

  /// Whether one thread alone will call `encapsulate` (default: several). Before the first packet.
  void serve_one_thread(bool alone) { alone_ = alone; }

  /// Finds each packet's SA, sets the tag to its index, numbers the packet and encapsulates it, all
  /// but the cryptography. `verdicts`: one a packet, in order. Numbers are unique among workers: a
  /// run of packets of one SA takes its numbers at once, by one atomic addition where there are
  /// several. True where all go on. Drops: `truncated`, `not_ip`, `bad_ip_header`, `no_sa`,
  /// `too_big`, `no_headroom`, `no_tailroom`, `sequence_exhausted`. Any thread.
  bool encapsulate(std::span<Packet> packets, Verdict* verdicts) noexcept;

  /// Whether the frame is an ESP packet that this table's `encapsulate` made.
  bool made(Packet const& packet) const noexcept;

 private:
  /// One cache line: with many SAs each packet waits for one.
  struct alignas(64) Outbound {
    explicit Outbound(SaConfig const& sa) : tunnel(sa), last(sa.last_sequence) {}
    Outbound(Outbound&& other) noexcept : tunnel(other.tunnel), last(other.last.load()) {}

    template <bool kAlone>
    std::uint64_t take(std::uint64_t count) noexcept;

    EspTunnel tunnel;
    std::atomic<std::uint64_t> last;  // sequence number
  };
  static_assert(sizeof(Outbound) == 64);
  Verdict locate(Packet& packet, InnerPacket& inner) const noexcept;
  template <bool kAlone>
  unsigned encapsulate_burst(std::span<Packet> packets, Verdict* verdicts) noexcept;

  std::vector<SaKeys> keys_;
  std::pmr::vector<Outbound> outbound_;
  SelectorTable selectors_;
  std::shared_ptr<CpuKeys const> cpu_keys_;
  std::uint32_t icv_size_;
  bool alone_ = false;
};

}  // namespace warpline::ipsec
