// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "gpu/stream/stream_device.hpp"

#include <algorithm>
#include <functional>

#include "core/base/error.hpp"
#include "gpu/stream/stream_lane.hpp"

namespace warpline::stream {

StreamDevice::StreamDevice(std::string name, Kind kind, std::unique_ptr<Driver> driver,
                           Options options)
    : Device(std::move(name), kind), driver_(std::move(driver)), options_(options) {
  if (options_.depth == 0 || options_.task_packets == 0 || options_.task_bytes == 0)
    throw ConfigError("device '" + this->name() +
                      "' needs at least one task in flight, with packets and bytes");
}

StreamDevice::~StreamDevice() {
  free_.clear();
  for (auto& arena : abandoned_)
    if (driver_->query(arena->stream()) == kNotReady) keep_for_ever(std::move(arena));
  abandoned_.clear();
  for (auto const& [key, memory] : uploads_) driver_->release(memory);
}

Transfer StreamDevice::transfer(Extent const& extent) const {
  if (!reaches_packets_) return Transfer::kStaged;
  return options_.transfer.value_or(preferred_[extent.edits() ? 1 : 0]);
}

std::unique_ptr<Lane> StreamDevice::open_lane(Transfer transfer) {
  std::unique_ptr<Arena> arena;
  {
    std::scoped_lock const lock(mutex_);
    auto const found = std::find_if(free_.begin(), free_.end(),
                                    [&](auto const& each) { return each->transfer() == transfer; });
    if (found != free_.end()) {
      arena = std::move(*found);
      free_.erase(found);
    }
  }
  if (!arena) arena = std::make_unique<Arena>(*driver_, options_, transfer, name());
  return std::make_unique<StreamLane>(*this, std::move(arena));
}

void StreamDevice::give_back(std::unique_ptr<Arena> arena) noexcept {
  std::scoped_lock const lock(mutex_);
  free_.push_back(std::move(arena));
}

void StreamDevice::abandon(std::unique_ptr<Arena> arena) noexcept {
  std::scoped_lock const lock(mutex_);
  abandoned_.push_back(std::move(arena));
}

void const* StreamDevice::upload(void const* data, std::size_t size) {
  if (size == 0) return data;
  std::scoped_lock const lock(mutex_);
  auto& copy = uploads_[{data, size}];
  // Filled again where there is one: it may be of what was at the same place before.
  auto status = copy != nullptr ? kOk : driver_->allocate(copy, size);
  if (status == kOk) status = driver_->fill(copy, data, size);
  if (status == kOk) return copy;
  if (copy != nullptr) driver_->release(copy);
  uploads_.erase({data, size});
  throw ConfigError("device '" + name() + "' has no room for a table of " + std::to_string(size) +
                    " bytes: " + driver_->describe(status));
}

std::string StreamDevice::refresh(void const* part, std::size_t size) {
  std::scoped_lock const lock(mutex_);
  auto const* const at = static_cast<std::byte const*>(part);
  for (auto const& [key, copy] : uploads_) {
    auto const* const begin = static_cast<std::byte const*>(key.first);
    if (std::less<>()(at, begin) || !std::less<>()(at, begin + key.second)) continue;
    auto const offset = static_cast<std::size_t>(at - begin);
    auto const status = driver_->fill(static_cast<std::byte*>(copy) + offset, part,
                                      std::min(size, key.second - offset));
    if (status == kOk) continue;
    outdated_.store(status, std::memory_order_release);
    return driver_->describe(status);
  }
  return {};
}

std::string StreamDevice::pin(void* memory, std::size_t size) {
  auto const status = driver_->pin(memory, size);
  if (status == kOk) return {};
  reaches_packets_ = false;
  return driver_->describe(status);
}

void StreamDevice::unpin(void* memory) noexcept { driver_->unpin(memory); }

}  // namespace warpline::stream
