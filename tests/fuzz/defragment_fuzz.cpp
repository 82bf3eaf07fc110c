// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "elements/ids/decode/defragmenter.hpp"
#include "elements/ids/decode/frame_decoder.hpp"
#include "tests/fuzz/require.hpp"

/// The defragmenter: IP datagrams, each after its length in two bytes, and what comes out again.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace warpline;
  using namespace warpline::ids;
  constexpr std::uint32_t kDatagrams = 4;
  Defragmenter defragmenter(16 * BlockPool::kBlockSize, kDatagrams, {}, 1);
  FrameDecoder decoder;
  std::uint32_t now_ms = 0;
  while (size > 2) {
    auto const length = std::min<std::size_t>(std::size_t{data[0]} << 8 | data[1], size - 2);
    now_ms += data[0];
    std::vector<std::uint8_t> const copy(data + 2, data + 2 + length);
    data += 2 + length;
    size -= 2 + length;
    Bytes next{copy.data(), static_cast<std::uint32_t>(copy.size())};
    for (unsigned depth = 0; depth < 4; ++depth) {
      auto const packet = decoder.decode(next, LinkType::kRawIp).back();
      if (!packet.fragment) break;
      auto const datagram = defragmenter.add(packet, now_ms);
      if (!datagram) break;
      next = datagram->bytes();
      auto const whole = decoder.decode(next, LinkType::kRawIp).front();
      // The data may begin with a malformed extension header; then the packet has no version.
      fuzz::require(whole.version == 0 || whole.end == next.size, "datagram");
    }
    fuzz::require(defragmenter.datagrams() <= kDatagrams, "datagrams");
  }
  defragmenter.clear();
  fuzz::require(defragmenter.blocks_in_use() == 0, "blocks");
  return 0;
}
