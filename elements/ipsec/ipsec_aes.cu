// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/esp_body.hpp"
#include "elements/ipsec/esp_team.hpp"
#include "elements/ipsec/sa_args.hpp"
#include "gpu/launch.cuh"

namespace warpline {

/// Encrypts encapsulated packets by AES-128-CTR (RFC 3686): the second of NBA's three elements.
///
///     FromInput -> IPsecESPencap(sa/gateway.sa) -> IPsecAES(sa/gateway.sa)
///       -> IPsecAuthHMACSHA1(sa/gateway.sa) -> ToOutput;
///
/// Ports: 1 in, 1 out.
/// Arguments: SA: the file that IPsecESPencap has.
/// Drops: not_esp (IPsecESPencap with this file did not make the packet), truncated.
class IPsecAES final : public OffloadElement<IPsecAES> {
 public:
  using Reads = Regions<Edit<ipsec::kEspOffset>, Tag>;
  using Writes = NoResult;

  explicit IPsecAES(Args& args)
      : table_(ipsec::sa_argument(args, ipsec::Suite::kAes128CtrHmacSha1)),
        cpu_(table_->cpu_keys()) {}

  Verdict prepare(Packet& packet) const noexcept {
    return table_->made(packet) ? forward() : drop<"not_esp">();
  }

  struct Kernel {
    ipsec::AesTables const* aes;
    ipsec::SaKeys const* sas;
    WARPLINE_HD void operator()(MutableBytes esp, std::uint32_t sa) const {
      ipsec::esp_encrypt_ctr(*aes, sas[sa], esp.data, esp.size);
    }
    ipsec::EspCtrTeam team() const { return {{aes, sas}}; }
  };
  Kernel kernel(Device& device) const {
    return {device.upload(&ipsec::aes_tables()), device.upload(table_->keys(), table_->size())};
  }

  void cpu(std::span<Packet> packets) noexcept { cpu_.encrypt_ctr(packets); }

 private:
  std::shared_ptr<ipsec::SaTable> table_;
  ipsec::CpuEsp cpu_;
};
WARPLINE_ELEMENT(IPsecAES);

}  // namespace warpline
