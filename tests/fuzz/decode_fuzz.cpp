// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <vector>

#include "elements/ids/decode/checksums.hpp"
#include "elements/ids/decode/frame_decoder.hpp"
#include "tests/fuzz/require.hpp"

/// The decoder of frames: the first byte chooses the link type. All offsets lie in the frame.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace warpline;
  using namespace warpline::ids;
  if (size == 0) return 0;
  constexpr unsigned kLinkTypes = 8;
  auto const link = static_cast<LinkType>(data[0] % kLinkTypes);
  std::vector<std::uint8_t> const copy(data + 1, data + size);
  Bytes const frame{copy.data(), static_cast<std::uint32_t>(copy.size())};
  FrameDecoder decoder;
  auto const packets = decoder.decode(frame, link);
  fuzz::require(!packets.empty() && packets.size() <= FrameDecoder::kMaxPackets, "packets");
  for (auto const& packet : packets) {
    fuzz::require(packet.end <= frame.size, "end");
    if (packet.version == 0) continue;
    fuzz::require(packet.network < packet.transport && packet.transport <= packet.payload,
                  "order of offsets");
    fuzz::require(
        packet.payload <= packet.end && packet.payload_size <= packet.end - packet.payload,
        "payload");
    if (packet.version == 4) ipv4_checksum_is_good(packet);
    transport_checksum_is_good(packet);
  }
  return 0;
}
