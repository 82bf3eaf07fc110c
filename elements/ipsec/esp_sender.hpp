// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>

#include "core/packet/packet.hpp"
#include "core/packet/verdict.hpp"
#include "elements/ipsec/database/sa_database.hpp"
#include "elements/ipsec/packet/inner_packet.hpp"

namespace warpline::ipsec {

/// Takes one worker's outbound packets through a database: policy, SA, sequence number, headers.
/// One object per thread.
class EspSender {
 public:
  explicit EspSender(std::shared_ptr<SaDatabase> database);

  /// Reads each packet's network header, finds its policy and SA, numbers it and encapsulates it,
  /// without the cryptography. `verdicts`: one per packet, in order. Numbers are unique among
  /// workers: a run of packets of one SA reserves its numbers at once. Returns true if all packets
  /// continue. Drops: those of `inspect_inner` and `EspOutbound::check_room`, `no_policy`,
  /// `policy_bypass`, `policy_discard`, `no_sa`, `sequence_exhausted`, `state_behind`, `sa_expired`
  /// (a hard lifetime in packets or bytes).
  bool encapsulate(std::span<Packet> packets, Verdict* verdicts) noexcept;

  /// The same for packets that `classify` has annotated.
  bool encapsulate_tagged(std::span<Packet> packets, Verdict* verdicts) noexcept;

  /// Annotates each packet (`kNetwork`), finds its policy and sets its tag to the index of its SA,
  /// or to no SA. Forwards packets to protect to 0 and packets that may bypass to 1. Drops: those
  /// of `inspect_inner`, `no_policy`, `policy_discard`, `no_sa`. Returns true if all go to 0.
  bool classify(std::span<Packet> packets, Verdict* verdicts) noexcept;

  SaSlots& slots() const { return slots_; }

 private:
  static constexpr std::size_t kBurst = 32;
  struct Burst;

  void look_up(Burst& burst) noexcept;
  static void take_all(Burst& burst, OutboundPolicies const& policies) noexcept;
  unsigned number(Burst& burst) noexcept;
  unsigned number_single_threaded(Burst& burst) noexcept;
  unsigned number_shared(Burst& burst) noexcept;
  template <class Step>
  bool in_bursts(std::span<Packet> packets, Verdict* verdicts, Step&& step) noexcept;

  std::shared_ptr<SaDatabase> database_;
  SaSlots& slots_;
  FlowKey keys_[kBurst];  // of a burst; a member, so that it is not cleared for each
};

}  // namespace warpline::ipsec
