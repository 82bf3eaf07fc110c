// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/link.hpp"

#include <gtest/gtest.h>

#include <map>

#include "app/control/run_report.hpp"
#include "core/engine/engine.hpp"

namespace warpline {
namespace {

/// Makes ten packets and then none.
class TenPackets final : public Port, private RxQueue {
 public:
  explicit TenPackets(BufferPool& pool) : Port("in"), pool_(pool) {}
  std::string description() const override { return "ten packets"; }
  RxQueue* rx(unsigned worker) override { return worker == 0 ? this : nullptr; }
  TxQueue* tx(unsigned) override { return nullptr; }

 private:
  unsigned receive(std::span<Packet> packets) noexcept override {
    if (made_ == 10 || !pool_.allocate(packets.first(1))) return 0;
    packets[0].append(60);
    packets[0].arrive(port_index, 60, packets[0].headroom, packets[0].tailroom);
    ++made_;
    return 1;
  }
  bool finished() const noexcept override { return made_ == 10; }

  BufferPool& pool_;
  unsigned made_ = 0;
};

/// Takes some packets; has queues for some workers; loses some of what it took.
class LinkPort final : public Port,
                       public LinkWatch,
                       public QueueAdvice,
                       public TxQueue,
                       public TxLink {
 public:
  explicit LinkPort(BufferPool& pool) : Port("out"), pool_(pool) {}
  std::string description() const override { return "a link"; }
  RxQueue* rx(unsigned) override { return nullptr; }
  TxQueue* tx(unsigned worker) override { return worker < queues ? this : nullptr; }
  std::optional<LinkEvent> check_link() override { return {}; }
  std::uint64_t lost() const override { return lost_packets; }
  std::string missed_source() const override { return "a counter"; }
  std::string queue_advice(unsigned workers) const override {
    return "rings=" + std::to_string(workers);
  }

  LinkState state = LinkState::kUp;
  unsigned room = 0, queues = 1;
  std::uint64_t lost_packets = 0;

 private:
  unsigned transmit(std::span<Packet const> packets) noexcept override {
    auto const taken = std::min<std::size_t>(room, packets.size());
    room -= static_cast<unsigned>(taken);
    pool_.release(packets.first(taken));
    return static_cast<unsigned>(taken);
  }
  LinkState link() const noexcept override { return state; }

  BufferPool& pool_;
};

class Link : public testing::Test {
 protected:
  /// Sends the ten packets; the reasons of what was dropped.
  std::map<std::string, std::uint64_t> drops(char const* pipeline =
                                                 "FromDPDKDevice(in)"
                                                 " -> ToDPDKDevice(out);") {
    Engine engine({}, ports_, devices_, pool_);
    engine.load(std::make_shared<Source>(Source{"test.click", pipeline}));
    engine.start();
    engine.join();
    totals = engine.totals();
    report = app::make_report(engine, 1);
    std::map<std::string, std::uint64_t> result;
    for (auto const& drop : report.snapshot.drops)
      result[drop.reason + " at " + drop.place] += drop.packets;
    return result;
  }

  HeapBufferPool pool_{256, 256};
  DeviceSet devices_;
  PortSet ports_;
  Port& in = ports_.add(std::make_unique<TenPackets>(pool_));
  LinkPort& out = dynamic_cast<LinkPort&>(ports_.add(std::make_unique<LinkPort>(pool_)));
  Totals totals;
  app::RunReport report;
};

using Drops = std::map<std::string, std::uint64_t>;

TEST_F(Link, ThatIsDownIsTheReasonOfDrops) {
  out.state = LinkState::kDown;
  EXPECT_EQ(drops(), (Drops{{"link_down at ToDPDKDevice@2", 10}}));
}

TEST_F(Link, WhoseInterfaceIsGoneIsTheReasonOfDrops) {
  out.state = LinkState::kGone;
  EXPECT_EQ(drops(), (Drops{{"tx_error at ToDPDKDevice@2", 10}}));
}

TEST_F(Link, ThatIsUpLeavesAFullQueueAsTheReason) {
  out.room = 4;
  EXPECT_EQ(drops(), (Drops{{"tx_queue_full at ToDPDKDevice@2", 6}}));
}

TEST_F(Link, TurnsWhatWasLostAfterwardsIntoDrops) {
  out.room = 10;
  out.lost_packets = 3;
  EXPECT_EQ(drops(), (Drops{{"tx_error at port out", 3}}));
  EXPECT_EQ(totals.transmitted, 7u);
  EXPECT_EQ(totals.dropped, 3u);
  EXPECT_TRUE(totals.conserved());
  EXPECT_EQ(report.snapshot.ports[1].transmitted, 7u);
  EXPECT_EQ(report.snapshot.ports[1].missed_source, "a counter");
}

TEST_F(Link, OfFewerQueuesThanWorkersIsNamedWithWhatToWrite) {
  EXPECT_FALSE(describe_few_queues(out, 1));
  EXPECT_EQ(
      describe_few_queues(out, 2),
      "port 'out': 1 queue, 2 workers; write 'rings=2' in its specification, or '--workers 1'");
  out.queues = 2;
  EXPECT_EQ(describe_few_queues(out, 3),
            "port 'out': 2 queues, 3 workers; write 'rings=3' in its specification, or '--workers "
            "2'");
  out.queues = 0;
  EXPECT_FALSE(describe_few_queues(out, 2)) << "it cannot send at all";
}

}  // namespace
}  // namespace warpline
