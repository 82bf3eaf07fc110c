// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/element.hpp"
#include "elements/ipsec/esp_sender.hpp"
#include "elements/ipsec/sa_args.hpp"

namespace warpline {

/// Encapsulates IP packets in ESP tunnels (RFC 4303), without encryption: the first of NBA's three
/// elements.
///
///     FromInput -> IPsecESPencap(sa/gateway.sa) -> IPsecAES(sa/gateway.sa)
///       -> IPsecAuthHMACSHA1(sa/gateway.sa) -> ToOutput;
///
/// The three together send the same packets as IPsecEncrypt(aes128-ctr-hmac-sha1-96). Input:
/// Ethernet with IPv4 or IPv6. Output: outer IPv4 header, ESP header, IV, plaintext, trailer, space
/// for the ICV; the tag is the index of the SA.
///
/// Ports: 1 in, 1 out.
/// Arguments: SA: see IPsecEncrypt; only SAs with AES-CTR and HMAC-SHA1 are used. POLICY: see
/// IPsecEncrypt (default none). STATE: see IPsecEncrypt.
/// Drops: truncated, vlan (more than two tags), not_ip, bad_ip_header, opaque, no_sa, too_big,
/// no_headroom, no_tailroom, sequence_exhausted, state_behind.
class IPsecESPencap final : public Element {
 public:
  using Sets = Annotations<Annotation::kNetwork, Annotation::kSa>;

  explicit IPsecESPencap(Args& args)
      : sender_(ipsec::database_argument(args, ipsec::Suite::kAes128CtrHmacSha1,
                                         ipsec::Direction::kOutbound)) {}

  void process(BatchPtr batch, unsigned, Outputs& out) noexcept override {
    Verdict verdicts[Batch::kCapacity];
    if (sender_.encapsulate(batch->packets(), verdicts)) [[likely]]
      out.emit(std::move(batch));
    else
      out.split(std::move(batch), verdicts);
  }

 private:
  ipsec::EspSender sender_;
};
WARPLINE_ELEMENT(IPsecESPencap);

}  // namespace warpline
