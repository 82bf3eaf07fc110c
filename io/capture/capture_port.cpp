// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/capture/capture_port.hpp"

#include <algorithm>
#include <optional>

#include "core/base/clock.hpp"
#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "core/element/metrics.hpp"
#include "io/capture/capture_writer.hpp"
#include "io/capture/captured_packets_dpdk.hpp"
#include "io/dpdk/arrivals_dpdk.hpp"
#include "io/dpdk/mbuf_dpdk.hpp"

namespace warpline {
namespace {

/// The hint for buffers that hold frames of up to `longest` bytes.
std::string buffer_advice(DpdkPool const& pool, std::uint32_t longest) {
  auto const holds = std::to_string(pool.longest_frame());
  auto const length = std::to_string(longest);
  if (longest > DpdkPool::kMaxLargeFrame)
    return "a packet has at most " + std::to_string(DpdkPool::kMaxLargeFrame) +
           " bytes, and the longest has " + length;
  if (longest > DpdkPool::kMaxBufferSize)
    return holds + " bytes; without --buffer-size, buffers for all of them are made";
  return holds + " bytes; --buffer-size " + length + " takes all of them";
}

/// The number of the link type of a capture with all frames of the input.
std::uint32_t output_link(CaptureOptions const& options) {
  if (options.in.empty()) return number_of(LinkType::kEthernet);
  auto const& links = options.summary->links;
  if (links.size() == 1) return links[0];
  auto const first = common_type(*link_type_of(links[0]));
  for (auto const number : links)
    if (common_type(*link_type_of(number)) != first)
      throw ConfigError(options.in + ": has frames of several link types (" +
                        options.summary->link_types().names() +
                        "); a capture that is written has one");
  return number_of(first);
}

}  // namespace

LinkTypeSet CaptureOptions::received_links() const {
  return summary ? summary->link_types() : LinkType::kEthernet;
}

LinkTypeSet CaptureOptions::sent_links() const {
  return in.empty() ? LinkType::kEthernet : received_links();
}

std::string CaptureOptions::description() const {
  std::string text;
  if (!in.empty()) text = "reads " + in;
  if (summary) text += " (" + counted(summary->frames, "frame") + ")";
  if (!out.empty()) text += (text.empty() ? "" : ", ") + ("writes " + out);
  return text;
}

class CapturePort::Rx final : public RxQueue {
 public:
  Rx(std::string const& path, CaptureOptions::Cut cut, DpdkPool& pool)
      : reader_(path, LinkTypeSet::all()), packets_(pool), cut_(cut), pool_(pool) {}

  unsigned receive(std::span<Packet> packets) noexcept override {
    packets = packets.first(std::min(packets.size(), kBurst));
    if (ended_ || !pool_.allocate(packets)) return 0;
    unsigned count = 0;
    while (count < packets.size()) {
      if (waiting_ == nullptr) waiting_ = reader_.next_or_end();
      if (waiting_ == nullptr) {
        ended_ = true;
        break;
      }
      if (!refuse(*waiting_)) {
        if (!packets_.make(packets[count], *waiting_, port_index)) break;
        ++count;
      }
      waiting_ = nullptr;
    }
    pool_.release(packets.subspan(count));
    other_links_.add(reader_.other_frames() - other_links_.get());
    return count;
  }
  bool finished() const noexcept override { return ended_; }

  std::uint64_t too_long() const { return too_long_.get(); }
  std::uint32_t longest() const { return longest_; }  // after the worker has ended
  std::uint64_t other_links() const { return other_links_.get(); }
  std::uint64_t cut() const { return cut_short_.get(); }
  CaptureReader const& reader() const { return reader_; }

 private:
  static constexpr std::size_t kBurst = 256;

  bool refuse(CapturedFrame const& frame) noexcept {
    if (frame.length > frame.bytes.size && cut_ == CaptureOptions::Cut::kRefuse) {
      cut_short_.add(1);
      return true;
    }
    if (frame.length <= pool_.longest_frame()) return false;
    too_long_.add(1);
    longest_ = std::max(longest_, frame.length);
    return true;
  }

  CaptureReader reader_;
  CapturedPackets packets_;
  CaptureOptions::Cut cut_;
  DpdkPool& pool_;
  CapturedFrame const* waiting_ = nullptr;  // read, but a buffer for it was not free
  std::uint32_t longest_ = 0;               // of the frames that were too long
  bool ended_ = false;
  Counter too_long_;
  Counter cut_short_;
  Counter other_links_;
};

class CapturePort::Tx final : public TxQueue {
 public:
  Tx(CaptureWriter& writer, DpdkPool& pool)
      : writer_(writer), arrivals_(pool.arrivals()), pool_(pool) {}

  /// A lock a burst, next to a copy of its bytes.
  unsigned transmit(std::span<Packet const> packets) noexcept override {
    unsigned written = 0;
    {
      auto const lock = writer_.lock();
      writer_.retry();
      for (auto const& packet : packets) {
        if (!writer_.write(packet.bytes(), time_of(packet))) break;
        ++written;
      }
      if (written < packets.size()) writer_.lose(packets.size() - written - 1);
    }
    failed_ = written < packets.size();
    pool_.release(packets.first(written));
    return written;
  }
  bool failed() const noexcept override { return failed_; }

 private:
  std::uint64_t time_of(Packet const& packet) noexcept {
    if (auto const captured = arrivals_.get(mbuf_of(packet)).time_ns) last_captured_ = captured;
    if (last_captured_) return *last_captured_;
    return wall_clock_ns();
  }

  CaptureWriter& writer_;
  Arrivals const& arrivals_;
  DpdkPool& pool_;
  std::optional<std::uint64_t> last_captured_;
  bool failed_ = false;
};

CapturePort::CapturePort(std::string name, CaptureOptions options, DpdkPool& pool,
                         OutputFiles* outputs)
    : Port(std::move(name)), options_(std::move(options)), pool_(pool) {
  if (!options_.in.empty()) {
    if (!options_.summary) options_.summary = summarise_capture(options_.in, LinkTypeSet::all());
    rx_ = std::make_unique<Rx>(options_.in, options_.cut, pool_);
  }
  if (options_.out.empty()) return;
  output_ = std::make_shared<CaptureWriter>(options_.out, this->name(), output_link(options_));
  if (!options_.in.empty() && output_->is_file(options_.in))
    throw ConfigError("port '" + this->name() + "' is to read and to write the same file, " +
                      options_.in);
  if (outputs != nullptr) outputs->all.push_back(output_);
}

CapturePort::~CapturePort() = default;

PortStatistics CapturePort::statistics() const {
  PortStatistics statistics;
  if (rx_) statistics.refused = rx_->too_long() + rx_->cut() + rx_->other_links();
  return statistics;
}

std::vector<std::string> CapturePort::notices() const {
  std::vector<std::string> notices;
  auto const add = [&](std::uint64_t count, std::string const& what) {
    if (count > 0) notices.push_back(counted(count, "frame") + what);
  };
  if (rx_) {
    auto const& reader = rx_->reader();
    auto const of = " of " + options_.in + " refused: ";
    add(rx_->too_long(),
        of + "longer than a packet buffer; " + buffer_advice(pool_, rx_->longest()));
    add(rx_->cut(), of + "captured shorter than they were");
    add(rx_->other_links(),
        of + "of link type " + reader.other_link() + "; " + reader.expected_links());
    if (!reader.damage().empty())
      notices.push_back(options_.in + " has changed while it was read: " + reader.damage());
    else if (rx_->finished() && reader.frames() - reader.other_frames() != options_.summary->frames)
      notices.push_back(options_.in + " has changed while it was read: it had " +
                        counted(options_.summary->frames, "frame"));
  }
  if (output_)
    add(output_->clamped_times(), " in " + options_.out + " of a time after 2106-02-07 06:28:15, " +
                                      "the last in a pcap, have that time");
  return notices;
}

RxQueue* CapturePort::rx(unsigned worker) { return worker == 0 ? rx_.get() : nullptr; }

TxQueue* CapturePort::tx(unsigned worker) {
  if (!output_) return nullptr;
  while (tx_.size() <= worker) tx_.push_back(std::make_unique<Tx>(*output_, pool_));
  return tx_[worker].get();
}

void CapturePort::start() {
  if (output_) output_->begin();
}

void CapturePort::stop() noexcept {
  if (output_) output_->finish();
}

}  // namespace warpline
