// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace warpline {

/// How packets get to the kernels of a device and back. The results are the same.
enum class Transfer : std::uint8_t {
  kDirect,  ///< kernels work on the packets where they lie, in pinned memory
  kStaged,  ///< the worker packs them into task memory: one copy each way
  kGather,  ///< a kernel collects them into device memory, another writes changes back
};
inline constexpr Transfer kTransfers[] = {Transfer::kDirect, Transfer::kStaged, Transfer::kGather};

constexpr std::string_view name_of(Transfer transfer) {
  constexpr std::string_view kNames[] = {"direct", "staged", "gather"};
  return kNames[static_cast<unsigned>(transfer)];
}

/// The byte range of a packet that the kernels of a segment touch, and the size of their result.
struct TouchedBytes {
  static constexpr std::uint32_t kEnd = ~0u;

  std::uint32_t from = kEnd, to = 0;              ///< read or written; empty if from >= to
  std::uint32_t write_from = kEnd, write_to = 0;  ///< written
  std::uint32_t result_bytes = 0;                 ///< of a packet's results, all kernels together

  constexpr bool edits() const { return write_from < write_to; }
  constexpr void unite(TouchedBytes const& other) {
    from = std::min(from, other.from);
    to = std::max(to, other.to);
    write_from = std::min(write_from, other.write_from);
    write_to = std::max(write_to, other.write_to);
    result_bytes += other.result_bytes;
  }
};

}  // namespace warpline
