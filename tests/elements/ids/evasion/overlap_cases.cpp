// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "tests/elements/ids/evasion/cases.hpp"

namespace warpline::ids::testing {
namespace {

/// A piece that comes first, one that comes later and overlaps it, in each of nine relations: the
/// later one begins before, with or after the first one, and ends before, with or after it.
constexpr unsigned kRelations = 9, kSize = 8;
constexpr unsigned kBegin = 2;  // of the earlier piece in its region, in units
constexpr unsigned kLength = 4;

struct Piece {
  unsigned begin, end;  // units in the region
  char letter;
};
struct Region {
  Piece earlier, later;
};

Region region(unsigned relation) {
  Piece const earlier{kBegin, kBegin + kLength, 'o'};
  return {earlier, {kBegin - 1 + relation / 3, kBegin + kLength - 1 + relation % 3, 'n'}};
}

/// The bytes of a region of `kSize` units.
std::string text(unsigned relation, unsigned unit, bool later_wins) {
  auto const [earlier, later] = region(relation);
  std::string text(kSize * unit, '.');
  auto const name = "#" + std::to_string(relation) + ".......";
  text.replace(0, unit, name.substr(0, unit));
  text.replace(unit, 0, "");
  auto const paint = [&](Piece const& piece) {
    std::fill(text.begin() + piece.begin * unit, text.begin() + piece.end * unit, piece.letter);
  };
  paint(later_wins ? earlier : later);
  paint(later_wins ? later : earlier);
  return text;
}

std::string rules(std::string const& protocol, unsigned unit) {
  std::string rules;
  for (unsigned relation = 0; relation < kRelations; ++relation)
    for (bool const later_wins : {false, true})
      rules += "alert " + protocol + " any any -> any any (content:\"" +
               text(relation, unit, later_wins) +
               "\"; sid:" + std::to_string(10 * relation + (later_wins ? 2 : 1)) + ";)\n";
  return rules;
}

/// Of a word with a letter for each relation: `o` for the earlier piece, `n` for the later one.
Sids sids_of(std::string const& winners) {
  Sids sids;
  for (unsigned relation = 0; relation < kRelations; ++relation)
    sids.push_back(10 * relation + (winners[relation] == 'n' ? 2 : 1));
  return sids;
}

/// Calls `send(offset, text)`, in units, for the earlier pieces, the later ones, and all between
/// from the end to the beginning, which comes last.
template <class Send>
void send_all(unsigned unit, Send&& send) {
  auto const bytes = [&](Piece const& piece) {
    return std::string((piece.end - piece.begin) * unit, piece.letter);
  };
  for (bool const later : {false, true})
    for (unsigned relation = 0; relation < kRelations; ++relation) {
      auto const pieces = region(relation);
      auto const& piece = later ? pieces.later : pieces.earlier;
      send(relation * kSize + piece.begin, bytes(piece));
    }
  for (unsigned relation = kRelations; relation-- > 0;) {
    auto const [earlier, later] = region(relation);
    auto const all = text(relation, unit, false);
    auto const begin = std::min(earlier.begin, later.begin), end = std::max(earlier.end, later.end);
    send(relation * kSize + end, all.substr(end * unit));
    send(relation * kSize, all.substr(0, begin * unit));
  }
}

Traffic segments() {
  constexpr unsigned kUnit = 2;
  Traffic traffic;
  traffic.handshake();
  send_all(kUnit, [&](unsigned offset, std::string const& data) {
    traffic.segment({.offset = offset * kUnit, .data = data});
  });
  return traffic.skip(true, kRelations * kSize * kUnit).send(false, "").close();
}

Traffic fragments(bool ipv6) {
  constexpr unsigned kUnit = 8;
  Traffic traffic({.ipv6 = ipv6});
  auto const size = kRelations * kSize * kUnit;
  auto const header = traffic.udp(std::string(size, ' '), false).substr(0, 8);
  send_all(kUnit, [&](unsigned offset, std::string const& data) {
    traffic.fragment(
        17,
        {.offset = 8 + offset * kUnit, .more = offset * kUnit + data.size() < size, .data = data});
  });
  return traffic.fragment(17, {.offset = 0, .data = header});
}

struct Policy {
  HostSystem system;
  char const *segments, *fragments;  // the winners
};

/// Sources: Novak, "Target-Based Fragmentation Reassembly" (2005), table 3, and Novak and Sturges,
/// "Target-Based TCP Stream Reassembly" (2007), table 4. In the order: begins before and ends before,
/// with, after; begins with; begins after.
constexpr Policy kPolicies[] = {
    {HostSystem::kBsd, "nnnoooooo", "nnnoooooo"},
    {HostSystem::kBsdRight, "nnnoooooo", "ooonnnnnn"},
    {HostSystem::kOldLinux, "nnnonnooo", "nnnnnnooo"},
    {HostSystem::kLinux, "nnnoonooo", "nnnnnnooo"},
    {HostSystem::kOldSolaris, "onnonnoon", "ooooooooo"},
    {HostSystem::kSolaris, "onnonnoon", "onnoooooo"},
    {HostSystem::kHpux10, "nnnoooooo", "nnnoooooo"},
    {HostSystem::kHpux11, "onnonnoon", "ooooooooo"},
    {HostSystem::kIrix, "nnnoooooo", "nnnoooooo"},
    {HostSystem::kMacos, "nnnoooooo", "ooooooooo"},
    {HostSystem::kWindows, "nnnoooooo", "oonoooooo"},
    {HostSystem::kVista, "ooooooooo", "oonoooooo"},
    {HostSystem::kWindows2k3, "nnnoooooo", "oonoooooo"},
    {HostSystem::kFirst, "ooooooooo", "ooooooooo"},
    {HostSystem::kLast, "nnnnnnnnn", "nnnnnnnnn"},
};

}  // namespace

std::vector<EvasionCase> overlap_cases() {
  std::vector<EvasionCase> cases;
  for (auto const& policy : kPolicies) {
    auto name = std::string(host_system_names()[static_cast<std::size_t>(policy.system)]);
    std::ranges::replace(name, '-', '_');
    auto const add = [&](std::string const& kind, Traffic traffic, char const* winners,
                         std::string const& protocol, unsigned unit) {
      cases.push_back({.name = kind + "_" + name,
                       .traffic = std::move(traffic),
                       .expected = sids_of(winners),
                       .rules = rules(protocol, unit),
                       .system = policy.system});
    };
    add("OverlappingSegments", segments(), policy.segments, "tcp-stream", 2);
    add("OverlappingFragmentsIpv4", fragments(false), policy.fragments, "udp", 8);
    add("OverlappingFragmentsIpv6", fragments(true), policy.fragments, "udp", 8);
  }
  return cases;
}

}  // namespace warpline::ids::testing
