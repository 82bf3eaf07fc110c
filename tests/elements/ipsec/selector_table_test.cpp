// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/selector_table.hpp"

#include <gtest/gtest.h>

#include <random>

namespace warpline::ipsec {
namespace {

bool contains(std::optional<IpPrefix> const& prefix, unsigned version,
              std::uint8_t const* address) {
  if (!prefix) return true;
  if (prefix->version != version) return false;
  for (unsigned bit = 0; bit < prefix->length; ++bit)
    if (((prefix->bytes[bit / 8] ^ address[bit / 8]) & (0x80u >> bit % 8)) != 0) return false;
  return true;
}

/// What the table must find: the plain definition.
std::uint32_t first_match(std::vector<Selector> const& selectors, unsigned version,
                          std::uint8_t const* source, std::uint8_t const* destination) {
  for (std::uint32_t i = 0; i < selectors.size(); ++i)
    if (contains(selectors[i].source, version, source) &&
        contains(selectors[i].destination, version, destination))
      return i;
  return SelectorTable::kNone;
}

Selector between(char const* source, char const* destination) {
  return {parse_prefix(source), parse_prefix(destination)};
}

ipv4::Header header_of(char const* source, char const* destination) {
  ipv4::Header header{};
  header.source = *parse_ipv4(source);
  header.destination = *parse_ipv4(destination);
  return header;
}

TEST(SelectorTable, FindsTheFirstOfSeveralMatches) {
  std::vector<Selector> const selectors{
      between("10.0.0.0/8", "10.1.0.0/16"), between("10.0.0.0/8", "10.1.2.0/24"),
      between("10.0.0.0/8", "0.0.0.0/0"), between("10.9.0.0/16", "10.1.2.3")};
  SelectorTable const table(selectors);
  EXPECT_EQ(table.find(header_of("10.9.0.1", "10.1.2.3")), 0u);
  EXPECT_EQ(table.find(header_of("10.9.0.1", "10.2.2.3")), 2u);
  EXPECT_EQ(table.find(header_of("11.9.0.1", "10.1.2.3")), SelectorTable::kNone);
}

TEST(SelectorTable, MatchesBothVersionsWithoutASelector) {
  std::vector<Selector> const selectors{between("2001:db8::/32", "::/0"), Selector{}};
  SelectorTable const table(selectors);
  EXPECT_EQ(table.find(header_of("1.2.3.4", "5.6.7.8")), 1u);
  ipv6::Header header{};
  EXPECT_EQ(table.find(header), 1u);
  header.source.bytes[0] = 0x20;
  header.source.bytes[1] = 0x01;
  header.source.bytes[2] = 0x0d;
  header.source.bytes[3] = 0xb8;
  EXPECT_EQ(table.find(header), 0u);
}

TEST(SelectorTable, ProbesOnceForAThousandTunnelsOfOneSize) {
  std::vector<Selector> selectors;
  for (unsigned i = 0; i < 1024; ++i)
    selectors.push_back(between(
        "10.0.0.0/8",
        ("10." + std::to_string(i / 256) + "." + std::to_string(i % 256) + ".0/24").c_str()));
  SelectorTable const table(selectors);
  EXPECT_EQ(table.probes(4), 1u);
  EXPECT_EQ(table.probes(6), 0u);
  EXPECT_EQ(table.find(header_of("10.3.3.3", "10.3.255.9")), 1023u);
}

TEST(SelectorTable, AgreesWithALinearSearch) {
  std::mt19937 random(4301);
  for (unsigned round = 0; round < 60; ++round) {
    // Few distinct address bits, so that selectors overlap and packets match.
    auto const fill = [&random](std::uint8_t* bytes, unsigned size) {
      for (unsigned i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(random() & 0x81);
    };
    std::vector<Selector> selectors(1 + random() % 60);
    for (auto& selector : selectors) {
      unsigned const version = random() % 2 == 0 ? 4 : 6;
      for (auto* const side : {&selector.source, &selector.destination}) {
        if (random() % 5 == 0) continue;
        IpPrefix prefix;
        prefix.version = version;
        prefix.length = static_cast<unsigned>(random() % (prefix.width() + 1));
        fill(prefix.bytes.data(), prefix.width() / 8);
        for (unsigned bit = prefix.length; bit < prefix.width(); ++bit)
          prefix.bytes[bit / 8] &= static_cast<std::uint8_t>(~(0x80u >> bit % 8));
        *side = prefix;
      }
    }
    SelectorTable const table(selectors);
    for (unsigned i = 0; i < 200; ++i) {
      ipv4::Header v4{};
      fill(v4.source.bytes, 4);
      fill(v4.destination.bytes, 4);
      ASSERT_EQ(table.find(v4), first_match(selectors, 4, v4.source.bytes, v4.destination.bytes))
          << "round " << round;
      ipv6::Header v6{};
      fill(v6.source.bytes, 16);
      fill(v6.destination.bytes, 16);
      ASSERT_EQ(table.find(v6), first_match(selectors, 6, v6.source.bytes, v6.destination.bytes))
          << "round " << round;
    }
  }
}

}  // namespace
}  // namespace warpline::ipsec
