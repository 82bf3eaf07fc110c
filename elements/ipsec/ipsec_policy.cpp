// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/element.hpp"
#include "elements/ipsec/esp_sender.hpp"
#include "elements/ipsec/sa_args.hpp"

namespace warpline {

/// Looks up outbound packets in the Security Policy Database (RFC 4301 section 4.4.1).
///
///     FromInput -> spd :: IPsecPolicy(sa/gateway.sa);
///     spd[0] -> IPsecEncrypt(SA sa/gateway.sa, TAGGED true) -> ToOutput;
///     spd[1] -> ToOutput;
///
/// Packets that a policy protects leave by 0, annotated with their SA; packets that may bypass
/// leave by 1.
///
/// Ports: 1 in, 2 out.
/// Arguments: SA: file of SAs, the same as in IPsecEncrypt, to share its database. POLICY: file of
/// policies, also the same (default none). STATE: see IPsecEncrypt.
/// Drops: truncated, vlan (more than two tags), not_ip, bad_ip_header, no_policy (none matches),
/// opaque (ports or protocol cannot be seen, and the policies that may match differ),
/// policy_discard, no_sa (the policy has no SA at the moment).
class IPsecPolicy final : public Element {
 public:
  using Sets = Annotations<Annotation::kNetwork, Annotation::kSa>;

  explicit IPsecPolicy(Args& args) : sender_(ipsec::database_argument(args)) {}
  PortCounts ports() const override { return {1, 2}; }

  void process(BatchPtr batch, unsigned, Outputs& out) noexcept override {
    Verdict verdicts[Batch::kCapacity];
    if (sender_.classify(batch->packets(), verdicts)) [[likely]]
      out.emit(std::move(batch));
    else
      out.split(std::move(batch), verdicts);
  }

 private:
  ipsec::EspSender sender_;
};
WARPLINE_ELEMENT(IPsecPolicy);

}  // namespace warpline
