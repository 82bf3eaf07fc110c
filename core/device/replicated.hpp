// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <span>

#include "core/device/device.hpp"

namespace warpline {

/// Creates an object for each device on the first request and keeps it, such as a copy of a table.
/// Devices that run kernels in this process share one. Thread-safe.
template <class T>
class PerDevice {
 public:
  /// The object of `device`; `make` returns it if there is none yet. Throws what `make` throws.
  template <class Make>
  T const& on(Device& device, Make&& make) const {
    auto memory = device.table_memory();
    std::scoped_lock const lock(mutex_);
    // The entry owns the memory, so that no other device's can get the same address.
    auto entry = objects_.find(memory);
    if (entry == objects_.end()) entry = objects_.emplace(std::move(memory), make()).first;
    return entry->second;
  }

 private:
  mutable std::mutex mutex_;
  mutable std::map<std::shared_ptr<TableMemory>, T> objects_;  // guarded by mutex_
};

/// A read-only table with a copy on every device that asks for one. The copies are released with
/// this object: share it between elements whose kernels read the same table. Thread-safe.
///
///     Replicated<std::uint8_t> key_{kKey};
///     Kernel kernel(Device& device) const { return {key_.on(device)}; }
template <class T>
class Replicated {
 public:
  /// `table` must outlive this object and never change.
  explicit Replicated(std::span<T const> table) : table_(table) {}
  explicit Replicated(T const& object) : table_(&object, 1) {}
  explicit Replicated(T const&&) = delete;

  /// The address that kernels on `device` use. The first call for a device copies the table there.
  /// Throws `ConfigError` if the device has no room.
  T const* on(Device& device) const {
    return copies_.on(device, [&] { return device.upload(table_.data(), table_.size()); }).get();
  }

 private:
  std::span<T const> table_;
  PerDevice<DeviceTable<T>> copies_;
};

}  // namespace warpline
