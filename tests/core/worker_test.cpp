// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/worker.hpp"

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <numeric>

#include "tests/core/test_elements.hpp"

namespace warpline {
namespace {

/// A device whose work is over when it has been submitted.
class InstantDevice final : public Device {
 public:
  InstantDevice() : Device("instant", Kind::kHost) {}
  std::string description() const override { return "over at once"; }
  std::unique_ptr<Lane> open_lane(Transfer) override { return std::make_unique<InstantLane>(); }

 private:
  struct InstantLane final : Lane {
    Ticket submit(Work const& work) noexcept override {
      for (std::uint32_t i = 0; i < work.count; ++i)
        for (unsigned k = 0; k < work.chain->count; ++k)
          work.chain->calls[k].host(work.chain->calls[k].kernel, work.items[i]);
      auto const ticket = fence_.completed.load() + 1;
      fence_.completed.store(ticket);
      return ticket;
    }
    void arm(void (*wake)(void*), void* context) noexcept override { wake(context); }
  };
};

TEST(Worker, RetiresTasksThatAreOverBeforeAnybodyWaitsForThem) {
  // Each of these completions is posted to the loop's context by the loop itself.
  test::Rig rig;
  rig.devices.add(std::make_unique<InstantDevice>());
  rig.bench->devices.assign(200, 1);
  std::vector<std::uint32_t> expected;
  for (std::uint32_t i = 0; i < 200; ++i) {
    rig.bench->input.push_back({i});
    expected.push_back(i);
  }
  WorkerOptions options;
  options.offload.task_packets = 1;
  Worker worker(options, rig.buffers);
  auto const pipeline = parse_pipeline(std::make_shared<Source>(
      Source{"test.click", "TestSource -> TestBalance -> TestEdit(1) -> TestSink;"}));
  worker.adopt(Graph::build(pipeline, rig.context), rig.devices);
  worker.start();
  worker.join();
  EXPECT_EQ(worker.left_inside(), 0u);
  EXPECT_EQ(rig.bench->output, expected);
}

/// Becomes readable, as the receive interrupt of a device does.
struct Doorbell {
  int file = eventfd(0, EFD_NONBLOCK);
  std::atomic<unsigned> armed{0};
  ~Doorbell() { close(file); }
  void ring() const {
    std::uint64_t const one = 1;
    ASSERT_EQ(write(file, &one, sizeof one), 8);
  }
};

/// A source that has nothing until the doorbell has rung twice.
class TestDoorbell final : public SourceElement {
 public:
  explicit TestDoorbell(Args& args)
      : bell_(args.context().shared.get<Doorbell>("doorbell", [] { return new Doorbell; })) {}
  bool finished() const noexcept override { return rung_ == 2; }
  unsigned poll(Outputs&) noexcept override {
    std::uint64_t rung = 0;
    if (read(bell_->file, &rung, sizeof rung) == 8) rung_ += static_cast<unsigned>(rung);
    return 0;
  }
  bool arm(Waker& waker) noexcept override {
    bell_->armed.fetch_add(1);
    return waker.watch(bell_->file);
  }

 private:
  std::shared_ptr<Doorbell> bell_;
  unsigned rung_ = 0;
};
WARPLINE_ELEMENT(TestDoorbell);

/// What holds a worker in the middle of a turn.
struct Gate {
  std::atomic<bool> closed{false}, inside{false};
};

/// Has nothing to give and must be polled; waits inside while its gate is closed.
class TestGate final : public SourceElement {
 public:
  explicit TestGate(Args& args)
      : gate_(args.context().shared.get<Gate>("gate", [] { return new Gate; })) {}
  unsigned poll(Outputs&) noexcept override {
    while (gate_->closed) gate_->inside = true;
    gate_->inside = false;
    return 0;
  }

 private:
  std::shared_ptr<Gate> gate_;
};
WARPLINE_ELEMENT(TestGate);

TEST(Worker, HoldsReferencesWithinATurnAtMost) {
  test::Rig rig;
  auto const gate = rig.shared.get<Gate>("gate", [] { return new Gate; });
  WorkerOptions options;
  auto& readers = *options.readers;
  Worker worker(options, rig.buffers);
  auto const pipeline =
      parse_pipeline(std::make_shared<Source>(Source{"test.click", "TestGate -> TestSink;"}));
  worker.adopt(Graph::build(pipeline, rig.context), rig.devices);
  EXPECT_TRUE(readers.passed(readers.begin())) << "its thread does not run yet";
  worker.start();
  for (int i = 0; i < 100; ++i) {
    gate->closed = true;
    while (!gate->inside) std::this_thread::yield();
    auto const period = readers.begin();
    EXPECT_FALSE(readers.passed(period));
    gate->closed = false;
    while (!readers.passed(period)) std::this_thread::yield();
  }
  worker.stop();
  worker.join();
  EXPECT_TRUE(readers.passed(readers.begin())) << "its thread runs no more";
}

TEST(Worker, HoldsUpNoWriterWhileItSleeps) {
  test::Rig rig;
  auto const bell = rig.shared.get<Doorbell>("doorbell", [] { return new Doorbell; });
  WorkerOptions options;
  options.longest_sleep = std::chrono::hours(1);
  auto& readers = *options.readers;
  Worker worker(options, rig.buffers);
  auto const pipeline =
      parse_pipeline(std::make_shared<Source>(Source{"test.click", "TestDoorbell -> TestSink;"}));
  worker.adopt(Graph::build(pipeline, rig.context), rig.devices);
  worker.start();
  while (bell->armed.load() < 1 || worker.awake()) std::this_thread::yield();
  auto const period = readers.begin();
  while (!readers.passed(period)) std::this_thread::yield();
  bell->ring();
  bell->ring();
  worker.join();
}

TEST(Worker, SleepsUntilAFileThatItWatchesCanBeRead) {
  test::Rig rig;
  auto const bell = rig.shared.get<Doorbell>("doorbell", [] { return new Doorbell; });
  WorkerOptions options;
  options.longest_sleep = std::chrono::hours(1);
  Worker worker(options, rig.buffers);
  auto const pipeline =
      parse_pipeline(std::make_shared<Source>(Source{"test.click", "TestDoorbell -> TestSink;"}));
  worker.adopt(Graph::build(pipeline, rig.context), rig.devices);
  worker.start();
  for (unsigned sleep = 1; sleep <= 2; ++sleep) {
    while (bell->armed.load() < sleep || worker.awake()) std::this_thread::yield();
    bell->ring();
  }
  worker.join();
  EXPECT_EQ(bell->armed.load(), 2u);
}

}  // namespace
}  // namespace warpline
