// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "io/capture_port.hpp"
#include "io/capture_reader.hpp"
#include "io/capture_writer.hpp"
#include "tests/io/machine.hpp"
#include "tests/support/scoped.hpp"

namespace warpline {
namespace {

using test::config_error;
using test::Frame;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Timed {
  Frame bytes;
  std::uint64_t time_ns = 0;
  std::uint32_t length = 0;
  friend bool operator==(Timed const&, Timed const&) = default;
};

/// Writes capture files byte by byte (draft-ietf-opsawg-pcap), apart from libpcap.
class FileBuilder {
 public:
  FileBuilder(bool big_endian, bool nanoseconds, std::uint32_t link = 1)
      : big_endian_(big_endian), unit_(nanoseconds ? 1 : 1000) {
    word(nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4);
    half(2).half(4);
    word(0).word(0).word(262144).word(link);
  }
  FileBuilder& frame(Timed const& frame) {
    word(static_cast<std::uint32_t>(frame.time_ns / 1'000'000'000));
    word(static_cast<std::uint32_t>(frame.time_ns % 1'000'000'000 / unit_));
    word(static_cast<std::uint32_t>(frame.bytes.size())).word(frame.length);
    text_.append(frame.bytes.begin(), frame.bytes.end());
    return *this;
  }
  std::string const& text() const { return text_; }

 private:
  FileBuilder& word(std::uint32_t value) { return number(value, 4); }
  FileBuilder& half(std::uint32_t value) { return number(value, 2); }
  FileBuilder& number(std::uint32_t value, unsigned size) {
    for (unsigned i = 0; i < size; ++i)
      text_ += static_cast<char>(value >> 8 * (big_endian_ ? size - 1 - i : i));
    return *this;
  }

  bool big_endian_;
  std::uint32_t unit_;
  std::string text_;
};

std::vector<Timed> some_frames() {
  std::vector<Timed> frames;
  for (std::uint32_t i = 0; i < 300; ++i) {
    Frame bytes(i % 7 == 0 ? 0 : 14 + i * 5);
    for (std::size_t at = 0; at < bytes.size(); ++at) bytes[at] = static_cast<std::uint8_t>(at * i);
    auto const length = static_cast<std::uint32_t>(bytes.size());
    // Time goes back now and then, as in real captures.
    frames.push_back({std::move(bytes),
                      1'600'000'000'000'000'000ull + i * 1'000'003'000ull % 7'000'000'000ull,
                      length});
  }
  return frames;
}

std::vector<Timed> read_capture(std::string const& path) {
  std::vector<Timed> frames;
  CaptureReader reader(path);
  while (auto const* frame = reader.next())
    frames.push_back({{frame->bytes.data, frame->bytes.data + frame->bytes.size},
                      frame->time_ns,
                      frame->length});
  return frames;
}

std::string slurp(std::string const& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
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
  EXPECT_FALSE(writer.failed());
  auto written = slurp(writer.path());
  // The snapshot length in the file's header is the writer's own choice.
  written.replace(16, 4, expected.text().substr(16, 4));
  EXPECT_EQ(written, expected.text());
}

TEST_F(CaptureTest, OfAnyLengthThatBreaksOffIsRefused) {
  auto const whole =
      FileBuilder(false, true).frame({Frame(20, 1), 0, 20}).frame({Frame(9, 2), 5, 9}).text();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    auto const path = folder.write("cut.pcap", whole.substr(0, size));
    if (size == 24 || size == 24 + 16 + 20) {  // between frames
      EXPECT_NO_THROW(summarise_capture(path)) << size;
      continue;
    }
    EXPECT_THAT(config_error([&] { summarise_capture(path); }),
                AllOf(HasSubstr("cut.pcap: "), HasSubstr("truncated")))
        << size;
  }
}

TEST_F(CaptureTest, OfAnotherKindIsRefused) {
  EXPECT_THAT(config_error([&] { CaptureReader(folder.write("x", std::string(100, 'x'))); }),
              HasSubstr("x: not a capture file that can be used: unknown file format"));
  EXPECT_THAT(config_error([&] { CaptureReader(folder.path("none")); }),
              HasSubstr("none: cannot be read: No such file or directory"));
  EXPECT_THAT(config_error([&] { CaptureReader(folder.path("")); }),
              HasSubstr("not a regular file"));
  EXPECT_THAT(config_error([&] { CaptureReader(save(FileBuilder(false, true, 101))); }),
              HasSubstr("in.pcap: its frames are of link type RAW; expected Ethernet"));
}

TEST_F(CaptureTest, WithAnImpossibleLengthIsDamaged) {
  auto text = FileBuilder(false, true).frame({Frame(20, 1), 0, 20}).text();
  text.replace(24 + 8, 4, "\xff\xff\xff\x7f");
  EXPECT_THAT(config_error([&] { summarise_capture(folder.write("in.pcap", text)); }),
              HasSubstr("in.pcap: damaged: "));
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
  EXPECT_THAT(both.remarks(), IsEmpty());
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
      for (unsigned at = 0; at < kFrames; at += 10)
        EXPECT_EQ(queues[worker]->transmit({&packets[worker][at], 10}), 10u);
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
  EXPECT_THAT(both.remarks(),
              ElementsAre("1 frame of " + path + " refused: captured shorter than they were"));
}

TEST_F(CapturePortTest, RefusesFramesLongerThanABuffer) {
  auto const most = 2048u + DpdkPool::kTailroom;
  auto const path = save(std::vector<Timed>{{Frame(9000, 1), 1, 9000},
                                            {Frame(most, 2), 2, most},
                                            {Frame(most + 1, 3), 3, most + 1},
                                            {Frame(60, 4), 4, 70'000}});
  auto both = port({.in = path, .out = folder.path("out.pcap"), .cut = {}});
  copy(both, both, 2);
  EXPECT_EQ(read_capture(folder.path("out.pcap")), (std::vector<Timed>{{Frame(most, 2), 2, most}}));
  EXPECT_EQ(both.statistics().refused, 3u);
  EXPECT_THAT(both.remarks(), ElementsAre(HasSubstr("3 frames of ")));
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

TEST_F(CapturePortTest, TellsOfAFullDisk) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "there is no /dev/full";
  auto out = port({.in = {}, .out = "/dev/full", .cut = {}});
  out.start();
  unsigned sent = 0;
  // More than any buffering holds back.
  for (int i = 0; i < 2000 && !out.tx(0)->failed(); ++i) {
    auto const packets = test::packets_of(*pool, {Frame(1500, 1)});
    auto const taken = out.tx(0)->transmit(packets);
    pool->release(std::span<Packet const>(packets).subspan(taken));
    sent += taken;
  }
  EXPECT_TRUE(out.tx(0)->failed());
  EXPECT_LT(sent, 2000u);
  out.stop();
  EXPECT_THAT(out.remarks(), ElementsAre("/dev/full is not complete: No space left on device"));
  EXPECT_EQ(pool->in_use(), 0u);
}

TEST_F(CapturePortTest, TellsOfADiskThatIsFullAtTheEnd) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "there is no /dev/full";
  auto out = port({.in = {}, .out = "/dev/full", .cut = {}});
  out.start();
  out.tx(0)->transmit(test::packets_of(*pool, {Frame(60, 1)}));
  EXPECT_FALSE(out.tx(0)->failed()) << "it is still in memory";
  out.stop();
  EXPECT_THAT(out.remarks(), ElementsAre(HasSubstr("No space left on device")));
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
  EXPECT_THAT(in.remarks(), ElementsAre(HasSubstr("has changed while it was read: truncated")));
}

}  // namespace
}  // namespace warpline
