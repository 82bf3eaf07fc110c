// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <thread>
#include <vector>

#include "elements/ipsec/config/policy_file.hpp"
#include "elements/ipsec/config/sa_file.hpp"
#include "elements/ipsec/database/sa_database.hpp"
#include "elements/ipsec/esp_sender.hpp"
#include "tests/elements/ipsec/frames.hpp"

/// A hundred thousand SAs: what takes time by the square of them runs into ctest's limit.
namespace warpline::ipsec {
namespace {

using testing::Frame;

constexpr std::uint32_t kMany = 100'000, kFirstSpi = 0x1000;

/// 10.x.y.z with a number of 24 bits.
std::string address(std::uint32_t number) {
  return "10." + std::to_string(number >> 16) + '.' + std::to_string(number >> 8 & 255) + '.' +
         std::to_string(number & 255);
}

/// An SA for the host 10.x.y.z; `more` in the words of `ip xfrm state`.
std::string words(std::uint32_t number, std::string const& more = "") {
  char text[320];
  std::snprintf(text, sizeof text,
                "src 192.0.2.1 dst 198.51.100.%u proto esp spi 0x%x mode tunnel %s\n"
                "  aead rfc4106(gcm(aes)) 0x%08x0f0e0d0c0b0a0908070605041c1d1e1f 128\n"
                "  sel src 0.0.0.0/0 dst %s/32\n",
                number % 250, kFirstSpi + number, more.c_str(), number, address(number).c_str());
  return text;
}

std::vector<SaConfig> parse(std::uint32_t first, std::uint32_t count,
                            std::string const& more = "") {
  std::string text;
  for (std::uint32_t i = 0; i < count; ++i) text += words(first + i, more);
  return parse_sa_file(Source{"sa", text});
}

IpAddress peer(std::uint32_t number) {
  return *parse_ip_address("198.51.100." + std::to_string(number % 250));
}

/// SPI that a packet to the host 10.x.y.z goes by; 0: by none.
std::uint32_t sent_by(EspSender& sender, std::uint32_t number) {
  testing::InnerOptions options;
  options.destination = address(number);
  Frame frame(testing::ipv4_frame(testing::Octets(20), options), 128, 64);
  Verdict verdict{};
  if (!sender.encapsulate({&frame.packet, 1}, &verdict)) return 0;
  return frame.packet.header<be32>(34)->host();
}

TEST(ManySas, AreLoadedFoundUsedRemovedAndReplaced) {
  auto const sas = parse(0, kMany);
  ASSERT_EQ(sas.size(), kMany);
  SaDatabase::Options options;
  options.max_sas = 2 * kMany;  // for both directions
  options.hold = std::chrono::nanoseconds(0);
  auto const owned = std::make_shared<SaDatabase>(sas, std::vector<Policy>(), options);
  auto& database = *owned;
  ASSERT_EQ(database.list().size(), 2 * kMany);
  auto const key_bytes = database.slots().cpu_keys()->key_bytes();

  std::vector<bool> seen(options.max_sas);
  for (std::uint32_t number = 0; number < kMany; ++number) {
    auto const place = database.spis().find(SpiKey::of(kFirstSpi + number, peer(number)));
    ASSERT_TRUE(database.slots().holds(place, Direction::kInbound)) << number;
    ASSERT_FALSE(seen[place]) << number;
    seen[place] = true;
  }
  EspSender sender(owned);
  for (std::uint32_t number = 0; number < kMany; number += 97)
    ASSERT_EQ(sent_by(sender, number), kFirstSpi + number);

  for (std::uint32_t number = 0; number < kMany; number += 2)
    for (auto const direction : {Direction::kOutbound, Direction::kInbound})
      ASSERT_TRUE(database.remove({direction, kFirstSpi + number, peer(number)}));
  EXPECT_TRUE(database.tick().empty());
  EXPECT_EQ(database.slots().cpu_keys()->key_bytes(), key_bytes / 2);
  database.add(parse(kMany, kMany / 2));
  EXPECT_EQ(database.slots().cpu_keys()->key_bytes(), key_bytes);
  EXPECT_THROW(database.add(parse(0, 1)), ConfigError) << "every place is taken";
  for (std::uint32_t number = 0; number < kMany + kMany / 2; number += 97) {
    bool const there = number >= kMany || number % 2 == 1;
    ASSERT_EQ(sent_by(sender, number), there ? kFirstSpi + number : 0) << number;
    auto const place = database.spis().find(SpiKey::of(kFirstSpi + number, peer(number)));
    ASSERT_EQ(place != SpiTable::kNone, there) << number;
  }
}

TEST(ManySas, AreAddedAndRemovedOneByOne) {
  auto const owned =
      std::make_shared<SaDatabase>(std::span<SaConfig const>(), std::vector<Policy>());
  auto& database = *owned;
  auto const sas = parse(0, kMany, "dir out");
  for (std::uint32_t number = 0; number < kMany; ++number) {
    database.add(sas[number]);
    if (number % 100 == 0) database.tick();
  }
  EspSender sender(owned);
  // A few new selectors among many are used after a while.
  auto const last = kMany - 1;
  for (unsigned i = 0; i < 10'000 && sent_by(sender, last) == 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    database.tick();
  }
  for (std::uint32_t number = last; number > 97; number -= 97)
    ASSERT_EQ(sent_by(sender, number), kFirstSpi + number);
  for (std::uint32_t number = 0; number < kMany; ++number) {
    ASSERT_TRUE(database.remove({Direction::kOutbound, kFirstSpi + number, peer(number)}));
    if (number % 100 == 0) database.tick();
    if (number % 1000 == 0) {
      ASSERT_EQ(sent_by(sender, number), 0u);
    }
  }
  EXPECT_TRUE(database.list().empty());
}

// A gateway ticks ten times a second: these are three hours.
TEST(ManySas, AreNotLookedAtByATickButForThoseWithALifetime) {
  auto sas = parse(0, kMany);
  for (std::uint32_t number = 0; number < 3; ++number)
    sas.push_back(parse(kMany + number, 1, "limit packet-soft 2 limit packet-hard 4").front());
  for (auto& sa : sas) sa.direction = Direction::kOutbound;
  SaDatabase database(sas, {});
  for (int i = 0; i < 100'000; ++i) ASSERT_TRUE(database.tick().empty());
  // Those that have one are looked at.
  auto& last = database.slots().outbound(database.outbound().sa(kMany + 1)).last;
  last.store(2);
  auto events = database.tick();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].name.spi, kFirstSpi + kMany + 1);
  EXPECT_FALSE(events[0].hard);
  last.store(4);
  events = database.tick();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_TRUE(events[0].hard);
  EXPECT_EQ(database.list().size(), kMany + 2);
  EXPECT_TRUE(database.tick().empty());
}

// They differ in their reqids alone, as in strongSwan.
TEST(ManySas, BetweenTheSameEndsEachServeTheirPolicy) {
  constexpr std::uint32_t kTunnels = 30'000;
  std::string sas, policies;
  for (std::uint32_t number = 0; number < kTunnels; ++number) {
    auto const reqid = " reqid " + std::to_string(number + 1);
    policies += "src 0.0.0.0/0 dst " + address(number) +
                "/32 dir out\n  tmpl src 10.0.0.1 dst 10.0.0.2 proto esp" + reqid +
                " mode tunnel\n";
    sas += "src 10.0.0.1 dst 10.0.0.2 proto esp spi " + std::to_string(kFirstSpi + number) + reqid +
           " mode tunnel aead rfc4106(gcm(aes)) 0x" + std::string(40, '7') + " 128\n";
  }
  auto const parsed = parse_sa_file(Source{"sa", sas});
  SaDatabase database(
      parsed, parse_policy_file(std::make_shared<Source>(Source{"spd", policies})).policies);
  auto const used = [&](std::uint32_t policy) {
    auto const sa = database.outbound().sa(policy);
    return sa == OutboundPolicies::kNoSa ? 0 : database.slots().outbound(sa).esp.spi();
  };
  auto const ends = *parse_ip_address("10.0.0.2");
  for (std::uint32_t number = 0; number < kTunnels; ++number)
    ASSERT_EQ(used(number), kFirstSpi + number);
  for (std::uint32_t number = 0; number < kTunnels; number += 2)
    ASSERT_TRUE(database.remove({Direction::kOutbound, kFirstSpi + number, ends}));
  for (std::uint32_t number = 0; number < kTunnels; ++number)
    ASSERT_EQ(used(number), number % 2 == 0 ? 0 : kFirstSpi + number);
  std::size_t in_use = 0;
  for (auto const& sa : database.list()) in_use += sa.in_use;
  EXPECT_EQ(in_use, kTunnels / 2);
  for (std::uint32_t number = 0; number < kTunnels; number += 2) database.add(parsed[number]);
  for (std::uint32_t number = 0; number < kTunnels; ++number)
    ASSERT_EQ(used(number), kFirstSpi + number);
}

}  // namespace
}  // namespace warpline::ipsec
