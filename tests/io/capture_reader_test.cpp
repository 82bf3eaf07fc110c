// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/capture/capture_reader.hpp"

#include <gmock/gmock.h>
#include <pcap/pcap.h>

#include <random>

#include "tests/io/capture_files.hpp"
#include "tests/io/machine.hpp"
#include "tests/support/scoped.hpp"

namespace warpline {
namespace {

using namespace std::string_literals;
using test::config_error;
using test::FileBuilder;
using test::Frame;
using test::PcapngBuilder;
using test::read_capture;
using test::Timed;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class CaptureReaderTest : public testing::Test {
 protected:
  std::string save(std::string const& text) { return folder.write("in", text); }
  std::string damage(PcapngBuilder const& file) {
    return config_error([&] { summarise_capture(save(file.text())); });
  }

  test::ScopedFolder folder;
};

TEST_F(CaptureReaderTest, ReadsInterfacesOfDifferentSnapLengthsAndResolutions) {
  for (bool const big_endian : {false, true}) {
    PcapngBuilder file(big_endian);
    auto const resolution = [&](char value) { return file.option(9, std::string(1, value)); };
    file.interface(1, 65535)
        .interface(1, 262144, file.option(2, "eth1") + resolution(9) + file.option(0, ""))
        .interface(1, 0, resolution('\x81'))
        .interface(1, 0, resolution(0) + file.option(14, file.writer().number(100, 8).text()));
    file.packet(0, 5'000'001, Frame(60, 1))
        .packet(1, 5'000'000'002, Frame(61, 2), 0, file.option(1, "a comment"))
        .block(5, "statistics.."s)
        .packet(2, 3, Frame(62, 3), 1500)
        .packet(3, 7, Frame(63, 4))
        .old_packet(0, 8, Frame(64, 5));
    EXPECT_EQ(read_capture(save(file.text())),
              (std::vector<Timed>{{Frame(60, 1), 5'000'001'000, 60},
                                  {Frame(61, 2), 5'000'000'002, 61},
                                  {Frame(62, 3), 1'500'000'000, 1500},
                                  {Frame(63, 4), 107'000'000'000, 63},
                                  {Frame(64, 5), 8'000, 64}}))
        << big_endian;
  }
}

TEST_F(CaptureReaderTest, ReadsSectionsOfDifferentByteOrders) {
  PcapngBuilder little(false), big(true);
  little.interface(1).packet(0, 1, Frame(60, 1));
  big.interface(1, 100).packet(0, 2, Frame(60, 2));
  EXPECT_EQ(read_capture(save(little.text() + big.text())),
            (std::vector<Timed>{{Frame(60, 1), 1000, 60}, {Frame(60, 2), 2000, 60}}));
  // Interfaces are those of the section.
  little.raw(PcapngBuilder(true).packet(0, 2, Frame(60, 2)).text());
  EXPECT_THAT(damage(little), HasSubstr("damaged after 1 frame: a frame of interface 0, which is"));
}

TEST_F(CaptureReaderTest, CountsFramesOfOtherLinkTypesAndLeavesThemOut) {
  PcapngBuilder file;
  file.interface(101).interface(1).interface(147);
  file.packet(0, 1, Frame(20, 1)).packet(1, 2, Frame(60, 2)).packet(2, 3, Frame(300'000, 3));
  auto const path = save(file.text());
  CaptureReader reader(path);
  auto const* frame = reader.next();
  ASSERT_NE(frame, nullptr);
  EXPECT_EQ(frame->number, 2u);
  EXPECT_EQ(reader.next(), nullptr);
  EXPECT_EQ(reader.frames(), 3u);
  EXPECT_EQ(reader.other_frames(), 2u);
  auto const summary = summarise_capture(path);
  EXPECT_EQ(summary.frames, 1u);
  EXPECT_EQ(summary.other_frames, 2u);
  EXPECT_THAT(
      summary.warnings("x"),
      ElementsAre("x: 2 frames of another link type (RAW (101)) left out; expected Ethernet (1)"));
}

TEST_F(CaptureReaderTest, RefusesAFileWithoutAnyEthernetFrame) {
  PcapngBuilder file;
  file.interface(105).packet(0, 1, Frame(20, 1));
  EXPECT_THAT(damage(file), HasSubstr("link type IEEE802_11 (105); expected Ethernet (1)"));
  EXPECT_EQ(summarise_capture(save(PcapngBuilder().interface(105).text())).frames, 0u);
}

TEST_F(CaptureReaderTest, TellsAFrameWithoutATimeFromOneAtTimeZero) {
  PcapngBuilder file;
  file.interface(1, 50).packet(0, 0, Frame(60, 1)).simple_packet(Frame(50, 2), 70);
  CaptureReader reader(save(file.text()));
  EXPECT_EQ(reader.next()->time_ns, std::optional<std::uint64_t>(0));
  auto const* frame = reader.next();
  EXPECT_EQ(frame->time_ns, std::nullopt);
  EXPECT_FALSE(frame->odd_time);
  EXPECT_EQ(frame->bytes.size, 50u);
  EXPECT_EQ(frame->length, 70u);
}

TEST_F(CaptureReaderTest, ReadsSecondsWithoutASign) {
  std::vector<Timed> const frames{{Frame(60, 1), 2'147'483'648'000'000'000, 60},
                                  {Frame(60, 2), 2'208'988'800'000'000'000, 60},
                                  {Frame(60, 3), 4'294'967'295'000'003'000, 60}};
  for (bool const nanoseconds : {false, true}) {
    FileBuilder file(false, nanoseconds);
    for (auto frame : frames) file.frame({frame.bytes, frame.time_ns / 1000 * 1000, frame.length});
    auto const read = read_capture(save(file.text()));
    ASSERT_EQ(read.size(), frames.size());
    for (std::size_t i = 0; i < read.size(); ++i)
      EXPECT_EQ(read[i].time_ns, frames[i].time_ns / 1000 * 1000);
  }
}

TEST_F(CaptureReaderTest, TakesTimesBeyond64BitsOfNanosecondsForNone) {
  PcapngBuilder file;
  file.interface(1).interface(1, 0, file.option(14, file.writer().number(~0ull, 8).text()));
  file.packet(0, 18'446'744'073'709'551, Frame(60, 1)).packet(0, ~0ull, Frame(60, 2));
  file.packet(1, 999'999, Frame(60, 3)).packet(1, 1'000'000, Frame(60, 4));
  auto const path = save(file.text());
  auto const read = read_capture(path, 4711);
  ASSERT_EQ(read.size(), 4u);
  EXPECT_EQ(read[0].time_ns, 18'446'744'073'709'551'000u);
  EXPECT_EQ(read[1].time_ns, 4711u);
  EXPECT_EQ(read[2].time_ns, 4711u) << "before 1970";
  EXPECT_EQ(read[3].time_ns, 0u);
  EXPECT_THAT(summarise_capture(path).warnings("x"),
              ElementsAre("x: 2 frames with a time before 1970 or after 2554, read as frames "
                          "without a time"));
}

TEST_F(CaptureReaderTest, UsesTheWholeBlocksOfAFileThatBreaksOff) {
  PcapngBuilder file;
  file.interface(1, 0, file.option(9, "\x09"));
  auto const described = file.text().size();
  file.packet(0, 1, Frame(59, 1));
  auto const first = file.text().size();
  file.packet(0, 2, Frame(60, 2));
  for (std::size_t size = 0; size < file.text().size(); ++size) {
    auto const path = save(file.text().substr(0, size));
    if (size < 28) {
      EXPECT_NE(config_error([&] { summarise_capture(path); }), "(nothing was thrown)") << size;
      continue;
    }
    auto const summary = summarise_capture(path);
    EXPECT_EQ(summary.frames, size < first ? 0u : 1u) << size;
    EXPECT_EQ(summary.cut_short, size != 28 && size != described && size != first) << size;
  }
}

TEST_F(CaptureReaderTest, RefusesWhatContradictsItself) {
  PcapngBuilder const file;
  auto const with = [&](std::uint32_t type, std::string const& body) {
    return damage(PcapngBuilder().interface(1).block(type, body));
  };
  auto const packet = [&](std::uint32_t interface, std::uint32_t captured, std::size_t size) {
    auto head = file.writer().word(interface).word(0).word(0).word(captured).word(captured);
    return with(6, head.bytes(std::string(size, 'x')).text());
  };
  EXPECT_THAT(packet(1, 4, 4), HasSubstr("a frame of interface 1, which is not described"));
  EXPECT_THAT(packet(0, 5, 4), HasSubstr("a frame of 5 captured bytes in a block of"));
  EXPECT_THAT(packet(0, 262145, 262148), HasSubstr("262145 captured bytes; at most 262144"));
  EXPECT_THAT(with(6, "less"), HasSubstr("a block of 16 bytes has a longer content"));
  EXPECT_THAT(with(3, ""), HasSubstr("a block of 12 bytes has a longer content"));
  EXPECT_THAT(with(1, "less"), HasSubstr("a block of 16 bytes has a longer content"));
  EXPECT_THAT(damage(PcapngBuilder().interface(1, 0, file.option(9, "\x40"))),
              HasSubstr("an interface with an impossible option"));
  EXPECT_THAT(damage(PcapngBuilder().interface(1, 0, file.option(9, "\xc0"))),
              HasSubstr("an interface with an impossible option"));
  auto const raw = [&](std::string const& bytes) { return damage(PcapngBuilder().raw(bytes)); };
  EXPECT_THAT(raw(file.writer().word(5).word(13).text()), HasSubstr("a block of 13 bytes"));
  EXPECT_THAT(raw(file.writer().word(5).word(0).text()), HasSubstr("a block of 0 bytes"));
  EXPECT_THAT(raw(file.writer().word(5).word(16).word(0).word(20).text()),
              HasSubstr("a block of 16 bytes has another length at its end: 20"));
}

TEST_F(CaptureReaderTest, NamesTheProgramThatCompressedAFile) {
  std::pair<std::string, std::string> const signatures[] = {
      {"\x1f\x8b\x08\x00"s, "gzip"}, {"BZh9", "bzip2"},           {"\xfd\x37zXZ\x00"s, "xz"},
      {"\x28\xb5\x2f\xfd", "zstd"},  {"\x04\x22\x4d\x18", "lz4"}, {"PK\x03\x04", "zip"}};
  for (auto const& [magic, name] : signatures)
    EXPECT_THAT(config_error([&] { CaptureReader(save(magic + std::string(100, 'x'))); }),
                HasSubstr("compressed (" + name + "): unpack it first"));
}

TEST_F(CaptureReaderTest, SaysWhyStandardInputIsRefused) {
  EXPECT_THAT(config_error([] { CaptureReader("-"); }),
              HasSubstr("a capture is not read from standard input, since it is read twice"));
}

TEST_F(CaptureReaderTest, AgreesWithLibpcap) {
  std::mt19937 random(5);
  for (int form = 0; form < 8; ++form) {
    auto const frame_of = [&] {
      Frame frame(random() % 200);
      for (auto& byte : frame) byte = static_cast<std::uint8_t>(random());
      return frame;
    };
    std::string text;
    bool const big_endian = (form & 1) != 0, nanoseconds = (form & 2) != 0;
    if ((form & 4) == 0) {
      FileBuilder file(big_endian, nanoseconds);
      for (int i = 0; i < 50; ++i) {
        auto const frame = frame_of();
        auto const length = static_cast<std::uint32_t>(frame.size() + random() % 2 * 100);
        file.frame({frame, random() * 1'000'003ull, length});
      }
      text = file.text();
    } else {
      PcapngBuilder file(big_endian);
      for (int i = 0; i < 2; ++i)
        file.interface(1, 1000, file.option(9, nanoseconds ? "\x09" : "\x06"));
      for (int i = 0; i < 50; ++i) file.packet(random() % 2, random() * 1'003ull, frame_of());
      text = file.text();
    }
    auto const path = save(text);
    std::vector<Timed> expected;
    char reason[PCAP_ERRBUF_SIZE] = "";
    auto* capture =
        pcap_open_offline_with_tstamp_precision(path.c_str(), PCAP_TSTAMP_PRECISION_NANO, reason);
    ASSERT_NE(capture, nullptr) << reason;
    pcap_pkthdr* header = nullptr;
    unsigned char const* data = nullptr;
    while (pcap_next_ex(capture, &header, &data) == 1)
      expected.push_back({{data, data + header->caplen},
                          static_cast<std::uint64_t>(header->ts.tv_sec) * 1'000'000'000 +
                              static_cast<std::uint64_t>(header->ts.tv_usec),
                          header->len});
    pcap_close(capture);
    ASSERT_EQ(expected.size(), 50u);
    EXPECT_EQ(read_capture(path), expected) << form;
  }
}

TEST_F(CaptureReaderTest, SurvivesAnyChangeOfAFewBytes) {
  PcapngBuilder ng;
  ng.interface(1, 100, ng.option(9, "\x09") + ng.option(14, std::string(8, '\1')))
      .interface(101)
      .packet(0, 1, Frame(60, 1))
      .packet(1, 2, Frame(40, 2))
      .simple_packet(Frame(60, 3), 60)
      .old_packet(0, 3, Frame(60, 4));
  FileBuilder plain(true, true);
  plain.frame({Frame(60, 1), 1, 60}).frame({Frame(60, 2), 2, 90});
  std::mt19937 random(9);
  for (auto const& whole : {ng.text(), plain.text()}) {
    for (int round = 0; round < 1000; ++round) {
      auto text = whole;
      for (auto i = random() % 4 + 1; i > 0; --i)
        text[random() % text.size()] = static_cast<char>(random() % 2 == 0 ? random() : 0xff);
      try {
        auto const summary = summarise_capture(save(text));
        ASSERT_LE(summary.frames, 4u);
      } catch (ConfigError const& error) {
        ASSERT_THAT(error.what(), HasSubstr("in: "));
      }
    }
  }
}

}  // namespace
}  // namespace warpline
