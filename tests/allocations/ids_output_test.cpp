// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>

#include "elements/ids/alert/event_writer.hpp"
#include "elements/ids/alert/fast_log.hpp"
#include "elements/ids/decode/frame_decoder.hpp"
#include "elements/ids/line_writer.hpp"
#include "tests/elements/ids/udp_frame.hpp"
#include "tests/support/allocations/allocations.hpp"

namespace warpline::ids {
namespace {

TEST(IdsOutput, AllocatesNothingForLinesOfAllKinds) {
  auto const writer = std::make_shared<LineWriter>();
  auto const file = std::make_shared<AppendFile>("/dev/null");
  LineQueue queue(writer, file, 64 * 1024), fast_queue(writer, file, 64 * 1024);
  EveOptions const options{.payload = true,
                           .payload_printable = true,
                           .packet = true,
                           .verdict = true,
                           .rule_text = true,
                           .ethernet = true};
  EventWriter events(queue, options);
  FastLog fast(fast_queue);
  Rule rule;
  rule.sid = 7;
  rule.message = "a message that is longer than the space within a string";
  rule.text = rule.message;
  rule.metadata = {{"key", "value"}};
  auto const output = rule_output(rule, "class", {}, options);
  auto const frame = testing::udp_frame(std::string(1000, '\xff'));
  FrameDecoder decoder;
  auto const& packet = decoder
                           .decode({reinterpret_cast<std::uint8_t const*>(frame.data()),
                                    static_cast<std::uint32_t>(frame.size())},
                                   LinkType::kEthernet)
                           .back();
  Flow flow;
  flow.key = flow_key_of(packet).key;
  std::array<StatValue, 2> const stats{{{"decoder.pkts", 1}, {"flow.udp", 2}}};
  PacketContext context{.packet = &packet, .flow = &flow, .app_protocol = "dns"};
  auto const before = test::allocations_here();
  for (std::uint64_t i = 0; i < 10'000; ++i) {  // more than fits
    context.time_ns = i * 1'000'000'007;
    context.number = i;
    events.alert(context, {.rule = &output, .payload = packet.payload_bytes()});
    events.drop(context, {.reason = "rules", .rule = &output});
    events.flow({.flow = &flow, .end_ns = context.time_ns, .tcp = TcpSummary{}});
    events.stats(context.time_ns, stats);
    fast.alert(context, output, true);
  }
  EXPECT_EQ(test::allocations_here() - before, 0u);
  queue.finish();
  fast_queue.finish();
  EXPECT_EQ(file->written() + file->lost(), 50'000u);
  EXPECT_GT(file->written(), 50u);
}

}  // namespace
}  // namespace warpline::ids
