// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/capture_port.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <mutex>

#include "core/metrics.hpp"
#include "io/arrivals_dpdk.hpp"
#include "io/capture_reader.hpp"
#include "io/capture_writer.hpp"
#include "io/mbuf_dpdk.hpp"

namespace warpline {

class CapturePort::Rx final : public RxQueue {
 public:
  Rx(std::string const& path, CaptureOptions::Cut cut, DpdkPool& pool)
      : reader_(path), arrivals_(pool.arrivals()), cut_(cut), pool_(pool) {}

  unsigned receive(std::span<Packet> packets) noexcept override {
    packets = packets.first(std::min(packets.size(), kBurst));
    if (ended_ || !pool_.allocate(packets)) return 0;
    unsigned count = 0;
    while (count < packets.size()) {
      auto const* frame = reader_.next_or_end();
      if (frame == nullptr) {
        ended_ = true;
        break;
      }
      if (fill(packets[count], *frame)) ++count;
    }
    pool_.release(packets.subspan(count));
    return count;
  }
  bool finished() const noexcept override { return ended_; }

  std::uint64_t too_long() const { return too_long_.get(); }
  std::uint64_t cut() const { return cut_short_.get(); }
  CaptureReader const& reader() const { return reader_; }

 private:
  static constexpr std::size_t kBurst = 256;

  bool fill(Packet& packet, CapturedFrame const& frame) noexcept {
    ++number_;
    auto const captured = frame.bytes.size;
    if (frame.length > captured && cut_ == CaptureOptions::Cut::kRefuse) {
      cut_short_.add(1);
      return false;
    }
    if (frame.length > packet.tailroom) {
      too_long_.add(1);
      return false;
    }
    if (captured > 0) std::memcpy(packet.data, frame.bytes.data, captured);
    std::memset(packet.data + captured, 0, frame.length - captured);
    packet.append(frame.length);
    packet.arrive(port_index);
    arrivals_.set(mbuf_of(packet), {frame.time_ns, number_});
    return true;
  }

  CaptureReader reader_;
  Arrivals const& arrivals_;
  CaptureOptions::Cut cut_;
  DpdkPool& pool_;
  std::uint64_t number_ = 0;  // of the frame read last
  bool ended_ = false;
  Counter too_long_;
  Counter cut_short_;
};

/// The file that is written, by one worker at a time: a lock a burst, next to a copy of its bytes.
struct CapturePort::Output {
  explicit Output(std::string const& path) : writer(path) {}

  std::mutex mutex;
  CaptureWriter writer;
};

class CapturePort::Tx final : public TxQueue {
 public:
  Tx(Output& output, DpdkPool& pool) : output_(output), arrivals_(pool.arrivals()), pool_(pool) {}

  unsigned transmit(std::span<Packet const> packets) noexcept override {
    unsigned written = 0;
    {
      std::scoped_lock const lock(output_.mutex);
      for (auto const& packet : packets) {
        if (!output_.writer.write(packet.bytes(), time_of(packet))) break;
        ++written;
      }
    }
    pool_.release(packets.first(written));
    return written;
  }
  bool failed() const noexcept override {
    std::scoped_lock const lock(output_.mutex);
    return output_.writer.failed();
  }

 private:
  std::uint64_t time_of(Packet const& packet) noexcept {
    if (auto const captured = arrivals_.get(mbuf_of(packet)).time_ns; captured != 0)
      return last_captured_ = captured;
    if (last_captured_ != 0) return last_captured_;
    auto const now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
  }

  Output& output_;
  Arrivals const& arrivals_;
  DpdkPool& pool_;
  std::uint64_t last_captured_ = 0;
};

CapturePort::CapturePort(std::string name, CaptureOptions options, DpdkPool& pool)
    : Port(std::move(name)), options_(std::move(options)), pool_(pool) {
  if (!options_.in.empty()) {
    frames_ = options_.frames ? *options_.frames : summarise_capture(options_.in).frames;
    rx_ = std::make_unique<Rx>(options_.in, options_.cut, pool_);
  }
  if (options_.out.empty()) return;
  output_ = std::make_unique<Output>(options_.out);
  if (!options_.in.empty() && output_->writer.is_file(options_.in))
    throw ConfigError("port '" + this->name() + "' is to read and to write the same file, " +
                      options_.in);
}

CapturePort::~CapturePort() = default;

std::string CapturePort::description() const {
  std::string text;
  if (!options_.in.empty())
    text = "reads " + options_.in + " (" + std::to_string(frames_) +
           (frames_ == 1 ? " frame)" : " frames)");
  if (!options_.out.empty()) text += (text.empty() ? "" : ", ") + ("writes " + options_.out);
  return text;
}

PortStatistics CapturePort::statistics() const {
  PortStatistics statistics;
  if (rx_) statistics.refused = rx_->too_long() + rx_->cut();
  return statistics;
}

std::vector<std::string> CapturePort::remarks() const {
  std::vector<std::string> remarks;
  auto const add = [&](std::uint64_t count, std::string const& what) {
    if (count > 0)
      remarks.push_back(std::to_string(count) + (count == 1 ? " frame" : " frames") + what);
  };
  if (rx_) {
    add(rx_->too_long(), " of " + options_.in + " refused: longer than a packet buffer (" +
                             std::to_string(pool_.frame_capacity()) + " bytes)");
    add(rx_->cut(), " of " + options_.in + " refused: captured shorter than they were");
    if (!rx_->reader().damage().empty())
      remarks.push_back(options_.in + " has changed while it was read: " + rx_->reader().damage());
  }
  if (output_ && output_->writer.failed())
    remarks.push_back(options_.out + " is not complete: " + output_->writer.error());
  return remarks;
}

RxQueue* CapturePort::rx(unsigned worker) { return worker == 0 ? rx_.get() : nullptr; }

TxQueue* CapturePort::tx(unsigned worker) {
  if (!output_) return nullptr;
  while (tx_.size() <= worker) tx_.push_back(std::make_unique<Tx>(*output_, pool_));
  return tx_[worker].get();
}

void CapturePort::start() {
  if (output_) output_->writer.begin();
}

void CapturePort::stop() noexcept {
  if (output_) output_->writer.finish();
}

}  // namespace warpline
