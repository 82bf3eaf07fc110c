// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/sa_table.hpp"

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "tests/elements/ipsec/peer.hpp"

namespace warpline::ipsec {
namespace {

using testing::Frame;
using testing::InnerOptions;
using testing::ipv4_frame;
using testing::ipv6_frame;
using testing::Octets;
using testing::parse_sas;
using testing::Peer;

struct Batch {
  std::vector<Frame> frames;
  std::vector<Packet> packets;
  std::vector<Verdict> verdicts;

  void add(Octets const& bytes, unsigned headroom = 64, unsigned tailroom = 64) {
    frames.emplace_back(bytes, headroom, tailroom);
    packets.push_back(frames.back().packet);
  }
  void encapsulate(SaTable& table) {
    verdicts.assign(packets.size(), Verdict{});
    table.encapsulate(packets, verdicts.data());
  }
  std::string reason(std::size_t i) const {
    return verdicts[i].is_drop() ? std::string(verdicts[i].reason().name()) : "none";
  }
  std::uint32_t sequence(std::size_t i) const {
    return load_be32(packets[i].data + kEspOffset + 4);
  }
};

InnerOptions to(std::string const& destination) { return {.destination = destination}; }

SaTable make_table(std::string const& lines) { return SaTable(parse_sas(lines)); }

TEST(SaTable, DropsEachBadPacketForItsOwnReasonAndNumbersTheRest) {
  std::mt19937 random(1);
  auto table =
      make_table(Peer::random(Suite::kAes128Gcm, 0x1001, random).line("sel dst 192.168.2.0/24"));
  Batch batch;
  batch.add(ipv4_frame(Octets(50)));
  batch.add({});
  batch.add(Octets(13));
  batch.add(Octets(9000, 0xa5));
  batch.add(ipv4_frame(Octets(50), to("192.168.3.1")));
  batch.add(ipv4_frame(Octets(50)), 35);
  batch.add(ipv4_frame(Octets(50)), 36, 17);
  batch.add(ipv6_frame(Octets(50)));
  batch.add(ipv4_frame(Octets(65500)));
  batch.add(ipv4_frame(Octets(50)));
  batch.encapsulate(table);
  std::vector<std::string> reasons;
  for (std::size_t i = 0; i < batch.packets.size(); ++i) reasons.push_back(batch.reason(i));
  EXPECT_EQ(reasons,
            (std::vector<std::string>{"none", "truncated", "truncated", "not_ip", "no_sa",
                                      "no_headroom", "no_tailroom", "no_sa", "too_big", "none"}));
  EXPECT_EQ(batch.sequence(0), 1u);
  EXPECT_EQ(batch.sequence(9), 2u) << "a dropped packet takes no number";
}

TEST(SaTable, NumbersEachSaByItself) {
  std::mt19937 random(2);
  auto table =
      make_table(Peer::random(Suite::kAes128Gcm, 0x1001, random).line("sel dst 192.168.1.0/24") +
                 Peer::random(Suite::kAes128Gcm, 0x1002, random)
                     .line("sel dst 192.168.2.0/24 replay-oseq 70"));
  Batch batch;
  for (unsigned i = 0; i < 100; ++i)
    batch.add(ipv4_frame(Octets(i), to(i % 3 == 0 ? "192.168.1.9" : "192.168.2.9")));
  batch.encapsulate(table);
  std::uint32_t last[2] = {0, 70};
  for (unsigned i = 0; i < 100; ++i) {
    unsigned const sa = i % 3 == 0 ? 0 : 1;
    ASSERT_EQ(batch.packets[i].tag, sa);
    ASSERT_EQ(batch.sequence(i), ++last[sa]) << "packet " << i;
  }
}

TEST(SaTable, NumbersAlikeForOneThreadAndForSeveral) {
  std::mt19937 random(6);
  auto const lines =
      Peer::random(Suite::kAes128Gcm, 0x1001, random).line("sel dst 192.168.1.0/24") +
      Peer::random(Suite::kAes128Gcm, 0x1002, random)
          .line("sel dst 192.168.2.0/24 replay-oseq 0xffffffc0");
  auto one = make_table(lines), several = make_table(lines);
  one.serve_one_thread(true);
  Batch a, b;
  for (unsigned i = 0; i < 200; ++i) {
    auto const frame =
        random() % 8 == 0 ? Octets(random() % 40)
                          : ipv4_frame(Octets(i), to(random() % 2 ? "192.168.1.9" : "192.168.2.9"));
    a.add(frame);
    b.add(frame);
  }
  a.encapsulate(one);
  b.encapsulate(several);
  unsigned exhausted = 0;
  for (unsigned i = 0; i < 200; ++i) {
    ASSERT_EQ(a.reason(i), b.reason(i)) << "packet " << i;
    if (a.reason(i) == "none") {
      ASSERT_EQ(a.sequence(i), b.sequence(i)) << "packet " << i;
    }
    exhausted += a.reason(i) == "sequence_exhausted";
  }
  EXPECT_GT(exhausted, 0u);
}

class SaTableEnd : public ::testing::TestWithParam<bool> {};

TEST_P(SaTableEnd, RefusesToWrapTheSequence) {
  std::mt19937 random(3);
  auto table =
      make_table(Peer::random(Suite::kAes128Gcm, 0x1001, random).line("replay-oseq 0xfffffffd"));
  table.serve_one_thread(GetParam());
  Batch batch;
  for (unsigned i = 0; i < 5; ++i) batch.add(ipv4_frame(Octets(50)));
  batch.encapsulate(table);
  EXPECT_EQ(batch.sequence(0), 0xfffffffeu);
  EXPECT_EQ(batch.sequence(1), 0xffffffffu);
  for (unsigned i = 2; i < 5; ++i) EXPECT_EQ(batch.reason(i), "sequence_exhausted");
  Batch later;
  later.add(ipv4_frame(Octets(50)));
  later.encapsulate(table);
  EXPECT_EQ(later.reason(0), "sequence_exhausted");
}
INSTANTIATE_TEST_SUITE_P(ForOneThreadOrSeveral, SaTableEnd, ::testing::Bool());

TEST(SaTable, NeverGivesANumberTwiceAmongThreads) {
  std::mt19937 random(4);
  auto table = make_table(Peer::random(Suite::kAes128Gcm, 0x1001, random).line());
  constexpr unsigned kThreads = 4, kRounds = 40, kPackets = 50;
  std::vector<std::vector<std::uint32_t>> numbers(kThreads);
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < kThreads; ++t)
    threads.emplace_back([&table, &numbers, t] {
      for (unsigned round = 0; round < kRounds; ++round) {
        Batch batch;
        for (unsigned i = 0; i < kPackets; ++i) batch.add(ipv4_frame(Octets(10)));
        batch.encapsulate(table);
        for (unsigned i = 0; i < kPackets; ++i) numbers[t].push_back(batch.sequence(i));
      }
    });
  for (auto& thread : threads) thread.join();
  std::set<std::uint32_t> all;
  for (auto const& own : numbers) {
    EXPECT_TRUE(std::is_sorted(own.begin(), own.end()));
    all.insert(own.begin(), own.end());
  }
  EXPECT_EQ(all.size(), kThreads * kRounds * kPackets);
  EXPECT_EQ(*all.rbegin(), kThreads * kRounds * kPackets);
}

TEST(SaTable, KnowsTheEspPacketsItMade) {
  std::mt19937 random(5);
  auto table = make_table(Peer::random(Suite::kAes128Gcm, 0x1001, random).line());
  Batch batch;
  batch.add(ipv4_frame(Octets(50)));
  batch.add(ipv4_frame(Octets(50)));
  EXPECT_FALSE(table.made(batch.packets[0]));
  batch.encapsulate(table);
  EXPECT_TRUE(table.made(batch.packets[0]));
  batch.packets[0].tag = 1;
  EXPECT_FALSE(table.made(batch.packets[0]));
  batch.packets[1].trim_back(1);
  EXPECT_FALSE(table.made(batch.packets[1]));
}

}  // namespace
}  // namespace warpline::ipsec
