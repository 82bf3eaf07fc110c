// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "gpu/stream/staged_copy.hpp"

namespace warpline::stream {

void gather_on_cpu(StagedCopy const& staged_copy) noexcept {
  auto const& touched_bytes = staged_copy.touched_bytes;
  auto* copy = staged_copy.descriptors;
  std::uint32_t offset = 0;
  for (std::uint32_t i = 0; i < staged_copy.count; ++i)
    for (std::uint32_t k = 0; k < staged_copy.items[i].count; ++k) {
      auto const& packet = staged_copy.items[i].head(k);
      auto const copied = copied_bytes(packet, touched_bytes);
      if (copied > 0)
        std::memcpy(staged_copy.bytes + offset, packet.data + touched_bytes.from, copied);
      *copy++ = copied_descriptor(packet, staged_copy.bytes, offset, touched_bytes);
      offset += stride(copied);
    }
}

void scatter_on_cpu(StagedCopy const& staged_copy) noexcept {
  auto const& touched_bytes = staged_copy.touched_bytes;
  for (std::uint32_t i = 0; i < staged_copy.packets; ++i) {
    auto const& copy = staged_copy.descriptors[i];
    auto const written = written_bytes(copy, touched_bytes);
    if (written > 0)
      std::memcpy(static_cast<std::uint8_t*>(copy.buffer) + touched_bytes.write_from,
                  copy.data + touched_bytes.write_from, written);
  }
}

}  // namespace warpline::stream
