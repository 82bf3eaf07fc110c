// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "io/capture/capture_port.hpp"
#include "tests/io/capture_files.hpp"
#include "tests/io/machine.hpp"
#include "tests/support/scoped.hpp"

namespace warpline {
namespace {

using test::config_error;
using test::FileBuilder;
using test::Frame;
using test::PcapngBuilder;
using test::slurp;
using testing::HasSubstr;
using testing::IsEmpty;

class CaptureLinkTest : public testing::Test {
 protected:
  CapturePort port(CaptureOptions options) { return {"pcap0", std::move(options), *pool}; }
  /// Sends everything that a port reads through itself.
  void copy(CapturePort& both) {
    both.start();
    std::vector<Packet> packets(7);
    while (!both.rx(0)->finished()) {
      auto const got = both.rx(0)->receive(packets);
      EXPECT_EQ(both.tx(0)->transmit({packets.data(), got}), got);
    }
    both.stop();
    EXPECT_EQ(pool->in_use(), 0u);
  }

  test::ScopedFolder folder;
  std::unique_ptr<DpdkPool> pool = test::make_pool(256);
};

TEST_F(CaptureLinkTest, ReadsEveryLinkTypeAndWritesItAgain) {
  for (std::uint32_t const link : {0u, 1u, 9u, 12u, 50u, 101u, 108u, 113u, 228u, 229u, 276u}) {
    for (unsigned form = 0; form < 5; ++form) {
      std::string text;
      if (form < 4)
        text = FileBuilder(form % 2 == 1, form >= 2, link).frame({Frame(60, 1), 77'000, 60}).text();
      else
        text = PcapngBuilder().interface(link).packet(0, 77, Frame(60, 1)).text();
      auto both = port({.in = folder.write("in", text), .out = folder.path("out"), .cut = {}});
      both.start();
      std::vector<Packet> packets(1);
      ASSERT_EQ(both.rx(0)->receive(packets), 1u) << link << form;
      EXPECT_EQ(pool->arrival(packets[0]).link_type, link_type_of(link)) << link << form;
      EXPECT_EQ(pool->arrival(packets[0]).time_ns, 77'000u);
      EXPECT_EQ(both.tx(0)->transmit(packets), 1u);
      both.stop();
      auto expected = FileBuilder(false, true, link).frame({Frame(60, 1), 77'000, 60}).text();
      auto const written = slurp(folder.path("out"));
      expected.replace(16, 4, written.substr(16, 4));
      EXPECT_EQ(written, expected) << link << form;
      EXPECT_THAT(both.notices(), IsEmpty());
    }
  }
}

TEST_F(CaptureLinkTest, GivesEachFrameTheLinkTypeOfItsInterface) {
  PcapngBuilder file;
  file.interface(1).interface(101).packet(0, 1, Frame(60, 1)).packet(1, 2, Frame(40, 2));
  auto const path = folder.write("in.pcapng", file.text());
  auto in = port({.in = path, .out = {}, .cut = {}});
  std::vector<Packet> packets(2);
  ASSERT_EQ(in.rx(0)->receive(packets), 2u);
  EXPECT_EQ(pool->arrival(packets[0]).link_type, LinkType::kEthernet);
  EXPECT_EQ(pool->arrival(packets[1]).link_type, LinkType::kRawIp);
  pool->release(packets);
  EXPECT_THAT(
      config_error([&] { port({.in = path, .out = folder.path("out.pcap"), .cut = {}}); }),
      HasSubstr(path + ": has frames of several link types (Ethernet, raw IP); a capture that is "
                       "written has one"));
}

TEST_F(CaptureLinkTest, WritesTheCommonNumberOfALinkTypeWithSeveral) {
  PcapngBuilder file;
  file.interface(228).interface(229).packet(0, 1, Frame(60, 1)).packet(1, 2, Frame(40, 2));
  auto both = port(
      {.in = folder.write("in.pcapng", file.text()), .out = folder.path("out.pcap"), .cut = {}});
  copy(both);
  EXPECT_EQ(slurp(folder.path("out.pcap")).substr(20, 4), std::string("\x65\0\0\0", 4));
}

TEST_F(CaptureLinkTest, KeepsTheLinkTypeOfAFileWithoutFrames) {
  auto both = port({.in = folder.write("in.pcap", FileBuilder(true, true, 113).text()),
                    .out = folder.path("out.pcap"),
                    .cut = {}});
  copy(both);
  EXPECT_EQ(slurp(folder.path("out.pcap")).substr(20, 4), std::string("\x71\0\0\0", 4));
}

TEST_F(CaptureLinkTest, RefusesALinkTypeThatIsNotRead) {
  auto const file = FileBuilder(false, true, 105).frame({Frame(60, 1), 1, 60});
  auto const path = folder.write("in.pcap", file.text());
  EXPECT_THAT(config_error([&] { port({.in = path, .out = {}, .cut = {}}); }),
              HasSubstr("in.pcap: its frames are of link type IEEE802_11 (105); expected Ethernet "
                        "(1), raw IP (12, 101, 228, 229), PPP (9, 50), Linux cooked (113, 276) or "
                        "null (0, 108)"));
}

}  // namespace
}  // namespace warpline
