// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/offload.hpp"
#include "core/wire.hpp"

namespace warpline {
/// Sets each packet's tag to the hash that NICs spread flows by (Toeplitz with the usual key).
///
///     FromInput -> CheckIPHeader -> GPUOnly -> FlowHash -> ToOutput;
///
/// Ports: 1 in, 1 out.
/// Arguments: none.
/// Drops: truncated (no whole IPv4 header).
class FlowHash final : public OffloadElement<FlowHash> {
 public:
  using Reads = Regions<Field<ipv4::Header, ether::kSize>, Payload<ether::kSize>>;
  using Writes = Result<std::uint32_t>;

  explicit FlowHash(Args&) {}

  struct Kernel {
    std::uint8_t const* key;

    /// Over the addresses, and over the ports of what is TCP or UDP and no fragment.
    WARPLINE_HD std::uint32_t operator()(ipv4::Header ip, Bytes packet) const {
      std::uint32_t hash = toeplitz(packet.data + 12, 8, key);
      auto const ports = packet.after(ip.header_size());
      bool const has_ports = ip.protocol == protocol::kTcp || ip.protocol == protocol::kUdp;
      if (has_ports && (ip.fragment.host() & 0x3fff) == 0 && ports.size >= 4)
        hash ^= toeplitz(ports.data, 4, key + 8);
      return hash;
    }
    WARPLINE_HD static std::uint32_t toeplitz(std::uint8_t const* bytes, unsigned size,
                                              std::uint8_t const* key) {
      std::uint32_t hash = 0;
      for (unsigned bit = 0; bit < 8 * size; ++bit)
        if ((bytes[bit / 8] << bit % 8 & 0x80) != 0)
          hash ^= reinterpret_cast<be32 const*>(key + bit / 8)->host() << bit % 8 |
                  key[bit / 8 + 4] >> (8 - bit % 8);
      return hash;
    }
  };
  Kernel kernel(Device& device) const { return {device.upload(kKey, sizeof kKey)}; }

  Verdict finish(Packet& packet, std::uint32_t hash) const { return packet.tag = hash, forward(); }

 private:
  static constexpr std::uint8_t kKey[] = {0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41,
                                          0x67, 0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0, 0xd0};
};
WARPLINE_ELEMENT(FlowHash);
}  // namespace warpline
