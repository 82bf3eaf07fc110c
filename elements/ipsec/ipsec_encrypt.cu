// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/esp_body.hpp"
#include "elements/ipsec/esp_team.hpp"
#include "elements/ipsec/sa_args.hpp"
#include "gpu/launch.cuh"

namespace warpline {

/// Puts IP packets into ESP tunnels (RFC 4303): outer IPv4 header, encryption, integrity value.
///
///     FromInput -> IPsecEncrypt(aes128-gcm, sa/gateway.sa) -> ToOutput;
///
/// Takes Ethernet with IPv4 or IPv6. The first SA of the file that has this suite and whose selector
/// matches the packet protects it; the TTL of the inner packet is left to DecIPTTL.
///
/// Ports: 1 in, 1 out.
/// Arguments: SUITE: aes128-gcm (RFC 4106) or aes128-ctr-hmac-sha1-96 (RFC 3686, RFC 2404), or its
/// name in swanctl.conf. SA: file of SAs in the words of `ip xfrm state`; without it, one SA with
/// keys made up from the seed, for measuring.
/// Drops: truncated, not_ip, bad_ip_header, no_sa (no selector matches), too_big (beyond 65,535
/// bytes), no_headroom, no_tailroom, sequence_exhausted (2^32 - 1 packets under one SA).
class IPsecEncrypt final : public OffloadElement<IPsecEncrypt> {
 public:
  using Reads = Regions<Edit<ipsec::kEspOffset>, Tag>;
  using Writes = NoResult;

  explicit IPsecEncrypt(Args& args)
      : table_(ipsec::sa_argument(args, ipsec::suite_argument(args))), cpu_(table_->cpu_keys()) {}

  void prepare(std::span<Packet> packets, Verdict* verdicts) noexcept {
    table_->encapsulate(packets, verdicts);
  }

  struct Kernel {
    ipsec::AesTables const* aes;
    ipsec::SaKeys const* sas;
    WARPLINE_HD void operator()(MutableBytes esp, std::uint32_t sa) const {
      ipsec::esp_protect(*aes, sas[sa], esp.data, esp.size);
    }
    ipsec::EspTeam team() const { return {{aes, sas}}; }
  };
  Kernel kernel(Device& device) const {
    return {device.upload(&ipsec::aes_tables()), device.upload(table_->keys(), table_->size())};
  }

  void cpu(std::span<Packet> packets) noexcept { cpu_.protect(packets); }

 private:
  std::shared_ptr<ipsec::SaTable> table_;
  ipsec::CpuEsp cpu_;
};
WARPLINE_ELEMENT(IPsecEncrypt);

}  // namespace warpline
