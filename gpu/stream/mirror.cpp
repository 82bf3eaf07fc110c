// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "gpu/stream/mirror.hpp"

namespace warpline::stream {

void gather_on_cpu(Mirror const& mirror) noexcept {
  auto const& touched_bytes = mirror.touched_bytes;
  auto* copy = mirror.descriptors;
  std::uint32_t offset = 0;
  for (std::uint32_t i = 0; i < mirror.count; ++i)
    for (std::uint32_t k = 0; k < mirror.items[i].count; ++k) {
      auto const& packet = mirror.items[i].head(k);
      auto const copied = copied_bytes(packet, touched_bytes);
      if (copied > 0) std::memcpy(mirror.bytes + offset, packet.data + touched_bytes.from, copied);
      *copy++ = mirrored(packet, mirror.bytes, offset, touched_bytes);
      offset += stride(copied);
    }
}

void scatter_on_cpu(Mirror const& mirror) noexcept {
  auto const& touched_bytes = mirror.touched_bytes;
  for (std::uint32_t i = 0; i < mirror.packets; ++i) {
    auto const& copy = mirror.descriptors[i];
    auto const written = written_bytes(copy, touched_bytes);
    if (written > 0)
      std::memcpy(static_cast<std::uint8_t*>(copy.buffer) + touched_bytes.write_from,
                  copy.data + touched_bytes.write_from, written);
  }
}

}  // namespace warpline::stream
