// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>

#include "core/packet/annotations.hpp"
#include "core/packet/packet.hpp"
#include "core/packet/touched_bytes.hpp"

/// The types with which an offloadable element declares the bytes that its kernel reads and writes.
/// A region type defines the kernel's argument, the minimum length of the frame, and whether the
/// kernel writes it. Transfers are planned from these declarations alone.
namespace warpline {

namespace detail {

/// A region that begins at a fixed byte of the frame.
template <unsigned kOffset>
struct AtByte {
  static constexpr unsigned kMin = kOffset, kMax = kOffset;
  static constexpr AnnotationSet kUses{};
  WARPLINE_HD static std::uint32_t of(PacketHead const&) { return kOffset; }
};

/// A region that begins after the layer-2 header.
struct AfterL2 {
  static constexpr unsigned kMin = ether::kSize, kMax = kMaxL2Length;
  static constexpr AnnotationSet kUses{Annotation::kL2};
  WARPLINE_HD static std::uint32_t of(PacketHead const& packet) { return packet.l2_length; }
};

template <class T, class Begin>
struct ValueRegion {
  static_assert(
      alignof(T) == 1,
      "a value of a packet is of a wire type (core/net/wire.hpp): packets are not aligned");
  using Argument = T;
  static constexpr unsigned kMinimum = Begin::kMin + sizeof(T);
  static constexpr bool kWrites = false;
  static constexpr unsigned kFrom = Begin::kMin, kTo = Begin::kMax + sizeof(T);
  static constexpr AnnotationSet kUses = Begin::kUses;
  static bool fits(PacketHead const& packet) {
    return packet.length >= Begin::of(packet) + sizeof(T);
  }
  WARPLINE_HD static T load(PacketHead& packet) {
    return *reinterpret_cast<T const*>(packet.data + Begin::of(packet));
  }
};

template <class View, class Begin>
struct BytesRegion {
  using Argument = View;
  static constexpr unsigned kMinimum = Begin::kMin;
  static constexpr bool kWrites = std::is_same_v<View, MutableBytes>;
  static constexpr unsigned kFrom = Begin::kMin, kTo = ~0u;
  static constexpr AnnotationSet kUses = Begin::kUses;
  static bool fits(PacketHead const& packet) { return packet.length >= Begin::of(packet); }
  WARPLINE_HD static View load(PacketHead& packet) {
    auto const begin = Begin::of(packet);
    return {packet.data + begin, static_cast<std::uint32_t>(packet.length - begin)};
  }
};

}  // namespace detail

/// A value of wire type `T` at byte `kOffset`; the kernel gets a `T`.
template <class T, unsigned kOffset>
using Field = detail::ValueRegion<T, detail::AtByte<kOffset>>;

/// All bytes from `kOffset` to the end of the frame, read only; the kernel gets `Bytes`.
template <unsigned kOffset = 0>
using Payload = detail::BytesRegion<Bytes, detail::AtByte<kOffset>>;

/// All bytes from `kOffset` to the end of the frame, changed in place; the kernel gets
/// `MutableBytes`.
template <unsigned kOffset = 0>
using Edit = detail::BytesRegion<MutableBytes, detail::AtByte<kOffset>>;

/// A value of wire type `T` after the layer-2 header, such as an IP header; the kernel gets a `T`.
template <class T>
using Network = detail::ValueRegion<T, detail::AfterL2>;

/// All bytes after the layer-2 header, read only; the kernel gets `Bytes`.
using NetworkBytes = detail::BytesRegion<Bytes, detail::AfterL2>;

/// All bytes after the layer-2 header, changed in place; the kernel gets `MutableBytes`.
using EditNetwork = detail::BytesRegion<MutableBytes, detail::AfterL2>;

/// The packet's tag, set by `prepare`; the kernel gets a `uint32_t`.
struct Tag {
  using Argument = std::uint32_t;
  static constexpr unsigned kMinimum = 0;
  static constexpr bool kWrites = false;
  static constexpr unsigned kFrom = TouchedBytes::kEnd, kTo = 0;
  static constexpr AnnotationSet kUses{};
  static bool fits(PacketHead const&) { return true; }
  WARPLINE_HD static std::uint32_t load(PacketHead& packet) { return packet.tag; }
};

/// Several regions; the kernel gets one argument for each, in this order.
template <class... Each>
struct Regions {
  static constexpr unsigned kMinimum = [] {
    unsigned max = 0;
    ((max = Each::kMinimum > max ? Each::kMinimum : max), ...);
    return max;
  }();
  static constexpr bool kWrites = (Each::kWrites || ...);
  static constexpr AnnotationSet kUses = (AnnotationSet() | ... | Each::kUses);
  /// Whether the frame is long enough for all of them.
  static bool fits(PacketHead const& packet) { return (Each::fits(packet) && ...); }
  static constexpr TouchedBytes kTouchedBytes = [] {
    TouchedBytes all;
    (all.unite({Each::kFrom, Each::kTo, Each::kWrites ? Each::kFrom : TouchedBytes::kEnd,
                Each::kWrites ? Each::kTo : 0, 0}),
     ...);
    return all;
  }();

  template <class Kernel>
  WARPLINE_HD static auto call(Kernel const& kernel, PacketHead& packet) {
    return kernel(Each::load(packet)...);
  }
};

/// What a kernel returns for each packet: `T`, trivially copyable.
template <class T>
struct Result {
  static_assert(std::is_trivially_copyable_v<T>, "a result is copied from a device byte by byte");
  static_assert(sizeof(T) <= 32, "a result has at most 32 bytes");
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

/// Runs the body over one packet: an iteration of a loop on a CPU, a thread on a device. `results`
/// is the array of the element's results in batch order (unused with `NoResult`).
template <class Reads, class Writes, class Kernel>
WARPLINE_HD void run_kernel(Kernel const& kernel, PacketHead& packet, std::uint32_t index,
                            std::byte* results) {
  using Each = typename detail::AsRegions<Reads>::Type;
  if constexpr (Writes::kSize == 0)
    Each::call(kernel, packet);
  else
    reinterpret_cast<typename Writes::Type*>(results)[index] = Each::call(kernel, packet);
}

}  // namespace warpline
