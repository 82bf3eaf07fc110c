// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/device/replicated.hpp"
#include "core/net/wire.hpp"
#include "gpu/launch.cuh"

namespace warpline {
/// Sets each packet's flow annotation to the RSS hash of NICs: Toeplitz over the addresses, and
/// over the ports of TCP and UDP unless the packet is a fragment.
///
///     FromInput -> CheckIPHeader -> GPUOnly -> FlowHash -> ToOutput;
///
/// Ports: 1 in, 1 out.
/// Arguments: none.
/// Drops: truncated (no whole IPv4 header).
class FlowHash final : public OffloadElement<FlowHash> {
 public:
  using Reads = Regions<Network<ipv4::Header>, NetworkBytes>;
  using Writes = Result<std::uint32_t>;
  using Sets = Annotations<Annotation::kFlow>;
  static constexpr bool kFinishMayWait = true;  // no kernel reads the flow

  explicit FlowHash(Args&) {}

  struct Kernel {
    std::uint8_t const* key;

    WARPLINE_HD std::uint32_t operator()(ipv4::Header ip, Bytes packet) const {
      auto const ports = packet.after(ip.header_size());
      bool const known = ip.protocol == protocol::kTcp || ip.protocol == protocol::kUdp;
      bool const whole = (ip.fragment.host() & 0x3fff) == 0;
      return toeplitz({packet.data + 12, 8}, key) ^
             toeplitz({ports.data, known && whole && ports.size >= 4 ? 4u : 0u}, key + 8);
    }
    /// The sum of the key's 32 bits from every bit on that is set in `bytes`.
    WARPLINE_HD static std::uint32_t toeplitz(Bytes bytes, std::uint8_t const* key) {
      std::uint64_t hash = 0;
      for (std::uint32_t i = 0; i < bytes.size; ++i, ++key)
        for (unsigned bit = 0; bit < 8; ++bit)
          if ((bytes.data[i] << bit & 0x80) != 0)
            hash ^= reinterpret_cast<be64 const*>(key)->host() >> (32 - bit);
      return static_cast<std::uint32_t>(hash);
    }
  };
  Kernel kernel(Device& device) const { return {key_.on(device)}; }

  Verdict finish(Packet& packet, std::uint32_t hash) const { return packet.flow = hash, forward(); }

  static constexpr std::uint8_t kKey[] = {109, 90, 86, 218, 37,  91,  14,  194, 65, 103,
                                          37,  61, 67, 163, 143, 176, 208, 202, 43, 203};

 private:
  Replicated<std::uint8_t> key_{kKey};
};
WARPLINE_ELEMENT(FlowHash);
}  // namespace warpline
