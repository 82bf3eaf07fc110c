// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/elements/ids/differential/conversation.hpp"

#include <algorithm>

#include "tests/elements/ids/differential/tcp_talk.hpp"

namespace warpline::ids::differential {
namespace {

std::string address(bool ipv6, std::uint32_t network, std::uint32_t host) {
  if (!ipv6)
    return std::string(network == 0 ? "\x0a\0\0" : "\xc0\0\x02", 3) + static_cast<char>(host);
  return std::string("\x20\x01\x0d\xb8", 4) + std::string(10, '\0') + static_cast<char>(network) +
         static_cast<char>(host);
}

Ends random_ends(RandomSource& random, bool ipv6, bool for_suricata) {
  constexpr std::uint32_t kPorts[] = {80, 443, 25, 53, 8080};
  Ends ends{address(ipv6, 0, random.between(1, 3)),
            address(ipv6, 1, random.between(1, 3)),
            random.between(1024, 1030),
            random.one_of(kPorts),
            {}};
  if (!for_suricata && random.chance(15)) {  // the client has the lower port
    ends.source_port = random.one_of(kPorts);
    ends.destination_port = random.between(1024, 1030);
  }
  if (random.chance(10)) ends.vlan.push_back(random.between(1, 3));
  if (random.chance(3)) ends.vlan.push_back(random.between(1, 3));
  return ends;
}

/// The data of an IP packet in fragments. Some overlap, come twice or in another order.
std::vector<Fragment> fragments_of(RandomSource& random, std::string const& data, bool overlaps) {
  std::vector<Fragment> fragments;
  for (std::size_t begin = 0; begin < data.size();) {
    auto const size = std::min<std::size_t>(8 * random.between(1, 5), data.size() - begin);
    Fragment fragment{static_cast<std::uint32_t>(begin), data.substr(begin, size),
                      begin + size < data.size()};
    if (overlaps && random.chance(15)) {  // longer than its place, with other bytes
      fragment.bytes += random.letters(8 * random.between(1, 3));
      fragment.more = true;
    }
    fragments.push_back(fragment);
    if (overlaps && random.chance(10)) {
      for (auto& byte : fragment.bytes) byte = random.letters(1)[0];
      fragments.push_back(fragment);
    }
    begin += size;
  }
  for (std::size_t i = 0; i + 1 < fragments.size(); ++i)
    if (random.chance(25)) std::swap(fragments[i], fragments[i + 1]);
  if (random.chance(10)) fragments.erase(fragments.begin() + random.below(fragments.size()));
  return fragments;
}

/// The frames of an IP packet: one, or its fragments.
void add_packet(RandomSource& random, Ends const& ends, unsigned protocol, std::string const& data,
                std::vector<std::string>& frames, bool for_suricata) {
  IpFields const ip{random.chance(20) ? random.between(1, 255) : 64,
                    random.chance(10) ? random.below(256) : 0, random.below(65536)};
  if (data.size() < 9 || !random.chance(8)) {
    frames.push_back(frame(ends, ip, protocol, data));
    return;
  }
  for (auto const& fragment : fragments_of(random, data, !for_suricata))
    frames.push_back(fragment_frame(ends, ip, protocol, fragment));
}

void add_datagrams(RandomSource& random, Ends const& ends, Conversation& result,
                   std::vector<std::string>& frames, bool for_suricata) {
  for (auto count = random.between(1, 8); count > 0; --count) {
    auto const payload = random.letters(random.below(60));
    result.texts.push_back(payload);
    auto const way = random.chance(35) ? ends.reversed() : ends;
    auto data = udp_datagram(way, payload);
    if (!for_suricata && random.chance(3))
      data[5] = static_cast<char>(random.below(256));  // a wrong length
    add_packet(random, way, 17, data, frames, for_suricata);
  }
}

void add_messages(RandomSource& random, Ends const& ends, Conversation& result,
                  std::vector<std::string>& frames, bool for_suricata) {
  bool const ipv6 = ends.source.size() == 16;
  for (auto count = random.between(1, 5); count > 0; --count) {
    auto const payload = random.letters(random.below(40));
    result.texts.push_back(payload);
    bool const answer = random.chance(40);
    auto const way = answer ? ends.reversed() : ends;
    auto const type = for_suricata || random.chance(80)
                          ? (ipv6 ? (answer ? 129u : 128u) : (answer ? 0u : 8u))
                          : random.below(20);
    add_packet(random, way, ipv6 ? 58 : 1,
               icmp_message(way, type, for_suricata ? 0 : random.below(3), payload), frames,
               for_suricata);
  }
}

void add_talk(RandomSource& random, Ends const& ends, Conversation& result,
              std::vector<std::string>& frames, bool for_suricata) {
  auto const talk = random_talk(random, for_suricata);
  result.texts.push_back(talk.texts[0]);
  result.texts.push_back(talk.texts[1]);
  for (auto const& segment : talk.segments) {
    auto const way = segment.from_client ? ends : ends.reversed();
    add_packet(random, way, 6, tcp_segment(way, segment.fields, segment.payload), frames,
               for_suricata);
  }
}

}  // namespace

Conversation random_conversation(RandomSource& random, bool for_suricata) {
  Conversation result;
  std::vector<std::vector<std::string>> flows;
  bool ipv6 = random.chance(20);
  for (auto count = random.between(1, 3); count > 0; --count) {
    auto ends = random_ends(random, ipv6, for_suricata);
    // The same ends at the same time are no two connections.
    if (for_suricata)
      ends.source_port = 1024 + 2 * static_cast<std::uint32_t>(flows.size()) + random.below(2);
    if (!for_suricata) ipv6 = random.chance(20);
    auto const kind = random.below(10);
    unsigned const protocol = kind < 6 ? 6 : kind < 9 ? 17 : ends.source.size() == 4 ? 1 : 58;
    result.ends.push_back(ends);
    result.protocols.push_back(protocol);
    auto& frames = flows.emplace_back();
    if (protocol == 6)
      add_talk(random, ends, result, frames, for_suricata);
    else if (protocol == 17)
      add_datagrams(random, ends, result, frames, for_suricata);
    else
      add_messages(random, ends, result, frames, for_suricata);
  }
  std::uint64_t time_ns = 1'700'000'000'000'000'000;
  std::vector<std::size_t> next(flows.size(), 0);
  for (;;) {
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < flows.size(); ++i)
      if (next[i] < flows[i].size()) open.push_back(i);
    if (open.empty()) break;
    auto const flow = random.one_of(open);
    auto bytes = flows[flow][next[flow]++];
    if (!for_suricata && random.chance(1))
      bytes.resize(random.between(1, static_cast<std::uint32_t>(bytes.size())));
    if (!for_suricata && random.chance(2)) bytes[random.below(bytes.size())] ^= 1;
    if (random.chance(10)) bytes += std::string(random.below(6), '\0');  // padding of Ethernet
    if (!for_suricata && random.chance(1))
      time_ns += random.between(5, 400) * std::uint64_t{1'000'000'000};
    time_ns += random.chance(20) ? random.below(1'000'000'000) : random.below(100'000'000);
    result.fragments = result.fragments || reference::read_frame(bytes).is_fragment;
    result.frames.push_back({time_ns, std::move(bytes)});
  }
  return result;
}

}  // namespace warpline::ids::differential
