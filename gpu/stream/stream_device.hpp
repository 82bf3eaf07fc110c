// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "gpu/stream/arena.hpp"
#include "gpu/stream/stream_tables.hpp"

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
  /// After the first `refresh` that failed, lanes of this device take no more work.
  std::shared_ptr<TableMemory> table_memory() override { return tables_; }
  std::string pin(void* memory, std::size_t size) override;
  void unpin(void* memory) noexcept override;

  Options const& options() const { return options_; }
  Driver& driver() const { return *driver_; }
  /// Why a table could not be brought up to date; `kOk` while all are. Any thread.
  Status outdated() const noexcept { return tables_->outdated(); }
  /// The copies of tables on this device.
  StreamTables const& tables() const { return *tables_; }
  /// Which form is used where none is asked for, for segments that edit packets and others.
  void prefer(bool edits, Transfer transfer) { preferred_[edits ? 1 : 0] = transfer; }

 private:
  friend class StreamLane;
  void give_back(std::unique_ptr<Arena> arena) noexcept;
  void abandon(std::unique_ptr<Arena> arena) noexcept;
  /// A lane has given a task up: what kernels may still read is kept.
  void keep_tables() noexcept { tables_->keep(); }

  std::unique_ptr<Driver> driver_;
  Options options_;
  std::shared_ptr<StreamTables> tables_;
  Transfer preferred_[2] = {Transfer::kDirect, Transfer::kDirect};
  bool reaches_packets_ = true;  // false once memory could not be pinned
  std::mutex mutex_;
  std::vector<std::unique_ptr<Arena>> free_;       // guarded by mutex_
  std::vector<std::unique_ptr<Arena>> abandoned_;  // guarded by mutex_
};

}  // namespace warpline::stream
