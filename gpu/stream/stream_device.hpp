// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "gpu/stream/arena.hpp"

namespace warpline::stream {

/// A device made of a driver's streams. Lanes may be opened and closed by any thread; streams and
/// memory are kept for the next lane.
class StreamDevice : public Device {
 public:
  /// Throws `ConfigError` for options that cannot be: no task in flight, tasks without packets.
  StreamDevice(std::string name, Kind kind, std::unique_ptr<Driver> driver, Options options);
  /// All lanes must be gone.
  ~StreamDevice() override;

  Transfer transfer(Extent const& extent) const override;
  std::unique_ptr<Lane> open_lane(Transfer transfer) override;
  void const* upload(void const* data, std::size_t size) override;
  /// After the first time that it could not, lanes of this device take no more work.
  std::string refresh(void const* part, std::size_t size) override;
  std::string pin(void* memory, std::size_t size) override;
  void unpin(void* memory) noexcept override;

  Options const& options() const { return options_; }
  Driver& driver() const { return *driver_; }
  /// Why a table could not be brought up to date; `kOk` while all are. Any thread.
  Status outdated() const noexcept { return outdated_.load(std::memory_order_acquire); }
  /// Which form is used where none is asked for, for segments that edit packets and others.
  void prefer(bool edits, Transfer transfer) { preferred_[edits ? 1 : 0] = transfer; }

 private:
  friend class StreamLane;
  void give_back(std::unique_ptr<Arena> arena) noexcept;
  void abandon(std::unique_ptr<Arena> arena) noexcept;

  std::unique_ptr<Driver> driver_;
  Options options_;
  Transfer preferred_[2] = {Transfer::kDirect, Transfer::kDirect};
  std::atomic<Status> outdated_{kOk};
  bool reaches_packets_ = true;  // false once memory could not be pinned
  std::mutex mutex_;
  std::vector<std::unique_ptr<Arena>> free_;                      // guarded by mutex_
  std::vector<std::unique_ptr<Arena>> abandoned_;                 // guarded by mutex_
  std::map<std::pair<void const*, std::size_t>, void*> uploads_;  // guarded by mutex_
};

}  // namespace warpline::stream
