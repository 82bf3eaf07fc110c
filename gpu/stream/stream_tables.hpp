// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>
#include <set>
#include <string>

#include "core/device/device_table.hpp"
#include "gpu/stream/driver.hpp"

namespace warpline::stream {

/// The tables of a device made of a driver's streams. Thread-safe.
class StreamTables final : public TableMemory {
 public:
  /// `device`: its name, for messages. `driver` is used until `close`.
  StreamTables(Driver& driver, std::string device) : driver_(&driver), device_(std::move(device)) {}

  void* upload(void const* data, std::size_t size) override;
  std::string refresh(void* place, void const* data, std::size_t size) override;
  /// Frees the copy in the order of the control stream; after `keep`, `close` does that.
  void release(void* copy) noexcept override;

  /// The device has given a task up, which may read any table whenever it goes on: from now on
  /// nothing is freed before `close`.
  void keep() noexcept { keeps_.store(true, std::memory_order_release); }
  /// The end of the device: frees all copies if `at_rest`, never frees them otherwise.
  void close(bool at_rest) noexcept;

  /// Why a table could not be brought up to date; `kOk` while all are.
  Status outdated() const noexcept { return outdated_.load(std::memory_order_acquire); }
  /// Copies that are not freed.
  std::size_t size() const;

 private:
  mutable std::mutex mutex_;
  Driver* driver_;  // guarded by mutex_; null once closed
  std::string device_;
  std::set<void*> copies_;  // guarded by mutex_
  std::atomic<bool> keeps_{false};
  std::atomic<Status> outdated_{kOk};
};

}  // namespace warpline::stream
