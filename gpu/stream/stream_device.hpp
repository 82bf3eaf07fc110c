// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "gpu/stream/lane_resources.hpp"
#include "gpu/stream/stream_tables.hpp"

namespace warpline::stream {

/// A device that uses a driver's streams. Any thread may open and close lanes; streams and memory
/// are kept for the next lane.
class StreamDevice : public Device {
 public:
  /// Throws `ConfigError` for impossible options: no task in flight, tasks without packets.
  StreamDevice(std::string name, Kind kind, std::unique_ptr<Driver> driver, Options options);
  /// All lanes must have been destroyed.
  ~StreamDevice() override;

  Transfer transfer(TouchedBytes const& touched_bytes) const override;
  std::unique_ptr<Lane> open_lane(Transfer transfer) override;
  /// The memory of one lane with that form of transfer.
  LaneMemory memory_of_lane(Transfer transfer) const;
  /// After the first `refresh` that failed, lanes of this device take no more work.
  std::shared_ptr<TableMemory> table_memory() override { return tables_; }
  std::string pin(void* memory, std::size_t size) override;
  void unpin(void* memory) noexcept override;

  Options const& options() const { return options_; }
  Driver& driver() const { return *driver_; }
  /// Why a table could not be updated; `kOk` while all are up to date. Any thread.
  Status outdated() const noexcept { return tables_->outdated(); }
  /// The copies of tables on this device.
  StreamTables const& tables() const { return *tables_; }
  /// Sets the transfer used unless the options name one, for segments that edit packets or do not.
  void prefer(bool edits, Transfer transfer) { preferred_[edits ? 1 : 0] = transfer; }

 private:
  friend class StreamLane;
  void give_back(std::unique_ptr<LaneResources> resources) noexcept;
  void abandon(std::unique_ptr<LaneResources> resources) noexcept;
  /// Called after a task timed out: kernels may still read the tables, so none is freed.
  void keep_tables() noexcept { tables_->keep(); }

  std::unique_ptr<Driver> driver_;
  Options options_;
  std::shared_ptr<StreamTables> tables_;
  Transfer preferred_[2] = {Transfer::kDirect, Transfer::kDirect};
  bool reaches_packets_ = true;  // false once memory could not be pinned
  std::mutex mutex_;
  std::vector<std::unique_ptr<LaneResources>> free_;       // guarded by mutex_
  std::vector<std::unique_ptr<LaneResources>> abandoned_;  // guarded by mutex_
};

}  // namespace warpline::stream
