// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/esp/udp_checksum.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "elements/ipsec/esp/sa_tag.hpp"
#include "tests/elements/ipsec/element_rig.hpp"
#include "tests/elements/ipsec/esp_forms.hpp"
#include "tests/elements/ipsec/every_suite.hpp"

namespace warpline::ipsec {
namespace {

using testing::ElementRig;
using testing::extension;
using testing::ipv4_frame;
using testing::ipv6_frame;
using testing::kHop;
using testing::kRouting;
using testing::Octets;
using testing::random_octets;
using testing::with_extensions;

constexpr char kTunnel[] = "src 2001:db8::1 dst 2001:db8:1::ff02 mode tunnel";
constexpr char kTransport[] = "src 2000::1 dst 2000::2 mode transport";

/// The checksum by RFC 8200 section 8.1 over a frame of UDP after IPv6 headers of `headers` bytes.
std::uint16_t expected_checksum(Octets const& frame, std::size_t headers = 40,
                                Octets destination = {}) {
  if (destination.empty()) destination.assign(frame.begin() + 38, frame.begin() + 54);
  Octets covered(frame.begin() + 22, frame.begin() + 38);
  covered.insert(covered.end(), destination.begin(), destination.end());
  auto const size = frame.size() - 14 - headers;
  covered.insert(covered.end(), {0, 0, static_cast<std::uint8_t>(size >> 8),
                                 static_cast<std::uint8_t>(size), 0, 0, 0, 17});
  covered.insert(covered.end(), frame.begin() + 14 + static_cast<std::ptrdiff_t>(headers),
                 frame.end());
  covered[40 + 6] = covered[40 + 7] = 0;
  if (covered.size() % 2 != 0) covered.push_back(0);
  auto const sum = static_cast<std::uint16_t>(~testing::internet_sum(covered));
  return sum == 0 ? 0xffff : sum;
}

std::uint16_t checksum_in(Octets const& frame, std::size_t headers = 40) {
  return static_cast<std::uint16_t>(testing::be16_at(frame, 14 + headers + 6));
}

/// An SA of each suite, and packets of all sizes through it.
class UdpChecksum : public testing::EverySuite {
 protected:
  ~UdpChecksum() override { std::filesystem::remove(path_); }

  std::string encrypt(std::string const& ends, std::string const& more = "") {
    auto const* const test = ::testing::UnitTest::GetInstance()->current_test_info();
    std::string name(test->name());
    std::replace(name.begin(), name.end(), '/', '-');
    path_ = std::filesystem::temp_directory_path() / ("warpline-udp-" + name + ".sa");
    std::mt19937 random(1);
    std::ofstream(path_) << ends << " proto esp spi 0x1001 encap espinudp 4500 4501 :: "
                         << testing::RawSa::random(suite(), esn(), random).words()
                         << (esn() ? " flag esn" : "") << ' ' << more << '\n';
    return "e :: IPsecEncrypt(SA " + path_.string() + ")";
  }
  std::vector<Octets> frames(bool v4_too) {
    std::vector<Octets> result;
    for (unsigned i = 0; i < 250; ++i) {
      auto const payload = random_octets(i < 80 ? i : i * 37 % 1400);
      result.push_back(v4_too && i % 3 == 0 ? ipv4_frame(payload) : ipv6_frame(payload));
    }
    return result;
  }
  std::filesystem::path path_;
};
WARPLINE_EVERY_SUITE(UdpChecksum);

TEST_P(UdpChecksum, IsRightBehindAnOuterIpv6Header) {
  ElementRig rig(encrypt(kTunnel));
  rig.send(frames(true));
  ASSERT_EQ(rig.caught->frames.size(), 250u);
  for (auto const& frame : rig.caught->frames)
    ASSERT_EQ(checksum_in(frame), expected_checksum(frame)) << frame.size() << " bytes";
}

TEST_P(UdpChecksum, IsRightInTransportModeOverIpv6AndZeroOverIpv4) {
  ElementRig rig(encrypt(kTransport));
  auto const sent = frames(true);
  rig.send(sent);
  ASSERT_EQ(rig.caught->frames.size(), sent.size());
  for (std::size_t i = 0; i < sent.size(); ++i) {
    auto const& frame = rig.caught->frames[i];
    bool const v4 = sent[i][12] == 0x08;
    ASSERT_EQ(v4 ? checksum_in(frame, 20) : checksum_in(frame), v4 ? 0 : expected_checksum(frame));
  }
}

TEST_P(UdpChecksum, IsTheSameInEveryForm) {
  for (auto const* const ends : {kTunnel, kTransport}) {
    auto const element = encrypt(ends);
    auto const sent = frames(true);
    CpuDevice host;
    ElementRig cpu(element), body(element), team(element), device(element);
    auto const expected =
        cpu.kernel_output(sent, [](OffloadBase& offload, Batch& batch) { offload.run_cpu(batch); });
    EXPECT_TRUE(expected == body.kernel_output(sent, [](OffloadBase& offload, Batch& batch) {
      offload.run_reference(batch);
    }));
    EXPECT_TRUE(expected == team.kernel_output(sent, [](OffloadBase& offload, Batch& batch) {
      offload.run_emulated(batch, 96 * 1024);
    }));
    EXPECT_TRUE(expected == device.kernel_output(sent, [&host](OffloadBase& offload, Batch& batch) {
      auto const call = offload.call(host);
      call.host(call.kernel, WorkItem::of(batch.slots(), batch.size(), batch.results()));
    }));
    for (std::size_t i = 0; i < sent.size(); ++i) {
      if (ends == kTransport && sent[i][12] == 0x08) continue;
      ASSERT_EQ(checksum_in(expected[i]), expected_checksum(expected[i]));
    }
  }
}

TEST_P(UdpChecksum, IsZeroWhereTheSaAsksForIt) {
  for (auto const* const ends : {kTunnel, kTransport}) {
    ElementRig rig(encrypt(ends, "flag udp6zerocsumtx"));
    rig.send(frames(false));
    ASSERT_EQ(rig.caught->frames.size(), 250u);
    for (auto const& frame : rig.caught->frames) ASSERT_EQ(checksum_in(frame), 0);
  }
}

TEST_P(UdpChecksum, CoversTheLastAddressOfARoutingHeader) {
  struct Case {
    std::uint8_t type, units, left;
    int destination;  // bytes from the routing header on; -1: the IPv6 header's
  };
  constexpr Case kCases[] = {
      {0, 4, 2, 24}, {0, 4, 0, -1}, {2, 2, 1, 8}, {4, 4, 1, 8}, {4, 4, 0, -1}, {253, 2, 1, -1},
  };
  ElementRig rig(encrypt(kTransport));
  for (auto const& test_case : kCases) {
    auto routing = extension(test_case.units);
    for (std::size_t i = 3; i < routing.size(); ++i)
      routing[i] = static_cast<std::uint8_t>(random_());
    routing[1] = test_case.type;
    routing[2] = test_case.left;
    rig.caught->frames.clear();
    rig.send({with_extensions({{kHop, extension(1)}, {kRouting, routing}}, 17, Octets(40, 7))});
    ASSERT_EQ(rig.caught->frames.size(), 1u);
    auto const& frame = rig.caught->frames[0];
    std::size_t const offset = 54 + 16;
    Octets destination;
    if (test_case.destination >= 0)
      destination.assign(
          frame.begin() + static_cast<std::ptrdiff_t>(offset) + test_case.destination,
          frame.begin() + static_cast<std::ptrdiff_t>(offset) + test_case.destination + 16);
    auto const headers = offset - 14 + 8 + 8u * test_case.units;
    EXPECT_EQ(checksum_in(frame, headers), expected_checksum(frame, headers, destination))
        << "type " << int{test_case.type} << ", left " << int{test_case.left};
  }
}

/// The chain's last element has it to compute, whatever form that runs in.
TEST(UdpChecksumChain, IsThatOfTheFusedElement) {
  std::mt19937 random(3);
  auto const path = std::filesystem::temp_directory_path() / "warpline-udp-chain.sa";
  std::ofstream(path) << kTunnel << " proto esp spi 0x1001 encap espinudp 4500 4501 :: "
                      << testing::RawSa::random(Suite::kAes128CtrHmacSha1, false, random).words()
                      << '\n';
  auto const sa = "(" + path.string() + ")";
  ElementRig one("IPsecEncrypt(SA " + path.string() + ")"),
      three("IPsecESPencap" + sa + " -> IPsecAES" + sa + " -> e :: IPsecAuthHMACSHA1" + sa),
      two("IPsecESPencap" + sa + " -> IPsecAES" + sa);
  std::vector<Octets> sent;
  for (unsigned i = 0; i < 100; ++i) sent.push_back(ipv6_frame(random_octets(random, 14 * i)));
  one.send(sent);
  three.send(sent);
  two.send(sent);
  auto const& expected = one.caught->frames;
  EXPECT_EQ(expected.size(), sent.size());
  EXPECT_TRUE(three.caught->frames == expected);
  for (auto const& frame : expected) EXPECT_EQ(checksum_in(frame), expected_checksum(frame));
  auto batch = three.batch_of(two.caught->frames);
  for (auto& packet : batch->packets()) packet.tag = SaTag(0, 62).value;
  auto& node = *three.graph->find("e");
  node.element->offload()->run_reference(*batch);
  for (unsigned i = 0; i < batch->size(); ++i)
    EXPECT_EQ((Octets{(*batch)[i].data, (*batch)[i].data + (*batch)[i].length}), expected[i]);
  Outputs out(*three.graph, node);
  out.drop(std::move(batch), DropReason::named("test_over"));
  std::filesystem::remove(path);
}

TEST(UdpChecksumBody, IsNeverZero) {
  Octets packet = testing::from_hex("1194119400180001");
  packet.resize(24, 0);
  // What lacks to a sum of 0xffff, whose complement is 0.
  auto const missing = 0xffff - testing::internet_sum(packet);
  packet[8] = static_cast<std::uint8_t>(missing >> 8);
  packet[9] = static_cast<std::uint8_t>(missing);
  complete_udp_checksum(&packet[8], 16);
  EXPECT_EQ(testing::be16_at(packet, 6), 0xffffu);
  packet[9] ^= 1;
  packet[6] = 0, packet[7] = 1;
  complete_udp_checksum(&packet[8], 16);
  EXPECT_EQ(testing::be16_at(packet, 6), missing % 2 == 0 ? 0xfffeu : 1u);
  packet[6] = packet[7] = 0;
  complete_udp_checksum(&packet[8], 16);
  EXPECT_EQ(testing::be16_at(packet, 6), 0u) << "none";
}

TEST(UdpChecksumBody, SumsByLanesWhatOneLaneSums) {
  std::mt19937 random(1071);
  for (std::size_t size = 0; size <= 300; ++size) {
    auto const bytes = random_octets(random, size);
    auto const whole = sum_share(bytes.data(), static_cast<std::uint32_t>(size));
    std::uint64_t by_threads = 0;
    for (std::uint32_t thread = 0; thread < 8; ++thread)
      by_threads += sum_share(bytes.data(), static_cast<std::uint32_t>(size), thread, 8);
    ASSERT_EQ(by_threads, whole);
    auto padded = bytes;
    if (size % 2 != 0) padded.push_back(0);
    ASSERT_EQ(fold_sum(whole), testing::internet_sum(padded));
  }
  EXPECT_EQ(fold_sum(~std::uint64_t{0}), 0xffff);
  EXPECT_EQ(fold_sum(0x1'0000'ffff), 1);
  EXPECT_EQ(fold_sum(0), 0);
}

}  // namespace
}  // namespace warpline::ipsec
