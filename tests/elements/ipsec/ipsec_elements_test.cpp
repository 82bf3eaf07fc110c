// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "core/element/polled_element.hpp"
#include "tests/elements/ipsec/element_rig.hpp"
#include "tests/elements/ipsec/peer.hpp"

namespace warpline {
namespace {

using ipsec::Suite;
using ipsec::testing::Caught;

/// Stands where packets come from; the test pushes them into what follows.
class IpsecFeed final : public SourceElement {
 public:
  using Sets = Annotations<Annotation::kSa>;  // the test writes tags

  explicit IpsecFeed(Args&) {}
  unsigned poll(Outputs&) noexcept override { return 0; }
};
WARPLINE_ELEMENT(IpsecFeed);

/// Keeps a copy of every frame and counts it as transmitted.
class IpsecCatch final : public Element {
 public:
  explicit IpsecCatch(Args& args)
      : caught_(args.context().shared.get<Caught>("ipsec", [] { return nullptr; })) {}
  PortCounts ports() const override { return {1, 0}; }
  void process(BatchPtr batch, unsigned, Outputs& out) noexcept override {
    for (auto const& packet : batch->packets()) {
      caught_->frames.emplace_back(packet.data, packet.data + packet.length);
      caught_->packets.push_back(packet);
    }
    out.buffers().release(batch->packets());
    out.count_transmitted(batch->packets(), 0);
  }

 private:
  std::shared_ptr<Caught> caught_;
};
WARPLINE_ELEMENT(IpsecCatch);

}  // namespace

namespace ipsec {
namespace {

using testing::ElementRig;
using testing::ipv4_frame;
using testing::ipv6_frame;
using testing::Octets;
using testing::Peer;
using testing::random_octets;

std::string name_of(Suite suite) { return std::string(info(suite).name); }

/// An SA file of five peers, suites in turn, chosen by the inner destination's last octet but one.
class IpsecElements : public ::testing::Test {
 protected:
  IpsecElements() {
    std::mt19937 random(4301);
    auto const* const test = ::testing::UnitTest::GetInstance()->current_test_info();
    path_ =
        std::filesystem::temp_directory_path() / ("warpline-" + std::string(test->name()) + ".sa");
    std::ofstream file(path_);
    for (unsigned i = 0; i < 5; ++i)
      for (auto const& suite_info : suites()) {
        auto const suite = suite_info.suite;
        peers_[suite].push_back(
            Peer::random(suite, 0x1000 + 64 * i + static_cast<unsigned>(suite), random));
        file << peers_[suite].back().line("sel dst 192.168." + std::to_string(i) + ".0/24");
      }
  }
  ~IpsecElements() override { std::filesystem::remove(path_); }

  std::string fused(Suite suite) const {
    return "e :: IPsecEncrypt(" + name_of(suite) + ", " + path_.string() + ")";
  }
  std::string chain() const {
    auto const sa = "(" + path_.string() + ")";
    return "IPsecESPencap" + sa + " -> aes :: IPsecAES" + sa + " -> auth :: IPsecAuthHMACSHA1" + sa;
  }

  /// Frames of every kind: all lengths, both versions, several SAs, and a share of bad ones.
  static std::vector<Octets> mixed_frames(unsigned count, std::mt19937& random) {
    std::vector<Octets> frames;
    for (unsigned i = 0; i < count; ++i) {
      auto const payload = random_octets(random, random() % 2049);
      auto const subnet = std::to_string(random() % 5);
      auto frame = ipv4_frame(payload, {.destination = "192.168." + subnet + ".7",
                                        .tos = static_cast<std::uint8_t>(random())});
      switch (random() % 16) {
        case 0:
          frame = random_octets(random, random() % 200);
          break;
        case 1:
          frame.resize(random() % frame.size());
          break;
        case 2:
          frame = ipv4_frame(payload, {.destination = "10.1.1.1"});
          break;
        case 3:
          frame = ipv6_frame(payload);
          break;
        case 4:
          frame.resize(frame.size() + random() % 40);
          break;
        case 5:
          frame[14] ^= static_cast<std::uint8_t>(random());
          break;
        default:
          break;
      }
      frames.push_back(std::move(frame));
    }
    return frames;
  }

  std::filesystem::path path_;
  std::map<Suite, std::vector<Peer>> peers_;
};

TEST_F(IpsecElements, EveryPacketOpensAtItsPeerOrIsDroppedForAReason) {
  for (auto const& suite_info : suites()) {
    auto const suite = suite_info.suite;
    ElementRig rig(fused(suite));
    std::vector<Octets> sent;
    for (unsigned size = 0; size <= 2048; ++size) {
      auto const subnet = std::to_string(size % 5);
      sent.push_back(ipv4_frame(Octets(size, static_cast<std::uint8_t>(size)),
                                {.destination = "192.168." + subnet + ".7"}));
    }
    for (std::size_t from = 0, count = 1; from < sent.size();
         from += count, count = count % 256 + 1)
      rig.send({sent.begin() + static_cast<std::ptrdiff_t>(from),
                sent.begin() + static_cast<std::ptrdiff_t>(std::min(from + count, sent.size()))});
    ASSERT_EQ(rig.caught->frames.size(), sent.size());
    std::vector<std::uint32_t> last(5, 0);
    for (std::size_t i = 0; i < sent.size(); ++i) {
      auto const opened = peers_[suite][i % 5].open(rig.caught->frames[i]);
      ASSERT_EQ(opened.inner, Octets(sent[i].begin() + 14, sent[i].end()));
      ASSERT_EQ(opened.sequence, ++last[i % 5]);
    }
    EXPECT_TRUE(rig.drops().empty());
    EXPECT_TRUE(rig.conserved());
  }
}

TEST_F(IpsecElements, NbaChainSendsWhatTheFusedElementSends) {
  std::mt19937 random(3686);
  ElementRig one(fused(Suite::kAes128CtrHmacSha1)), three(chain());
  for (unsigned count = 1; count <= 256; count += 5) {
    auto const frames = mixed_frames(count, random);
    one.send(frames);
    three.send(frames);
  }
  EXPECT_GT(one.caught->frames.size(), 1000u);
  EXPECT_TRUE(one.caught->frames == three.caught->frames);
  EXPECT_EQ(one.drops(), three.drops());
  EXPECT_GE(one.drops().size(), 4u);
  EXPECT_TRUE(one.conserved());
  EXPECT_TRUE(three.conserved());
}

TEST_F(IpsecElements, BodyCpuFormAndHostDeviceGiveTheSameBytes) {
  for (auto const& suite_info : suites()) {
    auto const suite = suite_info.suite;
    std::mt19937 random(7);
    CpuDevice host;
    ElementRig cpu(fused(suite)), body(fused(suite)), device(fused(suite));
    for (unsigned round = 0; round < 40; ++round) {
      auto const frames = mixed_frames(1 + random() % 256, random);
      auto const expected = cpu.kernel_output(
          frames, [](OffloadBase& element, Batch& batch) { element.run_cpu(batch); });
      ASSERT_TRUE(expected ==
                  body.kernel_output(frames, [](OffloadBase& element,
                                                Batch& batch) { element.run_reference(batch); }))
          << name_of(suite) << " round " << round;
      ASSERT_TRUE(expected == device.kernel_output(
                                  frames,
                                  [&host](OffloadBase& element, Batch& batch) {
                                    auto const call = element.call(host);
                                    call.host(call.kernel, WorkItem::of(batch.slots(), batch.size(),
                                                                        batch.results()));
                                  }))
          << name_of(suite) << " round " << round;
    }
    EXPECT_TRUE(cpu.conserved());
  }
}

TEST_F(IpsecElements, ChainFormsOneSegment) {
  ElementRig rig(chain());
  ASSERT_EQ(rig.graph->segments().size(), 1u);
  EXPECT_EQ(rig.graph->segments()[0]->nodes.size(), 2u);
}

TEST_F(IpsecElements, LaterHalvesOfTheChainRefuseWhatTheFirstDidNotMake) {
  std::mt19937 random(8);
  auto const sa = "(" + path_.string() + ")";
  for (std::string const element : {"IPsecAES", "IPsecAuthHMACSHA1"}) {
    ElementRig rig(element + sa);
    rig.send({ipv4_frame(random_octets(random, 400)), ipv4_frame({}), random_octets(random, 30),
              random_octets(random, 9000)});
    EXPECT_TRUE(rig.caught->frames.empty());
    EXPECT_EQ(rig.drops()["not_esp"] + rig.drops()["truncated"], 4u);
    EXPECT_TRUE(rig.conserved());
  }
}

TEST_F(IpsecElements, DropsBadPacketsByReason) {
  ElementRig rig(fused(Suite::kAes128Gcm));
  auto short_total = ipv4_frame(Octets(100), {.destination = "192.168.1.1"});
  short_total[17] = 60;  // shorter than the frame: what follows is padding
  auto long_total = ipv4_frame(Octets(100), {.destination = "192.168.1.1"});
  long_total[16] = 1;
  auto arp = ipv4_frame(Octets(46));
  arp[13] = 0x06;
  rig.send({{},
            Octets(13),
            Octets(9000, 0xff),
            short_total,
            long_total,
            arp,
            ipv4_frame(Octets(8960), {.destination = "192.168.2.1"}),
            ipv4_frame(Octets(100), {.destination = "1.2.3.4"})});
  EXPECT_EQ(rig.drops(),
            (std::map<std::string, std::uint64_t>{{"truncated", 3}, {"not_ip", 2}, {"no_sa", 1}}));
  ASSERT_EQ(rig.caught->frames.size(), 2u);
  EXPECT_EQ(peers_[Suite::kAes128Gcm][1].open(rig.caught->frames[0]).inner.size(), 60u);
  EXPECT_EQ(peers_[Suite::kAes128Gcm][2].open(rig.caught->frames[1]).inner.size(), 8980u);
  EXPECT_TRUE(rig.conserved());
}

TEST_F(IpsecElements, OneFileIsOneTableForAllThatNameIt) {
  ElementRig rig(fused(Suite::kAes128Gcm) + " -> Discard; second :: IpsecFeed -> IPsecEncrypt(SA " +
                 path_.string() + ", SUITE AES128GCM16)");
  auto const frame = ipv4_frame(Octets(10), {.destination = "192.168.0.1"});
  rig.send({frame, frame});
  rig.graph->push(*rig.graph->find("second")->outputs[0].node, 0, rig.batch_of({frame}));
  ASSERT_EQ(rig.caught->frames.size(), 1u);
  EXPECT_EQ(peers_[Suite::kAes128Gcm][0].open(rig.caught->frames[0]).sequence, 3u);
}

TEST_F(IpsecElements, FindsTheFileBesideThePipeline) {
  ElementRig rig("IPsecEncrypt(aes128-gcm, " + path_.filename().string() + ")",
                 (path_.parent_path() / "gateway.click").string());
  EXPECT_TRUE(rig.notices.empty());
}

TEST_F(IpsecElements, WithoutAFileMakeUpAnSaAndSaySo) {
  ElementRig rig("IPsecESPencap() -> IPsecAES() -> IPsecAuthHMACSHA1()");
  rig.send({ipv4_frame(Octets(10)), ipv6_frame(Octets(10))});
  ASSERT_EQ(rig.caught->frames.size(), 2u);
  EXPECT_EQ(rig.caught->frames[0][30], 192) << "to 192.0.2.2";
  ASSERT_EQ(rig.notices.size(), 3u);
  EXPECT_EQ(rig.notices[0],
            "IPsecESPencap without an SA file: packets go to 192.0.2.2 under keys made up from the "
            "seed, which is good for measuring alone");
}

std::string error_of(std::string const& element) {
  try {
    ElementRig rig(element);
  } catch (ConfigError const& error) {
    return error.what();
  }
  return "no error";
}

TEST(IpsecConfiguration, NamesTheKnownSuites) {
  EXPECT_EQ(
      error_of("IPsecEncrypt(aes128-gmc)"),
      "test.click:1:35: error: IPsecEncrypt: unknown suite 'aes128-gmc'; expected "
      "aes128-gcm, aes128-gcm12, aes128-gcm8, aes192-gcm, aes192-gcm12, aes192-gcm8, aes256-gcm, "
      "aes256-gcm12, aes256-gcm8, chacha20-poly1305, or one of aes128-ctr, aes192-ctr, aes256-ctr, "
      "aes128-cbc, aes192-cbc, aes256-cbc or null followed by -hmac-sha1-96, -hmac-sha256-128, "
      "-hmac-sha256-96, -hmac-sha384-192 or -hmac-sha512-256; did you mean 'aes128-gcm' or "
      "'aes128-gcm8' or 'aes128gcm'?\n"
      "  feed :: IpsecFeed -> IPsecEncrypt(aes128-gmc) -> IpsecCatch;\n"
      "                                    ^");
  EXPECT_EQ(error_of("IPsecEncrypt()"),
            "test.click:1:22: error: IPsecEncrypt: expected a file of SAs as argument SA, or a "
            "suite as argument SUITE\n"
            "  feed :: IpsecFeed -> IPsecEncrypt() -> IpsecCatch;\n"
            "                       ^");
}

TEST(IpsecConfiguration, ReportsAMissingFileAndAForeignSuite) {
  EXPECT_EQ(error_of("IPsecESPencap(/nonexistent/x.sa)").substr(0, 69),
            "test.click:1:22: error: /nonexistent/x.sa: cannot be read: No such fi");
  std::mt19937 random(1);
  auto const path = std::filesystem::temp_directory_path() / "warpline-foreign-suite.sa";
  std::ofstream(path) << Peer::random(Suite::kAes128Gcm, 0x1000, random).line();
  auto const text = error_of("IPsecESPencap(" + path.string() + ")");
  EXPECT_NE(text.find(path.string() + " holds no SA of suite aes128-ctr-hmac-sha1-96\n"),
            std::string::npos)
      << text;
  std::ofstream(path) << "src 10.0.0.1\n";
  EXPECT_NE(error_of("IPsecESPencap(" + path.string() + ")").find("this SA has no 'dst'"),
            std::string::npos);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace ipsec
}  // namespace warpline
