// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/element.hpp"
#include "elements/ipsec/esp_sender.hpp"
#include "elements/ipsec/sa_args.hpp"

namespace warpline {

/// Puts IP packets into ESP tunnels (RFC 4303), not yet encrypted: the first of NBA's three
/// elements.
///
///     FromInput -> IPsecESPencap(sa/gateway.sa) -> IPsecAES(sa/gateway.sa)
///       -> IPsecAuthHMACSHA1(sa/gateway.sa) -> ToOutput;
///
/// The three together send what IPsecEncrypt(aes128-ctr-hmac-sha1-96) sends. Input: Ethernet with
/// IPv4 or IPv6. Output: outer IPv4 header, ESP header, IV, plaintext, trailer, room for the
/// integrity value; the tag is the index of the SA.
///
/// Ports: 1 in, 1 out.
/// Arguments: SA: as of IPsecEncrypt; of its SAs, those with AES-CTR and HMAC-SHA1. POLICY: likewise
/// (default none). STATE: as of IPsecEncrypt.
/// Drops: truncated, vlan (more than two tags), not_ip, bad_ip_header, opaque, no_sa, too_big,
/// no_headroom, no_tailroom, sequence_exhausted, state_behind.
class IPsecESPencap final : public Element {
 public:
  using Sets = Annotations<Annotation::kL2, Annotation::kSa>;
  using Clears = Annotations<Annotation::kNetwork>;

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
