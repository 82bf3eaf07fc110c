// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace warpline {

/// The memory of a device for tables. A device shares it with its tables, which may outlive the
/// device: its destructor releases them all. Thread-safe. The calls may wait for the device, so no
/// worker makes them.
class TableMemory {
 public:
  virtual ~TableMemory() = default;
  /// Returns a copy of `size` bytes when it is complete. Throws `ConfigError` if the device has no
  /// memory.
  virtual void* upload(void const* data, std::size_t size) = 0;
  /// Writes `size` bytes to a place in a copy; see `DeviceTable::refresh`.
  virtual std::string refresh(void* place, void const* data, std::size_t size) = 0;
  /// Releases a copy. Kernels that have been submitted must not read it any more.
  virtual void release(void* copy) noexcept = 0;
};

/// Owns the copy of a table on one device and releases it. `Device::upload` makes it.
///
/// Where kernels run in this process there is no copy: they read the table itself, which must then
/// outlive this handle. Release it when no kernel that was submitted can read it any more.
/// Not thread-safe.
template <class T>
class DeviceTable {
 public:
  static_assert(std::is_trivially_copyable_v<T>, "a device gets a copy of the table's bytes");

  DeviceTable() = default;
  /// `memory`: null if kernels run in this process. Throws `ConfigError` if the device has no
  /// memory.
  DeviceTable(std::shared_ptr<TableMemory> memory, T const* data, std::size_t count)
      : memory_(count > 0 ? std::move(memory) : nullptr),
        data_(count > 0 ? data : nullptr),
        copy_(memory_ ? static_cast<T*>(memory_->upload(data, count * sizeof(T))) : nullptr) {}
  DeviceTable(DeviceTable&& other) noexcept { swap(other); }
  DeviceTable& operator=(DeviceTable&& other) noexcept {
    DeviceTable(std::move(other)).swap(*this);
    return *this;
  }
  ~DeviceTable() {
    if (copy_ != nullptr) memory_->release(copy_);
  }

  /// The address that kernels use; null for an empty table.
  T const* get() const noexcept { return copy_ != nullptr ? copy_ : data_; }

  /// Updates the copy of `count` objects at `part`, which belong to the table, before it returns;
  /// does nothing if there is no copy. No kernel may read them meanwhile. Waits for the device: any
  /// thread but a worker's. Returns the reason if it failed, otherwise an empty text. After a
  /// failure, all later work on the device fails, so that no kernel reads an outdated table.
  std::string refresh(T const* part, std::size_t count = 1) {
    if (copy_ == nullptr) return {};
    return memory_->refresh(copy_ + (part - data_), part, count * sizeof(T));
  }

 private:
  void swap(DeviceTable& other) noexcept {
    std::swap(memory_, other.memory_);
    std::swap(data_, other.data_);
    std::swap(copy_, other.copy_);
  }

  std::shared_ptr<TableMemory> memory_;
  T const* data_ = nullptr;
  T* copy_ = nullptr;
};

}  // namespace warpline
