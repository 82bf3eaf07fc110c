// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/database/sa_database.hpp"

#include <gmock/gmock.h>

#include <thread>

#include "elements/ipsec/config/policy_file.hpp"
#include "elements/ipsec/config/sa_file.hpp"
#include "elements/ipsec/esp_sender.hpp"

namespace warpline::ipsec {
namespace {

using ::testing::HasSubstr;

/// An SA between these ends; `more` in the words of `ip xfrm state`.
SaConfig sa(std::uint32_t spi, std::string const& more = "", std::string const& from = "10.0.0.1",
            std::string const& to = "10.0.0.2") {
  return parse_sa_file(Source{"sa", "src " + from + " dst " + to + " proto esp mode tunnel spi " +
                                        std::to_string(spi) + " aead rfc4106(gcm(aes)) 0x" +
                                        std::string(40, '7') + " 128 " + more})
      .front();
}

std::vector<Policy> policies(std::string const& text) {
  return parse_policy_file(std::make_shared<Source>(Source{"spd", text})).policies;
}

SaName name(Direction direction, std::uint32_t spi, std::string const& to = "10.0.0.2") {
  return {direction, spi, *parse_ip_address(to)};
}

/// SPI of the SA that policy `policy` uses, 0 for none.
std::uint32_t used(SaDatabase& database, std::uint32_t policy) {
  auto const index = database.outbound().sa(policy);
  for (auto const& sa : database.list())
    if (sa.name.direction == Direction::kOutbound && sa.in_use &&
        index != OutboundPolicies::kNoSa &&
        database.slots().outbound(index).esp.spi() == sa.name.spi)
      return sa.name.spi;
  return 0;
}

TEST(SaDatabase, AnSaWithoutDirectionServesBoth) {
  std::vector const sas{sa(0x101)};
  SaDatabase database(sas, {});
  EXPECT_TRUE(database.find(name(Direction::kOutbound, 0x101)));
  EXPECT_TRUE(database.find(name(Direction::kInbound, 0x101)));
  EXPECT_EQ(used(database, 0), 0x101u);
  EXPECT_NE(database.spis().find(SpiKey::of(0x101, *parse_ip_address("10.0.0.2"))),
            SpiTable::kNone);
}

TEST(SaDatabase, PoliciesSayWhichWayAnSaGoes) {
  std::vector const sas{sa(0x101), sa(0x102, "", "10.0.0.2", "10.0.0.1"), sa(0x103, "dir in")};
  SaDatabase database(sas, policies("src 10.1.0.0/16 dst 10.2.0.0/16 dir out\n"
                                    "  tmpl src 10.0.0.1 dst 10.0.0.2 proto esp mode tunnel\n"
                                    "src 10.2.0.0/16 dst 10.1.0.0/16 dir fwd\n"
                                    "  tmpl src 10.0.0.2 dst 10.0.0.1 proto esp mode tunnel\n"));
  EXPECT_TRUE(database.find(name(Direction::kOutbound, 0x101)));
  EXPECT_FALSE(database.find(name(Direction::kInbound, 0x101)));
  EXPECT_TRUE(database.find(name(Direction::kInbound, 0x102, "10.0.0.1")));
  EXPECT_FALSE(database.find(name(Direction::kOutbound, 0x102, "10.0.0.1")));
  EXPECT_TRUE(database.find(name(Direction::kInbound, 0x103)));
  EXPECT_FALSE(database.find(name(Direction::kOutbound, 0x103)));
  ASSERT_NE(database.inbound(), nullptr);
}

TEST(SaDatabase, ANewSaTakesOverAndTheOldOneGoesOnReceiving) {
  std::vector const sas{sa(0x101, "reqid 7 sel src 0.0.0.0/0 dst 10.2.0.0/16")};
  SaDatabase database(sas, {});
  EXPECT_EQ(used(database, 0), 0x101u);
  database.add(sa(0x102, "reqid 7 sel src 0.0.0.0/0 dst 10.2.0.0/16"));
  EXPECT_EQ(used(database, 0), 0x102u);
  EXPECT_TRUE(database.find(name(Direction::kInbound, 0x101)));
  EXPECT_EQ(database.outbound().size(), 1u);
  EXPECT_TRUE(database.remove(name(Direction::kOutbound, 0x102)));
  EXPECT_EQ(used(database, 0), 0x101u) << "back to the older one";
  EXPECT_FALSE(database.remove(name(Direction::kOutbound, 0x102)));
}

TEST(SaDatabase, AnotherSelectorIsAnotherPolicy) {
  std::vector const sas{sa(0x101, "sel src 0.0.0.0/0 dst 10.2.0.0/16")};
  SaDatabase database(sas, {});
  database.add(sa(0x102, "sel src 0.0.0.0/0 dst 10.3.0.0/16"));
  ASSERT_EQ(database.outbound().size(), 2u);
  EXPECT_EQ(used(database, 0), 0x101u);
  EXPECT_EQ(used(database, 1), 0x102u);
  database.remove(name(Direction::kOutbound, 0x101));
  database.tick();
  ASSERT_EQ(database.outbound().size(), 1u);
  EXPECT_EQ(used(database, 0), 0x102u);
}

TEST(SaDatabase, ReqidsTellSasOfOneTunnelApart) {
  std::vector const sas{sa(0x101, "reqid 1"), sa(0x102, "reqid 2")};
  SaDatabase database(sas,
                      policies("src 10.1.0.0/16 dst 10.2.0.0/16 dir out\n"
                               "  tmpl src 10.0.0.1 dst 10.0.0.2 proto esp reqid 2 mode tunnel\n"
                               "src 10.1.0.0/16 dst 10.3.0.0/16 dir out\n"
                               "  tmpl src 10.0.0.1 dst 10.0.0.2 proto esp reqid 1 mode tunnel\n"
                               "src 10.1.0.0/16 dst 10.4.0.0/16 dir out\n"
                               "  tmpl src 10.0.0.1 dst 10.0.0.2 proto esp reqid 3 mode tunnel\n"));
  EXPECT_EQ(used(database, 0), 0x102u);
  EXPECT_EQ(used(database, 1), 0x101u);
  EXPECT_EQ(used(database, 2), 0u);
  database.add(sa(0x103, "reqid 3"));
  EXPECT_EQ(used(database, 2), 0x103u);
}

TEST(SaDatabase, RefusesAnotherSaOfTheSameName) {
  std::vector const sas{sa(0x101)};
  SaDatabase database(sas, {});
  try {
    database.add(sa(0x101));
    FAIL() << "it was added";
  } catch (ConfigError const& error) {
    EXPECT_THAT(error.what(), HasSubstr("there is an outbound SA with SPI 0x101 to 10.0.0.2"));
  }
}

TEST(SaDatabase, SaysThatItIsFull) {
  std::vector<SaConfig> sas{sa(0x101, "dir out"), sa(0x102, "dir out")};
  SaDatabase::Options options;
  options.max_sas = 2;
  SaDatabase database(sas, {}, options);
  try {
    database.add(sa(0x103, "dir out"));
    FAIL() << "was added";
  } catch (ConfigError const& error) {
    EXPECT_STREQ(error.what(), "no room for another SA: there are 2, and --max-sas allows no more");
  }
  database.remove(name(Direction::kOutbound, 0x101));
  database.add(sa(0x103, "dir out"));
  EXPECT_THROW(database.add(sa(0x104, "dir out")), ConfigError);
  options.max_sas = 1;
  EXPECT_THROW(SaDatabase(sas, {}, options), ConfigError);
}

// What is on hold for a minute has its place, and takes none away.
TEST(SaDatabase, SasOnHoldDoNotCount) {
  SaDatabase::Options options;
  options.max_sas = 2;
  SaDatabase database(std::vector<SaConfig>{sa(0x101, "dir out"), sa(0x102, "dir out")}, {},
                      options);
  for (std::uint32_t spi = 0x101; spi < 0x101 + 5000; ++spi) {
    ASSERT_TRUE(database.remove(name(Direction::kOutbound, spi)));
    database.add(sa(spi + 2, "dir out"));
    if (spi % 100 == 0) database.tick();
  }
  EXPECT_EQ(database.list().size(), 2u);
  EXPECT_EQ(used(database, 0), 0x101u + 5001);
}

TEST(SaDatabase, BeginsEmptyAndGrows) {
  SaDatabase database({}, {});
  EXPECT_EQ(database.outbound().size(), 0u);
  EXPECT_TRUE(database.tick().empty());
  for (std::uint32_t i = 0; i < 3000; ++i)
    database.add(sa(0x1000 + i, i % 2 == 0 ? "dir out" : "dir in"));
  EXPECT_EQ(database.list().size(), 3000u);
  EXPECT_EQ(used(database, 0), 0x1000u + 2998);
  auto const entry = database.spis().find(SpiKey::of(0x1000 + 2999, *parse_ip_address("10.0.0.2")));
  EXPECT_TRUE(database.slots().holds(entry, Direction::kInbound));
}

TEST(SaDatabase, IndicesComeBackAfterTheirTime) {
  std::vector<SaConfig> sas{sa(0x101, "dir out")};
  SaDatabase::Options options;
  options.hold = std::chrono::milliseconds(1);
  SaDatabase database(sas, {}, options);
  for (std::uint32_t spi = 0x101; spi < 0x120; ++spi) {
    ASSERT_TRUE(database.remove(name(Direction::kOutbound, spi)));
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    database.tick();
    EXPECT_EQ(database.slots().keys(0).iv_size, 0) << "wiped";
    database.add(sa(spi + 1, "dir out"));
    EXPECT_EQ(used(database, 0), spi + 1);
  }
}

TEST(SaDatabase, TellsOfLifetimesOnceAndRemovesWhatHasEnded) {
  std::vector const sas{sa(0x101, "dir out limit packet-soft 2 limit packet-hard 4")};
  SaDatabase database(sas, {});
  EXPECT_TRUE(database.tick().empty());
  auto& last = database.slots().outbound(database.outbound().sa(0)).last;
  last.store(2);
  auto events = database.tick();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_FALSE(events[0].hard);
  EXPECT_TRUE(database.tick().empty());
  last.store(4);
  events = database.tick();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_TRUE(events[0].hard);
  EXPECT_TRUE(database.list().empty());
  EXPECT_EQ(database.outbound().size(), 0u);
}

TEST(SaDatabase, ManySasAreLoadedInATimeThatGrowsWithTheirNumber) {
  std::vector<SaConfig> sas;
  for (std::uint32_t i = 0; i < 20'000; ++i)
    sas.push_back(sa(0x1000 + i, "dir out sel src 0.0.0.0/0 dst 10." + std::to_string(i / 256) +
                                     '.' + std::to_string(i % 256) + ".0/24"));
  SaDatabase database(sas, {});
  ASSERT_EQ(database.outbound().size(), 20'000u);
  database.add(sa(0x9000, "dir out sel src 0.0.0.0/0 dst 10.3.232.0/24"));  // of number 1000
  EXPECT_EQ(database.slots().outbound(database.outbound().sa(1000)).esp.spi(), 0x9000u);
}

}  // namespace
}  // namespace warpline::ipsec
