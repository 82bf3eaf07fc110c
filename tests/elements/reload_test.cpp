// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>

#include "core/element/polled_element.hpp"
#include "core/engine/snapshot.hpp"
#include "gpu/host/host_device.hpp"
#include "tests/elements/traffic_ends.hpp"
#include "tests/support/config_errors.hpp"
#include "tests/support/frame.hpp"
#include "tests/support/locked_pool.hpp"
#include "tests/support/scoped.hpp"

namespace warpline {
namespace {

using namespace std::chrono_literals;
using test::errors_of;
using testing::HasSubstr;

using test::Traffic;
using test::traffic_of;

/// Holds a batch for as long as the traffic is blocked, then passes it on. Counts those that it took
/// over from the one before.
class ReloadHolder final : public PolledElement {
 public:
  explicit ReloadHolder(Args& args) : traffic_(traffic_of(args.context().shared)) {}
  void process(BatchPtr batch, unsigned, Outputs& out) noexcept override {
    if (held_ || !traffic_->blocked) return out.emit(std::move(batch));
    held_ = std::move(batch);
  }
  unsigned poll(Outputs& out) noexcept override {
    if (!held_ || traffic_->blocked) return 0;
    auto const count = held_->size();
    out.emit(std::move(held_));
    return count;
  }
  std::size_t held() const noexcept override { return held_ ? held_->size() : 0; }
  void drop_held(Outputs& out, DropReason reason) noexcept override {
    if (held_) out.drop(std::move(held_), reason);
  }
  void take_over(Element& old) override {
    auto const& before = dynamic_cast<ReloadHolder&>(old);
    taken_ = before.taken_ + 1;
    EXPECT_FALSE(before.stopped_) << "it has ended what could be continued";
  }
  void stop() noexcept override { stopped_ = true; }
  std::vector<Metric> metrics() const override {
    return {{"taken_over", "Instances whose state it has", "elements", taken_}};
  }

 private:
  std::shared_ptr<Traffic> traffic_;
  BatchPtr held_;
  std::uint64_t taken_ = 0;
  bool stopped_ = false;
};
WARPLINE_ELEMENT(ReloadHolder);

class Reload : public ::testing::Test {
 protected:
  Reload() {
    devices_.add(std::make_unique<host::HostDevice>(std::vector<int>{-1}));
    options_.shared = std::make_shared<SharedStore>();
    options_.worker.offload.deadline = 20us;
    options_.worker.batches = 128;
    traffic_ = traffic_of(*options_.shared);
    traffic_->frame =
        test::FrameBuilder().ether(test::kBroadcast).ipv4().udp(1, 2).pad_to(64).build();
  }
  ~Reload() override { EXPECT_EQ(buffers_.in_use(), 0u) << "a buffer was lost"; }

  static Pipeline parse(std::string const& text) {
    return parse_pipeline(std::make_shared<Source>(Source{"test.click", text}));
  }
  void start(std::string const& text) {
    engine_.emplace(options_, ports_, devices_, buffers_);
    engine_->load(parse(text));
    engine_->start();
    wait_for_packets();
  }
  void wait_for_packets() {
    auto const before = traffic_->received.load();
    while (traffic_->received < before + 100) std::this_thread::yield();
  }
  void reload(std::string const& text) {
    engine_->reload(parse(text));
    while (engine_->collect() > 0) std::this_thread::yield();
  }
  /// Ends the traffic; all packets must be accounted for.
  Snapshot finish() {
    traffic_->allowed = 0;
    traffic_->over = true;
    engine_->join();
    auto snapshot = take_snapshot(*engine_);
    EXPECT_TRUE(snapshot.totals.conserved());
    EXPECT_EQ(snapshot.totals.received, traffic_->sent);
    engine_.reset();
    return snapshot;
  }
  static Snapshot::ElementRow const* find(Snapshot const& snapshot, std::string const& name) {
    for (auto const& row : snapshot.elements)
      if (row.name == name) return &row;
    return nullptr;
  }

  test::ScopedFolder folder_;
  PortSet ports_;
  DeviceSet devices_;
  test::LockedPool buffers_{16384, 256};
  EngineOptions options_;
  std::shared_ptr<Traffic> traffic_;
  std::optional<Engine> engine_;
};

TEST_F(Reload, LosesNoPacketAndKeepsWhatElementsHaveCounted) {
  start("StreamSource -> a :: Null -> gone :: Null -> StreamSink;");
  reload("StreamSource -> a :: Null -> come :: Null -> StreamSink;");
  wait_for_packets();
  auto const snapshot = finish();
  EXPECT_EQ(snapshot.totals.dropped, 0u);
  EXPECT_EQ(find(snapshot, "a")->packets, traffic_->sent);
  EXPECT_GT(find(snapshot, "gone")->packets, 0u);
  EXPECT_GT(find(snapshot, "come")->packets, 0u);
  EXPECT_EQ(find(snapshot, "gone")->packets + find(snapshot, "come")->packets, traffic_->sent);
}

TEST_F(Reload, AnElementThatComesBackGoesOnCounting) {
  start("StreamSource -> a :: Null -> StreamSink;");
  reload("StreamSource -> b :: Null -> StreamSink;");
  wait_for_packets();
  reload("StreamSource -> a :: Null -> StreamSink;");
  wait_for_packets();
  auto const snapshot = finish();
  EXPECT_EQ(find(snapshot, "a")->packets + find(snapshot, "b")->packets, traffic_->sent);
}

TEST_F(Reload, AHundredUnderTrafficKeepMemoryConstant) {
  std::string const hash =
      "StreamSource -> LoadBalanceByWeight(0.5) -> h :: FlowHash -> StreamSink;";
  std::string const null = "StreamSource -> n :: Null -> Queue -> StreamSink;";
  start(hash);
  auto const used = [] {
    auto const info = mallinfo2();
    return info.uordblks + info.hblkhd;
  };
  std::size_t before = 0;
  for (int i = 0; i < 100; ++i) {
    reload(i % 2 == 0 ? null : hash);
    wait_for_packets();
    if (i == 19) before = used();
  }
  auto const after = used();
  auto const snapshot = finish();
  EXPECT_LT(after, before + (256 << 10)) << "80 reloads take more than 256 KiB";
  EXPECT_EQ(find(snapshot, "h")->packets + find(snapshot, "n")->packets, traffic_->sent);
  EXPECT_EQ(snapshot.totals.dropped, 0u);
}

TEST_F(Reload, SequenceNumbersOfSasGoOn) {
  auto const sas = folder_.write(
      "a.sa",
      "src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1001 mode tunnel dir out\n"
      "  aead \"rfc4106(gcm(aes))\" 0x000102030405060708090a0b0c0d0e0fa0a1a2a3 128\n");
  auto const encrypt = "IPsecEncrypt(SA " + sas + ")";
  traffic_->sequences.reserve(1u << 24);
  traffic_->keeps_sequences = true;
  start("StreamSource -> LoadBalanceByWeight(0.5) -> " + encrypt + " -> StreamSink;");
  for (int i = 0; i < 20; ++i) {
    reload("StreamSource -> " +
           std::string(i % 2 == 0 ? "x :: " : "LoadBalanceByWeight(0.3) -> y :: ") + encrypt +
           " -> StreamSink;");
    wait_for_packets();
  }
  auto const snapshot = finish();
  EXPECT_EQ(snapshot.totals.dropped, 0u);
  auto& sequences = traffic_->sequences;
  ASSERT_EQ(sequences.size(), traffic_->sent);
  std::sort(sequences.begin(), sequences.end());
  for (std::size_t i = 0; i < sequences.size(); ++i) ASSERT_EQ(sequences[i], i + 1);
}

TEST_F(Reload, DropsWhatCannotLeaveInTime) {
  options_.worker.drain_deadline = 50ms;
  start("StreamSource -> h :: ReloadHolder -> StreamSink;");
  traffic_->blocked = true;
  wait_for_packets();
  reload("StreamSource -> h :: ReloadHolder -> StreamSink;");
  traffic_->blocked = false;
  wait_for_packets();
  auto const snapshot = finish();
  ASSERT_EQ(snapshot.drops.size(), 1u);
  EXPECT_EQ(snapshot.drops[0].reason, "reload");
  EXPECT_EQ(snapshot.drops[0].place, "h");
  EXPECT_EQ(snapshot.drops[0].packets, 8u);
  EXPECT_EQ(find(snapshot, "h")->metrics.at(0).value, 1u) << "its state was not taken over";
}

TEST_F(Reload, ABadPipelineLeavesTheCurrentOneRunning) {
  start("StreamSource -> a :: Null -> StreamSink;");
  EXPECT_THAT(errors_of([&] { engine_->reload(parse("StreamSource -> Nul -> StreamSink;")); }),
              HasSubstr("test.click:1:17: error: unknown element class 'Nul'"));
  EXPECT_EQ(engine_->collect(), 0u);
  wait_for_packets();
  auto const snapshot = finish();
  EXPECT_EQ(find(snapshot, "a")->packets, traffic_->sent);
}

TEST_F(Reload, AnEngineMayEndMeanwhile) {
  for (int i = 0; i < 20; ++i) {
    traffic_->over = false;
    traffic_->allowed = Traffic::kUnlimited;
    traffic_->sent = traffic_->received = 0;
    start("StreamSource -> StreamSink;");
    engine_->reload(parse("StreamSource -> Null -> StreamSink;"));
    if (i % 2 == 0) engine_->stop();
    finish();
  }
}

TEST_F(Reload, ReachesAllWorkers) {
  options_.cores = {-1, -1};
  options_.worker.nap = true;
  options_.watchdog = 1s;
  start("StreamSource -> a :: Null -> StreamSink;");
  for (int i = 0; i < 10; ++i) {
    reload("StreamSource -> b :: Null -> StreamSink;");
    reload("StreamSource -> a :: Null -> StreamSink;");
  }
  wait_for_packets();
  auto const snapshot = finish();
  EXPECT_EQ(find(snapshot, "a")->packets + find(snapshot, "b")->packets, traffic_->sent);
  EXPECT_GT(find(snapshot, "b")->packets, 0u);
}

}  // namespace
}  // namespace warpline
