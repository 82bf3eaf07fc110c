// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace warpline {

/// What precedes the network layer of a frame.
enum class LinkType : std::uint8_t {
  kEthernet,
  kRawIp,         ///< an IP packet
  kPpp,           ///< RFC 1661, perhaps with the framing of RFC 1662
  kLinuxCooked,   ///< 16 bytes (LINKTYPE_LINUX_SLL)
  kLinuxCooked2,  ///< 20 bytes (LINKTYPE_LINUX_SLL2)
  kNull,          ///< 4 bytes with the address family of the host (LINKTYPE_NULL, LINKTYPE_LOOP)
  kIpv4,          ///< an IPv4 packet (LINKTYPE_IPV4)
  kIpv6,          ///< an IPv6 packet (LINKTYPE_IPV6)
};

/// The link type of a number in a capture file (LINKTYPE_...); no value for one that is not read.
constexpr std::optional<LinkType> link_type_of(std::uint32_t number) {
  switch (number) {
    case 1:
      return LinkType::kEthernet;
    case 12:   // LINKTYPE_RAW in files of some systems
    case 101:  // LINKTYPE_RAW
      return LinkType::kRawIp;
    case 228:
      return LinkType::kIpv4;
    case 229:
      return LinkType::kIpv6;
    case 9:   // LINKTYPE_PPP
    case 50:  // LINKTYPE_PPP_HDLC
      return LinkType::kPpp;
    case 113:
      return LinkType::kLinuxCooked;
    case 276:
      return LinkType::kLinuxCooked2;
    case 0:    // LINKTYPE_NULL
    case 108:  // LINKTYPE_LOOP
      return LinkType::kNull;
    default:
      return std::nullopt;
  }
}

/// The numbers that `link_type_of` knows, for error messages.
inline constexpr std::string_view kReadLinkTypes =
    "Ethernet (1), raw IP (12, 101, 228, 229), PPP (9, 50), Linux cooked (113, 276) or null (0, "
    "108)";

/// The number of the type in a capture file.
constexpr std::uint32_t number_of(LinkType type) {
  constexpr std::uint32_t kNumbers[] = {1, 101, 9, 113, 276, 0, 228, 229};
  return kNumbers[static_cast<std::uint8_t>(type)];
}

/// The type of a capture that holds frames of this one and of similar ones: raw IP of either version
/// is raw IP.
constexpr LinkType common_type(LinkType type) {
  return type == LinkType::kIpv4 || type == LinkType::kIpv6 ? LinkType::kRawIp : type;
}

/// As in messages: `raw IP`.
constexpr std::string_view name_of(LinkType type) {
  constexpr std::string_view kNames[] = {"Ethernet",       "raw IP", "PPP",      "Linux cooked",
                                         "Linux cooked 2", "null",   "raw IPv4", "raw IPv6"};
  return kNames[static_cast<std::uint8_t>(type)];
}

/// A set of link types. Any thread, if nobody changes it.
class LinkTypeSet {
 public:
  constexpr LinkTypeSet() = default;
  constexpr LinkTypeSet(LinkType type)  // NOLINT: a type is a set
      : bits_(static_cast<std::uint8_t>(1u << static_cast<unsigned>(type))) {}
  static constexpr LinkTypeSet all() {
    LinkTypeSet set;
    set.bits_ = (2u << static_cast<unsigned>(LinkType::kIpv6)) - 1;
    return set;
  }

  constexpr bool empty() const { return bits_ == 0; }
  constexpr bool contains(LinkTypeSet others) const { return (others - *this).empty(); }
  constexpr bool operator==(LinkTypeSet const&) const = default;
  constexpr LinkTypeSet operator&(LinkTypeSet other) const { return of(bits_ & other.bits_); }
  constexpr LinkTypeSet operator|(LinkTypeSet other) const { return of(bits_ | other.bits_); }
  constexpr LinkTypeSet operator-(LinkTypeSet other) const { return of(bits_ & ~other.bits_); }

  /// As in messages: `raw IP, PPP`.
  std::string names() const {
    std::string names;
    for (unsigned i = 0; bits_ >> i != 0; ++i)
      if ((bits_ >> i & 1) != 0)
        names.append(names.empty() ? "" : ", ").append(name_of(static_cast<LinkType>(i)));
    return names;
  }

 private:
  static constexpr LinkTypeSet of(unsigned bits) {
    LinkTypeSet set;
    set.bits_ = static_cast<std::uint8_t>(bits);
    return set;
  }
  std::uint8_t bits_ = 0;
};

}  // namespace warpline
