// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "gpu/stream/stream_tables.hpp"

#include "core/base/error.hpp"

namespace warpline::stream {

void* StreamTables::upload(void const* data, std::size_t size) {
  std::scoped_lock const lock(mutex_);
  if (driver_ == nullptr) throw ConfigError("device '" + device_ + "' has been closed");
  void* copy = nullptr;
  auto status = driver_->allocate_table(copy, size);
  if (status == kOk) status = driver_->fill(copy, data, size);
  if (status == kOk) {
    copies_.insert(copy);
    return copy;
  }
  if (copy != nullptr) driver_->release_table(copy);
  throw ConfigError("device '" + device_ + "' has no room for a table of " + std::to_string(size) +
                    " bytes: " + driver_->describe(status));
}

std::string StreamTables::refresh(void* place, void const* data, std::size_t size) {
  std::scoped_lock const lock(mutex_);
  if (driver_ == nullptr) return {};  // no kernel will read it
  auto const status = driver_->fill(place, data, size);
  if (status == kOk) return {};
  outdated_.store(status, std::memory_order_release);
  return driver_->describe(status);
}

void StreamTables::release(void* copy) noexcept {
  std::scoped_lock const lock(mutex_);
  if (driver_ == nullptr || keeps_.load(std::memory_order_acquire)) return;
  copies_.erase(copy);
  driver_->release_table(copy);
}

void StreamTables::close(bool at_rest) noexcept {
  std::scoped_lock const lock(mutex_);
  if (at_rest)
    for (auto* const copy : copies_) driver_->release_table(copy);
  copies_.clear();
  driver_ = nullptr;
}

std::size_t StreamTables::size() const {
  std::scoped_lock const lock(mutex_);
  return copies_.size();
}

}  // namespace warpline::stream
