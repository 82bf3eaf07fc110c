// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "elements/ipsec/model/policy.hpp"
#include "elements/ipsec/policy/bit_vectors.hpp"
#include "elements/ipsec/policy/tuple_space.hpp"

namespace warpline::ipsec {

/// Finds the policy of a packet: of those of one direction that match, the one with the lowest
/// priority, and of equal ones the first in the file (RFC 4301 section 4.4.1).
///
/// Each IP version has a `TupleSpace`, or `BitVectors` if the former would have more than
/// `kMaxProbes` to probe. Read-only after construction: any number of threads.
class PolicyTable {
 public:
  /// Both cost the same at this value (benchmarks/policy_bench).
  static constexpr std::size_t kMaxProbes = 4;
  enum class Method : std::uint8_t { kChoose, kTuples, kBits };

  /// `method`: for tests and measurements.
  PolicyTable(std::span<Policy const> policies, PolicyDirection direction,
              Method method = Method::kChoose);

  /// The index of the packet's policy in the list of the constructor, or `kNoMatch`.
  std::uint32_t find(FlowKey const& packet) const noexcept;
  /// The same for several packets; `matches` gets one index per packet. Up to 32 wait for memory
  /// together: with `BitVectors` that takes half to a quarter of the time.
  void find(std::span<FlowKey const> packets, std::uint32_t* matches) const noexcept;

  /// The result of `find_unseen` if the policies that the packet may match differ.
  static constexpr std::uint32_t kDiffer = kNoMatch - 1;
  /// The policy of a packet with `unseen` parts, if all possible ones are equivalent:
  /// `is_equivalent(a, b)` returns whether two policies treat it the same. `kNoMatch` if none may
  /// match. Costs a step for each policy with a protocol or ports.
  template <class IsEquivalent>
  std::uint32_t find_unseen(FlowKey const& packet,
                            IsEquivalent const& is_equivalent) const noexcept {
    return packet.version == 4 ? v4_.find_unseen(packet, is_equivalent)
                               : v6_.find_unseen(packet, is_equivalent);
  }

  /// True if a policy has a protocol or ports; otherwise keys of `read_addresses` suffice.
  bool looks_behind_addresses() const { return looks_behind_addresses_; }
  /// The method of look-up for packets of IP `version`.
  Method method(unsigned version) const;

 private:
  static constexpr std::size_t kBurst = TupleSpace<2>::kBurst;

  template <std::size_t kKeyWords, std::size_t kAddressWords>
  class Version {
   public:
    Version(std::span<Policy const> policies, std::span<std::uint32_t const> order,
            unsigned version, Method method);
    std::uint32_t find(FlowKey const& packet) const noexcept;
    void find(std::span<FlowKey const> packets, std::uint32_t* matches) const noexcept;
    template <class IsEquivalent>
    std::uint32_t find_unseen(FlowKey const& packet,
                              IsEquivalent const& is_equivalent) const noexcept;
    Method method() const { return rules_.index() == 0 ? Method::kTuples : Method::kBits; }

   private:
    struct AskingRule {
      std::uint32_t index;
      FlowRule rule;
    };
    std::uint32_t find_rule(FlowKey const& packet) const noexcept;

    std::vector<std::uint32_t> policies_;  // of each rule
    std::vector<AskingRule> asking_;       // for a protocol or ports, in order
    std::variant<TupleSpace<kKeyWords>, BitVectors<kAddressWords>> rules_;
  };

  PolicyTable(std::span<Policy const> policies, std::span<std::uint32_t const> order,
              Method method);
  void find_mixed(std::span<FlowKey const> burst, std::uint32_t* matches) const noexcept;

  bool looks_behind_addresses_;
  Version<2, 1> v4_;
  Version<5, 2> v6_;
};

template <std::size_t kKeyWords, std::size_t kAddressWords>
template <class IsEquivalent>
std::uint32_t PolicyTable::Version<kKeyWords, kAddressWords>::find_unseen(
    FlowKey const& packet, IsEquivalent const& is_equivalent) const noexcept {
  auto const sure = find_rule(packet);  // whatever is unseen
  std::uint32_t first = kNoMatch;
  for (auto const& [index, rule] : asking_) {
    if (index > sure) break;
    if (!rule.may_take(packet)) continue;
    if (index == sure && !rule.takes_unseen(packet)) return kDiffer;  // a rule for protocol 255
    if (first == kNoMatch)
      first = policies_[index];
    else if (!is_equivalent(first, policies_[index]))
      return kDiffer;
  }
  if (sure == kNoMatch) return first == kNoMatch ? kNoMatch : kDiffer;
  auto const last = policies_[sure];
  return first == kNoMatch || is_equivalent(first, last) ? last : kDiffer;
}

}  // namespace warpline::ipsec
