// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/net/parse.hpp"
#include "core/packet/packet.hpp"

/// What elements have recorded about a packet. Elements declare which annotations they use, set and
/// clear; the graph checks that every path to an element sets what it uses.
namespace warpline {

/// A group of members of `Packet` that are valid together.
enum class Annotation : std::uint8_t {
  kL2,         ///< `l2_length`, `vlan`, the flag `kTagged`
  kNetwork,    ///< and `ip_length`, `tos`, the other flags but those of fragments
  kTransport,  ///< and `l3_length`, `protocol`, the flags of fragments
  kSa,         ///< `tag`: index of an SA and offset of the ESP header
  kScan,       ///< `tag`: group of rules and offset of the payload
  kFlow,       ///< `flow`
  kNextHop,    ///< `next_hop`
};
inline constexpr std::size_t kAnnotations = 7;
constexpr std::string_view name_of(Annotation annotation) {
  constexpr std::array<std::string_view, kAnnotations> kNames{
      "layer-2 length", "network header", "transport header", "SA",
      "scan group",     "flow hash",      "next hop"};
  return kNames[static_cast<std::size_t>(annotation)];
}

/// A set of annotations, as a value that any thread may copy.
class AnnotationSet {
 public:
  constexpr AnnotationSet() = default;
  constexpr AnnotationSet(Annotation one)
      : bits_(static_cast<std::uint8_t>(1u << static_cast<unsigned>(one))) {}
  static constexpr AnnotationSet all() { return AnnotationSet((1u << kAnnotations) - 1); }
  /// The annotations that a parser sets: `kL2`, `kNetwork`, `kTransport`.
  static constexpr AnnotationSet headers() { return AnnotationSet(7u); }

  constexpr bool empty() const { return bits_ == 0; }
  constexpr bool contains(AnnotationSet other) const { return (other.bits_ & ~bits_) == 0; }
  friend constexpr AnnotationSet operator|(AnnotationSet a, AnnotationSet b) {
    return AnnotationSet(static_cast<unsigned>(a.bits_ | b.bits_));
  }
  friend constexpr AnnotationSet operator&(AnnotationSet a, AnnotationSet b) {
    return AnnotationSet(static_cast<unsigned>(a.bits_ & b.bits_));
  }
  friend constexpr AnnotationSet operator-(AnnotationSet a, AnnotationSet b) {
    return AnnotationSet(static_cast<unsigned>(a.bits_ & ~b.bits_));
  }
  constexpr AnnotationSet& operator|=(AnnotationSet other) { return *this = *this | other; }
  friend constexpr bool operator==(AnnotationSet, AnnotationSet) = default;

  /// With the annotations that these imply: a transport header is known together with the network
  /// header.
  constexpr AnnotationSet with_lower_layers() const {
    auto set = *this;
    if (contains(Annotation::kTransport)) set |= Annotation::kNetwork;
    if (set.contains(Annotation::kNetwork)) set |= Annotation::kL2;
    return set;
  }
  /// With the annotations that depend on these or share their memory.
  constexpr AnnotationSet with_dependents() const {
    auto set = *this;
    if (contains(Annotation::kL2)) set |= Annotation::kNetwork;
    if (set.contains(Annotation::kNetwork)) set |= Annotation::kTransport;
    return set;
  }
  /// The highest layer of headers in it, or `kL2`.
  constexpr Annotation highest_layer() const {
    return contains(Annotation::kTransport) ? Annotation::kTransport
           : contains(Annotation::kNetwork) ? Annotation::kNetwork
                                            : Annotation::kL2;
  }

 private:
  constexpr explicit AnnotationSet(unsigned bits) : bits_(static_cast<std::uint8_t>(bits)) {}
  std::uint8_t bits_ = 0;
};

/// The declarations of an element: `using Uses = Annotations<Annotation::kNetwork>;`
template <Annotation... kEach>
struct Annotations {
  static constexpr AnnotationSet kSet = (AnnotationSet() | ... | AnnotationSet(kEach));
};

/// What an element does to annotations.
struct AnnotationUse {
  AnnotationSet uses;    ///< valid on every packet that comes in
  AnnotationSet sets;    ///< valid on every packet that leaves, by any output
  AnnotationSet clears;  ///< no longer valid afterwards, unless it is among `sets`

  /// The annotations that it overwrites or makes invalid. The layers of headers share `flags`: setting
  /// one clears those above it. `kSa` and `kScan` share one word: setting one clears the other.
  constexpr AnnotationSet overwritten() const {
    auto all = (clears | (sets & AnnotationSet::headers())).with_dependents();
    if (sets.contains(Annotation::kSa)) all |= Annotation::kScan;
    if (sets.contains(Annotation::kScan)) all |= Annotation::kSa;
    return all;
  }
  /// The annotations that are valid on packets that leave if `before` was valid on those that came
  /// in.
  constexpr AnnotationSet after(AnnotationSet before) const {
    return (before - overwritten()) | sets.with_lower_layers();
  }
};

namespace detail {
template <class T>
constexpr AnnotationUse declared_annotations() {
  AnnotationUse use;
  static_assert(
      !requires { typename T::Uses; } || requires { T::Uses::kSet; },
      "`Uses` is `Annotations<Annotation::..., ...>`");
  static_assert(
      !requires { typename T::Sets; } || requires { T::Sets::kSet; },
      "`Sets` is `Annotations<Annotation::..., ...>`");
  static_assert(
      !requires { typename T::Clears; } || requires { T::Clears::kSet; },
      "`Clears` is `Annotations<Annotation::..., ...>`");
  if constexpr (requires { T::Uses::kSet; }) use.uses = T::Uses::kSet.with_lower_layers();
  if constexpr (requires { T::Reads::kUses; }) use.uses |= T::Reads::kUses.with_lower_layers();
  if constexpr (requires { T::Sets::kSet; }) use.sets = T::Sets::kSet;
  if constexpr (requires { T::Clears::kSet; }) use.clears = T::Clears::kSet;
  return use;
}
}  // namespace detail

/// Stores what has been read of the packet's headers up to layer `kLayer`.
template <Annotation kLayer>
inline void annotate(Packet& packet, Headers const& headers) {
  packet.l2_length = static_cast<std::uint8_t>(headers.l2_length);
  packet.flags = headers.flags;
  if (headers.has(header_flag::kTagged)) [[unlikely]]
    packet.vlan = headers.vlan;
  if constexpr (kLayer == Annotation::kL2) return;
  packet.ip_length =
      static_cast<std::uint16_t>(headers.ip_length < 65535 ? headers.ip_length : 65535);
  packet.tos = headers.tos;
  if constexpr (kLayer == Annotation::kNetwork) return;
  packet.l3_length = static_cast<std::uint16_t>(headers.l3_length);
  packet.protocol = headers.protocol;
}

namespace detail {

/// The common case: IPv4 without options in an untagged frame, whole, not a fragment. One load and
/// one comparison for Ethernet type, version and header length; one store for all values of the
/// header. Returns false and stores nothing for other packets.
template <Annotation kLayer>
inline bool parse_plain(Packet& packet) {
  constexpr std::uint32_t kMin = ether::kSize + ipv4::kSize;
  constexpr std::uint32_t kTypeAndVersion = 0x00450008,
                          kMask = 0x00ffffff;  // as they are in memory
  static_assert(offsetof(HeaderAnnotations, ip_length) == 2 &&
                offsetof(HeaderAnnotations, protocol) == 4 &&
                offsetof(HeaderAnnotations, tos) == 5 && offsetof(HeaderAnnotations, flags) == 6);
  if (packet.length < kMin) return false;
  auto const* const data = packet.data;
  std::uint32_t first;
  std::memcpy(&first, data + ether::kSize - 2, sizeof first);
  std::uint64_t const total = load_be16(data + 16);
  if ((first & kMask) != kTypeAndVersion || total < ipv4::kSize ||
      total + ether::kSize > packet.length)
    return false;
  std::uint64_t const flags =
      header_flag::kIpv4 | (data[20] >> 6 & 1u) * header_flag::kDontFragment;
  std::uint64_t all = total << 16 | std::uint64_t{first >> 24} << 40 | flags << 48;
  if constexpr (kLayer == Annotation::kTransport) {
    if ((load_be16(data + 20) & 0x3fff) != 0) return false;
    all |= ipv4::kSize | std::uint64_t{data[23]} << 32;
  }
  std::memcpy(static_cast<HeaderAnnotations*>(&packet), &all, sizeof all);
  packet.l2_length = ether::kSize;
  return true;
}

template <Annotation kLayer>
[[gnu::noinline]] void parse_any(Packet& packet) {
  Headers headers;
  find_network(packet.bytes(), headers);
  if constexpr (kLayer >= Annotation::kNetwork) parse_network(packet.bytes(), headers);
  if constexpr (kLayer == Annotation::kTransport) parse_transport(packet.bytes(), headers);
  annotate<kLayer>(packet, headers);
}

}  // namespace detail

/// Reads the packet's headers up to layer `kLayer` and stores the results. Returns true for the
/// common case: whole IPv4 without options or tags.
template <Annotation kLayer>
inline bool parse(Packet& packet) {
  static_assert(kLayer <= Annotation::kTransport);
  bool const plain = detail::parse_plain<kLayer>(packet);
  if (!plain) [[unlikely]]
    detail::parse_any<kLayer>(packet);
  return plain;
}

/// The Ethernet type after the tags of a frame that holds them.
inline be16 ether_type(Packet const& packet, Headers const& headers) {
  return *reinterpret_cast<be16 const*>(packet.data + headers.l2_length - sizeof(be16));
}

/// For elements that copy packets.
inline void copy_annotations(Packet const& from, Packet& to) {
  to.paint = from.paint;
  to.l2_length = from.l2_length;
  to.tag = from.tag;
  to.l3_length = from.l3_length;
  to.ip_length = from.ip_length;
  to.protocol = from.protocol;
  to.tos = from.tos;
  to.flags = from.flags;
  to.flow = from.flow;
  to.next_hop = from.next_hop;
  to.vlan = from.vlan;
}

}  // namespace warpline
