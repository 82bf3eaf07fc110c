// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "gpu/stream/stream_device.hpp"

#include <algorithm>

#include "core/base/error.hpp"
#include "gpu/stream/stream_lane.hpp"

namespace warpline::stream {

StreamDevice::StreamDevice(std::string name, Kind kind, std::unique_ptr<Driver> driver,
                           Options options)
    : Device(std::move(name), kind),
      driver_(std::move(driver)),
      options_(options),
      tables_(std::make_shared<StreamTables>(*driver_, this->name())) {
  if (options_.depth == 0 || options_.streams == 0u || options_.task_packets == 0 ||
      options_.task_bytes == 0)
    throw ConfigError("device '" + this->name() +
                      "' needs at least one stream and one task in flight, with packets and bytes");
}

StreamDevice::~StreamDevice() {
  free_.clear();
  bool at_rest = true;
  for (auto& resources : abandoned_) {
    if (resources->query() != kNotReady) continue;
    at_rest = false;
    keep_until_exit(std::move(resources));
  }
  abandoned_.clear();
  tables_->close(at_rest);
}

Transfer StreamDevice::transfer(TouchedBytes const& touched_bytes) const {
  if (!reaches_packets_) return Transfer::kStaged;
  return options_.transfer.value_or(preferred_[touched_bytes.edits() ? 1 : 0]);
}

LaneMemory StreamDevice::memory_of_lane(Transfer transfer) const {
  return stream::memory_of_lane(options_, transfer);
}

std::unique_ptr<Lane> StreamDevice::open_lane(Transfer transfer) {
  std::unique_ptr<LaneResources> resources;
  {
    std::scoped_lock const lock(mutex_);
    auto const entry = std::find_if(free_.begin(), free_.end(), [&](auto const& candidate) {
      return candidate->transfer() == transfer;
    });
    if (entry != free_.end()) {
      resources = std::move(*entry);
      free_.erase(entry);
    }
  }
  if (!resources) resources = std::make_unique<LaneResources>(*driver_, options_, transfer, name());
  return std::make_unique<StreamLane>(*this, std::move(resources));
}

void StreamDevice::give_back(std::unique_ptr<LaneResources> resources) noexcept {
  std::scoped_lock const lock(mutex_);
  free_.push_back(std::move(resources));
}

void StreamDevice::abandon(std::unique_ptr<LaneResources> resources) noexcept {
  keep_tables();
  std::scoped_lock const lock(mutex_);
  abandoned_.push_back(std::move(resources));
}

std::string StreamDevice::pin(void* memory, std::size_t size) {
  auto const status = driver_->pin(memory, size);
  if (status == kOk) return {};
  reaches_packets_ = false;
  return driver_->describe(status);
}

void StreamDevice::unpin(void* memory) noexcept { driver_->unpin(memory); }

}  // namespace warpline::stream
