// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/element/port.hpp"
#include "core/packet/buffer_pool.hpp"

namespace warpline {

/// The frames of a capture, from memory, over and over.
struct ReplayOptions {
  std::string file{};
  double rate = 0;          ///< packets per second of all queues; 0: as fast as they are received
  std::uint64_t count = 0;  ///< packets of all queues, then the port is finished; 0: no end
};

/// A port that replays a capture in a loop. It receives unchanged copies of the frames in order. It
/// counts transmitted packets and frees their buffers.
///
/// With N queues, queue i replays frames i, i+N, i+2N, and so on. An IPsec gateway refuses replayed
/// packets, unless the SA has `replay-window 0`.
class ReplayPort final : public Port {
 public:
  /// Reads the whole file. `frame_size`: bytes of the longest frame that the pool's buffers hold.
  /// Throws `ConfigError` as `CaptureReader` does, for a file without frames, with frames that were
  /// captured shorter than they were or that are longer than `frame_size`.
  ReplayPort(std::string name, ReplayOptions options, BufferPool& pool, unsigned frame_size,
             unsigned workers);
  ~ReplayPort() override;

  /// `4096 frames of esp.pcap, over and over`.
  std::string description() const override;

  RxQueue* rx(unsigned worker) override;
  TxQueue* tx(unsigned worker) override;

 private:
  class Rx;

  ReplayOptions options_;
  std::uint64_t frames_ = 0;
  std::vector<std::unique_ptr<Rx>> rx_;
  std::vector<std::unique_ptr<TxQueue>> tx_;
};

}  // namespace warpline
