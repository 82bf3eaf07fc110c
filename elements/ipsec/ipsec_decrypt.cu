// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/esp/cpu_esp.hpp"
#include "elements/ipsec/esp/esp_team.hpp"
#include "elements/ipsec/esp_receiver.hpp"
#include "elements/ipsec/sa_args.hpp"
#include "gpu/launch.cuh"

namespace warpline {

/// Decapsulates ESP packets (RFC 4303): verifies them, refuses replays, and decrypts.
///
///     FromInput -> IPsecDecrypt(sa/gateway.sa) -> ToOutput;
///
/// Accepts Ethernet with ESP over IPv4 or IPv6, or in UDP (RFC 3948), in tunnel or transport mode.
/// Packets that are not ESP are dropped: IPsecClassifier sends them elsewhere. If POLICY has
/// policies for inbound or forwarded packets, each decrypted packet must match one that its SA
/// serves.
///
/// Ports: 1 in, 1 out.
/// Arguments: SA: file of SAs in the words of `ip xfrm state`. POLICY: file of policies in the
/// words of `ip xfrm policy` (default none). PORT: UDP port of encapsulated packets (default 4500).
/// STATE: file that stores the replay windows of these SAs over a restart (default: --state of
/// `warpline run`, otherwise none).
/// Drops: truncated, vlan (more than two tags), bad_ip_header, long_headers, fragment, keepalive,
/// not_esp, no_sa (unknown SPI), wrong_encapsulation (in UDP or not, unlike the SA), bad_esp_size,
/// no_tailroom, replayed, too_old (left of the replay window), bad_icv (not from the peer, or
/// changed on the way), bad_padding, dummy (traffic-flow confidentiality), bad_next_header,
/// bad_inner_packet, ce_not_ect (RFC 6040 section 4.2), policy_mismatch, opaque (ports or protocol
/// cannot be seen, and the policies that may match differ).
class IPsecDecrypt final : public OffloadElement<IPsecDecrypt> {
 public:
  using Reads = Regions<Edit<ipsec::SaTag::kFirstOffset>, Tag>;
  using Writes = Result<std::uint32_t>;
  using Sets = Annotations<Annotation::kNetwork>;
  using Clears = Annotations<Annotation::kL2, Annotation::kSa, Annotation::kScan>;

  explicit IPsecDecrypt(Args& args)
      : receiver_(ipsec::database_argument(args, {}, ipsec::Direction::kInbound),
                  args.keyword<std::uint16_t>("PORT", 4500)),
        cpu_(receiver_.slots().cpu_keys()) {}

  void prepare(std::span<Packet> packets, Verdict* verdicts) noexcept {
    receiver_.prepare(packets, verdicts);
  }

  struct Kernel {
    ipsec::AesTables const* aes;
    ipsec::AesInverseTables const* inverse;
    ipsec::SaKeyTable sas;
    WARPLINE_HD std::uint32_t operator()(MutableBytes rest, std::uint32_t tag) const {
      ipsec::SaTag const sa(tag);
      auto const esp = sa.esp(rest);
      return ipsec::esp_decrypt(*aes, *inverse, sas[sa.index()], esp.data, esp.size);
    }
    ipsec::EspOpenTeam team() const { return {aes, inverse, sas}; }
  };
  Kernel kernel(Device& device) const {
    auto& slots = receiver_.slots();
    return {slots.aes(device), slots.aes_inverse(device), slots.upload(device)};
  }

  void cpu(std::span<Packet> packets, std::uint32_t* results) noexcept {
    cpu_.open(packets, results);
  }

  void finish(std::span<Packet> packets, std::uint32_t const* results, Verdict* verdicts) noexcept {
    receiver_.finish(packets, results, verdicts);
  }

 private:
  ipsec::EspReceiver receiver_;
  ipsec::CpuEsp cpu_;
};
WARPLINE_ELEMENT(IPsecDecrypt);

}  // namespace warpline
