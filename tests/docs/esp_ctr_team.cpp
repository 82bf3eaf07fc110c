// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <random>

#include "core/device/team.hpp"
#include "elements/ipsec/crypto/aes.hpp"
#include "elements/ipsec/esp/esp_team.hpp"
#include "elements/ipsec/esp/sa_key_table.hpp"

/// The form that the document shows, beside the real one.
namespace warpline::ipsec::document {

// BLOCK

namespace {

/// What a team of the form makes of packets with their ESP headers at various offsets.
template <class Team>
std::vector<std::uint8_t> encrypted(std::vector<SaKeys> const& sas) {
  constexpr std::uint32_t kSize = 160, kOffsets[] = {34, 42, 54, 62};
  std::mt19937 random(3686);
  std::vector<std::uint8_t> bytes(200 * kSize);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  std::vector<Packet> packets(200);
  for (std::uint32_t i = 0; i < packets.size(); ++i) {
    packets[i].data = bytes.data() + i * kSize;
    packets[i].length = static_cast<std::uint16_t>(kSize - i % 40);
    packets[i].tag =
        SaTag(i % static_cast<std::uint32_t>(sas.size()), kOffsets[i % std::size(kOffsets)]).value;
  }
  auto const item =
      WorkItem::of(packets.data(), static_cast<std::uint32_t>(packets.size()), nullptr);
  SaKeys const* chunks[SaKeyTable::kChunks] = {sas.data()};
  emulate_team<Regions<Edit<SaTag::kFirstOffset>, Tag>, NoResult>(
      Team{&aes_tables(), SaKeyTable{chunks}}, item, 48 * 1024);
  return bytes;
}

TEST(Document, ShowsTheFormForTeamsOfAesInCounterMode) {
  std::vector<SaKeys> sas;
  for (std::uint8_t i = 0; i < 3; ++i)
    sas.push_back(make_sa_keys(Suite::kAes128CtrHmacSha1, Direction::kOutbound, false,
                               std::vector<std::uint8_t>(20, i), std::vector<std::uint8_t>(20, 9)));
  struct Real : ipsec::EspCtrTeam {
    Real(AesTables const* tables, SaKeyTable keys) : ipsec::EspCtrTeam{{tables, keys}} {}
  };
  EXPECT_EQ(encrypted<EspCtrTeam>(sas), encrypted<Real>(sas));
}

}  // namespace
}  // namespace warpline::ipsec::document
