// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <limits>

#include "core/element/port.hpp"
#include "core/packet/buffer_pool.hpp"
#include "tests/support/frame.hpp"

namespace warpline::test {

/// A frame that left through a port, and the fields of its descriptor.
struct Sent {
  Frame frame;
  std::uint16_t in_port = 0;
  std::uint8_t paint = 0;
  std::uint32_t tag = 0;
  std::uint32_t flow = 0;  ///< valid only if an element has set it: not compared
  friend bool operator==(Sent const& a, Sent const& b) {
    return a.frame == b.frame && a.in_port == b.in_port && a.paint == b.paint && a.tag == b.tag;
  }
};

/// A port in memory: provides the given frames and keeps the frames that are sent. One queue in
/// each direction serves any worker; one thread at a time.
class MemoryPort final : public Port, private RxQueue, private TxQueue {
 public:
  /// `tailroom`: free bytes after each received frame, up to the end of the buffer.
  MemoryPort(std::string name, BufferPool& buffers, unsigned tailroom)
      : Port(std::move(name)), buffers_(buffers), tailroom_(tailroom) {}

  std::string description() const override { return "frames in memory"; }
  RxQueue* rx(unsigned) override { return this; }
  TxQueue* tx(unsigned) override { return this; }

  /// Frames to be received, after those it has.
  void give(std::vector<Frame> const& frames) {
    frames_.insert(frames_.end(), frames.begin(), frames.end());
  }
  /// The sizes of the received batches, in turn; by default as many as requested.
  void set_bursts(std::vector<unsigned> bursts) { bursts_ = std::move(bursts); }
  /// Accepts this number of packets, then none.
  void set_room(std::size_t packets) { room_ = packets; }

  std::vector<Sent> const& sent() const { return sent_; }
  std::vector<Sent> take_sent() { return std::move(sent_); }

 private:
  unsigned receive(std::span<Packet> packets) noexcept override;
  bool finished() const noexcept override { return frames_.empty(); }
  unsigned transmit(std::span<Packet const> packets) noexcept override;

  BufferPool& buffers_;
  unsigned tailroom_;
  std::deque<Frame> frames_;
  std::vector<unsigned> bursts_;
  std::size_t next_burst_ = 0;
  std::size_t room_ = std::numeric_limits<std::size_t>::max();
  std::vector<Sent> sent_;
};

}  // namespace warpline::test
