// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <memory_resource>
#include <numeric>
#include <random>
#include <string>

#include "core/engine/async_lane.hpp"
#include "core/engine/offloader.hpp"
#include "gpu/stream/stream_device.hpp"
#include "tests/core/test_elements.hpp"
#include "tests/gpu/virtual_driver.hpp"

namespace warpline::test {

/// A device of a virtual driver's.
class VirtualDevice final : public stream::StreamDevice {
 public:
  VirtualDevice(std::string name, std::unique_ptr<VirtualDriver> driver,
                stream::Options const& options)
      : StreamDevice(std::move(name), Kind::kHost, std::move(driver), options) {}
  std::string description() const override { return "without threads"; }
  VirtualDriver& virtual_driver() const { return static_cast<VirtualDriver&>(driver()); }
};

/// A device that copies what is uploaded.
struct CopyingDevice final : stream::StreamDevice {
  explicit CopyingDevice(FaultPlan const& plan = {})
      : StreamDevice("copying", Kind::kHost, std::make_unique<VirtualDriver>(plan), {}) {}
  std::string description() const override { return "copies"; }
  VirtualDriver& virtual_driver() const { return static_cast<VirtualDriver&>(driver()); }
};

/// Options as a seed has them, for tasks of the test's size, on the virtual clock.
inline stream::Options random_options(std::mt19937_64& random) {
  stream::Options options;
  options.completion = stream::kCompletions[random() % 3];
  options.transfer = kTransfers[random() % 3];
  options.depth = 1 + static_cast<unsigned>(random() % 4);
  options.streams = 1 + static_cast<unsigned>(random() % 3);
  options.task_packets = 256;
  options.task_bytes = 1 << 14;
  options.frame_size = 256;
  options.first_ticket = random() % 2 == 0 ? 0 : 0xffffffff - random() % 20;
  options.clock = &VirtualClock::now;
  options.probe = std::chrono::microseconds(1000);
  options.task_timeout = std::chrono::milliseconds(8);
  return options;
}

/// One worker's offloading with two devices that fail as a seed has it.
struct FaultWorld {
  /// `faults`: how many of the devices get a plan. `refuse_fill`: of every device.
  FaultWorld(std::string const& text, std::uint64_t seed, unsigned faults,
             std::uint64_t refuse_fill = 0)
      : random(seed) {
    OffloadOptions offload;
    for (unsigned i = 0; i < 2; ++i) {
      auto options = random_options(random);
      if (faults == 0) options.task_timeout = std::chrono::hours(1);  // devices may be slow
      auto plan = i < faults ? FaultPlan::random(random, 60) : FaultPlan{};
      plan.refuse_fill = refuse_fill;
      auto owned = std::make_unique<VirtualDevice>("d" + std::to_string(i),
                                                   std::make_unique<VirtualDriver>(plan), options);
      devices[i] = owned.get();
      described += " [" + std::string(name_of(*options.transfer)) + " " +
                   std::string(name_of(options.completion)) + "]";
      rig.devices.add(std::move(owned));
      depth = std::min(depth, options.depth);
    }
    offload.task_packets = 1 + static_cast<unsigned>(random() % 200);
    offload.tasks_in_flight = depth;
    offload.deadline = std::chrono::microseconds(random() % 3);
    offload.notice = [this](std::string const& notice) { notices.push_back(notice); };
    rig.build(text);
    offloader = std::make_unique<Offloader>(context, *rig.graph, rig.devices, offload,
                                            rig.batches.capacity());
    rig.graph->attach(offloader.get());
    rig.bench->devices.resize(13);
    for (auto& device : rig.bench->devices) device = static_cast<DeviceIndex>(random() % 3);
    for (int i = 0; i < 24; ++i) {
      std::vector<std::uint32_t> numbers(1 + random() % 32);
      std::iota(numbers.begin(), numbers.end(), sent);
      sent += static_cast<std::uint32_t>(numbers.size());
      rig.bench->input.push_back(std::move(numbers));
    }
    // Devices go on at any moment, also in the middle of a lane's calls.
    for (auto* device : devices)
      device->virtual_driver().on_look = [this, device] {
        if (random() % 4 == 0) device->virtual_driver().step(random());
      };
  }
  ~FaultWorld() {
    std::pmr::set_default_resource(before);
    for (auto* device : devices) device->virtual_driver().on_look = [] {};
    // A device that still could, does all it has been given, before anything goes.
    for (auto* device : devices) device->virtual_driver().run_all();
    offloader.reset();
    for (auto* device : devices) device->virtual_driver().end();
  }

  bool over() const { return rig.bench->input.empty() && offloader->idle(); }
  void step() {
    if (random() % 2 == 0) rig.graph->poll(true);
    if (random() % 2 == 0) devices[random() % 2]->virtual_driver().step(random());
    VirtualClock::advance(std::chrono::microseconds(random() % 2000));
    asio::post(context, [this] { offloader->poll(); });
    context.restart();
    context.poll();
  }
  /// False where packets never get through.
  bool run() {
    for (int steps = 0; !over(); ++steps) {
      if (steps == 20'000) return false;
      step();
    }
    return true;
  }

  std::mt19937_64 random;
  asio::io_context context;
  // What a pool of batches keeps for ever goes here.
  std::pmr::monotonic_buffer_resource memory{1 << 21};
  std::pmr::memory_resource* before = std::pmr::set_default_resource(&memory);
  Rig rig;
  VirtualDevice* devices[2];
  unsigned depth = 4;
  std::unique_ptr<Offloader> offloader;
  std::vector<std::string> notices;
  std::string described;
  std::uint32_t sent = 0;
};

}  // namespace warpline::test
