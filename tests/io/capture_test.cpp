// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <filesystem>
#include <thread>

#include "io/capture/capture_port.hpp"
#include "io/capture/capture_reader.hpp"
#include "io/capture/capture_writer.hpp"
#include "tests/io/capture_files.hpp"
#include "tests/io/machine.hpp"
#include "tests/support/scoped.hpp"

namespace warpline {
namespace {

using test::config_error;
using test::FileBuilder;
using test::Frame;
using test::read_capture;
using test::slurp;
using test::Timed;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<Timed> some_frames() {
  std::vector<Timed> frames;
  for (std::uint32_t i = 0; i < 300; ++i) {
    Frame bytes(i % 7 == 0 ? 0 : 14 + i * 5);
    for (std::size_t offset = 0; offset < bytes.size(); ++offset)
      bytes[offset] = static_cast<std::uint8_t>(offset * i);
    auto const length = static_cast<std::uint32_t>(bytes.size());
    // Time goes back now and then, as in real captures.
    frames.push_back({std::move(bytes),
                      1'600'000'000'000'000'000ull + i * 1'000'003'000ull % 7'000'000'000ull,
                      length});
  }
  return frames;
}

class CaptureTest : public testing::Test {
 protected:
  std::string save(FileBuilder const& file) { return folder.write("in.pcap", file.text()); }
  std::string save(std::vector<Timed> const& frames) {
    FileBuilder file(false, true);
    for (auto const& frame : frames) file.frame(frame);
    return save(file);
  }

  test::ScopedFolder folder;
};

TEST_F(CaptureTest, IsReadInEveryFormat) {
  auto const frames = some_frames();
  for (bool const big_endian : {false, true}) {
    for (bool const nanoseconds : {false, true}) {
      FileBuilder file(big_endian, nanoseconds);
      for (auto const& frame : frames) file.frame(frame);
      EXPECT_EQ(read_capture(save(file)), frames) << big_endian << nanoseconds;
    }
  }
}

TEST_F(CaptureTest, KeepsNanoseconds) {
  std::vector<Timed> const frames{{Frame(60, 1), 1'700'000'000'123'456'789, 60}};
  EXPECT_EQ(read_capture(save(frames)), frames);
}

TEST_F(CaptureTest, WritesWhatTheFormatSays) {
  FileBuilder expected(false, true);
  CaptureWriter writer(folder.path("out.pcap"));
  writer.begin();
  for (auto const& frame : some_frames()) {
    expected.frame(frame);
    Bytes const bytes{frame.bytes.data(), frame.length};
    EXPECT_TRUE(writer.write(bytes, frame.time_ns));
  }
  writer.finish();
  EXPECT_EQ(writer.written(), some_frames().size());
  EXPECT_EQ(writer.lost(), 0u);
  auto written = slurp(writer.path());
  // The snapshot length in the file's header is the writer's own choice.
  written.replace(16, 4, expected.text().substr(16, 4));
  EXPECT_EQ(written, expected.text());
}

TEST_F(CaptureTest, ThatBreaksOffIsUsedUpToItsLastWholeFrame) {
  auto const whole =
      FileBuilder(false, true).frame({Frame(20, 1), 0, 20}).frame({Frame(9, 2), 5, 9}).text();
  constexpr std::size_t kFirst = 24 + 16 + 20;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    auto const path = folder.write("cut.pcap", whole.substr(0, size));
    if (size < 24) {
      EXPECT_THAT(config_error([&] { summarise_capture(path); }), HasSubstr("cut.pcap: ")) << size;
      continue;
    }
    auto const summary = summarise_capture(path);
    EXPECT_EQ(summary.frames, size < kFirst ? 0u : 1u) << size;
    EXPECT_EQ(summary.cut_short, size != 24 && size != kFirst) << size;
    EXPECT_EQ(read_capture(path).size(), summary.frames) << size;
  }
}

TEST_F(CaptureTest, ThatBreaksOffWarnsOnceWithTheNumberOfWholeFrames) {
  FileBuilder file(false, true);
  for (std::uint64_t i = 0; i < 3; ++i) file.frame({Frame(60, 1), i, 60});
  auto const path = folder.write("in.pcap", file.text().substr(0, file.text().size() - 1));
  EXPECT_THAT(summarise_capture(path).warnings("in.pcap"),
              ElementsAre("in.pcap: ends within a record; 2 frames before it are used"));
  auto const one = folder.write("in.pcap", file.text().substr(0, 24 + 76 + 3));
  EXPECT_THAT(summarise_capture(one).warnings("in.pcap"),
              ElementsAre("in.pcap: ends within a record; 1 frame before it is used"));
  EXPECT_THAT(summarise_capture(folder.write("in.pcap", file.text())).warnings("in.pcap"),
              IsEmpty());
}

TEST_F(CaptureTest, OfAnotherKindIsRefused) {
  EXPECT_THAT(config_error([&] { CaptureReader(folder.write("x", std::string(100, 'x'))); }),
              HasSubstr("x: not a capture file: unknown format; expected pcap or pcapng"));
  EXPECT_THAT(config_error([&] { CaptureReader(folder.path("none")); }),
              HasSubstr("none: cannot be read: No such file or directory"));
  EXPECT_THAT(config_error([&] { CaptureReader(folder.path("")); }),
              HasSubstr("not a regular file"));
  EXPECT_THAT(config_error([&] { CaptureReader(save(FileBuilder(false, true, 101))); }),
              HasSubstr("in.pcap: its frames are of link type RAW (101); expected Ethernet (1)"));
}

TEST_F(CaptureTest, WithAnImpossibleLengthIsDamaged) {
  auto text = FileBuilder(false, true).frame({Frame(20, 1), 0, 20}).text();
  text.replace(24 + 8, 4, "\xff\xff\xff\x7f");
  EXPECT_THAT(config_error([&] { summarise_capture(folder.write("in.pcap", text)); }),
              HasSubstr("in.pcap: damaged after 0 frames: "));
}

TEST_F(CaptureTest, IsSummarised) {
  auto const path = save(
      std::vector<Timed>{{Frame(60, 1), 1, 60}, {Frame(60, 2), 2, 1500}, {Frame(70, 3), 3, 70}});
  auto const summary = summarise_capture(path);
  EXPECT_EQ(summary.frames, 3u);
  EXPECT_EQ(summary.cut, 1u);
  EXPECT_EQ(summary.longest, 1500u);
}

TEST_F(CaptureTest, CannotBeWrittenWhereThereIsNoFolder) {
  EXPECT_THAT(config_error([&] { CaptureWriter(folder.path("a/b")); }),
              HasSubstr("a/b: cannot be written: No such file or directory"));
}

TEST_F(CaptureTest, IsNotEmptiedBeforeItBegins) {
  auto const path = folder.write("out.pcap", "precious");
  { CaptureWriter const writer(path); }
  EXPECT_EQ(slurp(path), "precious");
}

class CapturePortTest : public CaptureTest {
 protected:
  /// Sends everything that a port reads through another one.
  void copy(CapturePort& from, CapturePort& to, std::size_t batch = 7) {
    from.start();
    if (&to != &from) to.start();
    std::vector<Packet> packets(batch);
    while (!from.rx(0)->finished()) {
      auto const got = from.rx(0)->receive(packets);
      EXPECT_EQ(to.tx(0)->transmit({packets.data(), got}), got);
    }
    from.stop();
    to.stop();
    EXPECT_EQ(pool->in_use(), 0u);
  }
  CapturePort port(CaptureOptions options) { return {"pcap0", std::move(options), *pool}; }

  std::unique_ptr<DpdkPool> pool = test::make_pool(256);
};

TEST_F(CapturePortTest, KeepsBytesOrderAndTimes) {
  auto const frames = some_frames();
  auto both = port({.in = save(frames), .out = folder.path("out.pcap"), .cut = {}});
  EXPECT_EQ(both.description(),
            "reads " + folder.path("in.pcap") + " (300 frames), writes " + folder.path("out.pcap"));
  copy(both, both);
  EXPECT_EQ(read_capture(folder.path("out.pcap")), frames);
  EXPECT_THAT(both.notices(), IsEmpty());
}

TEST_F(CapturePortTest, IsReadByTheFirstWorker) {
  auto both = port({.in = save(some_frames()), .out = folder.path("out.pcap"), .cut = {}});
  EXPECT_NE(both.rx(0), nullptr);
  EXPECT_EQ(both.rx(1), nullptr);
}

TEST_F(CapturePortTest, IsWrittenByAllWorkers) {
  constexpr unsigned kWorkers = 3, kFrames = 500;
  auto out = port({.in = {}, .out = folder.path("out.pcap"), .cut = {}});
  out.start();
  // Buffers first: one thread allocates. Each worker's frames are of one size, and numbered.
  std::vector<std::vector<Packet>> packets(kWorkers);
  auto const large = test::make_pool(2 * kWorkers * kFrames);
  std::vector<TxQueue*> queues;
  for (unsigned worker = 0; worker < kWorkers; ++worker) {
    std::vector<Frame> frames;
    for (unsigned i = 0; i < kFrames; ++i) {
      Frame frame(60 + worker, 0);
      frame[0] = static_cast<std::uint8_t>(i >> 8);
      frame[1] = static_cast<std::uint8_t>(i);
      frames.push_back(frame);
    }
    packets[worker] = test::packets_of(*large, frames);
    queues.push_back(out.tx(worker));
  }
  std::vector<std::thread> threads;
  for (unsigned worker = 0; worker < kWorkers; ++worker)
    threads.emplace_back([&, worker] {
      for (unsigned first = 0; first < kFrames; first += 10)
        EXPECT_EQ(queues[worker]->transmit({&packets[worker][first], 10}), 10u);
    });
  for (auto& thread : threads) thread.join();
  out.stop();
  unsigned next[kWorkers] = {};
  for (auto const& written : read_capture(folder.path("out.pcap"))) {
    auto const worker = written.bytes.size() - 60;
    ASSERT_LT(worker, kWorkers);
    ASSERT_EQ(written.bytes[0] << 8 | written.bytes[1], next[worker]++) << "worker " << worker;
  }
  EXPECT_THAT(next, ::testing::Each(kFrames));
}

TEST_F(CapturePortTest, NotesTimeAndNumberOfEachFrame) {
  auto const frames = some_frames();
  auto in = port({.in = save(frames), .out = {}, .cut = {}});
  in.start();
  std::vector<Packet> packets(20);
  ASSERT_EQ(in.rx(0)->receive(packets), 20u);
  for (unsigned i = 0; i < 20; ++i) {
    EXPECT_EQ(pool->arrival(packets[i]).time_ns, frames[i].time_ns);
    EXPECT_EQ(pool->arrival(packets[i]).number, i + 1);
  }
  pool->release(packets);
  ASSERT_TRUE(pool->allocate(packets));
  for (auto const& packet : packets) EXPECT_EQ(pool->arrival(packet).number, 0u);
  pool->release(packets);
}

TEST_F(CapturePortTest, MayOnlyReadOrOnlyWrite) {
  auto in = port({.in = save(some_frames()), .out = {}, .cut = {}});
  auto out = port({.in = {}, .out = folder.path("out.pcap"), .cut = {}});
  EXPECT_EQ(in.tx(0), nullptr);
  EXPECT_EQ(out.rx(0), nullptr);
  copy(in, out, 256);
  EXPECT_EQ(read_capture(folder.path("out.pcap")), some_frames());
}

TEST_F(CapturePortTest, PadsFramesThatWereCapturedShort) {
  auto const path = save(std::vector<Timed>{{Frame(60, 1), 1, 100}, {Frame(60, 2), 2, 60}});
  auto both = port({.in = path, .out = folder.path("out.pcap"), .cut = {}});
  std::uint8_t const garbage = 0xee;  // what was in the buffers before must not show
  pool->fill({&garbage, 1});
  copy(both, both);
  Frame padded(60, 1);
  padded.resize(100, 0);
  EXPECT_EQ(read_capture(folder.path("out.pcap")),
            (std::vector<Timed>{{padded, 1, 100}, {Frame(60, 2), 2, 60}}));
}

TEST_F(CapturePortTest, RefusesShortFramesWhereAsked) {
  auto const path = save(std::vector<Timed>{{Frame(60, 1), 1, 100}, {Frame(60, 2), 2, 60}});
  auto both =
      port({.in = path, .out = folder.path("out.pcap"), .cut = CaptureOptions::Cut::kRefuse});
  copy(both, both);
  EXPECT_EQ(read_capture(folder.path("out.pcap")), (std::vector<Timed>{{Frame(60, 2), 2, 60}}));
  EXPECT_EQ(both.statistics().refused, 1u);
  EXPECT_THAT(both.notices(),
              ElementsAre("1 frame of " + path + " refused: captured shorter than they were"));
}

TEST_F(CapturePortTest, RefusesFramesLongerThanTheBufferSize) {
  auto const path = save(std::vector<Timed>{{Frame(9000, 1), 1, 9000},
                                            {Frame(2048, 2), 2, 2048},
                                            {Frame(2049, 3), 3, 2049},
                                            {Frame(60, 4), 4, 9001}});
  auto both = port({.in = path, .out = folder.path("out.pcap"), .cut = {}});
  copy(both, both, 2);
  EXPECT_EQ(read_capture(folder.path("out.pcap")), (std::vector<Timed>{{Frame(2048, 2), 2, 2048}}));
  EXPECT_EQ(both.statistics().refused, 3u);
  EXPECT_THAT(both.notices(),
              ElementsAre("3 frames of " + path + " refused: longer than a packet buffer; 2048 " +
                          "bytes; --buffer-size 9001 takes all of them"));
}

TEST_F(CapturePortTest, SaysWhichFramesNoBufferSizeTakes) {
  auto in = port({.in = save(std::vector<Timed>{{Frame(60, 1), 1, 70'000}}), .out = {}, .cut = {}});
  test::receive_all(*in.rx(0), *pool, 1);
  EXPECT_THAT(in.notices(),
              ElementsAre(HasSubstr("a packet has at most 65535 bytes, and the longest "
                                    "has 70000")));
}

TEST_F(CapturePortTest, TakesJumboFramesIntoLargeBuffers) {
  pool = test::make_pool(64, 9216);
  std::vector<Timed> const frames{{Frame(9000, 1), 1, 9000}};
  auto both = port({.in = save(frames), .out = folder.path("out.pcap"), .cut = {}});
  copy(both, both);
  EXPECT_EQ(read_capture(folder.path("out.pcap")), frames);
}

TEST_F(CapturePortTest, GivesCopiesTheTimeOfTheirOriginal) {
  auto both = port({.in = save(std::vector<Timed>{{Frame(60, 1), 77, 60}}),
                    .out = folder.path("out.pcap"),
                    .cut = {}});
  both.start();
  std::vector<Packet> packets(2);
  ASSERT_EQ(both.rx(0)->receive(packets), 1u);
  ASSERT_TRUE(pool->allocate({&packets[1], 1}));
  both.tx(0)->transmit(packets);
  both.stop();
  auto const written = read_capture(folder.path("out.pcap"));
  ASSERT_EQ(written.size(), 2u);
  EXPECT_EQ(written[1].time_ns, 77u);
}

TEST_F(CapturePortTest, StampsOtherTrafficWithTheClock) {
  auto out = port({.in = {}, .out = folder.path("out.pcap"), .cut = {}});
  out.start();
  auto const packets = test::packets_of(*pool, {Frame(60, 1)});
  auto const before = static_cast<std::uint64_t>(std::time(nullptr)) * 1'000'000'000;
  out.tx(0)->transmit(packets);
  out.stop();
  auto const written = read_capture(folder.path("out.pcap"));
  ASSERT_EQ(written.size(), 1u);
  EXPECT_GE(written[0].time_ns, before);
  EXPECT_LT(written[0].time_ns, before + 60'000'000'000);
}

TEST_F(CapturePortTest, ForgetsTheTimeOfAnEarlierUseOfTheBuffer) {
  auto in =
      port({.in = save(std::vector<Timed>(256, {Frame(60, 1), 77, 60})), .out = {}, .cut = {}});
  std::vector<Packet> packets(256);
  ASSERT_EQ(in.rx(0)->receive(packets), 256u);
  pool->release(packets);
  auto out = port({.in = {}, .out = folder.path("out.pcap"), .cut = {}});
  out.start();
  out.tx(0)->transmit(test::packets_of(*pool, {Frame(60, 1)}));
  out.stop();
  EXPECT_NE(read_capture(folder.path("out.pcap")).at(0).time_ns, 77u);
}

TEST_F(CapturePortTest, KeepsTimeZeroAndTimesUpTo2106) {
  std::vector<Timed> const frames{{Frame(60, 1), 0, 60},
                                  {Frame(60, 2), 1'000'000, 60},
                                  {Frame(60, 3), 2'208'988'800'000'000'000, 60},
                                  {Frame(60, 4), 4'294'967'295'999'999'999, 60}};
  auto both = port({.in = save(frames), .out = folder.path("out.pcap"), .cut = {}});
  copy(both, both, 1);
  EXPECT_EQ(read_capture(folder.path("out.pcap")), frames);
  EXPECT_THAT(both.notices(), IsEmpty());
}

TEST_F(CapturePortTest, TellsOfTimesThatAPcapCannotTell) {
  test::PcapngBuilder file;
  file.interface(1);
  for (std::uint64_t seconds : {4'294'967'295ul, 4'294'967'296ul, 9'000'000'000ul})
    file.packet(0, seconds * 1'000'000, Frame(60, 1));
  auto both = port(
      {.in = folder.write("in.pcapng", file.text()), .out = folder.path("out.pcap"), .cut = {}});
  copy(both, both);
  auto const last = 4'294'967'295'999'999'999u;
  auto const written = read_capture(folder.path("out.pcap"));
  ASSERT_EQ(written.size(), 3u);
  EXPECT_EQ(written[0].time_ns, 4'294'967'295'000'000'000u);
  EXPECT_EQ(written[1].time_ns, last);
  EXPECT_EQ(written[2].time_ns, last);
  EXPECT_THAT(both.notices(), ElementsAre(HasSubstr("2 frames in ")));
}

TEST_F(CapturePortTest, GivesFramesWithoutATimeThatOfTheFrameBefore) {
  test::PcapngBuilder file;
  file.interface(1).packet(0, 0, Frame(60, 1)).simple_packet(Frame(60, 2), 60);
  auto both = port(
      {.in = folder.write("in.pcapng", file.text()), .out = folder.path("out.pcap"), .cut = {}});
  copy(both, both);
  EXPECT_EQ(read_capture(folder.path("out.pcap")),
            (std::vector<Timed>{{Frame(60, 1), 0, 60}, {Frame(60, 2), 0, 60}}));
}

TEST_F(CapturePortTest, CountsFramesOfOtherLinkTypes) {
  test::PcapngBuilder file;
  file.interface(1).interface(105).packet(0, 1, Frame(60, 1)).packet(1, 2, Frame(40, 2));
  file.packet(0, 3, Frame(60, 3));
  auto const path = folder.write("in.pcapng", file.text());
  auto both = port({.in = path, .out = folder.path("out.pcap"), .cut = {}});
  std::vector<Packet> packets(3);
  ASSERT_EQ(both.rx(0)->receive(packets), 2u);
  EXPECT_EQ(pool->arrival(packets[1]).number, 3u) << "numbers are those of the file";
  pool->release({packets.data(), 2});
  EXPECT_EQ(both.statistics().refused, 1u);
  EXPECT_THAT(both.notices(),
              ElementsAre(AllOf(HasSubstr("1 frame of " + path + " refused: of link type " +
                                          "IEEE802_11 (105); expected Ethernet (1), raw IP (12,"),
                                HasSubstr("or null (0, 108)"))));
}

TEST_F(CapturePortTest, TakesNoMoreThanItsBufferWhileTheDiskIsFull) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "there is no /dev/full";
  OutputFiles outputs;
  CapturePort out("pcap0", {.in = {}, .out = "/dev/full", .cut = {}}, *pool, &outputs);
  ASSERT_EQ(outputs.all.size(), 1u);
  auto const& file = *outputs.all[0];
  out.start();
  std::uint64_t sent = 0;
  for (int i = 0; i < 2000; ++i) {
    auto const packets = test::packets_of(*pool, {Frame(1500, 1)});
    auto const taken = out.tx(0)->transmit(packets);
    pool->release(std::span<Packet const>(packets).subspan(taken));
    sent += taken;
    EXPECT_EQ(out.tx(0)->failed(), taken == 0);
  }
  EXPECT_TRUE(out.tx(0)->failed());
  EXPECT_EQ(file.error(), ENOSPC);
  EXPECT_EQ(file.failures(), 1u);
  EXPECT_EQ(file.lost(), 2000 - sent);
  out.stop();
  EXPECT_EQ(file.revoked(), sent) << "what was accepted is not in the file either";
  EXPECT_EQ(file.revoked_bytes(), 1500 * sent);
  EXPECT_EQ(file.lost(), 2000u);
  EXPECT_EQ(file.written(), 0u);
  EXPECT_EQ(file.owner(), "pcap0");
  EXPECT_EQ(pool->in_use(), 0u);
}

TEST_F(CapturePortTest, DoesNotWriteOverWhatItReads) {
  auto const path = save(some_frames());
  std::filesystem::create_symlink(path, folder.path("alias"));
  EXPECT_THAT(config_error([&] { port({.in = path, .out = folder.path("alias"), .cut = {}}); }),
              HasSubstr("to read and to write the same file"));
  EXPECT_EQ(read_capture(path), some_frames());
}

TEST_F(CapturePortTest, WaitsForBuffers) {
  auto in = port({.in = save(some_frames()), .out = {}, .cut = {}});
  std::vector<Packet> all(250), packets(20);
  ASSERT_TRUE(pool->allocate(all));
  EXPECT_EQ(in.rx(0)->receive(packets), 0u);
  EXPECT_FALSE(in.rx(0)->finished());
  pool->release(all);
  std::vector<Frame> expected;
  for (auto const& frame : some_frames()) expected.push_back(frame.bytes);
  EXPECT_EQ(test::receive_all(*in.rx(0), *pool, 1000), expected) << "no frame was lost meanwhile";
}

TEST_F(CapturePortTest, TellsOfAFileThatChangedMeanwhile) {
  auto const path = save(std::vector<Timed>(4000, {Frame(1000, 1), 77, 1000}));
  auto in = port({.in = path, .out = {}, .cut = {}});
  std::filesystem::resize_file(path, 3'000'500);
  auto const frames = test::receive_all(*in.rx(0), *pool, 4000);
  EXPECT_LT(frames.size(), 4000u);
  EXPECT_TRUE(in.rx(0)->finished());
  EXPECT_THAT(in.notices(), ElementsAre(HasSubstr("has changed while it was read")));
}

}  // namespace
}  // namespace warpline
