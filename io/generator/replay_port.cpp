// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/generator/replay_port.hpp"

#include <algorithm>
#include <cstring>

#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "io/capture/capture_reader.hpp"
#include "io/dpdk/dpdk_pool.hpp"
#include "io/generator/packet_quota.hpp"
#include "io/generator/releasing_tx.hpp"

namespace warpline {

class ReplayPort::Rx final : public RxQueue {
 public:
  Rx(BufferPool& pool, PacketQuota quota) : pool_(pool), quota_(quota) {}

  void add(Bytes frame) {
    frames_.push_back({bytes_.size(), frame.size});
    bytes_.insert(bytes_.end(), frame.data, frame.data + frame.size);
    // Frames begin at cache lines, and a copy of a fixed size may read past a short one.
    bytes_.resize((bytes_.size() + kFixed + kFixed - 1) / kFixed * kFixed);
  }

  unsigned receive(std::span<Packet> packets) noexcept override {
    auto const count = quota_.grant(static_cast<unsigned>(packets.size()));
    packets = packets.first(count);
    if (count == 0 || !pool_.allocate(packets)) return 0;
    std::uint64_t const space = packets[0].tailroom;  // of all: they are fresh from the pool
    for (auto& packet : packets) {
      auto const& frame = frames_[next_];
      if (++next_ == frames_.size()) next_ = 0;
      auto const* const from = bytes_.data() + frame.offset;
      std::memcpy(packet.data, from, kFixed);  // needs no call
      if (frame.size > kFixed)
        std::memcpy(packet.data + kFixed, from + kFixed, frame.size - kFixed);
      packet.arrive(port_index, frame.size, BufferPool::kHeadroom, space - frame.size);
    }
    quota_.count(count);
    return count;
  }
  bool finished() const noexcept override { return quota_.used_up(); }

 private:
  static constexpr std::size_t kFixed = 64;
  struct Frame {
    std::size_t offset;
    std::uint32_t size;
  };

  BufferPool& pool_;
  PacketQuota quota_;
  std::vector<std::uint8_t> bytes_;
  std::vector<Frame> frames_;
  std::size_t next_ = 0;
};

ReplayPort::ReplayPort(std::string name, ReplayOptions options, BufferPool& pool,
                       unsigned frame_size, unsigned workers)
    : Port(std::move(name)), options_(std::move(options)) {
  auto const summary = summarise_capture(options_.file);
  auto const fail = [this](std::string const& reason) {
    throw ConfigError(options_.file + ": cannot be replayed: " + reason);
  };
  if (summary.frames == 0) fail("it has no frames");
  if (summary.cut > 0)
    fail(counted(summary.cut, "frame") + (summary.cut == 1 ? " was" : " were") +
         " captured shorter than on the wire");
  if (summary.longest > frame_size) {
    auto const longest = std::to_string(summary.longest);
    fail("a frame of " + longest + " bytes; the packet buffers hold " + std::to_string(frame_size) +
         (summary.longest > DpdkPool::kMaxBufferSize ? ""
                                                     : ", --buffer-size " + longest + " would do"));
  }
  frames_ = summary.frames;
  auto const queues = static_cast<unsigned>(std::min<std::uint64_t>(workers, frames_));
  for (unsigned queue = 0; queue < workers; ++queue)
    tx_.push_back(std::make_unique<ReleasingTx>(pool));
  for (unsigned queue = 0; queue < queues; ++queue)
    rx_.push_back(
        std::make_unique<Rx>(pool, PacketQuota(options_.count, options_.rate, queue, queues)));
  CaptureReader reader(options_.file);
  for (std::uint64_t i = 0; i < frames_; ++i) {
    auto const* const frame = reader.next();
    if (frame == nullptr) fail("it has become shorter meanwhile");
    if (frame->bytes.size > frame_size) fail("it has changed meanwhile");
    rx_[i % queues]->add(frame->bytes);
  }
}

ReplayPort::~ReplayPort() = default;

std::string ReplayPort::description() const {
  return counted(frames_, "frame") + " of " + options_.file + ", over and over";
}

RxQueue* ReplayPort::rx(unsigned worker) {
  return worker < rx_.size() ? rx_[worker].get() : nullptr;
}

TxQueue* ReplayPort::tx(unsigned worker) {
  return worker < tx_.size() ? tx_[worker].get() : nullptr;
}

}  // namespace warpline
