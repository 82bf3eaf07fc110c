// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "elements/ids/decode/decoded_packet.hpp"
#include "elements/ids/pattern.hpp"
#include "elements/ids/prefilter/junction_filter.hpp"
#include "elements/ids/prefilter/port_groups.hpp"
#include "elements/ids/rules/rule.hpp"

namespace warpline::ids {

/// The protocol of a packet, as far as rules are grouped by it.
enum class PacketKind : std::uint8_t { kTcp, kUdp, kIcmp, kOther };
inline constexpr std::size_t kPacketKinds = 4;

PacketKind kind_of(DecodedPacket const& packet);

/// The rules that can match a packet, by its protocol, its direction, and the port of the server:
/// the destination towards the server, the source towards the client. A group may have more rules
/// than a packet needs, never fewer. Read-only; any thread.
class RuleGroups {
 public:
  /// The number of a group, from 1.
  using Id = std::uint16_t;
  /// Groups of one protocol and direction. More of them make databases smaller, and their number and
  /// the time to compile them greater.
  static constexpr std::size_t kMaxGroups = 24;

  struct Group {
    std::uint16_t search = 0;           ///< the number of a search, from 1; 0: no patterns
    std::vector<std::uint32_t> always;  ///< rules without a pattern, ascending
  };
  /// Patterns, and the rules that they select. Groups with the same rules share it.
  struct Search {
    PatternSet patterns;
    std::vector<std::vector<std::uint32_t>> rules;  ///< by pattern, each ascending
    JunctionFilter junctions;
  };

  /// `rules`: in the order of evaluation; null: one that is in no group. Throws `ConfigError` if a group has too many patterns.
  explicit RuleGroups(std::span<Rule const* const> rules);

  Id find(PacketKind kind, bool to_server, std::uint16_t server_port) const {
    auto const& part = parts_[part_of(kind, to_server)];
    return static_cast<Id>(part.first + part.ports->of(server_port));
  }
  Id find(DecodedPacket const& packet, bool to_server) const {
    return find(kind_of(packet), to_server,
                to_server ? packet.destination_port : packet.source_port);
  }
  Group const& operator[](Id id) const { return groups_[id - 1u]; }
  std::size_t size() const { return groups_.size(); }

  std::vector<Search> const& searches() const { return searches_; }
  /// The rules that a pattern of a search selects.
  std::vector<std::uint32_t> const& rules_of(std::uint16_t search, PatternId pattern) const {
    return searches_[search - 1u].rules[pattern];
  }
  /// Max patterns of a search.
  std::size_t max_patterns() const;
  /// The distinct patterns of all searches.
  PatternSet all_patterns() const;

 private:
  struct Part {
    Id first = 1;
    std::optional<PortGroups> ports;
  };
  static std::size_t part_of(PacketKind kind, bool to_server) {
    return static_cast<std::size_t>(kind) * 2 + (to_server ? 0 : 1);
  }
  void add_part(std::span<Rule const* const> rules, PacketKind kind, bool to_server);
  std::uint16_t search_for(std::vector<std::uint32_t> const& with_pattern,
                           std::span<Rule const* const> rules);

  std::array<Part, kPacketKinds * 2> parts_;
  std::vector<Group> groups_;
  std::vector<Search> searches_;
  std::map<std::vector<std::uint32_t>, std::uint16_t> known_;  // searches by their rules
};

}  // namespace warpline::ids
