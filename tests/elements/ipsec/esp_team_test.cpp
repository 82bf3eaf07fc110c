// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/esp_team.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "core/team.hpp"
#include "tests/elements/ipsec/vectors.hpp"

namespace warpline::ipsec {
namespace {

using testing::Octets;
using testing::to_hex;

using EspRegions = Regions<Edit<0>, Tag>;

class EspTeams : public ::testing::TestWithParam<Suite> {
 protected:
  EspTeams() {
    for (int sa = 0; sa < 3; ++sa) {
      auto const key = random_octets(20), authentication = random_octets(20);
      sas_.push_back(make_sa_keys(GetParam(), key.data(), authentication.data(), 20));
    }
  }

  Octets random_octets(std::size_t size) {
    Octets bytes(size);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random_());
    return bytes;
  }

  /// Packets of all sizes, one behind the other, beginning at addresses of every remainder.
  struct Traffic {
    Octets bytes;
    std::vector<Packet> packets;
  };
  Traffic traffic() {
    Traffic made;
    std::vector<std::size_t> begins;
    for (std::size_t size = 0; size <= 2048; ++size) {
      begins.push_back(made.bytes.size() + random_() % 17);
      made.bytes.resize(begins.back() + size);
    }
    for (auto& byte : made.bytes) byte = static_cast<std::uint8_t>(random_());
    for (std::size_t size = 0; size <= 2048; ++size) {
      Packet packet{};
      packet.data = made.bytes.data() + begins[size];
      packet.length = static_cast<std::uint16_t>(size);
      packet.tag = static_cast<std::uint32_t>(random_() % sas_.size());
      made.packets.push_back(packet);
    }
    return made;
  }

  /// That the team leaves all bytes, those between packets too, as `body` does.
  template <class Team, class Body>
  void compare(Team const& team, Body const& body) {
    auto by_team = traffic();
    Traffic by_body{by_team.bytes, by_team.packets};
    for (auto& packet : by_body.packets) {
      packet.data = by_body.bytes.data() + (packet.data - by_team.bytes.data());
      body(sas_[packet.tag], packet.data, packet.length);
    }
    emulate_team<EspRegions, NoResult>(
        team, {by_team.packets.data(), static_cast<std::uint32_t>(by_team.packets.size()), nullptr},
        48 * 1024);
    for (std::size_t i = 0; i < by_team.packets.size(); ++i)
      ASSERT_EQ(to_hex(Octets(by_team.packets[i].data, by_team.packets[i].data + i)),
                to_hex(Octets(by_body.packets[i].data, by_body.packets[i].data + i)))
          << "size " << i;
    EXPECT_EQ(by_team.bytes, by_body.bytes);
  }

  std::mt19937_64 random_{4303};
  std::vector<SaKeys> sas_;
};
INSTANTIATE_TEST_SUITE_P(Suites, EspTeams,
                         ::testing::Values(Suite::kAes128CtrHmacSha1, Suite::kAes128Gcm));

TEST_P(EspTeams, ProtectAsTheBodyAtEveryLength) {
  compare(EspTeam{{&aes_tables(), sas_.data()}},
          [](SaKeys const& keys, std::uint8_t* packet, std::uint32_t size) {
            esp_protect(aes_tables(), keys, packet, size);
          });
}

TEST_P(EspTeams, EncryptAsTheBodyAtEveryLength) {
  compare(EspCtrTeam{{&aes_tables(), sas_.data()}},
          [](SaKeys const& keys, std::uint8_t* packet, std::uint32_t size) {
            esp_encrypt_ctr(aes_tables(), keys, packet, size);
          });
}

TEST(AesColumns, GiveEachThreadTheTableInABankOfItsOwn) {
  std::vector<std::uint32_t> memory(AesColumns::kBytes / 4);
  std::vector<AesColumns> columns;
  auto* const bytes = reinterpret_cast<std::byte*>(memory.data());
  for (std::uint32_t thread = 0; thread < 96; ++thread)
    columns.push_back(AesColumns::fill(aes_tables(), bytes, thread, 96));
  for (std::uint32_t thread = 0; thread < 96; ++thread)
    for (std::uint32_t x = 0; x < 256; ++x) {
      ASSERT_EQ(columns[thread][x], aes_tables()[x]);
      ASSERT_EQ((&columns[thread].column[x * AesColumns::kCopies] - memory.data()) % 32,
                thread % 32);
    }
}

template <unsigned kUnit>
void expect_units() {
  alignas(16) std::uint8_t bytes[48], copy[48] = {};
  for (unsigned i = 0; i < 48; ++i) bytes[i] = static_cast<std::uint8_t>(7 * i + 1);
  for (unsigned at = 0; at + 16 <= 48; at += kUnit) {
    auto const block = detail::load_units<kUnit>(bytes + at);
    for (unsigned i = 0; i < 4; ++i)
      EXPECT_EQ(block.words[i], load_be32(bytes + at + 4 * i)) << "unit " << kUnit;
    detail::store_units<kUnit>(copy + at, block);
    EXPECT_EQ(to_hex(std::span(copy + at, 16)), to_hex(std::span(bytes + at, 16)));
    EXPECT_EQ(detail::unit_at(bytes + at) % kUnit, 0u);
  }
}

TEST(Block, IsTheSameByUnitsOfAnySize) {
  expect_units<2>();
  expect_units<4>();
  expect_units<16>();
  alignas(16) std::uint8_t const bytes[16] = {};
  EXPECT_EQ(detail::unit_at(bytes + 1), 1u);
  EXPECT_EQ(detail::unit_at(bytes + 6), 2u);
  EXPECT_EQ(detail::unit_at(bytes + 12), 4u);
}

}  // namespace
}  // namespace warpline::ipsec
