// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <string_view>

#include "core/packet/annotations.hpp"
#include "tests/elements/ipsec/element_rig.hpp"
#include "tests/support/frame.hpp"

/// Elements work on tagged frames as on others: for frames without a tag and the same frames with one or
/// two, what comes out differs by the tags alone.
namespace warpline::ipsec::testing {
namespace {

using test::FrameBuilder;

Octets tagged(Octets frame, unsigned tags) {
  constexpr std::uint8_t kTags[][4] = {{0x88, 0xa8, 0x20, 0x05}, {0x81, 0x00, 0x40, 0x06}};
  for (unsigned i = tags; i-- > 0;)
    frame.insert(frame.begin() + 12, kTags[2 - tags + i], kTags[2 - tags + i] + 4);
  return frame;
}

std::vector<Octets> all_tagged(std::vector<Octets> frames, unsigned tags) {
  for (auto& frame : frames) frame = tagged(std::move(frame), tags);
  return frames;
}

std::vector<Octets> mixed_frames(std::mt19937& random, unsigned count) {
  std::vector<Octets> frames;
  for (unsigned i = 0; i < count; ++i) {
    Octets payload(random() % 1400);
    for (auto& byte : payload) byte = static_cast<std::uint8_t>(random());
    FrameBuilder builder;
    switch (random() % 6) {
      case 0:
        builder.ipv6({.next_header = 60}).payload(Octets{17, 0, 1, 4, 0, 0, 0, 0});
        break;
      case 1:
        builder.ipv6().udp(53, 53).payload(payload);
        break;
      case 2:
        builder
            .ipv4({.source = 0x0a010001,
                   .destination = 0x0a020002,
                   .fragment = static_cast<std::uint16_t>(random() % 2 * 0x4000),
                   .options = {0x94, 4, 0, 0}})
            .tcp(80, 81)
            .payload(payload);
        break;
      default:
        builder
            .ipv4({.source = 0x0a010001,
                   .destination = 0x0a020002,
                   .ttl = static_cast<std::uint8_t>(random() % 4),
                   .tos = static_cast<std::uint8_t>(random())})
            .udp(7, 7)
            .payload(payload);
    }
    frames.push_back(builder.build());
    if (random() % 8 == 0) frames.back().resize(14 + random() % (frames.back().size() - 13));
    if (random() % 8 == 0)
      frames.back()[14 + random() % 8] ^= static_cast<std::uint8_t>(1 + random() % 255);
  }
  return frames;
}

/// `chain` gives elements with outputs beyond the first connected to nothing but counted drops.
void expect_same_but_for_tags(std::string const& chain,
                              std::vector<std::vector<Octets>> const& batches) {
  ElementRig plain(chain);
  for (auto const& batch : batches) plain.send(batch);
  EXPECT_FALSE(plain.caught->frames.empty()) << chain;
  for (unsigned tags = 1; tags <= 2; ++tags) {
    ElementRig rig(chain);
    for (auto const& batch : batches) rig.send(all_tagged(batch, tags));
    ASSERT_EQ(rig.caught->frames.size(), plain.caught->frames.size()) << chain;
    for (std::size_t i = 0; i < rig.caught->frames.size(); ++i)
      ASSERT_EQ(rig.caught->frames[i], tagged(plain.caught->frames[i], tags))
          << chain << ", frame " << i << ", " << tags << " tags";
    EXPECT_EQ(rig.drops(), plain.drops()) << chain;
    EXPECT_TRUE(rig.conserved()) << chain;
  }
}

std::vector<std::vector<Octets>> batches(unsigned seed) {
  std::mt19937 random(seed);
  std::vector<std::vector<Octets>> all;
  for (unsigned i = 0; i < 40; ++i) all.push_back(mixed_frames(random, 1 + random() % 64));
  return all;
}

TEST(TaggedFrames, PassElementsOfIp) {
  expect_same_but_for_tags("CheckIPHeader -> DecIPTTL", batches(1));
  expect_same_but_for_tags("CheckIP6Header -> DecIP6HLIM", batches(2));
  expect_same_but_for_tags("DecIPTTL", batches(3));
}

/// SAs in the words of `ip xfrm state`, in a file as long as the test runs.
class TaggedEsp : public ::testing::TestWithParam<char const*> {
 protected:
  TaggedEsp() {
    path_ = std::filesystem::temp_directory_path() /
            ("warpline-tagged-" + std::to_string(getpid()) + ".sa");
    std::string const sa = GetParam();
    std::ofstream(path_) << sa << (sa.find(" aead ") == std::string::npos ? kSuite : "") << '\n';
  }
  ~TaggedEsp() override { std::filesystem::remove(path_); }
  std::string file() const { return '"' + path_.string() + '"'; }

 private:
  static constexpr std::string_view kSuite =
      " enc 'cbc(aes)' 0x000102030405060708090a0b0c0d0e0f auth-trunc 'hmac(sha256)'"
      " 0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f 128";
  std::filesystem::path path_;
};

TEST_P(TaggedEsp, IsEncrypted) {
  expect_same_but_for_tags("IPsecEncrypt(SA " + file() + ")", batches(4));
}

TEST_P(TaggedEsp, IsDecrypted) {
  expect_same_but_for_tags("IPsecEncrypt(SA " + file() + ") -> IPsecDecrypt(SA " + file() + ")",
                           batches(5));
}

TEST_P(TaggedEsp, IsFragmentedOrReported) {
  expect_same_but_for_tags(
      "spd :: IPsecPolicy(" + file() + ") -> mtu :: IPsecFragmenter(" + file() +
          ", MTU 800, SOURCE 10.1.0.1, SOURCE6 2001:db8::ff, ICMP_RATE 0)"
          " -> IPsecEncrypt(SA " +
          file() + ", TAGGED true) -> all :: Null; spd[1] -> all; mtu[1] -> all; all",
      batches(6));
}

/// The annotations that an element sets are those of a fresh parse of what it sends.
TEST_P(TaggedEsp, IsAnnotated) {
  auto const encrypt = "IPsecEncrypt(SA " + file() + ")";
  for (auto const& chain : {encrypt, encrypt + " -> IPsecDecrypt(SA " + file() + ")"})
    for (unsigned tags = 0; tags <= 2; ++tags) {
      ElementRig rig(chain);
      for (auto const& batch : batches(7 + tags)) rig.send(all_tagged(batch, tags));
      ASSERT_GT(rig.caught->packets.size(), 100u) << chain;
      for (std::size_t i = 0; i < rig.caught->packets.size(); ++i) {
        auto const& packet = rig.caught->packets[i];
        auto fresh = packet;
        fresh.data = rig.caught->frames[i].data();
        parse<Annotation::kNetwork>(fresh);
        ASSERT_EQ(packet.l2_length, fresh.l2_length) << chain << ", frame " << i;
        ASSERT_EQ(packet.ip_length, fresh.ip_length) << chain << ", frame " << i;
        ASSERT_EQ(packet.tos, fresh.tos) << chain << ", frame " << i;
        ASSERT_EQ(packet.flags, fresh.flags) << chain << ", frame " << i;
        ASSERT_TRUE(tags == 0 || packet.vlan == fresh.vlan) << chain << ", frame " << i;
      }
    }
}

INSTANTIATE_TEST_SUITE_P(
    Modes, TaggedEsp,
    ::testing::Values(
        "src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1001 mode tunnel",
        "src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1001 mode tunnel"
        " aead 'rfc4106(gcm(aes))' 0x000102030405060708090a0b0c0d0e0f10111213 128",
        "src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1001 mode tunnel flag esn replay-window 64",
        "src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1001 mode tunnel"
        " encap espinudp 4500 4500",
        "src 2001:db8::1 dst 2001:db8::2 proto esp spi 0x1001 mode tunnel",
        "src 2001:db8::1 dst 2001:db8::2 proto esp spi 0x1001 mode transport",
        "src 10.1.0.1 dst 10.2.0.2 proto esp spi 0x1001 mode transport"));

}  // namespace
}  // namespace warpline::ipsec::testing
