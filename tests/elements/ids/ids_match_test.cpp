// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <thread>

#include "core/base/clock.hpp"
#include "core/base/output_file.hpp"
#include "core/base/text_corpus.hpp"
#include "core/element/context.hpp"
#include "core/engine/graph.hpp"
#include "core/net/layers.hpp"
#include "elements/ids/matches.hpp"
#include "elements/ids/pattern_file.hpp"
#include "elements/ids/synthetic_patterns.hpp"
#include "gpu/host/host_device.hpp"
#include "tests/elements/ids/captures.hpp"
#include "tests/elements/ids/naive.hpp"
#include "tests/elements/ids/udp_frame.hpp"

namespace warpline {
namespace {

using ids::testing::udp_frame;

using ids::Matches;
using ::testing::HasSubstr;

/// Stands where packets would come from; the tests push their own.
class IdsTestSource final : public SourceElement {
 public:
  explicit IdsTestSource(Args&) {}
  unsigned poll(Outputs&) noexcept override { return 0; }
};
WARPLINE_ELEMENT(IdsTestSource);

std::string read(std::string const& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

Matches expected_of(std::string const& frame, ids::testing::BucketSearch& search) {
  auto const layers = walk_layers({reinterpret_cast<std::uint8_t const*>(frame.data()),
                                   static_cast<std::uint32_t>(frame.size())});
  Matches expected;
  expected.flags = layers.malformed ? Matches::kMalformed : 0;
  auto const* const payload = reinterpret_cast<char const*>(layers.payload.data);
  for (auto const id : search({payload, layers.payload.size})) expected.add(id);
  return expected;
}

/// Gives every packet the capture time 0.
class TimedPool final : public BufferPool {
 public:
  bool allocate(std::span<Packet>) noexcept override { return false; }
  void release(std::span<Packet const>) noexcept override {}
  Arrival arrival(Packet const&) const noexcept override { return {0, 1}; }
  std::size_t in_use() const noexcept override { return 0; }
};

/// `source -> IDSMatch(...) -> Discard` with what it needs, and files of its own.
class IdsMatchTest : public ::testing::Test {
 protected:
  IdsMatchTest() : folder_(::testing::TempDir() + "ids_match_" + std::to_string(getpid()) + "_") {}
  ~IdsMatchTest() override {
    std::remove((folder_ + "p").c_str());
    std::remove((folder_ + "eve").c_str());
  }

  void write_patterns(std::string const& text) { std::ofstream(folder_ + "p") << text; }

  void build(std::string const& arguments) {
    BuildContext context{ports_, devices_, shared_};
    build(arguments, context);
  }
  void build(std::string const& arguments, BuildContext& context) {
    auto const text = "IdsTestSource -> ids :: IDSMatch(" + arguments + ") -> Discard;";
    graph_ = Graph::build(parse_pipeline(std::make_shared<Source>(Source{folder_ + "x", text})),
                          context);
    graph_->attach(buffers_, batches_, counters_);
    node_ = graph_->find("ids");
    graph_->start();
  }
  std::string error_of(std::string const& arguments) {
    try {
      build(arguments);
    } catch (ConfigError const& error) {
      return error.what();
    }
    return "no error";
  }

  BatchPtr batch_of(std::vector<std::string> const& frames) {
    auto batch = batches_.allocate();
    batch->resize(static_cast<unsigned>(frames.size()));
    EXPECT_TRUE(buffers_.allocate(batch->packets()));
    for (unsigned i = 0; i < frames.size(); ++i) {
      auto& packet = (*batch)[i];
      std::copy(frames[i].begin(), frames[i].end(), packet.data);
      packet.length = static_cast<std::uint16_t>(frames[i].size());
    }
    return batch;
  }
  void push(std::vector<std::string> const& frames) { graph_->push(*node_, 0, batch_of(frames)); }
  /// Those that are due within a second.
  void run_timers() {
    graph_->run_timers(cycles() + static_cast<std::uint64_t>(cycles_per_second()));
  }

  static std::vector<Matches> results(Batch& batch) {
    auto const* const first = reinterpret_cast<Matches const*>(batch.results());
    return {first, first + batch.size()};
  }
  static void clear(Batch& batch) {
    std::fill_n(batch.results(), Batch::kCapacity * Batch::kResultBytes, std::byte{0xee});
  }
  /// What the tuned form, the body, and the host device's lane return for the frames.
  std::array<std::vector<Matches>, 3> results_of(std::vector<std::string> const& frames, Lane& lane,
                                                 KernelChain const& chain) {
    std::array<std::vector<Matches>, 3> all;
    auto batch = batch_of(frames);
    auto* const element = node_->element->offload();
    clear(*batch);
    element->run_cpu(*batch);
    all[0] = results(*batch);
    clear(*batch);
    element->run_reference(*batch);
    all[1] = results(*batch);
    clear(*batch);
    auto const item = WorkItem::of(batch->slots(), batch->size(), batch->results());
    auto const ticket = lane.submit({&chain, &item, 1});
    while (lane.fence().completed.load(std::memory_order_acquire) < ticket) {
      lane.advance();
      std::this_thread::yield();
    }
    all[2] = results(*batch);
    graph_->push(*node_, 0, std::move(batch));
    return all;
  }

  std::string folder_;
  PortSet ports_;
  DeviceSet devices_;
  SharedStore shared_;
  HeapBufferPool buffers_{512, 2048};
  BatchPool batches_{8};
  WorkerCounters counters_;
  std::unique_ptr<Graph> graph_;
  Node* node_ = nullptr;
};

TEST_F(IdsMatchTest, ForwardsEveryPacketAndWritesAnAlertForEachMatch) {
  write_patterns("content:\"evil\"; sid:7; msg:\"bad\";\ncontent:\"EV\"; nocase; sid:8;\n");
  build("PATTERNS " + folder_ + "p, EVE " + folder_ + "eve");
  push({udp_frame("some evil"), udp_frame("good"), udp_frame("EVIL"), "short"});
  EXPECT_EQ(node_->outputs[0].node->counters.packets.get(), 4u);
  EXPECT_EQ(counters_.dropped.get(), 4u) << "all of them by Discard";
  graph_->stop();
  auto const eve = read(folder_ + "eve");
  EXPECT_EQ(std::count(eve.begin(), eve.end(), '\n'), 3);
  EXPECT_THAT(eve,
              HasSubstr("\"src_ip\":\"10.0.0.1\",\"src_port\":4096,\"dest_ip\":\"10.0.0.2\","
                        "\"dest_port\":53,\"proto\":\"UDP\",\"alert\":{\"action\":\"allowed\""));
  EXPECT_THAT(eve, HasSubstr("\"signature_id\":7,\"rev\":0,\"signature\":\"bad\""));
}

TEST_F(IdsMatchTest, WritesWaitingAlertsWhenItsTimerIsDue) {
  write_patterns("content:\"x\";\n");
  build("PATTERNS " + folder_ + "p, EVE " + folder_ + "eve");
  for (int i = 0; i < 300; ++i) push({udp_frame("x"), udp_frame("x")});
  EXPECT_EQ(read(folder_ + "eve"), "");
  run_timers();
  EXPECT_NE(read(folder_ + "eve"), "");
}

TEST_F(IdsMatchTest, DropsMatchingPacketsWhenAskedTo) {
  write_patterns("content:\"evil\";\n");
  build("PATTERNS " + folder_ + "p, DROP true, EVE " + folder_ + "eve");
  push({udp_frame("evil"), udp_frame("good"), udp_frame("more evil")});
  EXPECT_EQ(node_->counters.drops[DropReason::named("matched").index()].get(), 2u);
  EXPECT_EQ(node_->outputs[0].node->counters.packets.get(), 1u);
  graph_->stop();
  EXPECT_THAT(read(folder_ + "eve"), HasSubstr("\"action\":\"blocked\""));
}

TEST_F(IdsMatchTest, ListsAllMatchesOfAPacketWithMoreThanAResultHolds) {
  std::string patterns, text;
  for (char c = 'a'; c <= 'z'; ++c) {
    patterns += std::string("content:\"") + c + "\"; sid:" + std::to_string(c) + ";\n";
    text += c;
  }
  write_patterns(patterns);
  build("PATTERNS " + folder_ + "p, EVE " + folder_ + "eve");
  push({udp_frame(text)});
  graph_->stop();
  auto const eve = read(folder_ + "eve");
  EXPECT_EQ(std::count(eve.begin(), eve.end(), '\n'), 26);
}

TEST_F(IdsMatchTest, NotesTheAlertsThatAFullDiskLoses) {
  write_patterns("content:\"x\";\n");
  build("PATTERNS " + folder_ + "p, EVE /dev/full");
  auto const outputs = shared_.single<OutputFiles>();
  ASSERT_EQ(outputs->all.size(), 1u);
  auto const& file = *outputs->all[0];
  for (int i = 0; i < 300; ++i) push({udp_frame("x")});
  run_timers();
  EXPECT_EQ(file.error(), ENOSPC);
  EXPECT_EQ(file.lost(), 0u) << "they wait";
  graph_->stop();
  EXPECT_EQ(file.lost(), 300u);
  EXPECT_EQ(file.unit(), "alert");
  EXPECT_EQ(file.owner(), "ids");
}

TEST_F(IdsMatchTest, WritesTheTimeZeroOfACapture) {
  write_patterns("content:\"x\";\n");
  TimedPool const pool;
  BuildContext context{ports_, devices_, shared_};
  context.buffers = &pool;
  build("PATTERNS " + folder_ + "p, EVE " + folder_ + "eve", context);
  push({udp_frame("x")});
  graph_->stop();
  EXPECT_THAT(read(folder_ + "eve"),
              HasSubstr("\"timestamp\":\"1970-01-01T00:00:00.000000+0000\""));
}

TEST_F(IdsMatchTest, RefusesBadArgumentsWithTheirPlace) {
  EXPECT_THAT(error_of(""), HasSubstr("missing argument PATTERNS"));
  EXPECT_THAT(error_of("nowhere.patterns"), HasSubstr("x:1:34: error: IDSMatch: "));
  EXPECT_THAT(error_of("nowhere.patterns"), HasSubstr("cannot be read: No such file"));
  EXPECT_THAT(error_of("SYNTHETIC 70000"), HasSubstr("expected an integer from 0 to 65535"));
  EXPECT_THAT(error_of("SYNTHETIC 10, EVE /nonexistent/eve"),
              HasSubstr("cannot be written: No such file"));
  EXPECT_THAT(error_of("SYNTHETIC 10, DROPS true"), HasSubstr("did you mean 'DROP'?"));
  write_patterns("# nothing\n");
  EXPECT_THAT(error_of("PATTERNS " + folder_ + "p"), HasSubstr("p: error: holds no pattern"));
  write_patterns("content:\"\";\n");
  EXPECT_THAT(error_of("PATTERNS " + folder_ + "p"),
              HasSubstr("p:1:9: error: the content is empty"));
}

TEST_F(IdsMatchTest, DoesNotPassForAQueueInACycle) {
  BuildContext context{ports_, devices_, shared_};
  auto const text =
      "IdsTestSource -> ids :: IDSMatch(SYNTHETIC 10, EVE " + folder_ + "eve); ids -> ids;";
  try {
    Graph::build(parse_pipeline(std::make_shared<Source>(Source{"x", text})), context);
    FAIL();
  } catch (ConfigError const& error) {
    EXPECT_THAT(error.what(), HasSubstr("is in a cycle without a Queue"));
  }
}

TEST_F(IdsMatchTest, GivesTheSameBytesOnEveryDeviceForMadeUpTraffic) {
  build("SYNTHETIC 2000");
  host::HostDevice device({-1});
  auto const lane = device.open_lane(Transfer::kDirect);
  KernelChain chain;
  chain.calls[chain.count++] = node_->element->offload()->call(device);
  auto const set = ids::synthetic_patterns(1, 2000);
  ids::testing::BucketSearch search(set.patterns);
  auto const text = text_corpus(21, 1 << 18);
  TextWriter random(22);
  std::size_t matches = 0, overflows = 0;
  for (unsigned round = 0; round < 40; ++round) {
    std::vector<std::string> frames;
    for (unsigned i = 0; i < 1 + random.below(256); ++i) {
      auto frame = udp_frame(text.substr(random.below(1u << 17), random.below(1900)));
      for (auto planted = random.below(40); planted > 0 && frame.size() > 300; --planted) {
        auto const& bytes = set.patterns[random.below(2000)].bytes;
        frame.replace(42 + random.below(static_cast<std::uint32_t>(frame.size() - 42)) / 2,
                      bytes.size(), bytes);
      }
      if (random.below(16) == 0) frame.resize(random.below(60));
      frames.push_back(frame);
    }
    auto const [tuned, body, lane_results] = results_of(frames, *lane, chain);
    ASSERT_EQ(tuned, body);
    ASSERT_EQ(tuned, lane_results);
    for (std::size_t i = 0; i < frames.size(); ++i) {
      auto const expected = expected_of(frames[i], search);
      ASSERT_EQ(tuned[i], expected) << "round " << round << ", packet " << i;
      matches += expected.count;
      overflows += expected.overflow();
    }
  }
  EXPECT_GT(matches, 1000u);
  EXPECT_GT(overflows, 0u);
}

TEST_F(IdsMatchTest, GivesTheSameBytesOnEveryDeviceForCaptures) {
  auto const captures = ids::testing::files_in("traffic", ".pcap");
  auto const rules = ids::testing::files_in("rules/et-open-2020", ".rules");
  if (captures.empty() || rules.empty())
    GTEST_SKIP() << "no captures or rules under " << ids::testing::shared_folder();
  auto const text = ids::testing::pattern_file_of(rules);
  write_patterns(text);
  build("PATTERNS " + folder_ + "p");
  auto const set = ids::load_patterns(folder_ + "p");
  ASSERT_GT(set.patterns.size(), 10000u);
  host::HostDevice device({-1});
  auto const lane = device.open_lane(Transfer::kDirect);
  KernelChain chain;
  chain.calls[chain.count++] = node_->element->offload()->call(device);
  ids::testing::BucketSearch search(set.patterns);
  std::size_t packets = 0;
  for (auto const& path : captures) {
    auto frames = ids::testing::read_frames(path);
    std::erase_if(frames, [](auto const& frame) { return frame.size() > 2048; });
    for (std::size_t begin = 0; begin < frames.size(); begin += Batch::kCapacity) {
      auto const end = std::min<std::size_t>(begin + Batch::kCapacity, frames.size());
      std::vector<std::string> const part(frames.begin() + static_cast<std::ptrdiff_t>(begin),
                                          frames.begin() + static_cast<std::ptrdiff_t>(end));
      auto const [tuned, body, lane_results] = results_of(part, *lane, chain);
      ASSERT_EQ(tuned, body) << path;
      ASSERT_EQ(tuned, lane_results) << path;
      for (std::size_t i = 0; i < part.size(); ++i)
        ASSERT_EQ(tuned[i], expected_of(part[i], search)) << path << ", packet " << begin + i;
      packets += part.size();
    }
  }
  EXPECT_GT(packets, 10000 / ids::testing::kFrameStride);
}

}  // namespace
}  // namespace warpline
