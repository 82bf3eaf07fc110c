// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/element/port.hpp"
#include "io/capture/capture_reader.hpp"

namespace warpline {

class DpdkPool;

/// The frames of a capture in memory. Read-only after construction; any thread.
class CaptureFrames {
 public:
  /// Reads the whole file. Frames that no packet can hold are left out. Throws `ConfigError` as
  /// `CaptureReader` does, and for a file without frames.
  explicit CaptureFrames(std::string const& path);

  std::vector<CapturedFrame> const& all() const { return frames_; }
  std::uint64_t bytes() const { return bytes_; }        ///< on the wire
  std::uint32_t longest() const { return longest_; }    ///< bytes on the wire
  std::uint64_t too_long() const { return too_long_; }  ///< frames that were left out
  LinkTypeSet link_types() const { return link_types_; }
  std::chrono::nanoseconds length() const { return length_; }  ///< from the earliest to the latest

 private:
  std::vector<CapturedFrame> frames_;
  std::unique_ptr<std::uint8_t[]> storage_;
  std::uint64_t bytes_ = 0, too_long_ = 0;
  std::uint32_t longest_ = 0;
  LinkTypeSet link_types_;
  std::chrono::nanoseconds length_{0};
};

/// A port that replays a capture from memory for a measurement, in passes of the whole capture, to
/// its first queue. Each pass has later times than the one before, with a pause of `kPause`, so
/// that flows of the pass before are over. It frees transmitted packets.
///
/// The first pass warms up. Passes are then measured by the CPU time of the receiving thread, at
/// least one. In one more pass the CPU time of each turn is read.
class CaptureLoopPort final : public Port {
 public:
  /// Longer than the timeouts of idle flows.
  static constexpr std::chrono::hours kPause{2};

  struct Measured {
    unsigned passes = 0;              ///< that were measured
    unsigned all_passes = 0;          ///< complete ones
    double cpu_seconds = 0;           ///< of the measured passes
    double longest_turn_seconds = 0;  ///< between two receptions, by the thread's clock
  };

  /// `min_time`: CPU time of all measured passes. Throws `ConfigError` if a frame is longer than
  /// `pool.longest_frame()`.
  CaptureLoopPort(std::string name, std::shared_ptr<CaptureFrames const> frames, DpdkPool& pool,
                  std::chrono::nanoseconds min_time);
  ~CaptureLoopPort() override;

  std::string description() const override;
  LinkTypeSet received_links() const override { return frames_->link_types(); }
  LinkTypeSet sent_links() const override { return LinkTypeSet::all(); }
  RxQueue* rx(unsigned worker) override;
  TxQueue* tx(unsigned worker) override;

  /// After the worker has ended.
  Measured measured() const;

 private:
  class Rx;

  std::shared_ptr<CaptureFrames const> frames_;
  std::unique_ptr<Rx> rx_;
  std::unique_ptr<TxQueue> tx_;
};

}  // namespace warpline
