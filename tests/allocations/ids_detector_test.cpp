// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "tests/allocations/ids_worker.hpp"
#include "tests/support/allocations/allocations.hpp"

/// Once it is warm, the detector with its events costs the worker no memory from the heap.
namespace warpline::ids {
namespace {

using testing::Frames;

constexpr auto kRules =
    "alert tcp any any -> any any (msg:\"segments\"; content:\"attack\"; content:\"now\"; "
    "distance:0; flowbits:set,attacked; sid:1;)\n"
    "alert tcp any any -> any any (content:\"again\"; flowbits:isset,attacked; sid:2;)\n"
    "alert tcp any any -> any any (pcre:\"/a(t+)ack/R\"; content:\"attack\"; sid:3;)\n"
    "alert udp any any -> any any (content:\"query\"; threshold:type threshold, track by_src, "
    "count 2, seconds 10; xbits:set,host,track ip_src,expire 10; sid:4;)\n"
    "alert udp any any -> any any (content:\"query\"; detection_filter:track by_dst, count 3, "
    "seconds 5, unique_on src_port; sid:5;)\n"
    "alert tcp any any -> any any (flags:S; xbits:isset,host,track ip_src; sid:6;)\n"
    "drop udp any any -> any any (content:\"never\"; sid:7;)\n";

class Worker : public test::IdsWorker {
 public:
  Worker() : IdsWorker(kRules) {}

  /// A connection with segments out of order, a gap, an overlap and alerts; its end only if `ends`.
  void talk(Frames::Ends const& client, bool ends) {
    auto const server = client.reversed();
    send(frames_.tcp(client, Frames::kSyn, 0, 0, {}, 7));
    send(frames_.tcp(server, Frames::kSyn | Frames::kAck, 0, 1, {}, 7));
    send(frames_.tcp(client, Frames::kAck, 1, 1));
    send(frames_.tcp(client, Frames::kAck, 7, 1, "ck now"));
    send(frames_.tcp(client, Frames::kAck, 5, 1, "tack"));
    send(frames_.tcp(client, Frames::kAck, 1, 1, "an at"));
    send(frames_.tcp(client, Frames::kAck, 13, 1, long_));
    send(frames_.tcp(server, Frames::kAck, 1, 13 + 3000));
    send(frames_.tcp(client, Frames::kAck, 13 + 3000, 1, "again"));
    send(frames_.tcp(client, Frames::kAck, 13 + 3100, 1, "attack after a gap"));
    send(frames_.tcp(server, Frames::kAck, 1, 13 + 3110));
    send(frames_.tcp(client, Frames::kAck, 13 + 3200, 1, "a rest at the end attack"));
    if (ends) send(frames_.tcp(client, Frames::kRst | Frames::kAck, 13 + 3005, 1));
  }
  void query(Frames::Ends const& ends) {
    send(frames_.udp(ends, "query"));
    send(frames_.udp(ends.reversed(), "answer"));
    send(frames_.udp(ends, "never"));
    auto const id = static_cast<std::uint16_t>(sent());
    send(frames_.fragment(ends, id, 16, false, "fragment"));
    send(frames_.fragment(ends, id, 8, true, "fragment"));
    send(frames_.fragment(ends, id, 0, true, std::string_view("\x10\0\0\x35\0\x20\0\0", 8)));
    send(frames_.fragment(ends, static_cast<std::uint16_t>(id + 1), 8, true, "an incomplete one"));
  }
  void pass(std::uint32_t packets) {
    for (auto const end = sent() + packets; sent() < end;) {
      ++round_;
      Frames::Ends ends;
      ends.source += round_ % 5000;
      ends.source_port = static_cast<std::uint16_t>(1024 + round_ % 60000);
      talk(ends, round_ % 3 == 0);
      ends.destination_port = 53;
      query(ends);
      ends.source = Frames::kClient;  // an old flow
      ends.source_port = static_cast<std::uint16_t>(500 + round_ % 16);
      query(ends);
    }
  }

 private:
  Frames frames_;
  std::string long_ = std::string(3000, 'x');
  std::uint32_t round_ = 0;
};

TEST(IdsDetector, AllocatesNothingForPacketsOfAllKinds) {
  Worker worker;
  worker.pass(100'000);
  auto const warm = worker.detector().counters();
  auto const before = warpline::test::allocations_here();
  worker.pass(100'000);
  EXPECT_EQ(warpline::test::allocations_here() - before, 0u);
  auto const& counters = worker.detector().counters();
  EXPECT_GT(counters.alerts, warm.alerts + 10'000);
  EXPECT_GT(counters.suppressed + counters.fragments, warm.fragments + 10'000);
  EXPECT_GT(worker.detector().tcp_counters().gaps, 1000u);
  EXPECT_GT(worker.detector().defragmenter_counters().reassembled, 1000u);
  EXPECT_GT(worker.detector().defragmenter_counters().evicted, 1000u);
  EXPECT_GT(worker.detector().flows().evicted(), 1000u);
}

}  // namespace
}  // namespace warpline::ids
