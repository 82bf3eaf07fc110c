// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/io/machine.hpp"

#include <chrono>
#include <cstring>
#include <thread>

#include "io/capture/capture_writer.hpp"

namespace warpline::test {

Eal& eal() {
  static Eal started({.arguments = {"--no-huge"}, .pci = {}, .memory = 0, .core = 0});
  return started;
}

std::unique_ptr<DpdkPool> make_pool(std::size_t count, unsigned frame_size, std::size_t large_count,
                                    unsigned large_frame_size) {
  static int number = 0;
  PoolOptions options;
  options.name = "test" + std::to_string(number++);
  options.count = count;
  options.frame_size = frame_size;
  options.large_count = large_count;
  options.large_frame_size = large_frame_size;
  return std::make_unique<DpdkPool>(eal(), options);
}

std::vector<Packet> packets_of(DpdkPool& pool, std::vector<Frame> const& frames) {
  std::vector<Packet> packets(frames.size());
  if (!pool.allocate(packets)) throw std::runtime_error("the pool is too small for the test");
  for (std::size_t i = 0; i < frames.size(); ++i) {
    if (!frames[i].empty()) std::memcpy(packets[i].data, frames[i].data(), frames[i].size());
    packets[i].append(static_cast<unsigned>(frames[i].size()));
  }
  return packets;
}

Frame frame_of(Packet const& packet) { return {packet.data, packet.data + packet.length}; }

std::vector<Frame> receive_all(RxQueue& queue, BufferPool& pool, std::size_t count) {
  using Clock = std::chrono::steady_clock;
  std::vector<Frame> frames;
  auto patience = Clock::now() + std::chrono::seconds(2);
  while (frames.size() < count && Clock::now() < patience) {
    Packet packets[32];
    auto const got = queue.receive(packets);
    for (unsigned i = 0; i < got; ++i) frames.push_back(frame_of(packets[i]));
    pool.release(std::span<Packet const>(packets, got));
    if (got > 0)
      patience = Clock::now() + std::chrono::seconds(2);
    else if (queue.finished())
      break;
    else
      std::this_thread::yield();
  }
  return frames;
}

void write_capture(std::string const& path, std::vector<Frame> const& frames) {
  CaptureWriter writer(path);
  writer.begin();
  std::uint64_t time = 1'700'000'000'000'000'000;
  for (auto const& frame : frames)
    writer.write({frame.data(), static_cast<std::uint32_t>(frame.size())}, time += 1000);
  writer.finish();
}

}  // namespace warpline::test
