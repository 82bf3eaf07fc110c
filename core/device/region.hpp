// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>

#include "core/packet/extent.hpp"
#include "core/packet/packet.hpp"

/// The vocabulary in which an offloadable element declares what its kernel reads and writes of a
/// packet. Each region type says which argument the kernel gets for it, how many bytes a frame must
/// have, and whether it is written; transfers are planned from these declarations alone.
namespace warpline {

/// A value of wire type `T` at byte `kOffset`; the kernel gets a `T`.
template <class T, unsigned kOffset>
struct Field {
  static_assert(alignof(T) == 1, "wire types only");
  using Argument = T;
  static constexpr unsigned kMinimum = kOffset + sizeof(T);
  static constexpr bool kWrites = false;
  static constexpr unsigned kFrom = kOffset, kTo = kOffset + sizeof(T);
  WARPLINE_HD static T load(Packet& packet) {
    return *reinterpret_cast<T const*>(packet.data + kOffset);
  }
};

/// All bytes from `kOffset` to the end of the frame, read only; the kernel gets `Bytes`.
template <unsigned kOffset = 0>
struct Payload {
  using Argument = Bytes;
  static constexpr unsigned kMinimum = kOffset;
  static constexpr bool kWrites = false;
  static constexpr unsigned kFrom = kOffset, kTo = ~0u;
  WARPLINE_HD static Bytes load(Packet& packet) {
    return {packet.data + kOffset, static_cast<std::uint32_t>(packet.length - kOffset)};
  }
};

/// All bytes from `kOffset` to the end of the frame, changed in place; the kernel gets
/// `MutableBytes`.
template <unsigned kOffset = 0>
struct Edit {
  using Argument = MutableBytes;
  static constexpr unsigned kMinimum = kOffset;
  static constexpr bool kWrites = true;
  static constexpr unsigned kFrom = kOffset, kTo = ~0u;
  WARPLINE_HD static MutableBytes load(Packet& packet) {
    return {packet.data + kOffset, static_cast<std::uint32_t>(packet.length - kOffset)};
  }
};

/// The packet's tag, set by `prepare`; the kernel gets a `uint32_t`.
struct Tag {
  using Argument = std::uint32_t;
  static constexpr unsigned kMinimum = 0;
  static constexpr bool kWrites = false;
  static constexpr unsigned kFrom = Extent::kEnd, kTo = 0;
  WARPLINE_HD static std::uint32_t load(Packet& packet) { return packet.tag; }
};

/// Several regions; the kernel gets one argument for each, in this order.
template <class... Each>
struct Regions {
  static constexpr unsigned kMinimum = [] {
    unsigned most = 0;
    ((most = Each::kMinimum > most ? Each::kMinimum : most), ...);
    return most;
  }();
  static constexpr bool kWrites = (Each::kWrites || ...);
  static constexpr Extent kExtent = [] {
    Extent all;
    (all.unite({Each::kFrom, Each::kTo, Each::kWrites ? Each::kFrom : Extent::kEnd,
                Each::kWrites ? Each::kTo : 0, 0}),
     ...);
    return all;
  }();

  template <class Kernel>
  WARPLINE_HD static auto call(Kernel const& kernel, Packet& packet) {
    return kernel(Each::load(packet)...);
  }
};

/// What a kernel returns for each packet: `T`, trivially copyable.
template <class T>
struct Result {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= 32);
  using Type = T;
  static constexpr unsigned kSize = sizeof(T);
};

/// The kernel returns nothing: it only edits.
struct NoResult {
  struct Type {};
  static constexpr unsigned kSize = 0;
};

namespace detail {
template <class Declared>
struct AsRegions {
  using Type = Regions<Declared>;
};
template <class... Each>
struct AsRegions<Regions<Each...>> {
  using Type = Regions<Each...>;
};
}  // namespace detail

/// The body over one packet: a turn of a loop on a core, a thread on a device.
/// `results` is the array of the element's results in batch order (unused with `NoResult`).
template <class Reads, class Writes, class Kernel>
WARPLINE_HD void run_kernel(Kernel const& kernel, Packet& packet, std::uint32_t index,
                            std::byte* results) {
  using Each = typename detail::AsRegions<Reads>::Type;
  if constexpr (Writes::kSize == 0)
    Each::call(kernel, packet);
  else
    reinterpret_cast<typename Writes::Type*>(results)[index] = Each::call(kernel, packet);
}

}  // namespace warpline
