// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/esp/cpu_esp.hpp"
#include "elements/ipsec/esp/esp_team.hpp"
#include "elements/ipsec/sa_args.hpp"
#include "gpu/launch.cuh"

namespace warpline {

/// Encrypts encapsulated packets by AES-128-CTR (RFC 3686): the second of NBA's three elements.
///
///     FromInput -> IPsecESPencap(sa/gateway.sa) -> IPsecAES(sa/gateway.sa)
///       -> IPsecAuthHMACSHA1(sa/gateway.sa) -> ToOutput;
///
/// Ports: 1 in, 1 out.
/// Arguments: SA: the same file as in IPsecESPencap. POLICY: the same (default none). STATE: the
/// same (default none).
/// Drops: not_esp (the packet is not from an IPsecESPencap with this file), truncated.
class IPsecAES final : public OffloadElement<IPsecAES> {
 public:
  using Reads = Regions<Edit<ipsec::SaTag::kFirstOffset>, Tag>;
  using Writes = NoResult;
  using Uses = Annotations<Annotation::kSa>;

  explicit IPsecAES(Args& args)
      : database_(ipsec::database_argument(args, ipsec::Suite::kAes128CtrHmacSha1)),
        cpu_(slots().cpu_keys()) {}

  Verdict prepare(Packet& packet) const noexcept {
    return slots().is_own(packet) ? forward() : drop<"not_esp">();
  }

  struct Kernel {
    ipsec::AesTables const* aes;
    ipsec::SaKeyTable sas;
    WARPLINE_HD void operator()(MutableBytes rest, std::uint32_t tag) const {
      ipsec::SaTag const sa(tag);
      auto const esp = sa.esp(rest);
      ipsec::esp_encrypt_ctr_share(*aes, sas[sa.index()], esp.data, esp.size, 0, 1);
    }
    ipsec::EspCtrTeam team() const { return {{aes, sas}}; }
  };
  Kernel kernel(Device& device) const { return {slots().aes(device), slots().upload(device)}; }

  void cpu(std::span<Packet> packets) noexcept { cpu_.encrypt(packets); }

 private:
  ipsec::SaSlots& slots() const { return database_->slots(); }

  std::shared_ptr<ipsec::SaDatabase> database_;
  ipsec::CpuEsp cpu_;
};
WARPLINE_ELEMENT(IPsecAES);

}  // namespace warpline
