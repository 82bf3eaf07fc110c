// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/esp/cpu_esp.hpp"
#include "elements/ipsec/esp/esp_protect.hpp"
#include "elements/ipsec/esp/sa_tag.hpp"
#include "elements/ipsec/sa_args.hpp"
#include "gpu/launch.cuh"

namespace warpline {

/// Writes the ICV of HMAC-SHA1-96 (RFC 2404): the last of NBA's three elements.
///
///     FromInput -> IPsecESPencap(sa/gateway.sa) -> IPsecAES(sa/gateway.sa)
///       -> IPsecAuthHMACSHA1(sa/gateway.sa) -> ToOutput;
///
/// It has no step before its kernel, so that it can follow IPsecAES on a device without a transfer
/// between them; packets that are not ESP are dropped after the kernel.
///
/// Ports: 1 in, 1 out.
/// Arguments: SA: the same file as in IPsecESPencap. POLICY: the same (default none). STATE: the
/// same (default none).
/// Drops: not_esp (the packet is not from an IPsecESPencap with this file), truncated.
class IPsecAuthHMACSHA1 final : public OffloadElement<IPsecAuthHMACSHA1> {
 public:
  using Reads = Regions<Edit<ipsec::SaTag::kFirstOffset>, Tag>;
  using Writes = NoResult;
  using Uses = Annotations<Annotation::kSa>;

  explicit IPsecAuthHMACSHA1(Args& args)
      : database_(ipsec::database_argument(args, ipsec::Suite::kAes128CtrHmacSha1)),
        cpu_(slots().cpu_keys()) {}

  struct Kernel {
    ipsec::SaKeyTable sas;
    WARPLINE_HD void operator()(MutableBytes rest, std::uint32_t tag) const {
      ipsec::SaTag const sa(tag);
      auto const esp = sa.esp(rest);
      if (!sas.has(sa.index())) return;
      auto const& keys = sas[sa.index()];
      if (keys.udp_checksum && sa.offset() < udp::kSize) return;  // not of IPsecESPencap
      ipsec::esp_authenticate(keys, esp.data, esp.size);
    }
  };
  Kernel kernel(Device& device) const { return {slots().upload(device)}; }

  void cpu(std::span<Packet> packets) noexcept {
    while (!packets.empty()) {
      std::size_t good = 0;
      while (good < packets.size() && slots().is_own(packets[good])) ++good;
      cpu_.authenticate(packets.first(good));
      packets = packets.subspan(std::min(good + 1, packets.size()));
    }
  }

  Verdict finish(Packet& packet) const noexcept {
    return slots().is_own(packet) ? forward() : drop<"not_esp">();
  }

 private:
  ipsec::SaSlots& slots() const { return database_->slots(); }

  std::shared_ptr<ipsec::SaDatabase> database_;
  ipsec::CpuEsp cpu_;
};
WARPLINE_ELEMENT(IPsecAuthHMACSHA1);

}  // namespace warpline
