// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/esp/cpu_esp.hpp"
#include "elements/ipsec/esp/esp_team.hpp"
#include "elements/ipsec/esp_sender.hpp"
#include "elements/ipsec/sa_args.hpp"
#include "gpu/launch.cuh"

namespace warpline {

/// Encapsulates IP packets in ESP (RFC 4303): headers, encryption, ICV.
///
///     FromInput -> IPsecEncrypt(SA sa/gateway.sa) -> ToOutput;
///
/// Accepts Ethernet with IPv4 or IPv6. The first policy that matches the packet determines its SA.
/// Without policies, it is the first SA of the file whose selector matches; of SAs that are
/// otherwise equal, the newest. The TTL of the inner packet is left to DecIPTTL. An IPsecPolicy
/// before this element separates packets that may bypass.
///
/// Ports: 1 in, 1 out.
/// Arguments: SUITE: only the file's SAs of this suite, one of the table in docs/ipsec.md, e.g.
/// aes128-gcm, or its name in swanctl.conf (default all). SA: file of SAs in the words of `ip xfrm
/// state`; without it, one SA of SUITE with keys generated from the seed, for measuring. POLICY:
/// file of policies in the words of `ip xfrm policy` (default none). TAGGED: packets come from
/// IPsecPolicy, which has looked them up (default false). STATE: file that stores the sequence
/// numbers of these SAs over a restart (default: --state of `warpline run`, otherwise none).
/// Drops: truncated, vlan (more than two tags), not_ip, bad_ip_header, no_policy (none matches),
/// opaque (ports or protocol cannot be seen, and the policies that may match differ),
/// policy_bypass, policy_discard, no_sa (the policy has no SA at the moment), too_big (more than
/// 65,535 bytes), no_headroom, no_tailroom, fragment (in transport mode), long_headers (in
/// transport mode), sequence_exhausted (2^32 - 1 packets with one SA without extended numbers),
/// state_behind (the state file does not allow the number yet), sa_expired (a hard lifetime).
class IPsecEncrypt final : public OffloadElement<IPsecEncrypt> {
 public:
  using Reads = Regions<Edit<ipsec::SaTag::kFirstOffset>, Tag>;
  using Writes = NoResult;
  using Sets = Annotations<Annotation::kNetwork, Annotation::kSa>;

  explicit IPsecEncrypt(Args& args)
      : sender_(database(args)),
        cpu_(sender_.slots().cpu_keys()),
        tagged_(args.keyword("TAGGED", false)) {}

  std::optional<AnnotationUse> annotations() const override {
    auto use = detail::declared_annotations<IPsecEncrypt>();
    if (tagged_) use.uses |= Annotations<Annotation::kNetwork, Annotation::kSa>::kSet;
    return use;
  }

  void prepare(std::span<Packet> packets, Verdict* verdicts) noexcept {
    if (tagged_)
      sender_.encapsulate_tagged(packets, verdicts);
    else
      sender_.encapsulate(packets, verdicts);
  }

  struct Kernel {
    ipsec::AesTables const* aes;
    ipsec::SaKeyTable sas;
    WARPLINE_HD void operator()(MutableBytes rest, std::uint32_t tag) const {
      ipsec::SaTag const sa(tag);
      auto const esp = sa.esp(rest);
      ipsec::esp_protect(*aes, sas[sa.index()], esp.data, esp.size);
    }
    ipsec::EspTeam team() const { return {{aes, sas}}; }
  };
  Kernel kernel(Device& device) const {
    return {sender_.slots().aes(device), sender_.slots().upload(device)};
  }

  void cpu(std::span<Packet> packets) noexcept { cpu_.protect(packets); }

 private:
  static std::shared_ptr<ipsec::SaDatabase> database(Args& args) {
    auto const suite = ipsec::suite_argument(args);
    return ipsec::database_argument(args, suite, ipsec::Direction::kOutbound);
  }

  ipsec::EspSender sender_;
  ipsec::CpuEsp cpu_;
  bool tagged_;
};
WARPLINE_ELEMENT(IPsecEncrypt);

}  // namespace warpline
