// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/esp/esp_team.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <vector>

#include "core/device/team.hpp"
#include "tests/elements/ipsec/every_suite.hpp"

namespace warpline::ipsec {
namespace {

using testing::Octets;
using testing::RawSa;
using testing::to_hex;

/// From byte 34 of a frame on, as the elements declare it, for a frame that begins there.
using EspRegions = Regions<Edit<0>, Tag>;

/// SAs of one suite, or of all at once.
class EspTeams : public ::testing::TestWithParam<int> {
 protected:
  EspTeams() {
    for (unsigned i = 0; i < 2 * kSuiteCount; ++i) {
      auto const suite = GetParam() < 0 ? i % kSuiteCount : static_cast<unsigned>(GetParam());
      sas_.push_back(RawSa::random(static_cast<Suite>(suite), i >= kSuiteCount, random_));
      outbound_.push_back(sas_.back().keys(Direction::kOutbound));
      inbound_.push_back(sas_.back().keys(Direction::kInbound));
    }
    outbound_chunk_ = outbound_.data();
    inbound_chunk_ = inbound_.data();
  }

  /// Packets of all sizes, one after the other, beginning at addresses of every remainder, with an
  /// ESP header at various offsets.
  struct Traffic {
    Octets bytes;
    std::vector<Packet> packets;
    std::vector<std::uint32_t> results;
  };
  Traffic traffic() {
    Traffic result;
    std::vector<std::size_t> begins;
    for (std::size_t size = 0; size <= 2048; ++size) {
      begins.push_back(result.bytes.size() + random_() % 17);
      result.bytes.resize(begins.back() + size);
    }
    for (auto& byte : result.bytes) byte = static_cast<std::uint8_t>(random_());
    for (std::size_t size = 0; size <= 2048; ++size) {
      constexpr std::uint32_t kOffsets[] = {34, 42, 54, 62};
      Packet packet{};
      packet.data = result.bytes.data() + begins[size];
      packet.length = static_cast<std::uint16_t>(size);
      packet.tag = SaTag(static_cast<std::uint32_t>(random_() % sas_.size()),
                         kOffsets[random_() % std::size(kOffsets)])
                       .value;
      result.packets.push_back(packet);
    }
    result.results.assign(result.packets.size(), 77);
    return result;
  }

  static MutableBytes esp_of(Packet const& packet) {
    return SaTag(packet.tag).esp(MutableBytes{packet.data, packet.length});
  }

  /// That the team leaves all bytes, those between packets too, as `body` does.
  template <class Writes, class Team, class Body>
  void compare(Traffic by_team, Team const& team, Body const& body) {
    Traffic by_body{by_team.bytes, by_team.packets, by_team.results};
    for (std::size_t i = 0; i < by_body.packets.size(); ++i) {
      auto& packet = by_body.packets[i];
      packet.data = by_body.bytes.data() + (packet.data - by_team.bytes.data());
      body(SaTag(packet.tag).index(), esp_of(packet), by_body.results[i]);
    }
    emulate_team<EspRegions, Writes>(
        team,
        WorkItem::of(by_team.packets.data(), static_cast<std::uint32_t>(by_team.packets.size()),
                     reinterpret_cast<std::byte*>(by_team.results.data())),
        96 * 1024);
    for (std::size_t i = 0; i < by_team.packets.size(); ++i)
      ASSERT_EQ(to_hex(Octets(by_team.packets[i].data, by_team.packets[i].data + i)),
                to_hex(Octets(by_body.packets[i].data, by_body.packets[i].data + i)))
          << "size " << i;
    EXPECT_EQ(by_team.bytes, by_body.bytes);
    EXPECT_EQ(by_team.results, by_body.results);
  }

  std::mt19937 random_{4303};
  std::vector<RawSa> sas_;
  std::vector<SaKeys> outbound_, inbound_;
  SaKeys const* outbound_chunk_ = nullptr;
  SaKeys const* inbound_chunk_ = nullptr;
  SaKeyTable outbound_table_{&outbound_chunk_}, inbound_table_{&inbound_chunk_};
};
INSTANTIATE_TEST_SUITE_P(Suites, EspTeams, ::testing::Range(-1, static_cast<int>(kSuiteCount)),
                         [](auto const& test_case) {
                           return test_case.param < 0
                                      ? std::string("mixed")
                                      : testing::name_of_suite(static_cast<Suite>(test_case.param));
                         });

TEST_P(EspTeams, ProtectAsTheBodyAtEveryLength) {
  compare<NoResult>(traffic(), EspTeam{{&aes_tables(), outbound_table_}},
                    [this](std::uint32_t sa, MutableBytes esp, std::uint32_t&) {
                      esp_protect(aes_tables(), outbound_[sa], esp.data, esp.size);
                    });
}

TEST_P(EspTeams, OpenAsTheBodyAtEveryLength) {
  auto sealed = traffic();
  std::set<std::uint32_t> seen;
  for (auto const& packet : sealed.packets) {
    auto const& sa = sas_[SaTag(packet.tag).index()];
    auto const esp = esp_of(packet);
    std::size_t const size = esp.size - std::min<std::size_t>(esp.size, sa.esn ? 4 : 0);
    if (!sa.holds(size) || random_() % 8 == 0) continue;  // the others are forged
    Octets const clear(esp.data, esp.data + size);
    auto wire = sa.seal(clear);
    if (sa.esn) testing::append_high(wire, clear, sa);
    std::copy(wire.begin(), wire.end(), esp.data);
  }
  compare<Result<std::uint32_t>>(
      std::move(sealed), EspOpenTeam{&aes_tables(), &aes_inverse_tables(), inbound_table_},
      [&, this](std::uint32_t sa, MutableBytes esp, std::uint32_t& result) {
        result = esp_decrypt(aes_tables(), aes_inverse_tables(), inbound_[sa], esp.data, esp.size);
        seen.insert(result);
      });
  EXPECT_EQ(seen,
            (std::set<std::uint32_t>{EspResult::kGood, EspResult::kIntegrity, EspResult::kSize}));
}

TEST(EspCtrTeams, EncryptAsTheBodyAtEveryLength) {
  std::mt19937 random(3686);
  auto const keys =
      RawSa::random(Suite::kAes256CtrHmacSha1, false, random).keys(Direction::kOutbound);
  SaKeys const* const table = &keys;
  for (std::size_t size = 0; size <= 2048; ++size) {
    auto by_team = testing::random_octets(random, size), by_body = by_team;
    Packet packet{};
    packet.data = by_team.data();
    packet.length = static_cast<std::uint16_t>(size);
    emulate_team<EspRegions, NoResult>(EspCtrTeam{{&aes_tables(), SaKeyTable{&table}}},
                                       WorkItem::of(&packet, 1, nullptr), 48 * 1024);
    esp_encrypt_ctr_share(aes_tables(), keys, by_body.data(), packet.length, 0, 1);
    ASSERT_EQ(to_hex(by_team), to_hex(by_body)) << "size " << size;
  }
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

TEST(AesColumns, HoldTheInverseTableAndItsBox) {
  std::vector<std::uint32_t> memory(AesColumns::kBytes / 4);
  auto const columns =
      AesColumns::fill(aes_inverse_tables(), reinterpret_cast<std::byte*>(memory.data()), 0, 1);
  for (std::uint32_t x = 0; x < 256; ++x) {
    ASSERT_EQ(columns[x], aes_inverse_tables()[x]);
    ASSERT_EQ(columns.inverse_box(x), aes_inverse_tables().inverse_box(x));
  }
}

template <unsigned kUnit>
void expect_units() {
  alignas(16) std::uint8_t bytes[48], copy[48] = {};
  for (unsigned i = 0; i < 48; ++i) bytes[i] = static_cast<std::uint8_t>(7 * i + 1);
  for (unsigned offset = 0; offset + 16 <= 48; offset += kUnit) {
    auto const block = detail::load_units<kUnit>(bytes + offset);
    for (unsigned i = 0; i < 4; ++i)
      EXPECT_EQ(block.words[i], load_be32(bytes + offset + 4 * i)) << "unit " << kUnit;
    detail::store_units<kUnit>(copy + offset, block);
    EXPECT_EQ(to_hex(std::span(copy + offset, 16)), to_hex(std::span(bytes + offset, 16)));
    EXPECT_EQ(detail::unit_at(bytes + offset) % kUnit, 0u);
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
