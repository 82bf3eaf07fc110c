// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/packet/verdict.hpp"
#include "elements/ipsec/policy/policy_table.hpp"

namespace warpline::ipsec {

/// The Security Policy Database of outbound packets at one moment, and the current SA of each
/// policy. Any number of readers; the SAs may be exchanged meanwhile.
class OutboundPolicies {
 public:
  static constexpr std::uint32_t kNoSa = ~0u;

  /// `of_sas`: the policies are the selectors of SAs, not written by a user.
  OutboundPolicies(std::span<Policy const> policies, bool of_sas);

  /// The treatment of a packet that matches no policy.
  Verdict unmatched() const { return of_sas_ ? drop<"no_sa">() : drop<"no_policy">(); }

  /// The policy of each packet, by its place in the list, or `kNoMatch`.
  void find(std::span<FlowKey const> packets, std::uint32_t* matches) const noexcept {
    table_.find(packets, matches);
  }
  /// The policy of a packet with unseen parts: `kNoMatch` if none may match, and
  /// `PolicyTable::kDiffer` if those that may match use different SAs or actions.
  std::uint32_t find_unseen(FlowKey const& packet) const noexcept;
  bool look_behind_addresses() const { return table_.looks_behind_addresses(); }
  /// The policy that matches all packets, if it is the first; otherwise `kNoMatch`.
  std::uint32_t only() const { return only_; }

  PolicyAction action(std::uint32_t policy) const { return choices_[policy].action; }
  std::uint32_t sa(std::uint32_t policy) const noexcept {
    return choices_[policy].sa.load(std::memory_order_acquire);
  }
  /// From now on packets of `policy` use this SA. For the writer.
  void use(std::uint32_t policy, std::uint32_t sa) const noexcept {
    choices_[policy].sa.store(sa, std::memory_order_release);
  }
  std::size_t size() const { return count_; }

 private:
  struct Choice {
    PolicyAction action = PolicyAction::kDiscard;
    std::atomic<std::uint32_t> sa{kNoSa};
  };

  PolicyTable table_;
  std::size_t count_;
  std::unique_ptr<Choice[]> choices_;
  std::uint32_t only_;
  bool of_sas_;
};

/// The policies for packets from the unprotected side (RFC 4301 section 5.2, steps 3 and 4).
/// Read-only.
class InboundPolicies {
 public:
  /// `policies`: only those for packets to this host or to be forwarded are used. `peers`: for each
  /// of them the required `SaCounters::Inbound::peer`, 0 if it protects nothing.
  InboundPolicies(std::span<Policy const> policies, std::span<std::uint32_t const> peers);

  /// Forwards a packet that may arrive by an SA with these peers. Drops: `policy_mismatch`,
  /// `opaque` (the packet has unseen parts, and the policies that may match differ).
  Verdict by_sa(FlowKey const& packet, std::uint32_t peer, std::uint32_t any_peer) const noexcept;
  /// The verdict for a packet that arrived without ESP. It is unknown here whether the packet is
  /// for this host or to be forwarded, so both directions that have a policy for it must bypass it.
  /// Drops: `no_policy`, `policy_protect`, `policy_discard`, `opaque`.
  Verdict without_esp(FlowKey const& packet) const noexcept;

 private:
  PolicyTable in_, forward_;
  std::vector<std::uint32_t> peers_;
  std::vector<PolicyAction> actions_;
};

}  // namespace warpline::ipsec
