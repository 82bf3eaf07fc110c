// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "core/element/context.hpp"
#include "core/element/polled_element.hpp"
#include "elements/standard/click_words.hpp"

namespace warpline {
namespace {

constexpr std::size_t kReserve = 64;  // batches left for splits downstream

/// The sum of the packets' lengths. Unrolled, it takes half the instructions of `Batch::bytes`.
std::uint32_t sum_lengths(std::span<Packet const> packets) {
  std::uint32_t bytes = 0;
#pragma GCC unroll 8
  for (auto const& packet : packets) bytes += packet.length;
  return bytes;
}

/// Receives from one queue of each of some ports, a batch from each a turn.
class Receiver : public SourceElement {
 public:
  LinkTypeSet link_types() const override { return links_; }

  bool finished() const noexcept override {
    for (auto const* queue : queues_)
      if (!queue->finished()) return false;
    return true;
  }

  bool arm(Waker& waker) noexcept override {
    for (auto* queue : queues_)
      if (!queue->finished() && !queue->arm(waker)) return false;
    return true;
  }

  // 6.8 instructions a packet without the port (benchmarks/instructions, bursts of 32, g++ 12,
  // November 2026).
  unsigned poll(Outputs& out) noexcept override {
    unsigned total = 0;
    for (auto* queue : queues_) {
      if (!spare_) spare_ = out.batches().allocate(kReserve);
      if (!spare_) break;  // everything is in flight: the ports have to wait
      auto const count = queue->receive({spare_->slots(), burst_});
      if (count == 0) continue;
      spare_->resize(count);
      spare_->set_bytes(sum_lengths(std::as_const(*spare_).packets()));
      spare_->received = queue->received != 0 ? queue->received : out.now();
      total += count;
      if (queue->inside())
        out.count_taken_over(count);
      else
        out.count_received(*spare_, &queue->counters);
      out.emit(std::move(spare_));
    }
    return total;
  }

 protected:
  void add(Args& args, Port& port, std::string_view name) {
    auto& context = args.context();
    auto* queue = port.rx(context.worker);
    if (queue == nullptr) return;  // this worker has no queue of that port
    if (!context.ports.claim_rx(port.index(), context.worker))
      throw args.error("port '" + port.name() + "' is already received from in this pipeline",
                       name);
    queue->port_index = static_cast<std::uint16_t>(port.index());
    queues_.push_back(queue);
    links_ = links_ | port.received_links();
  }
  void set_burst(Args& args, std::uint16_t burst) {
    if (burst < 1 || burst > Batch::kCapacity)
      throw args.error("BURST is " + std::to_string(burst) + "; expected 1 to 256", "BURST");
    burst_ = burst;
  }

 private:
  std::vector<RxQueue*> queues_;
  LinkTypeSet links_;
  unsigned burst_ = 64;
  BatchPtr spare_;
};

}  // namespace

/// Receives from all ports and sets a packet's output port to the port on which it arrived.
///
///     FromInput(BURST 64) -> ToOutput();
///
/// Click's N_QUEUES, PROMISC, NDESC, IQUEUE, BLOCKING and ACTIVE have no effect; a notice names
/// their replacements.
///
/// Ports: 0 in, 1 out.
/// Arguments: BURST: maximum number of packets taken from a port at a time (1 to 256, default 64).
/// Drops: none.
class FromInput final : public Receiver {
 public:
  explicit FromInput(Args& args) {
    set_burst(args, args.keyword<std::uint16_t>("BURST", 64));
    auto& ports = args.context().ports;
    if (ports.size() == 0) throw args.error("there is no port to receive from");
    ignore_click_words(args);
    for (std::size_t i = 0; i < ports.size(); ++i) add(args, ports[i], {});
  }
};
WARPLINE_ELEMENT(FromInput);

/// Receives from one port.
///
///     FromDPDKDevice(0, BURST 32) -> Discard;
///
/// Click's N_QUEUES, PROMISC, NDESC, IQUEUE, BLOCKING and ACTIVE have no effect; a notice names
/// their replacements.
///
/// Ports: 0 in, 1 out.
/// Arguments: PORT: number or name of the port. BURST: maximum number of packets taken at a time (1
/// to 256, default 64).
/// Drops: none.
class FromDPDKDevice final : public Receiver {
 public:
  explicit FromDPDKDevice(Args& args) {
    auto const name = args.required<std::string>("PORT");
    set_burst(args, args.keyword<std::uint16_t>("BURST", 64));
    ignore_click_words(args);
    try {
      add(args, args.context().ports.find(name), "PORT");
    } catch (ConfigError const& error) {
      if (!error.diagnostics().empty()) throw;
      throw args.error(error.what(), "PORT");
    }
  }
};
WARPLINE_ELEMENT(FromDPDKDevice);

}  // namespace warpline
