// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/alert/fast_log.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "elements/ids/decode/frame_decoder.hpp"
#include "elements/ids/line_writer.hpp"
#include "tests/elements/ids/udp_frame.hpp"
#include "tests/support/scoped.hpp"

namespace warpline::ids {
namespace {

using namespace std::string_literals;

class FastLogTest : public ::testing::Test {
 protected:
  std::string line_of(std::string const& frame, bool dropped, std::string_view category = {}) {
    FrameDecoder decoder;
    Bytes const bytes{reinterpret_cast<std::uint8_t const*>(frame.data()),
                      static_cast<std::uint32_t>(frame.size())};
    PacketContext const context{.packet = &decoder.decode(bytes, LinkType::kEthernet).back(),
                                .time_ns = 1585744496123456789,
                                .number = 17};
    auto const output = rule_output(rule, category, {}, {});
    LineQueue queue(std::make_shared<LineWriter>(), file);
    FastLog(queue).alert(context, output, dropped);
    queue.finish();
    auto const lines = test::lines_of(file->path());
    return lines.empty() ? std::string() : lines.back();
  }

  test::ScopedFolder folder;
  std::shared_ptr<AppendFile> file = std::make_shared<AppendFile>(folder.path("fast"));
  Rule rule = [] {
    Rule result;
    result.sid = 7;
    result.rev = 3;
    result.message = "a \"message\"";
    result.priority = 2;
    return result;
  }();
};

TEST_F(FastLogTest, WritesALineAnAlert) {
  auto const frame = testing::udp_frame("x");
  EXPECT_EQ(line_of(frame, false, "A class"),
            "04/01/2020-12:34:56.123456  [**] [1:7:3] a \"message\" [**] [Classification: A class] "
            "[Priority: 2] {UDP} 10.0.0.1:4096 -> 10.0.0.2:53");
  EXPECT_EQ(line_of(frame, true),
            "04/01/2020-12:34:56.123456  [Drop] [**] [1:7:3] a \"message\" [**] [Classification: "
            "(null)] [Priority: 2] {UDP} 10.0.0.1:4096 -> 10.0.0.2:53");
}

TEST_F(FastLogTest, ShowsTypeAndCodeOfIcmpAndTheBytesOfOtherFrames) {
  auto echo = testing::udp_frame("x");
  echo[23] = 1;
  echo[34] = 8;
  echo[35] = 5;
  EXPECT_TRUE(line_of(echo, false).ends_with("{ICMP} 10.0.0.1:8 -> 10.0.0.2:5"));
  EXPECT_TRUE(
      line_of(std::string(12, '\xfe') + "\x08\x06"s + std::string(30, 'x'), false)
          .ends_with("[Priority: 2] [**] [Raw pkt: FE FE FE FE FE FE FE FE FE FE FE FE 08 "
                     "06 78 78 78 78 78 78 78 78 78 78 78 78 78 78 78 78 78 78 ] [pcap file "
                     "packet: 17]"));
}

TEST_F(FastLogTest, LosesALineThatIsTooLong) {
  rule.message = std::string(20'000, 'm');
  EXPECT_EQ(line_of(testing::udp_frame("x"), false), "");
  EXPECT_EQ(file->lost(), 1u);
}

}  // namespace
}  // namespace warpline::ids
