// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/element.hpp"
#include "elements/ipsec/packet/inner_packet.hpp"
#include "elements/ipsec/policy/flow_key.hpp"
#include "elements/ipsec/sa_args.hpp"

namespace warpline {

/// Passes packets that arrived without ESP if a policy allows it (RFC 4301 section 5.2).
///
///     FromInput -> esp :: IPsecClassifier;
///     esp[0] -> IPsecDecrypt(sa/gateway.sa) -> ToOutput;
///     esp[1] -> IPsecBypass(sa/gateway.sa) -> ToOutput;
///
/// Without this element, packets that the policies protect reach the protected side without ESP.
/// Policies of `dir in` and of `dir fwd` count; a packet for which both have one needs both.
///
/// Ports: 1 in, 1 out.
/// Arguments: SA: file of SAs, the same as in IPsecDecrypt, to share its database. POLICY: file of
/// policies, also the same (default none: nothing passes). STATE: see IPsecDecrypt.
/// Drops: truncated, vlan (more than two tags), not_ip, bad_ip_header, no_policy (none matches),
/// opaque (ports or protocol cannot be seen, and the policies that may match differ),
/// policy_protect (it should have arrived in ESP), policy_discard.
class IPsecBypass final : public PacketElement<IPsecBypass> {
 public:
  using Sets = Annotations<Annotation::kNetwork>;

  explicit IPsecBypass(Args& args) : database_(ipsec::database_argument(args)) {}

  Verdict operator()(Packet& packet) const noexcept {
    parse<Annotation::kNetwork>(packet);
    if (auto const verdict = ipsec::inspect_inner(packet); verdict.is_drop()) return verdict;
    ipsec::FlowKey key;
    if (!ipsec::read_flow_key(packet.data + packet.l2_length, packet.ip_length, key))
      return drop<"bad_ip_header">();
    auto const* const policies = database_->inbound();
    return policies == nullptr ? drop<"no_policy">() : policies->without_esp(key);
  }

 private:
  std::shared_ptr<ipsec::SaDatabase> database_;
};
WARPLINE_ELEMENT(IPsecBypass);

}  // namespace warpline
