// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/eve.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "elements/ids/json.hpp"

namespace warpline::ids {
namespace {

using namespace std::string_literals;
namespace json = boost::json;

/// A file of its own for each test, gone afterwards.
class EveAlertsTest : public ::testing::Test {
 protected:
  EveAlertsTest() : path_(::testing::TempDir() + "eve_" + std::to_string(getpid()) + ".json") {
    std::remove(path_.c_str());
  }
  ~EveAlertsTest() override { std::remove(path_.c_str()); }

  std::vector<std::string> lines() const {
    std::ifstream file(path_);
    std::vector<std::string> result;
    for (std::string line; std::getline(file, line);) result.push_back(line);
    return result;
  }

  std::string path_;
};

PatternSet three_patterns() {
  PatternSet set;
  set.patterns = {{"a", false, 1001, "tag \"hi\"\\ \t\x01 caf\xc3\xa9 \xff", {}},
                  {"b", false, 4294967295u, "", {}},
                  {"c", false, 3, "plain", {}}};
  return set;
}

std::string tcp4(std::string const& from, std::string const& to, std::string const& ports) {
  return std::string(12, '\2') + "\x08\0"s + "\x45\0\0\x28\0\0\0\0\x40\x06\0\0"s + from + to +
         ports + std::string(8, '\0') + "\x50"s + std::string(7, '\0');
}

Bytes bytes_of(std::string const& text) {
  return {reinterpret_cast<std::uint8_t const*>(text.data()),
          static_cast<std::uint32_t>(text.size())};
}

constexpr std::uint64_t kTime = 1585744496123456789;  // 2020-04-01T12:34:56.123456789Z

TEST_F(EveAlertsTest, WritesALineAMatchWithAllFields) {
  {
    EveAlerts eve(std::make_shared<AppendFile>(path_), three_patterns(),
                  EveAlerts::Action::kAllowed);
    auto const frame = tcp4("\x0a\0\0\1"s, "\xc0\xa8\0\2"s, "\x30\x39\0\x50"s);
    PatternId const ids[] = {0, 2};
    eve.add(bytes_of(frame), walk_layers(bytes_of(frame)), ids, kTime, 17);
    EXPECT_TRUE(lines().empty());
  }
  auto const written = lines();
  ASSERT_EQ(written.size(), 2u);
  auto const line = json::parse(written[0]).as_object();
  EXPECT_EQ(line.at("timestamp").as_string(), "2020-04-01T12:34:56.123456+0000");
  EXPECT_GT(line.at("flow_id").as_int64(), 0);
  EXPECT_LT(line.at("flow_id").as_int64(), std::int64_t{1} << 51);
  EXPECT_EQ(line.at("pcap_cnt").as_int64(), 17);
  EXPECT_EQ(line.at("event_type").as_string(), "alert");
  EXPECT_EQ(line.at("src_ip").as_string(), "10.0.0.1");
  EXPECT_EQ(line.at("src_port").as_int64(), 12345);
  EXPECT_EQ(line.at("dest_ip").as_string(), "192.168.0.2");
  EXPECT_EQ(line.at("dest_port").as_int64(), 80);
  EXPECT_EQ(line.at("proto").as_string(), "TCP");
  auto const& alert = line.at("alert").as_object();
  EXPECT_EQ(alert.at("action").as_string(), "allowed");
  EXPECT_EQ(alert.at("gid").as_int64(), 1);
  EXPECT_EQ(alert.at("signature_id").as_int64(), 1001);
  EXPECT_EQ(alert.at("rev").as_int64(), 0);
  EXPECT_EQ(alert.at("signature").as_string(), "tag \"hi\"\\ \t\x01 caf\xc3\xa9 \xef\xbf\xbd");
  EXPECT_EQ(alert.at("category").as_string(), "");
  EXPECT_EQ(alert.at("severity").as_int64(), 3);
  EXPECT_EQ(json::parse(written[1]).at("alert").at("signature").as_string(), "plain");
}

TEST_F(EveAlertsTest, LeavesOutWhatAPacketDoesNotHave) {
  {
    EveAlerts eve(std::make_shared<AppendFile>(path_), three_patterns(),
                  EveAlerts::Action::kBlocked);
    auto const arp = std::string(12, '\2') + "\x08\x06"s + "body";
    auto const sixth = std::string(12, '\2') + "\x86\xdd\x60\0\0\0\0\x08\x3a\x40"s +
                       std::string(15, '\0') + "\1" + "\x20\1"s + std::string(14, '\0') +
                       std::string(8, '\0');
    auto other = tcp4("\1\1\1\1", "\2\2\2\2", "\1\1\1\1");
    other[23] = static_cast<char>(253);
    PatternId const ids[] = {1};
    for (auto const& frame : {arp, sixth, other})
      eve.add(bytes_of(frame), walk_layers(bytes_of(frame)), ids, kTime + 876'543'211);
  }
  auto const written = lines();
  ASSERT_EQ(written.size(), 3u);
  auto const arp = json::parse(written[0]).as_object();
  EXPECT_EQ(arp.at("timestamp").as_string(), "2020-04-01T12:34:57.000000+0000");
  EXPECT_EQ(arp.at("flow_id").as_int64(), 0);
  for (auto const* name : {"pcap_cnt", "src_ip", "src_port", "dest_ip", "dest_port", "proto"})
    EXPECT_FALSE(arp.contains(name)) << name;
  EXPECT_EQ(arp.at("alert").at("action").as_string(), "blocked");
  EXPECT_EQ(arp.at("alert").at("signature").as_string(), "sid 4294967295");
  auto const sixth = json::parse(written[1]).as_object();
  EXPECT_EQ(sixth.at("src_ip").as_string(), "::1");
  EXPECT_EQ(sixth.at("dest_ip").as_string(), "2001::");
  EXPECT_EQ(sixth.at("proto").as_string(), "IPv6-ICMP");
  EXPECT_FALSE(sixth.contains("src_port"));
  EXPECT_EQ(json::parse(written[2]).at("proto").as_string(), "253");
}

TEST_F(EveAlertsTest, WritesWhenEnoughWaitsOrASecondHasPassed) {
  EveAlerts eve(std::make_shared<AppendFile>(path_), three_patterns(), EveAlerts::Action::kAllowed);
  auto const frame = tcp4("\1\1\1\1", "\2\2\2\2", "\1\1\1\1");
  auto const layers = walk_layers(bytes_of(frame));
  PatternId const ids[] = {2};
  eve.write_due(kTime);
  eve.add(bytes_of(frame), layers, ids, kTime);
  eve.write_due(kTime + 999'999'999);
  EXPECT_EQ(lines().size(), 0u);
  eve.write_due(kTime + 1'000'000'000);
  EXPECT_EQ(lines().size(), 1u);
  for (int i = 0; i < 500; ++i) eve.add(bytes_of(frame), layers, ids, kTime);
  EXPECT_EQ(lines().size(), 1u);
  eve.write_due(kTime + 1'000'000'001);
  EXPECT_EQ(lines().size(), 501u);
  for (int i = 0; i < 5000; ++i) eve.add(bytes_of(frame), layers, ids, kTime);
  EXPECT_GT(lines().size(), 501u) << "a full buffer leaves within a batch";
  EXPECT_EQ(eve.lines().lines(), 5501u);
}

TEST_F(EveAlertsTest, AppendsToAFileThatIsThere) {
  for (int i = 0; i < 2; ++i) {
    EveAlerts eve(std::make_shared<AppendFile>(path_), three_patterns(),
                  EveAlerts::Action::kAllowed);
    auto const frame = tcp4("\1\1\1\1", "\2\2\2\2", "\1\1\1\1");
    PatternId const ids[] = {2};
    eve.add(bytes_of(frame), walk_layers(bytes_of(frame)), ids, kTime);
  }
  EXPECT_EQ(lines().size(), 2u);
}

TEST(FlowId, IsTheSameForBothDirectionsAndDiffersBetweenFlows) {
  auto const id = [](std::string const& frame) {
    return flow_id(bytes_of(frame), walk_layers(bytes_of(frame)));
  };
  auto const there = id(tcp4("\1\1\1\1", "\2\2\2\2", "\1\2\3\4"));
  EXPECT_EQ(there, id(tcp4("\2\2\2\2", "\1\1\1\1", "\3\4\1\2")));
  EXPECT_NE(there, id(tcp4("\2\2\2\2", "\1\1\1\1", "\1\2\3\4")));
  EXPECT_NE(there, id(tcp4("\1\1\1\1", "\2\2\2\3", "\1\2\3\4")));
  auto udp = tcp4("\1\1\1\1", "\2\2\2\2", "\1\2\3\4");
  udp[23] = 17;
  udp[14 + 20 + 5] = 8;
  EXPECT_NE(there, id(udp));
}

TEST(JsonString, EscapesExactlyWhatItMust) {
  EXPECT_EQ(json_string("a/\"\\\x7f"), "\"a/\\\"\\\\\x7f\"");
  EXPECT_EQ(json_string("\0\n\x1f"s), R"("\u0000\u000a\u001f")");
  EXPECT_EQ(json_string("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"),
            "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"");
}

TEST(JsonString, IsValidForEveryPairOfBytesInEveryPlace) {
  for (unsigned a = 0; a < 256; ++a) {
    for (unsigned b = 0; b < 256; ++b) {
      std::string const pair{static_cast<char>(a), static_cast<char>(b)};
      for (auto const& text : {pair, "\xe2"s + pair, "\xf0\x9f"s + pair, pair + "\x80"}) {
        std::error_code error;
        auto const value = json::parse(json_string(text), error);
        ASSERT_FALSE(error) << a << ' ' << b;
        if (a < 0x80 && b < 0x80 && text == pair) {
          ASSERT_EQ(value.as_string(), text);
        }
      }
    }
  }
}

}  // namespace
}  // namespace warpline::ids
