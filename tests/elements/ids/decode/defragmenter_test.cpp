// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/decode/defragmenter.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>

#include "core/net/checksum.hpp"
#include "elements/ids/decode/frame_decoder.hpp"

namespace warpline::ids {
namespace {

using namespace std::string_literals;

std::string be(std::size_t value) {
  return {static_cast<char>(value >> 8), static_cast<char>(value)};
}
Bytes bytes_of(std::string const& text) {
  return {reinterpret_cast<std::uint8_t const*>(text.data()),
          static_cast<std::uint32_t>(text.size())};
}

/// What a fragment, or a whole datagram, carries besides its data.
struct Fields {
  bool ipv6 = false;
  std::size_t id = 7, offset = 0;
  bool more = false, whole = false;
  char source = 1, ttl = 64;
  int protocol = 17;
  std::string options{};  // IPv4 options, or IPv6 extension headers that begin with their length
};

std::string datagram(Fields const& fields, std::string const& data) {
  auto const protocol = std::string(1, static_cast<char>(fields.protocol));
  if (!fields.ipv6) {
    auto const place = fields.whole ? 0 : fields.offset / 8 + (fields.more ? 0x2000u : 0);
    auto const size = 20 + fields.options.size();
    auto ip = std::string(1, static_cast<char>(0x40 + size / 4)) + "\0"s + be(size + data.size()) +
              be(fields.id) + be(place) + fields.ttl + protocol + "\0\0\x0a\0\0"s + fields.source +
              "\x0a\0\0\x02"s + fields.options;
    ip.replace(10, 2, be(checksum_of(checksum_sum(bytes_of(ip)))));
    return ip + data;
  }
  auto const fragment =
      protocol + "\0"s + be(fields.offset + (fields.more ? 1 : 0)) + "\0\0"s + be(fields.id);
  auto const type = fields.whole ? protocol : "\x2c"s;
  auto const extension = fields.options.empty() ? ""s : type + fields.options;
  auto const rest = extension + (fields.whole ? ""s : fragment) + data;
  return "\x60\0\0\0"s + be(rest.size()) + (extension.empty() ? type : "\x3c"s) + fields.ttl +
         std::string(15, '\x20') + fields.source + std::string(16, '\x30') + rest;
}

std::string text_of(Bytes bytes) { return {reinterpret_cast<char const*>(bytes.data), bytes.size}; }

/// A defragmenter that takes frames.
struct Machine {
  Defragmenter defragmenter;
  FrameDecoder decoder;
  std::string frame{};

  explicit Machine(std::size_t memory = 1 << 20, std::uint32_t datagrams = 64,
                   HostPolicies policies = {})
      : defragmenter(memory, datagrams, std::move(policies), 5) {}
  /// The datagram with what precedes it, or nothing.
  std::string add_frame(std::string text, std::uint32_t now_ms = 0) {
    frame = std::move(text);
    auto const packet = decoder.decode(bytes_of(frame), LinkType::kEthernet).back();
    EXPECT_TRUE(packet.fragment);
    auto const result = defragmenter.add(packet, now_ms);
    return result ? text_of(result->frame) : "";
  }
  static std::string link(Fields const& fields) {
    return std::string(12, '\x02') + (fields.ipv6 ? "\x86\xdd"s : "\x08\0"s);
  }
  std::string add(Fields const& fields, std::string const& data, std::uint32_t now_ms = 0) {
    auto const result = add_frame(link(fields) + datagram(fields, data), now_ms);
    return result.empty() ? result : result.substr(14);
  }
};

class EachVersion : public ::testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(Ip, EachVersion, ::testing::Values(false, true),
                         [](auto const& version) { return version.param ? "v6" : "v4"; });

TEST_P(EachVersion, ComesBackAsItWasBeforeItWasCut) {
  Machine machine;
  Fields fields{.ipv6 = GetParam()};
  fields.options = fields.ipv6 ? "\x01\x01\x0c"s + std::string(12, '\0') : "\x01\x01\x01\0"s;
  auto first = fields, middle = fields, last = fields, whole = fields;
  first.more = middle.more = whole.whole = true;
  middle.offset = 8;
  last.offset = 16;
  EXPECT_EQ(machine.add(last, "end"), "");
  EXPECT_EQ(machine.add(first, "01234567"), "");
  auto const frame = machine.add_frame(Machine::link(fields) + datagram(middle, "89abcdef"));
  EXPECT_EQ(frame, Machine::link(fields) + datagram(whole, "0123456789abcdefend"));
  EXPECT_EQ(machine.defragmenter.datagrams(), 0u);
  EXPECT_EQ(machine.defragmenter.blocks_in_use(), 0u);
  EXPECT_EQ(machine.defragmenter.counters().reassembled, 1u);
}

TEST_P(EachVersion, KeepsDatagramsApart) {
  Machine machine;
  Fields const fields{.ipv6 = GetParam(), .more = true};
  machine.add(fields, "01234567");
  Fields last{.ipv6 = GetParam(), .id = 8, .offset = 8};
  EXPECT_EQ(machine.add(last, "x"), "");
  last.id = 7;
  last.source = 9;
  EXPECT_EQ(machine.add(last, "x"), "");
  last.source = 1;
  last.protocol = 6;
  EXPECT_EQ(machine.add(last, "x").empty(), !GetParam());  // only IPv4 has it in the key
}

TEST_P(EachVersion, IgnoresWhatHasNoBytesOrTooMany) {
  Machine machine;
  Fields const first{.ipv6 = GetParam(), .more = true};
  Fields const last{.ipv6 = GetParam(), .offset = 8};
  machine.add(first, "01234567");
  EXPECT_EQ(machine.add(last, ""), "");
  EXPECT_EQ(machine.defragmenter.counters().empty, 1u);
  Fields const far{.ipv6 = GetParam(), .offset = 65'528};
  EXPECT_EQ(machine.add(far, "01234567"), "");
  EXPECT_EQ(machine.defragmenter.counters().too_large, 1u);
  EXPECT_NE(machine.add(last, "8"), "");
}

TEST_P(EachVersion, EndsAtTheFarthestOfSeveralEnds) {
  Machine machine;
  Fields const fields{.ipv6 = GetParam()};
  auto part = fields;
  part.offset = 16;
  machine.add(part, "ghij");
  part.offset = 8;
  machine.add(part, "89abcdef");
  part.offset = 0;
  part.more = true;
  auto const result = machine.add(part, "01234567");
  EXPECT_EQ(result.substr(GetParam() ? 40 : 20), "0123456789abcdefghij");
}

TEST_P(EachVersion, ForgetsAfterSixtySeconds) {
  Machine machine;
  Fields const first{.ipv6 = GetParam(), .more = true};
  Fields const last{.ipv6 = GetParam(), .offset = 8};
  machine.add(first, "01234567", 1000);
  EXPECT_EQ(machine.add(last, "8", 61'000), "");
  EXPECT_EQ(machine.defragmenter.counters().timed_out, 1u);
  EXPECT_NE(machine.add(first, "01234567", 120'999), "");
}

TEST_P(EachVersion, EvictsTheOldestDatagramForPlaceAndMemory) {
  Machine machine(8 * BlockPool::kBlockSize, 3);
  Fields fields{.ipv6 = GetParam(), .more = true};
  for (fields.id = 1; fields.id <= 4; ++fields.id) machine.add(fields, "01234567");
  EXPECT_EQ(machine.defragmenter.counters().evicted, 1u);
  EXPECT_EQ(machine.defragmenter.datagrams(), 3u);
  fields.id = 5;
  machine.add(fields, std::string(2000, 'a'));  // a block of headers, five of data
  EXPECT_EQ(machine.defragmenter.counters().evicted, 3u);
  EXPECT_EQ(machine.defragmenter.counters().out_of_memory, 0u);
  fields.id = 6;
  machine.add(fields, std::string(4000, 'a'));
  EXPECT_EQ(machine.defragmenter.counters().out_of_memory, 1u);
  machine.defragmenter.clear();
  EXPECT_EQ(machine.defragmenter.blocks_in_use(), 0u);
}

/// A fragment around fragments: the inner datagram is cut, and each of its parts is cut again.
TEST(Defragmenter, TakesAFragmentFromADatagramOfItsOwn) {
  Machine machine;
  auto const inner_first = datagram({.id = 1, .more = true}, "01234567");
  auto const inner_last = datagram({.id = 1, .offset = 8}, "89");
  std::string result;
  for (auto const& inner : {inner_first, inner_last}) {
    Fields outer{.id = inner == inner_first ? 50u : 51u, .more = true, .source = 3, .protocol = 4};
    machine.add(outer, inner.substr(0, 16));
    outer.offset = 16;
    outer.more = false;
    auto const frame = Machine::link(outer) + datagram(outer, inner.substr(16));
    auto const packet = machine.decoder.decode(bytes_of(frame), LinkType::kEthernet).back();
    auto const whole = machine.defragmenter.add(packet, 0);
    ASSERT_TRUE(whole);
    auto const packets = machine.decoder.decode_datagram(whole->bytes(), packet);
    ASSERT_EQ(packets.size(), 2u);
    ASSERT_TRUE(packets[1].fragment);
    if (auto const last = machine.defragmenter.add(packets[1], 0)) result = text_of(last->bytes());
  }
  EXPECT_EQ(result, datagram({.id = 1, .whole = true}, "0123456789"));
}

/// Each byte of the reference remembers its fragment.
TEST_P(EachVersion, AgreesWithAByteMap) {
  constexpr char const* kNames[] = {"bsd",     "bsd-right", "linux", "solaris",
                                    "windows", "first",     "last"};
  struct Byte {
    PieceRange range;
    char value;
  };
  struct Reference {
    std::map<std::uint32_t, Byte> bytes;
    Fields headers;
    bool has_last = false;
  };
  unsigned complete = 0;
  for (unsigned seed = 0; seed < 5000; ++seed) {
    std::mt19937 random(seed);
    auto const system = host_system_of(kNames[seed % std::size(kNames)]);
    ASSERT_TRUE(system);
    HostPolicies policies;
    policies.add(bytes_of(GetParam() ? std::string(16, '\x30') : "\x0a\0\0\x02"s), 24, *system);
    Machine machine(1 << 16, 8, std::move(policies));
    std::map<std::size_t, Reference> references;
    for (unsigned step = 0; step < 40; ++step) {
      Fields fields{.ipv6 = GetParam()};
      fields.id = random() % 3;
      fields.offset = random() % 5 * 8;
      fields.more = fields.offset == 0 || random() % 3 != 0;  // otherwise no fragment
      fields.ttl = static_cast<char>(random() % 100);
      auto data = std::string(8 * (1 + random() % 3), static_cast<char>('a' + step));
      if (!fields.more) data.resize(1 + random() % data.size());
      auto& reference = references[fields.id];
      PieceRange const range{static_cast<std::uint32_t>(fields.offset),
                             static_cast<std::uint32_t>(data.size())};
      bool accepted = false;
      for (std::uint32_t i = 0; i < range.size; ++i) {
        auto const known = reference.bytes.find(range.offset + i);
        if (known != reference.bytes.end() &&
            !later_wins(fragment_policy(*system), known->second.range, range))
          continue;
        reference.bytes[range.offset + i] = {range, data[i]};
        if (range.offset + i == 0) reference.headers = fields;
        accepted = true;
      }
      reference.has_last = reference.has_last || (accepted && !fields.more);
      std::string expected;
      if (accepted && reference.has_last && reference.bytes.contains(0) &&
          reference.bytes.rbegin()->first + 1 == reference.bytes.size()) {
        for (auto const& [offset, byte] : reference.bytes) expected += byte.value;
        reference.headers.whole = true;
        expected = datagram(reference.headers, expected);
        references.erase(fields.id);
        ++complete;
      }
      ASSERT_EQ(machine.add(fields, data), expected) << seed << ' ' << step;
    }
    machine.defragmenter.clear();
    ASSERT_EQ(machine.defragmenter.blocks_in_use(), 0u);
  }
  EXPECT_GT(complete, 10'000u);
}

TEST(HostPolicies, TheLongestPrefixDecides) {
  HostPolicies policies;
  policies.add(bytes_of("\x0a\0\0\0"s), 8, HostSystem::kLinux);
  policies.add(bytes_of("\x0a\x01\x80\0"s), 17, HostSystem::kSolaris);
  EXPECT_EQ(policies.at(bytes_of("\x0a\x01\xff\x01"s)), HostSystem::kSolaris);
  EXPECT_EQ(policies.at(bytes_of("\x0a\x01\x7f\x01"s)), HostSystem::kLinux);
  EXPECT_EQ(policies.at(bytes_of("\x0b\x01\x7f\x01"s)), HostSystem::kWindows);
  EXPECT_EQ(policies.at(bytes_of(std::string(16, '\x0a'))), HostSystem::kBsd);
  EXPECT_EQ(host_system_of("old-linux"), HostSystem::kOldLinux);
  EXPECT_EQ(host_system_of("plan9"), std::nullopt);
  EXPECT_EQ(fragment_policy(HostSystem::kMacos), OverlapPolicy::kFirst);
  EXPECT_EQ(segment_policy(HostSystem::kLast), OverlapPolicy::kLast);
}

}  // namespace
}  // namespace warpline::ids
