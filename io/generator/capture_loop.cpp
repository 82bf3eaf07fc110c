// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/generator/capture_loop.hpp"

#include <algorithm>
#include <cstring>

#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "core/base/thread.hpp"
#include "io/capture/captured_packets_dpdk.hpp"
#include "io/generator/releasing_tx.hpp"

namespace warpline {
CaptureFrames::CaptureFrames(std::string const& path) {
  std::uint64_t captured = 0, frames = 0;
  std::uint64_t first_ns = ~std::uint64_t{0}, last_ns = 0;
  {
    CaptureReader reader(path, LinkTypeSet::all());
    for (auto const* frame = reader.next(); frame != nullptr; frame = reader.next()) {
      if (frame->length > DpdkPool::kMaxLargeFrame) continue;
      captured += frame->bytes.size;
      ++frames;
    }
  }
  if (frames == 0) throw ConfigError(path + ": cannot be replayed: it has no frames");
  storage_ = std::make_unique<std::uint8_t[]>(captured);
  frames_.reserve(frames);
  CaptureReader reader(path, LinkTypeSet::all());
  std::uint64_t used = 0;
  for (auto const* frame = reader.next(); frame != nullptr; frame = reader.next()) {
    if (frame->length > DpdkPool::kMaxLargeFrame) {
      ++too_long_;
      continue;
    }
    if (used + frame->bytes.size > captured)
      throw ConfigError(path + ": cannot be replayed: it has changed meanwhile");
    auto& copy = frames_.emplace_back(*frame);
    copy.bytes.data = storage_.get() + used;
    if (copy.bytes.size > 0) std::memcpy(storage_.get() + used, frame->bytes.data, copy.bytes.size);
    used += copy.bytes.size;
    bytes_ += copy.length;
    longest_ = std::max(longest_, copy.length);
    link_types_ = link_types_ | copy.link_type;
    if (!copy.time_ns) continue;
    first_ns = std::min(first_ns, *copy.time_ns);
    last_ns = std::max(last_ns, *copy.time_ns);
  }
  if (frames_.empty()) throw ConfigError(path + ": cannot be replayed: it has changed meanwhile");
  if (last_ns > first_ns) length_ = std::chrono::nanoseconds(last_ns - first_ns);
}

class CaptureLoopPort::Rx final : public RxQueue {
 public:
  Rx(CaptureFrames const& frames, DpdkPool& pool, std::chrono::nanoseconds min_time)
      : frames_(frames.all()),
        pass_ns_(
            static_cast<std::uint64_t>((frames.length() + kPause) / std::chrono::nanoseconds(1))),
        min_seconds_(std::chrono::duration<double>(min_time).count()),
        packets_(pool),
        pool_(pool) {}

  unsigned receive(std::span<Packet> packets) noexcept override {
    if (phase_ == Phase::kTurns) end_turn();
    if (next_ == frames_.size()) end_pass();
    if (phase_ == Phase::kDone) return 0;
    packets = packets.first(std::min(packets.size(), frames_.size() - next_));
    if (!pool_.allocate(packets)) return 0;
    unsigned count = 0;
    for (; count < packets.size(); ++count) {
      auto frame = frames_[next_];
      if (frame.time_ns) *frame.time_ns += shift_ns_;
      if (!packets_.make(packets[count], frame, port_index)) break;
      ++next_;
    }
    pool_.release(packets.subspan(count));
    return count;
  }
  bool finished() const noexcept override { return phase_ == Phase::kDone; }

  Measured measured() const { return measured_; }

 private:
  enum class Phase : std::uint8_t { kWarmUp, kMeasure, kTurns, kDone };

  /// The packets of the pass have left the graph, unless a device has them.
  void end_pass() noexcept {
    auto const now = thread_cpu_seconds();
    next_ = 0;
    shift_ns_ += pass_ns_;
    ++measured_.all_passes;
    switch (phase_) {
      case Phase::kWarmUp:
        begin_ = now;
        phase_ = Phase::kMeasure;
        break;
      case Phase::kMeasure:
        ++measured_.passes;
        measured_.cpu_seconds = now - begin_;
        if (measured_.cpu_seconds < min_seconds_) break;
        phase_ = Phase::kTurns;
        turn_ = thread_cpu_seconds();
        break;
      case Phase::kTurns:
        phase_ = Phase::kDone;
        break;
      case Phase::kDone:
        break;
    }
  }
  void end_turn() noexcept {
    auto const now = thread_cpu_seconds();
    measured_.longest_turn_seconds = std::max(measured_.longest_turn_seconds, now - turn_);
    turn_ = thread_cpu_seconds();
  }

  std::vector<CapturedFrame> const& frames_;
  std::uint64_t pass_ns_, shift_ns_ = 0;
  double min_seconds_;
  CapturedPackets packets_;
  DpdkPool& pool_;
  std::size_t next_ = 0;
  Phase phase_ = Phase::kWarmUp;
  double begin_ = 0, turn_ = 0;
  Measured measured_;
};

CaptureLoopPort::CaptureLoopPort(std::string name, std::shared_ptr<CaptureFrames const> frames,
                                 DpdkPool& pool, std::chrono::nanoseconds min_time)
    : Port(std::move(name)), frames_(std::move(frames)) {
  if (frames_->longest() > pool.longest_frame())
    throw ConfigError("port '" + this->name() + "': a frame of " +
                      std::to_string(frames_->longest()) + " bytes; the packet buffers hold " +
                      std::to_string(pool.longest_frame()));
  rx_ = std::make_unique<Rx>(*frames_, pool, min_time);
  tx_ = std::make_unique<ReleasingTx>(pool);
}

CaptureLoopPort::~CaptureLoopPort() = default;

std::string CaptureLoopPort::description() const {
  return counted(frames_->all().size(), "frame") + " from memory, over and over";
}

RxQueue* CaptureLoopPort::rx(unsigned worker) { return worker == 0 ? rx_.get() : nullptr; }
TxQueue* CaptureLoopPort::tx(unsigned worker) { return worker == 0 ? tx_.get() : nullptr; }

CaptureLoopPort::Measured CaptureLoopPort::measured() const { return rx_->measured(); }

}  // namespace warpline
